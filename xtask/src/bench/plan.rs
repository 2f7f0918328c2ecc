//! What the command line asks for.

use std::str::FromStr;

use anyhow::{Context, Result, bail};

use super::subjects::{Kind, SCENARIOS, SERVERS, Scenario, Server, scenario, server};

/// One run of the benchmark.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) rounds: u32,
    pub(super) seconds: u32,
    pub(super) servers: Vec<&'static Server>,
    pub(super) scenarios: Vec<&'static Scenario>,
    /// What is measured beside the load.
    extras: Vec<Extra>,
    pub(super) write: bool,
    /// Instead of measuring: where one server spends its instructions.
    pub(super) profile: Option<&'static Scenario>,
}

/// What is measured once for each server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Extra {
    /// How long a start takes.
    Cold,
    /// What is kept of a session.
    Sessions,
    /// The program as people run it.
    Shipped,
    /// How soon a revoked key ends.
    Revoked,
}

impl Extra {
    const ALL: [Self; 4] = [Self::Cold, Self::Sessions, Self::Shipped, Self::Revoked];

    fn named(name: &str) -> Option<Self> {
        match name {
            "cold" => Some(Self::Cold),
            "sessions" => Some(Self::Sessions),
            "shipped" => Some(Self::Shipped),
            "revoked" => Some(Self::Revoked),
            _ => None,
        }
    }
}

impl Plan {
    /// The plan, or nothing where only help is asked for.
    pub(super) fn parse(args: &[String]) -> Result<Option<Self>> {
        let mut plan = Self {
            rounds: 3,
            seconds: 5,
            servers: SERVERS.iter().collect(),
            scenarios: SCENARIOS.iter().collect(),
            extras: Extra::ALL.to_vec(),
            write: false,
            profile: None,
        };
        let mut args = args.iter().map(String::as_str).peekable();
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
            match arg {
                "--rounds" => plan.rounds = count(arg, value()?)?,
                "--seconds" => plan.seconds = count(arg, value()?)?,
                "--servers" => {
                    plan.servers = value()?.split(',').map(server).collect::<Result<_>>()?;
                }
                "--only" => plan.only(value()?)?,
                "--write" => plan.write = true,
                "--profile" => {
                    plan.servers = vec![server(value()?)?];
                    let named = args.next_if(|next| !next.starts_with('-'));
                    plan.profile = Some(scenario(named.unwrap_or("echo-64"))?);
                }
                "--help" | "-h" => return Ok(None),
                unknown => bail!("bench has no option {unknown}\n\n{USAGE}"),
            }
        }
        if plan.write && !plan.is_whole() {
            bail!("--write is for a whole run: without --only and --servers");
        }
        Ok(Some(plan))
    }

    pub(super) fn includes(&self, extra: Extra) -> bool {
        self.extras.contains(&extra)
    }

    /// Those of the servers that can be asked in this way.
    pub(super) fn speakers(&self, kind: Kind) -> Vec<&'static Server> {
        let servers = self.servers.iter().copied();
        servers.filter(|server| server.speaks(kind)).collect()
    }

    /// Those of the servers that something is measured of.
    pub(super) fn needed(&self) -> Vec<&'static Server> {
        let is_needed = |server: &&'static Server| {
            let plays = self.kinds().any(|kind| server.speaks(kind));
            let starts = self.includes(Extra::Cold) && server.speaks(Kind::Modern);
            let holds = self.includes(Extra::Sessions) && server.speaks(Kind::Legacy);
            plays || starts || holds
        };
        self.servers.iter().copied().filter(is_needed).collect()
    }

    /// Whether a server is measured that has a database behind it.
    pub(super) fn reads_rows(&self) -> bool {
        self.kinds()
            .any(|kind| matches!(kind, Kind::Row | Kind::Caller))
            || self.includes(Extra::Revoked)
    }

    /// Whether the road is measured.
    pub(super) fn walks_the_road(&self) -> bool {
        self.kinds()
            .any(|kind| matches!(kind, Kind::Road | Kind::Written))
    }

    /// Whether a server is measured whose callers sign in.
    pub(super) fn asks_callers(&self) -> bool {
        self.kinds().any(|kind| kind == Kind::Caller) || self.includes(Extra::Revoked)
    }

    fn kinds(&self) -> impl Iterator<Item = Kind> {
        let profiled = self.profile.iter().map(|one| one.kind);
        let measured = self.scenarios.iter().map(|one| one.kind);
        let is_profile = self.profile.is_some();
        profiled.chain(measured.filter(move |_| !is_profile))
    }

    fn only(&mut self, names: &str) -> Result<()> {
        self.scenarios.clear();
        self.extras.clear();
        for name in names.split(',') {
            match Extra::named(name) {
                Some(extra) => self.extras.push(extra),
                None => self.scenarios.push(scenario(name)?),
            }
        }
        Ok(())
    }

    fn is_whole(&self) -> bool {
        Extra::ALL.iter().all(|extra| self.includes(*extra))
            && self.profile.is_none()
            && self.servers.len() == SERVERS.len()
            && self.scenarios.len() == SCENARIOS.len()
    }
}

fn count<N: FromStr + Default + PartialEq>(name: &str, text: &str) -> Result<N> {
    match text.parse() {
        Ok(number) if number != N::default() => Ok(number),
        _ => bail!("{name} cannot be {text}"),
    }
}

pub(super) const USAGE: &str = "\
cargo xtask bench [options]

  --rounds N              how often every server is measured (default 3)
  --seconds S             length of each measurement (default 5)
  --only NAME[,NAME]      echo-64, echo-64k, list-100, legacy-64, sql, auth, stdio-one, stdio-64,
                          stdio-64k, legacy-stdio-64, cold, sessions, shipped, revoked
  --servers NAME[,NAME]   ours, rmcp-echo, limit, ours-sql, limit-sql, no-sign-in, one-key,
                          one-token, 1000-users
  --write                 put the result into docs/benchmarks.md
  --profile SERVER [SCENARIO]
                          instead: where that server spends its instructions

The servers run on core 0, the load on core 1.
";

#[cfg(test)]
mod tests {
    use super::{Extra, Plan};

    fn parse(line: &str) -> anyhow::Result<Option<Plan>> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Plan::parse(&words)
    }

    #[test]
    fn a_plain_run_measures_everything() {
        let plan = parse("").unwrap().unwrap();
        assert_eq!((plan.rounds, plan.seconds), (3, 5));
        assert!(plan.is_whole());
        assert_eq!(plan.servers.first().map(|server| server.name), Some("ours"));
    }

    #[test]
    fn a_part_is_never_written_as_the_whole() {
        for part in [
            "--only echo-64",
            "--only cold",
            "--only sessions,cold",
            "--servers limit",
            "--profile ours",
        ] {
            assert!(parse(&format!("{part} --write")).is_err(), "{part}");
            assert!(parse(part).is_ok(), "{part}");
        }
    }

    #[test]
    fn parts_can_be_mixed() {
        let plan = parse("--only sessions,legacy-64").unwrap().unwrap();
        assert!(plan.includes(Extra::Sessions) && !plan.includes(Extra::Cold));
        let names: Vec<_> = plan.scenarios.iter().map(|it| it.name).collect();
        assert_eq!(names, ["legacy-64"]);
    }

    #[test]
    fn only_what_has_callers_makes_keys_and_tokens() {
        for (line, asks) in [
            ("", true),
            ("--only auth", true),
            ("--only revoked", true),
            ("--only sql,cold", false),
            ("--profile one-key auth", true),
        ] {
            let plan = parse(line).unwrap().unwrap();
            assert_eq!(plan.asks_callers(), asks, "{line}");
        }
    }

    #[test]
    fn a_profile_takes_an_optional_scenario() {
        let named = parse("--profile limit stdio-64").unwrap().unwrap();
        assert_eq!(named.profile.unwrap().name, "stdio-64");
        let plain = parse("--profile limit").unwrap().unwrap();
        assert_eq!(plain.profile.unwrap().name, "echo-64");
    }

    #[test]
    fn wrong_words_are_named() {
        for line in ["--rounds 0", "--rounds x", "--only nothing", "--prof ours"] {
            let word = line.rsplit(' ').find(|word| !word.is_empty()).unwrap();
            let error = parse(line).unwrap_err().to_string();
            assert!(error.contains(word) || error.contains("--prof"), "{error}");
        }
        assert!(parse("--help").unwrap().is_none());
    }
}
