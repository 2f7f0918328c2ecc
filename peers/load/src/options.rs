//! The command line: `--name value` pairs, then a program after `--`.

use std::collections::BTreeMap;
use std::str::FromStr;

use anyhow::{Context, Result, bail};

/// What the command line said.
#[derive(Debug, Default)]
pub(crate) struct Options {
    values: BTreeMap<String, String>,
    program: Vec<String>,
}

impl Options {
    /// Reads all arguments that follow the task.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next() {
            if argument == "--" {
                options.program = arguments.collect();
                break;
            }
            let Some(name) = argument.strip_prefix("--") else {
                bail!("{argument} is not an option");
            };
            if !NAMES.contains(&name) {
                bail!("there is no option --{name}");
            }
            let value = arguments
                .next()
                .with_context(|| format!("--{name} needs a value"))?;
            options.values.insert(name.to_owned(), value);
        }
        Ok(options)
    }

    /// The value of an option, if it was given.
    pub(crate) fn find<V: FromStr>(&self, name: &str) -> Result<Option<V>> {
        let Some(text) = self.values.get(name) else {
            return Ok(None);
        };
        match text.parse() {
            Ok(value) => Ok(Some(value)),
            Err(_) => bail!("--{name} cannot be {text}"),
        }
    }

    /// The value of an option that has a default.
    pub(crate) fn get<V: FromStr>(&self, name: &str, default: V) -> Result<V> {
        Ok(self.find(name)?.unwrap_or(default))
    }

    /// The program after `--` and its arguments.
    pub(crate) fn program(&self) -> Result<(&str, &[String])> {
        let (program, arguments) = self
            .program
            .split_first()
            .context("name a program after --")?;
        Ok((program, arguments))
    }
}

const NAMES: [&str; 14] = [
    "connections",
    "core",
    "count",
    "credentials",
    "pid",
    "port",
    "requests",
    "scenario",
    "seconds",
    "server-core",
    "streaming",
    "transport",
    "warmup",
    "window",
];

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(line: &str) -> anyhow::Result<Options> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_come_before_the_program() {
        let options = parse("--port 80 -- server --port 81").unwrap();
        assert_eq!(options.find::<u16>("port").unwrap(), Some(80));
        assert_eq!(options.get("window", 16).unwrap(), 16);
        let (program, arguments) = options.program().unwrap();
        assert_eq!(program, "server");
        assert_eq!(arguments, ["--port", "81"]);
    }

    #[test]
    fn a_typo_is_named() {
        let error = parse("--prot 80").unwrap_err().to_string();
        assert!(error.contains("--prot"), "{error}");
        assert!(parse("--port").is_err());
        assert!(parse("--port x").unwrap().find::<u16>("port").is_err());
    }
}
