//! What was found, in the order in which it was looked for.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::{credential, culprit::Culprit};
use crate::client::{Paint, one_line};

/// `1 tool`, `2 tools`.
pub(super) fn counted(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// How a probe ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    Good,
    /// It works, and somebody should know.
    Odd,
    Bad,
    /// Not looked at.
    Skipped,
}

/// What one probe found.
#[derive(Debug)]
struct Finding {
    probe: &'static str,
    state: State,
    text: String,
    /// Whose fault it is, and what to do.
    blame: Option<(Culprit, String)>,
}

/// What all of them found.
#[derive(Debug)]
pub(crate) struct Report {
    findings: Vec<Finding>,
    is_reached: bool,
    /// What is never shown, wherever it comes back.
    secrets: Vec<String>,
}

impl Report {
    pub(super) fn new(headers: &HeaderMap) -> Self {
        Self {
            findings: Vec::new(),
            is_reached: false,
            secrets: credential::secrets(headers),
        }
    }

    pub(super) fn good(&mut self, probe: &'static str, text: &str) {
        self.add(probe, State::Good, text, None);
    }

    pub(super) fn skip(&mut self, probe: &'static str, why: &str) {
        self.add(probe, State::Skipped, why, None);
    }

    pub(super) fn odd(&mut self, probe: &'static str, culprit: Culprit, text: &str, mend: &str) {
        self.add(probe, State::Odd, text, Some((culprit, mend)));
    }

    pub(super) fn bad(&mut self, probe: &'static str, culprit: Culprit, text: &str, mend: &str) {
        self.add(probe, State::Bad, text, Some((culprit, mend)));
    }

    fn add(
        &mut self,
        probe: &'static str,
        state: State,
        text: &str,
        blame: Option<(Culprit, &str)>,
    ) {
        let finding = Finding {
            probe,
            state,
            text: self.shown(text),
            blame: blame.map(|(culprit, mend)| (culprit, self.shown(mend))),
        };
        self.findings.push(finding);
    }

    /// On one line, harmless to a terminal, and without what was given in confidence.
    fn shown(&self, text: &str) -> String {
        self.beginning(text, LETTERS_MAX)
    }

    /// The beginning of what a stranger says. Secrets go before it is cut: what is left of one would not be known.
    pub(super) fn excerpt(&self, text: &str) -> String {
        self.beginning(text, EXCERPT_LETTERS)
    }

    fn beginning(&self, text: &str, letters: usize) -> String {
        let masked = self
            .secrets
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret, "****"));
        let line = one_line(&masked);
        match line.char_indices().nth(letters) {
            Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
            None => line,
        }
    }

    /// How many probes ended like this.
    pub(crate) fn count(&self, state: State) -> usize {
        let ended = self.findings.iter();
        ended.filter(|finding| finding.state == state).count()
    }

    /// Whether this, and nothing else, is to blame.
    pub(crate) fn blames_only(&self, culprit: Culprit) -> bool {
        self.count(State::Bad) > 0 && self.problems().all(|blamed| blamed == culprit)
    }

    pub(super) const fn reached(&mut self) {
        self.is_reached = true;
    }

    /// Whether somebody answered at all, in HTTP that can be trusted.
    pub(crate) const fn is_reached(&self) -> bool {
        self.is_reached
    }

    fn problems(&self) -> impl Iterator<Item = Culprit> {
        let bad = self.findings.iter();
        let bad = bad.filter(|finding| finding.state == State::Bad);
        bad.filter_map(|finding| finding.blame.as_ref().map(|(culprit, _)| *culprit))
    }

    /// One line for each probe, and the one that counts.
    pub(crate) fn page(&self, url: &str, paint: Paint) -> String {
        let mut lines = vec![paint.bold(&self.shown(url)), String::new()];
        for finding in &self.findings {
            let Finding {
                probe, state, text, ..
            } = finding;
            let line = format!("{} {probe:<PROBE_WIDTH$} {text}", state.sign());
            lines.push(match state {
                State::Skipped => paint.dim(&line),
                State::Bad => paint.bold(&line),
                State::Good | State::Odd => line,
            });
            if let Some((culprit, mend)) = &finding.blame {
                let indent = " ".repeat(PROBE_WIDTH + 3);
                lines.push(format!(
                    "{indent}→ {mend} {}",
                    paint.dim(&format!("[{}]", culprit.code()))
                ));
            }
        }
        lines.extend([String::new(), self.summary()]);
        lines.join("\n") + "\n"
    }

    /// `12 ok, 1 problem: …`.
    fn summary(&self) -> String {
        let counted = [
            (State::Odd, "warning", "warnings"),
            (State::Bad, "problem", "problems"),
        ];
        let counted = counted.into_iter().filter_map(|(state, one, many)| {
            let count = self.count(state);
            (count > 0).then(|| format!(", {count} {}", if count == 1 { one } else { many }))
        });
        let counted: String = counted.collect();
        let first = self.first().map(|finding| {
            let code = finding
                .blame
                .as_ref()
                .map_or("", |(culprit, _)| culprit.code());
            format!(": {code}: {}", finding.text)
        });
        format!(
            "{} ok{counted}{}",
            self.count(State::Good),
            first.unwrap_or_default()
        )
    }

    fn first(&self) -> Option<&Finding> {
        let mut findings = self.findings.iter();
        findings.find(|finding| finding.state == State::Bad)
    }

    /// The same for programs.
    pub(crate) fn document(&self, url: &str) -> Value {
        let probes = self.findings.iter().map(|finding| {
            let (culprit, mend) = match &finding.blame {
                Some((culprit, mend)) => (Some(culprit.code()), Some(mend)),
                None => (None, None),
            };
            json!({
                "probe": finding.probe,
                "state": finding.state.word(),
                "text": finding.text,
                "culprit": culprit,
                "mend": mend,
            })
        });
        json!({
            "url": self.shown(url),
            "probes": probes.collect::<Vec<_>>(),
            "ok": self.count(State::Good),
            "warnings": self.count(State::Odd),
            "problems": self.count(State::Bad),
            "skipped": self.count(State::Skipped),
            "culprit": self.problems().next().map(Culprit::code),
        })
    }
}

impl State {
    const fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Odd => "!",
            Self::Bad => "✗",
            Self::Skipped => "–",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Odd => "warning",
            Self::Bad => "problem",
            Self::Skipped => "skipped",
        }
    }
}

const PROBE_WIDTH: usize = 9;
/// What strangers say is not shown at any length.
const LETTERS_MAX: usize = 500;
const EXCERPT_LETTERS: usize = 120;
