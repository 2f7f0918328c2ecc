//! Where and with what a run was made.

use std::fs;

use anyhow::{Context, Result};

use crate::run;

/// Lines for the document: machine, versions, date.
pub(super) fn lines() -> Result<Vec<(&'static str, String)>> {
    let cpu = fs::read_to_string("/proc/cpuinfo")?;
    let mut lines = vec![
        ("Date", first_line("date", &["-u", "+%F"])?),
        (
            "Processor",
            model(&cpu).context("no model in /proc/cpuinfo")?,
        ),
        ("Cores", std::thread::available_parallelism()?.to_string()),
        ("Kernel", first_line("uname", &["-sr"])?),
        ("Compiler", first_line("rustc", &["--version"])?),
        ("Emulator", first_line("valgrind", &["--version"])?),
        ("Tollhouse", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    let lock = fs::read_to_string(run::root()?.join("peers/Cargo.lock"))?;
    let lock: toml::Table = lock.parse().context("peers/Cargo.lock")?;
    for package in ["rmcp", "axum", "hyper", "tokio", "serde_json"] {
        let version = version(&lock, package);
        lines.push((
            package,
            version.with_context(|| format!("no {package} in the lock file"))?,
        ));
    }
    Ok(lines)
}

fn first_line(program: &str, args: &[&str]) -> Result<String> {
    let text = run::capture(run::command(program)?.args(args))?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

fn model(cpu: &str) -> Option<String> {
    cpu.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim() == "model name")
        .map(|(_, value)| value.trim().to_owned())
}

fn version(lock: &toml::Table, package: &str) -> Option<String> {
    lock.get("package")?
        .as_array()?
        .iter()
        .find(|entry| entry.get("name").and_then(toml::Value::as_str) == Some(package))?
        .get("version")?
        .as_str()
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #[test]
    fn versions_come_from_the_lock_file() {
        let lock = "[[package]]\nname = \"rmcp\"\nversion = \"3.8.0\"\n";
        let lock: toml::Table = lock.parse().unwrap();
        assert_eq!(super::version(&lock, "rmcp").as_deref(), Some("3.8.0"));
        assert_eq!(super::version(&lock, "axum"), None);
    }

    #[test]
    fn the_model_is_the_first_one_named() {
        let cpu = "processor\t: 0\nmodel name\t: Fast 9000\n\nmodel name\t: other\n";
        assert_eq!(super::model(cpu).as_deref(), Some("Fast 9000"));
    }
}
