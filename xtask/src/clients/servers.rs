//! `cargo xtask servers`: our client, tried on servers that others wrote.
//!
//! How to add one: an entry in [`ALL`].

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::fixture::PROGRAM;
use super::node::Node;
use super::server::Running;
use super::{place, python, suite};
use crate::run;
use crate::summary::Summary;

/// A server of others.
#[derive(Debug)]
struct Theirs {
    name: &'static str,
    /// What starts it, in two words.
    command: fn() -> Result<Command>,
    ways: &'static [Way],
    /// The newest revision first: the one that has to be agreed on.
    revisions: &'static [&'static str],
    calls: &'static [Call],
}

/// How it is reached.
#[derive(Debug, Clone, Copy)]
struct Way {
    name: &'static str,
    /// What a shell runs: the server is its first two words, and its address, if it has one, the third.
    script: &'static str,
    /// Where HTTP is served.
    path: Option<&'static str>,
}

/// What is called, what has to be printed, and from which revision on it can be.
#[derive(Debug)]
struct Call {
    words: &'static [&'static str],
    printed: &'static str,
    since: &'static str,
}

const ALL: [Theirs; 2] = [
    Theirs {
        name: "everything",
        command: || Ok(Node::ready()?.script(EVERYTHING)),
        ways: &[
            Way {
                name: "stdio",
                script: r#"exec "$0" "$1" stdio"#,
                path: None,
            },
            Way {
                name: "http",
                script: r#"exec env PORT="${2##*:}" "$0" "$1" streamableHttp"#,
                path: Some("/mcp"),
            },
            Way {
                name: "sse",
                script: r#"exec env PORT="${2##*:}" "$0" "$1" sse"#,
                path: Some("/sse"),
            },
        ],
        revisions: &["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"],
        calls: &[
            Call {
                words: &["echo", "message=hello"],
                printed: "Echo: hello\n",
                since: "2024-11-05",
            },
            Call {
                words: &["get-sum", "a=1", "b=2.5"],
                printed: "The sum of 1 and 2.5 is 3.5.\n",
                since: "2024-11-05",
            },
            Call {
                words: &[
                    "trigger-elicitation-request",
                    "--answer",
                    r#"{"name":"Ana"}"#,
                ],
                printed: "- Name: Ana\n",
                since: "2025-06-18",
            },
        ],
    },
    Theirs {
        name: "mcp",
        command: || python::NOW.script("server.py"),
        ways: &[
            Way {
                name: "stdio",
                script: r#"exec "$0" "$1" stdio"#,
                path: None,
            },
            Way {
                name: "http",
                script: r#"exec "$0" "$1" http "${2##*:}""#,
                path: Some("/mcp"),
            },
        ],
        revisions: &[
            "2026-07-28",
            "2025-11-25",
            "2025-06-18",
            "2025-03-26",
            "2024-11-05",
        ],
        calls: &[
            Call {
                words: &["add", "a=40", "b=2"],
                printed: "42\n",
                since: "2024-11-05",
            },
            Call {
                words: &["greet", "--answer", r#"{"name":"Ana"}"#],
                printed: "Hello, Ana!\n",
                since: "2025-06-18",
            },
        ],
    },
];

/// Tries every server and the conformance suite's, or only those named.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let mut known = ALL.map(|theirs| theirs.name).to_vec();
    known.push(suite::NAME);
    if let Some(unknown) = args.iter().find(|name| !known.contains(&name.as_str())) {
        let known = known.join(", ");
        bail!("there is no server called {unknown}; there are {known}");
    }
    let is_wanted = |name: &str| args.is_empty() || args.iter().any(|wanted| wanted == name);
    let mut summary = Summary::new("servers");
    let mut built = None;
    summary.step("build tollhouse", || {
        built = Some(PROGRAM.build()?);
        Ok(())
    });
    if let Some(ours) = &built {
        for theirs in ALL.iter().filter(|theirs| is_wanted(theirs.name)) {
            theirs.all(&mut summary, ours);
        }
        if is_wanted(suite::NAME) {
            suite::run(&mut summary, ours);
        }
    }
    summary.finish()
}

impl Theirs {
    fn all(&self, summary: &mut Summary, ours: &Path) {
        let again = format!("cargo xtask servers {}", self.name);
        for way in self.ways {
            let head = format!("{} {}", self.name, way.name);
            summary.step_again(&head, &again, || self.one(ours, *way));
        }
    }

    /// Everything over one transport: first as it is agreed on, then in each revision.
    fn one(&self, ours: &Path, way: Way) -> Result<()> {
        let words = way.words(&(self.command)()?);
        let folder = place::scratch(&format!("{}-{}", self.name, way.name))?;
        let running = match way.path {
            Some(_) => Some(Running::start(shell(&words, &folder))?),
            None => None,
        };
        let url = running.as_ref().zip(way.path);
        let url = url.map(|(running, path)| running.url().replace("/mcp", path));
        let newest = self.revisions.first().context("it speaks nothing")?;
        let speaks = self.revisions.iter().map(|revision| Some(*revision));
        for wanted in [None].into_iter().chain(speaks) {
            let ours = Ours {
                program: ours,
                folder: &folder,
                url: url.as_deref(),
                server: &words,
                wanted,
            };
            let agreed = wanted.unwrap_or(newest);
            ours.inspects(agreed, self.calls)?;
            for call in self.calls.iter().filter(|call| call.since <= agreed) {
                ours.calls(call)?;
            }
        }
        Ok(())
    }
}

impl Way {
    fn words(&self, command: &Command) -> Vec<OsString> {
        let shell = ["sh", "-c", self.script].map(OsString::from);
        let server = [command.get_program()]
            .into_iter()
            .chain(command.get_args());
        shell
            .into_iter()
            .chain(server.map(OsString::from))
            .collect()
    }
}

/// Our client, and where it is pointed at.
struct Ours<'a> {
    program: &'a Path,
    folder: &'a Path,
    url: Option<&'a str>,
    server: &'a [OsString],
    wanted: Option<&'static str>,
}

impl Ours<'_> {
    /// What is agreed on, and that the tools to be called are there.
    fn inspects(&self, agreed: &str, calls: &[Call]) -> Result<()> {
        let printed = self.run("inspect", &["--json"])?;
        let seen: Value = serde_json::from_str(&printed)?;
        let revision = seen.get("revision").and_then(Value::as_str);
        ensure!(
            revision == Some(agreed),
            "{revision:?} was agreed on instead of {agreed}"
        );
        let tools = seen.get("tools").and_then(Value::as_array);
        let names: Vec<&str> = tools
            .into_iter()
            .flatten()
            .filter_map(|tool| tool.get("name")?.as_str())
            .collect();
        for call in calls.iter().filter(|call| call.since <= agreed) {
            let is_there = call.words.first().is_some_and(|tool| names.contains(tool));
            ensure!(is_there, "{:?} is not among {names:?}", call.words);
        }
        Ok(())
    }

    fn calls(&self, call: &Call) -> Result<()> {
        let printed = self.run("call", call.words)?;
        ensure!(
            printed.contains(call.printed),
            "{:?} printed {printed}",
            call.words
        );
        Ok(())
    }

    fn run(&self, verb: &str, words: &[&str]) -> Result<String> {
        let mut command = Command::new(self.program);
        command.arg(verb).current_dir(self.folder);
        command.args(self.url).args(words);
        if let Some(wanted) = self.wanted {
            command.args(["--revision", wanted]);
        }
        if self.url.is_none() {
            command.arg("--").args(self.server);
        }
        run::capture(&mut command)
    }
}

fn shell(words: &[OsString], folder: &Path) -> Command {
    let mut words = words.iter();
    let mut command = Command::new(words.next().map_or_else(OsString::new, OsString::clone));
    command.args(words).current_dir(folder);
    command
}

const EVERYTHING: &str = "node_modules/@modelcontextprotocol/server-everything/dist/index.js";

#[cfg(test)]
mod tests {
    use super::{ALL, run};

    #[test]
    fn an_unknown_server_is_refused() {
        let error = run(&["netscape".to_owned()]).unwrap_err().to_string();
        assert_eq!(
            error,
            "there is no server called netscape; there are everything, mcp, suite"
        );
    }

    #[test]
    fn the_newest_revision_stands_first() {
        for theirs in ALL {
            assert!(
                theirs.revisions.is_sorted_by(|one, other| one > other),
                "{}",
                theirs.name
            );
        }
    }
}
