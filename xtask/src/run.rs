//! Running programs: where the workspace is, what is installed, how a failure reads.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

use crate::summary::Skipped;

/// The directory that holds the workspace's `Cargo.toml`.
pub(crate) fn root() -> Result<PathBuf> {
    // Set by `cargo run`; the compiled-in path serves a binary started by hand.
    let manifest_dir = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest_dir
        .parent()
        .map(Path::to_path_buf)
        .with_context(|| format!("{} has no parent", manifest_dir.display()))
}

/// Where cargo builds: `CARGO_TARGET_DIR`, else `target` in the workspace.
pub(crate) fn target_dir() -> Result<PathBuf> {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => Ok(env::current_dir()?.join(dir)),
        None => Ok(root()?.join("target")),
    }
}

/// Where xtask keeps the tools it installs: out of git, gone with `cargo clean`.
pub(crate) fn tools_dir() -> Result<PathBuf> {
    Ok(target_dir()?.join("tools"))
}

/// Whether this is a run nobody watches (`CI=true`).
pub(crate) fn in_ci() -> bool {
    env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

/// A program, to be started in the workspace root.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Result<Command> {
    let mut command = Command::new(program);
    command.current_dir(root()?);
    Ok(command)
}

/// The cargo that runs us, to be started in the workspace root.
pub(crate) fn cargo() -> Result<Command> {
    command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a command that talks to the terminal itself; fails unless it succeeds.
pub(crate) fn inherit(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs a command silently and returns what it wrote to stdout. If it fails,
/// the error holds all that it wrote.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = output(command)?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!(
            "{stdout}{stderr}\n{} ended with {}",
            shown(command),
            output.status
        );
    }
    Ok(stdout)
}

/// Runs a command silently and returns everything about its end, success or not.
pub(crate) fn output(command: &mut Command) -> Result<Output> {
    command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", shown(command)))
}

/// The first executable of this name on `PATH`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|file| file.is_file())
}

/// Installs a Debian package unless it is there. Where that cannot be done
/// (not Debian, not root) the error is a skip that names the package.
pub(crate) fn debian_package(name: &str) -> Result<()> {
    if find("dpkg-query").is_none() || find("apt-get").is_none() {
        return Err(Skipped::because(format!(
            "install {name} first: there is no apt-get here"
        )));
    }
    let query = output(command("dpkg-query")?.args(["-W", "-f", "${Status}", name]))?;
    if String::from_utf8_lossy(&query.stdout).contains("ok installed") {
        return Ok(());
    }
    if !is_root()? {
        return Err(Skipped::because(format!(
            "needs the Debian package {name}: apt-get install {name}"
        )));
    }
    println!("    installing the Debian package {name}");
    if apt_get(&["install", "--yes", "--no-install-recommends", name]).is_ok() {
        return Ok(());
    }
    // A fresh machine has no package lists, an old one has stale ones.
    apt_get(&["update"])?;
    apt_get(&["install", "--yes", "--no-install-recommends", name]).map(drop)
}

fn apt_get(args: &[&str]) -> Result<String> {
    capture(
        command("apt-get")?
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["-o", "DPkg::Lock::Timeout=300", "--quiet"])
            .args(args),
    )
}

fn is_root() -> Result<bool> {
    Ok(capture(command("id")?.arg("-u"))?.trim() == "0")
}

fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    #[test]
    fn the_root_holds_the_workspace_manifest() {
        let manifest = std::fs::read_to_string(super::root().unwrap().join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[workspace]"));
    }

    #[test]
    fn a_failed_command_shows_both_its_streams_and_itself() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        let error = super::capture(&mut command).unwrap_err().to_string();
        for part in ["out", "err", "sh -c", "exit status: 3"] {
            assert!(error.contains(part), "{part} is missing in {error}");
        }
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = super::inherit(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(format!("{error:#}").contains("no-such-program-here"));
        assert_eq!(super::find("no-such-program-here"), None);
        assert!(super::find("sh").is_some());
    }
}
