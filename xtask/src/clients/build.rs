//! Builds a program with cargo and learns where it is.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::run;
use crate::summary::Skipped;

/// A program of ours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Program {
    pub(crate) manifest: &'static str,
    pub(crate) package: &'static str,
    pub(crate) binary: &'static str,
}

impl Program {
    /// Builds it as it is built every day, and returns its path.
    pub(crate) fn build(&self) -> Result<PathBuf> {
        if !self.is_there()? {
            let reason = format!("{} has no package {}", self.manifest, self.package);
            return Err(Skipped::because(reason));
        }
        let mut command = run::cargo()?;
        command
            .args(["build", "--quiet", "--locked"])
            .args(["--manifest-path", self.manifest])
            .args(["--package", self.package, "--bin", self.binary])
            .args(["--message-format", "json-render-diagnostics"]);
        let messages = run::capture(&mut command)?;
        executable(&messages, self.binary)
            .with_context(|| format!("cargo does not say where {} is", self.binary))
    }

    fn is_there(&self) -> Result<bool> {
        let mut command = run::cargo()?;
        command.args(["pkgid", "--quiet", "--manifest-path", self.manifest]);
        let output = run::output(command.args(["--package", self.package]))?;
        Ok(output.status.success())
    }
}

fn executable(messages: &str, binary: &str) -> Option<PathBuf> {
    let artifacts = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Artifact>(line).ok());
    artifacts
        .filter(|artifact| artifact.target.name == binary)
        .find_map(|artifact| artifact.executable)
}

/// What cargo says of one thing it built.
#[derive(Deserialize)]
struct Artifact {
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[cfg(test)]
mod tests {
    use super::executable;

    #[test]
    fn the_executable_is_found_among_the_messages() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"toll"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"other"},"executable":"/t/other"}
{"reason":"compiler-artifact","target":{"name":"toll"},"executable":"/t/toll"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages, "toll"), Some("/t/toll".into()));
        assert_eq!(executable(messages, "none"), None);
    }
}
