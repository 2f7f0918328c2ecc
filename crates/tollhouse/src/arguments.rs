//! The command line of a program that is a server.

use std::net::SocketAddr;

use crate::RunError;

/// What the command line wants.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Stdio,
    Http(SocketAddr),
    Help,
    Version,
}

impl Wish {
    /// `is_terminal` says whether a person sits at standard input, who wants HTTP if nothing is said.
    pub(crate) fn read(
        mut arguments: impl Iterator<Item = String>,
        is_terminal: bool,
    ) -> Result<Self, RunError> {
        let word = arguments.next();
        let wish = match word.as_deref() {
            None if is_terminal => Self::Http(SocketAddr::from(([127, 0, 0, 1], 8080))),
            None | Some("--stdio") => Self::Stdio,
            Some("--http") => Self::Http(address(arguments.next())?),
            Some("--help" | "-h") => Self::Help,
            Some("--version" | "-V") => Self::Version,
            Some(word) => return Err(odd(word)),
        };
        match arguments.next() {
            None => Ok(wish),
            Some(more) => Err(odd(&more)),
        }
    }
}

fn address(given: Option<String>) -> Result<SocketAddr, RunError> {
    let given = given
        .ok_or_else(|| RunError::Usage("--http needs an address to listen on".to_owned()))?
        .replace("localhost", "127.0.0.1");
    given
        .parse()
        .map_err(|_| RunError::Usage(format!("`{given}` is not an address")))
}

fn odd(word: &str) -> RunError {
    RunError::Usage(format!("`{word}` is not understood"))
}

/// What `--help` shows.
pub(crate) const HELP: &str = "\
usage: [--stdio | --http ADDRESS]   e.g. --http 127.0.0.1:8080

  --stdio         serve one client over standard input and output
  --http ADDRESS  serve HTTP on a loopback address; port 0 takes any free port
  -h, --help      show this
  -V, --version   show the server's name and version

Without any of them a client that pipes is served over its pipes, and a person at a terminal gets HTTP on
127.0.0.1:8080. Ctrl-C or SIGTERM lets what is under way end; a second one does not wait.
";

#[cfg(test)]
mod tests {
    use super::{RunError, Wish};

    fn wish(line: &str, is_terminal: bool) -> Result<Wish, RunError> {
        Wish::read(line.split_whitespace().map(str::to_owned), is_terminal)
    }

    #[test]
    fn the_command_line_says_how() {
        for (line, wanted) in [
            ("--stdio", Wish::Stdio),
            ("--http localhost:81", http("127.0.0.1:81")),
            ("--help", Wish::Help),
            ("-h", Wish::Help),
            ("--version", Wish::Version),
            ("-V", Wish::Version),
        ] {
            assert_eq!(wish(line, false).unwrap(), wanted, "{line}");
        }
        assert_eq!(wish("", false).unwrap(), Wish::Stdio);
        assert_eq!(wish("", true).unwrap(), http("127.0.0.1:8080"));
    }

    #[test]
    fn what_is_odd_is_named() {
        for (line, named) in [
            ("--http", "--http needs an address"),
            ("--http x", "`x` is not an address"),
            ("--htp 127.0.0.1:1", "`--htp` is not understood"),
            ("--stdio more", "`more` is not understood"),
            ("--http 127.0.0.1:1 --stdio", "`--stdio` is not understood"),
        ] {
            let told = wish(line, false).unwrap_err().to_string();
            assert!(told.starts_with(named), "{line}: {told}");
        }
    }

    fn http(address: &str) -> Wish {
        Wish::Http(address.parse().unwrap())
    }
}
