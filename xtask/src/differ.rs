//! `cargo xtask differ`: our echo server and rmcp's, asked the same by `peers/differ`.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::run;

/// Builds both servers and compares them, in every era or in the one that is named.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let eras: Vec<&str> = match args {
        [] => ERAS.to_vec(),
        [one] if ERAS.contains(&one.as_str()) => vec![one],
        _ => bail!("differ takes one era: {}", ERAS.join(", ")),
    };
    let root = run::target_dir()?;
    let peers = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(_) => root.clone(),
        None => run::root()?.join("peers/target"),
    };
    let ours = build("Cargo.toml", "tollhouse-echo", &root)?;
    let theirs = build("peers/Cargo.toml", "rmcp-echo", &peers)?;
    let differ = build("peers/Cargo.toml", "differ", &peers)?;
    for era in eras {
        let mut command = run::command(&differ)?;
        run::inherit(command.arg(&ours).arg(&theirs).arg(era))?;
    }
    Ok(())
}

/// Builds a package as it is built every day, and returns where its program is.
fn build(manifest: &str, package: &str, target: &Path) -> Result<PathBuf> {
    let mut command = run::cargo()?;
    command
        .args(["build", "--quiet", "--locked"])
        .args(["--manifest-path", manifest, "--package", package])
        .arg("--target-dir")
        .arg(target);
    run::capture(&mut command)?;
    let name = format!("{package}{}", std::env::consts::EXE_SUFFIX);
    Ok(target.join("debug").join(name))
}

const ERAS: [&str; 2] = ["modern", "legacy"];
