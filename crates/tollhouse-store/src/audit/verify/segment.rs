//! One segment of a chain, record by record.

use serde::Deserialize;
use serde_json::Value;

use super::{Missing, Seen};
use crate::audit::{
    chain::{self, Head, MARK_BYTES},
    read::{self, Beside, Salted},
};

/// A segment, as it stands in the state.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) first_seq: u64,
    pub(super) span_ms: (u64, u64),
    pub(super) head: [u8; 32],
    pub(super) marks: Vec<u8>,
    pub(super) lines: Vec<u8>,
    pub(super) texts: Vec<u8>,
}

/// Where a walk along a chain has come to.
#[derive(Debug)]
pub(super) struct Walk {
    writer: i64,
    pub(super) head: Head,
}

/// What of a line its neighbours depend on.
#[derive(Debug, Deserialize)]
struct Glimpse<'a> {
    seq: u64,
    at: u64,
    kind: &'a str,
    who: Option<&'a str>,
    #[serde(default)]
    lost: u64,
    target_digest: Option<&'a str>,
    arguments_digest: Option<&'a str>,
    result_digest: Option<&'a str>,
}

/// At which record something is wrong, and what.
type Wrong = (u64, String);

impl Walk {
    pub(super) const fn new(writer: i64, from: Head) -> Self {
        Self { writer, head: from }
    }

    /// Goes over one more segment.
    pub(super) fn over(&mut self, segment: &Segment, seen: &mut Seen) -> Result<(), Wrong> {
        let next = self.head.seq + 1;
        if segment.first_seq > next {
            let what = format!("the records up to {} are missing", segment.first_seq - 1);
            return Err((next, what));
        }
        if segment.first_seq < next {
            let what = "it stands there more than once".to_owned();
            return Err((segment.first_seq, what));
        }
        let mut texts = read::beside(&segment.texts);
        let mut text = following(&mut texts, next)?;
        let mut marks = segment.marks.chunks(MARK_BYTES);
        let mut span: Option<(u64, u64)> = None;
        for line in segment.lines.split_inclusive(|byte| *byte == b'\n') {
            let seq = self.head.seq + 1;
            self.head = self.head.behind(line);
            if marks.next() != Some(self.head.mark().as_slice()) {
                return Err((seq, CHANGED.to_owned()));
            }
            let glimpse: Glimpse<'_> =
                serde_json::from_slice(line).map_err(|_| (seq, CHANGED.to_owned()))?;
            if glimpse.seq != seq {
                return Err((seq, format!("it says that it is number {}", glimpse.seq)));
            }
            let (from, to) = span.unwrap_or((glimpse.at, glimpse.at));
            span = Some((from.min(glimpse.at), to.max(glimpse.at)));
            let own = text.as_ref().filter(|text| text.seq == seq);
            self.beside(&glimpse, own, seen)?;
            if own.is_some() {
                text = following(&mut texts, seq)?;
            }
            if matches!(glimpse.kind, "start" | "pruned" | "erased") {
                let whole: Value =
                    serde_json::from_slice(line).map_err(|_| (seq, CHANGED.to_owned()))?;
                seen.claims.learn((self.writer, seq), &whole);
            }
            seen.verified.records += 1;
            seen.verified.lost += glimpse.lost;
        }
        if text.is_some() {
            return Err((
                self.head.seq,
                "a text stands beside it that is not its own".to_owned(),
            ));
        }
        self.end(segment, marks.next().is_some(), span)
    }

    /// What is said of the segment as a whole.
    fn end(
        &self,
        segment: &Segment,
        has_more: bool,
        span: Option<(u64, u64)>,
    ) -> Result<(), Wrong> {
        let seq = self.head.seq;
        if has_more {
            return Err((seq + 1, "it is missing".to_owned()));
        }
        if self.head.hash != segment.head {
            return Err((seq, CHANGED.to_owned()));
        }
        if span != Some(segment.span_ms) {
            return Err((
                segment.first_seq,
                "the times of its segment were changed".to_owned(),
            ));
        }
        Ok(())
    }

    /// What stands beside a record.
    fn beside(
        &self,
        glimpse: &Glimpse<'_>,
        beside: Option<&Beside<'_>>,
        seen: &mut Seen,
    ) -> Result<(), Wrong> {
        let pairs = [
            (
                glimpse.target_digest,
                beside.and_then(|beside| beside.target.as_ref()),
            ),
            (
                glimpse.arguments_digest,
                beside.and_then(|beside| beside.arguments.as_ref()),
            ),
            (
                glimpse.result_digest,
                beside.and_then(|beside| beside.result.as_ref()),
            ),
        ];
        for (digest, salted) in pairs {
            match (digest, salted) {
                (None, None) => {}
                (None, Some(_)) => {
                    let what = "a text stands beside it that is not its own";
                    return Err((glimpse.seq, what.to_owned()));
                }
                (Some(_), None) => self.misses(glimpse, seen),
                (Some(digest), Some(salted)) if fits(digest, salted) => seen.verified.texts += 1,
                (Some(_), Some(_)) => {
                    let what = "the text beside it was changed";
                    return Err((glimpse.seq, what.to_owned()));
                }
            }
        }
        if let Some(who) = glimpse.who
            && !seen.people.contains_key(who)
        {
            seen.people
                .insert(who.to_owned(), (self.writer, glimpse.seq));
        }
        Ok(())
    }

    fn misses(&self, glimpse: &Glimpse<'_>, seen: &mut Seen) {
        let who = glimpse.who.unwrap_or_default().to_owned();
        let missing = seen.missing.entry(who).or_insert(Missing {
            texts: 0,
            latest_ms: 0,
            place: (self.writer, glimpse.seq),
        });
        missing.texts += 1;
        if glimpse.at >= missing.latest_ms {
            missing.latest_ms = glimpse.at;
            missing.place = (self.writer, glimpse.seq);
        }
    }
}

/// The next text.
fn following<'a>(
    texts: &mut impl Iterator<Item = serde_json::Result<Beside<'a>>>,
    seq: u64,
) -> Result<Option<Beside<'a>>, Wrong> {
    let next = texts.next().transpose();
    next.map_err(|_| (seq, "what stands beside it cannot be read".to_owned()))
}

/// Whether a text is the one whose digest stands in the record. Where only the digest was wanted, it is the salt that
/// has to be the one.
fn fits(digest: &str, salted: &Salted<'_>) -> bool {
    let Some(salt) = chain::unhex::<16>(salted.salt) else {
        return false;
    };
    match (salted.text, digest.split_at_checked(64)) {
        (Some(text), Some((digest, ""))) => {
            let text = text.get().as_bytes();
            chain::unhex(digest) == Some(chain::sealed(&salt, text))
        }
        (None, Some((_, check))) => chain::unhex(check) == Some(chain::salt_check(&salt)),
        _ => false,
    }
}

const CHANGED: &str = "it was changed, or one before it is missing or does not belong there";
