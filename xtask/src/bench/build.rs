//! Builds the programs, and knows where they are.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::run;

use super::subjects::{Server, Workspace};

/// The programs of one run, built.
#[derive(Debug)]
pub(super) struct Programs {
    root: PathBuf,
    peers: PathBuf,
    /// Where logs and profiles go.
    pub(super) scratch: PathBuf,
}

impl Programs {
    /// Builds the servers and the load generator in release.
    pub(super) fn build(servers: &[&Server]) -> Result<Self> {
        let shared = std::env::var_os("CARGO_TARGET_DIR").is_some();
        let root = run::target_dir()?;
        let peers = match shared {
            true => root.clone(),
            false => run::root()?.join("peers/target"),
        };
        let scratch = root.join("bench");
        std::fs::create_dir_all(&scratch)?;
        let programs = Self {
            root,
            peers,
            scratch,
        };
        for server in servers {
            programs.build_one(server.workspace, server.package)?;
        }
        programs.build_one(Workspace::Peers, LOAD)?;
        Ok(programs)
    }

    pub(super) fn build_orders(&self) -> Result<()> {
        self.build_one(Workspace::Peers, ORDERS)
    }

    pub(super) fn build_tollhouse(&self) -> Result<()> {
        self.build_one(Workspace::Root, "tollhouse-cli")
    }

    /// One package at a time: built together, each would get the features of all.
    fn build_one(&self, workspace: Workspace, package: &str) -> Result<()> {
        println!("building {package}");
        let manifest = match workspace {
            Workspace::Root => "Cargo.toml",
            Workspace::Peers => "peers/Cargo.toml",
        };
        let mut command = run::cargo()?;
        command
            .args(["build", "--quiet", "--release"])
            .args(["--manifest-path", manifest, "--package", package])
            .arg("--target-dir")
            .arg(self.target(workspace));
        // What we compare with stands still; ours may be in the middle of a change.
        if workspace == Workspace::Peers {
            command.arg("--locked");
        }
        run::inherit(&mut command)
    }

    /// The server's program.
    pub(super) fn server(&self, server: &Server) -> PathBuf {
        self.program(server.workspace, server.program)
    }

    /// What the server is started with.
    pub(super) fn arguments(&self, server: &Server) -> Vec<String> {
        let scratch = self.scratch.to_string_lossy();
        let words = server.arguments.iter();
        words
            .map(|word| word.replace("{scratch}", &scratch))
            .collect()
    }

    /// The program that makes the orders.
    pub(super) fn orders(&self) -> PathBuf {
        self.program(Workspace::Peers, ORDERS)
    }

    /// Our own, as people run it.
    pub(super) fn tollhouse(&self) -> PathBuf {
        self.program(Workspace::Root, "tollhouse")
    }

    /// The load generator's program.
    pub(super) fn load(&self) -> PathBuf {
        self.program(Workspace::Peers, LOAD)
    }

    fn program(&self, workspace: Workspace, program: &str) -> PathBuf {
        let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
        self.target(workspace).join("release").join(name)
    }

    fn target(&self, workspace: Workspace) -> &Path {
        match workspace {
            Workspace::Root => &self.root,
            Workspace::Peers => &self.peers,
        }
    }
}

const LOAD: &str = "load";
const ORDERS: &str = "limit-sql";
