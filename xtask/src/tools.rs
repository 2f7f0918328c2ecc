//! Cargo tools that the tasks need: found if they are there, else built from crates.io.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::run;

/// A program that cargo can install.
#[derive(Debug)]
pub(crate) struct Tool {
    package: &'static str,
    version: &'static str,
    features: &'static [&'static str],
    /// Whether another version will not do.
    exact: bool,
}

/// Licences, bans and sources. Another version may judge differently.
pub(crate) const CARGO_DENY: Tool = Tool {
    package: "cargo-deny",
    version: "0.20.2",
    features: &[],
    exact: true,
};

/// Runs the tests, each in a process of its own.
pub(crate) const CARGO_NEXTEST: Tool = Tool {
    package: "cargo-nextest",
    version: "0.9.151",
    features: &["--no-default-features", "--features", "default-no-update"],
    exact: false,
};

/// The book of `docs/`, without what serves and watches it.
pub(crate) const MDBOOK: Tool = Tool {
    package: "mdbook",
    version: "0.5.4",
    features: &["--no-default-features"],
    exact: true,
};

impl Tool {
    /// Where the program is, installed first if need be.
    pub(crate) fn ready(&self) -> Result<PathBuf> {
        let own = run::tools_dir()?.join("bin").join(self.package);
        let candidates = [Some(own.clone()), run::find(self.package)];
        let found = candidates
            .into_iter()
            .flatten()
            .find(|file| self.is_good(file));
        match found {
            Some(file) => Ok(file),
            None => self.install().map(|()| own),
        }
    }

    fn is_good(&self, file: &Path) -> bool {
        let version = run::command(file)
            .and_then(|mut command| run::capture(command.arg("--version")))
            .unwrap_or_default();
        let is_version = |word: &str| word.trim_start_matches('v') == self.version;
        !version.is_empty() && (!self.exact || version.split_whitespace().any(is_version))
    }

    fn install(&self) -> Result<()> {
        println!(
            "    building {} {} once; this takes a minute or two",
            self.package, self.version
        );
        let tools = run::tools_dir()?;
        let build = tools.join("build");
        // The tools run for seconds: an optimised build would never earn its time back.
        let mut command = run::cargo()?;
        command
            .args(["install", "--quiet", "--locked", "--profile", "dev"])
            .args(["--config", "profile.dev.debug=0"])
            .args([self.package, "--version", self.version])
            .args(self.features)
            .arg("--root")
            .arg(&tools)
            .arg("--target-dir")
            .arg(&build);
        run::capture(&mut command).with_context(|| format!("cannot install {}", self.package))?;
        std::fs::remove_dir_all(&build).with_context(|| format!("cannot clear {}", build.display()))
    }
}
