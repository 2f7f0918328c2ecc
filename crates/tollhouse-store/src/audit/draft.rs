//! The records of one commit, written out before the commit begins.

use std::collections::BTreeMap;

use tollhouse_core::{Intent, Payload, Record};

use super::{
    chain,
    line::{self, Line, Texts},
    salts::Salts,
    short,
};

/// What is to be written down.
#[derive(Debug)]
pub(super) enum Entry {
    /// A call that has ended.
    Call(Box<Record>),
    /// A call that is about to change something.
    Intent(Box<Intent>),
    /// Something that whoever runs the server has done.
    Deed(Deed),
    /// What somebody sent and got is about to be erased.
    Erased {
        /// When.
        at_ms: u64,
        /// Of records before when.
        before_ms: u64,
        /// The marks of that person.
        marks: Vec<String>,
    },
    /// So many records found no room.
    Gap {
        /// When that was seen.
        at_ms: u64,
        /// How many.
        lost: u64,
    },
}

impl Entry {
    /// About how much memory it holds.
    pub(super) fn bytes(&self) -> usize {
        let payload = |payload: &Payload| match payload {
            Payload::Nothing => 0,
            Payload::Hash(text) | Payload::Text(text) => text.len(),
            Payload::Digest { .. } => DIGEST_BYTES,
        };
        match self {
            Self::Call(record) => {
                let named = record.target.len() + record.subject.len();
                ENTRY_BYTES + named + payload(&record.arguments) + payload(&record.result)
            }
            Self::Intent(intent) => ENTRY_BYTES + payload(&intent.arguments),
            Self::Deed(deed) => ENTRY_BYTES + deed.said.len(),
            Self::Erased { marks, .. } => ENTRY_BYTES + marks.len() * ENTRY_BYTES,
            Self::Gap { .. } => ENTRY_BYTES,
        }
    }

    /// Makes digests of what is too long to be kept, or where it is tight of all that callers sent and got.
    pub(super) fn shorten(&mut self, is_tight: bool) {
        match self {
            Self::Call(record) => {
                short::shorten(&mut record.arguments, is_tight);
                short::shorten(&mut record.result, is_tight);
            }
            Self::Intent(intent) => short::shorten(&mut intent.arguments, is_tight),
            Self::Deed(_) | Self::Erased { .. } | Self::Gap { .. } => {}
        }
    }
}

/// Something that whoever runs the server has done, from outside of any call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// What, in one word: `key_created`, `approved`, …
    pub verb: &'static str,
    /// To whom it was done, if to somebody.
    pub subject: Option<String>,
    /// More about it, as a JSON object without secrets and without names of people.
    pub said: String,
}

/// Lines, and what has to stand beside them.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// One record after the other, each with a line end.
    pub(super) lines: Vec<u8>,
    pub(super) records: u64,
    pub(super) texts: Vec<u8>,
    /// People of whom nothing was written before: mark, salt, name.
    pub(super) people: Vec<([u8; 16], [u8; 16], String)>,
    /// When the first and the last of them were.
    pub(super) span_ms: Option<(u64, u64)>,
}

/// Who is behind which mark, as far as this process has written.
#[derive(Debug, Default)]
pub(super) struct People {
    marks: BTreeMap<String, String>,
    salts: Salts,
    /// How often people were erased, as this process last saw it.
    pub(super) erasures: u64,
}

impl People {
    /// Forgets all marks, so that everybody gets a new one.
    pub(super) fn forget(&mut self) {
        self.marks.clear();
    }

    fn mark(&mut self, subject: &str, draft: &mut Draft) -> String {
        if let Some(mark) = self.marks.get(subject) {
            return mark.clone();
        }
        if self.marks.len() >= PEOPLE_MAX {
            self.forget();
        }
        let salt = self.salts.draw();
        let mark = chain::person(&salt, subject);
        draft.people.push((mark, salt, subject.to_owned()));
        let shown = chain::hex(&mark);
        self.marks.insert(subject.to_owned(), shown.clone());
        shown
    }
}

impl Draft {
    /// Writes out entries, the first of which has this number.
    pub(super) fn of(entries: &[Entry], first_seq: u64, people: &mut People) -> Self {
        let mut draft = Self::default();
        let mut texts = Texts::default();
        for (seq, entry) in (first_seq..).zip(entries) {
            draft.add(entry, seq, people, &mut texts);
            texts.end();
        }
        draft.texts = texts.lines;
        draft
    }

    fn add(&mut self, entry: &Entry, seq: u64, people: &mut People, texts: &mut Texts) {
        match entry {
            Entry::Call(record) => self.add_call(record, seq, people, texts),
            Entry::Intent(intent) => {
                let who = people.mark(&intent.subject, self);
                let salts = &mut people.salts;
                let arguments = texts.keep((seq, "arguments"), &intent.arguments, salts);
                self.push(&Line {
                    arguments_digest: arguments.as_deref(),
                    too_long: texts.too_long(),
                    ..line::of_intent(intent, seq, &who)
                });
            }
            Entry::Deed(deed) => {
                let who = deed
                    .subject
                    .as_ref()
                    .map(|subject| people.mark(subject, self));
                let said = Payload::Text(deed.said.clone());
                let arguments = texts.keep((seq, "arguments"), &said, &mut people.salts);
                self.push(&Line {
                    seq,
                    at: deed.at_ms,
                    kind: "operator",
                    who: who.as_deref(),
                    of: Some(deed.verb),
                    arguments_digest: arguments.as_deref(),
                    too_long: texts.too_long(),
                    ..Line::default()
                });
            }
            Entry::Erased {
                at_ms,
                before_ms,
                marks,
            } => self.push(&Line {
                seq,
                at: *at_ms,
                kind: "erased",
                marks,
                before: Some(*before_ms),
                ..Line::default()
            }),
            Entry::Gap { at_ms, lost } => self.push(&Line {
                seq,
                at: *at_ms,
                kind: "gap",
                lost: *lost,
                ..Line::default()
            }),
        }
    }

    fn add_call(&mut self, record: &Record, seq: u64, people: &mut People, texts: &mut Texts) {
        let who = people.mark(&record.subject, self);
        let salts = &mut people.salts;
        let target = match line::is_ours(record) {
            true => Payload::Nothing,
            false => Payload::Text(serde_json::Value::from(record.target.as_str()).to_string()),
        };
        let target = texts.keep((seq, "target"), &target, salts);
        let arguments = texts.keep((seq, "arguments"), &record.arguments, salts);
        let result = texts.keep((seq, "result"), &record.result, salts);
        self.push(&Line {
            target_digest: target.as_deref(),
            arguments_digest: arguments.as_deref(),
            result_digest: result.as_deref(),
            too_long: texts.too_long(),
            ..line::of_record(record, seq, &who)
        });
    }

    fn push(&mut self, line: &Line<'_>) {
        let before = self.lines.len();
        if serde_json::to_writer(&mut self.lines, line).is_err() {
            // Strings and numbers can always be written.
            self.lines.truncate(before);
        }
        self.lines.push(b'\n');
        self.records += 1;
        let (from, to) = self.span_ms.unwrap_or((line.at, line.at));
        self.span_ms = Some((from.min(line.at), to.max(line.at)));
    }
}

/// What an entry holds beside its payloads.
const ENTRY_BYTES: usize = 512;
const DIGEST_BYTES: usize = 56;
const PEOPLE_MAX: usize = 10_000;
