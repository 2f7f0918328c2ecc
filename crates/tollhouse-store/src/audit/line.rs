//! One record as one line of JSON, and beside it what may be erased.
//!
//! The bytes of a line are what the chain is made of, so a line is never written again. Keys are added at the end.

use serde::Serialize;
use tollhouse_core::{
    Confirmation, Effect, Ending, Intent, Payload, Record, Refusal, Trace, approvals::ApprovalId,
};

use super::{chain, salts::Salts};

/// What stands in a line, in this order. What is absent is left out.
#[derive(Debug, Default, Serialize)]
pub(super) struct Line<'a> {
    pub(super) seq: u64,
    pub(super) at: u64,
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) call: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) who: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tenant: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) grant: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) of: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target: Option<&'a str>,
    /// The digest of a target that its caller wrote, such as a URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target_digest: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) definition: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) effect: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) step: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) duration_us: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) result_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) result_tokens: Option<u64>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) replayed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) confirmed: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tainted_until: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cut_from: Option<u64>,
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) removed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trace: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) arguments_digest: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) result_digest: Option<&'a str>,
    /// How many records are missing here.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) lost: u64,
    /// Whose texts were erased.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) marks: &'a [String],
    /// Of records before when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<u64>,
    /// Of what there is only a digest because it is too long, and how many bytes it has.
    #[serde(skip_serializing_if = "TooLong::is_empty")]
    pub(super) too_long: TooLong,
    /// Under which id a person was asked for a yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) approval: Option<&'a str>,
}

/// What is too long to be kept.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct TooLong {
    #[serde(skip_serializing_if = "Option::is_none")]
    arguments: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<u64>,
}

impl TooLong {
    const fn is_empty(&self) -> bool {
        self.arguments.is_none() && self.result.is_none()
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
const fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// The line of a call that has ended.
pub(super) fn of_record<'a>(record: &'a Record, seq: u64, who: &'a str) -> Line<'a> {
    let refusal = match &record.ending {
        Ending::Refused(refusal) => Some(refusal),
        Ending::Done | Ending::Failed | Ending::Asked => None,
    };
    let trail = &record.trail;
    Line {
        seq,
        at: record.at_ms,
        kind: "call",
        call: Some(&record.call),
        who: Some(who),
        client: record.client.as_deref(),
        tenant: record.tenant.as_deref(),
        grant: record.grant.as_deref(),
        of: Some(record.kind),
        target: is_ours(record).then_some(&record.target),
        definition: record.definition.as_deref(),
        effect: record.effect.map(effect),
        status: Some(record.ending.name()),
        reason: refusal.map(|refusal| match record.is_hidden {
            true => "hidden",
            false => refusal.name(),
        }),
        step: refusal.map(Refusal::step),
        id: refusal.and_then(|refusal| match refusal {
            Refusal::Internal(id) => Some(id.as_str()),
            _ => None,
        }),
        duration_us: Some(u64::try_from(record.duration.as_micros()).unwrap_or(u64::MAX)),
        result_bytes: record.result_bytes,
        result_tokens: record.result_bytes.map(|bytes| bytes.div_ceil(4)),
        replayed: trail.is_replayed,
        confirmed: confirmed(trail.confirmed),
        tainted_until: trail.tainted_until_ms,
        cut_from: trail.cut_from_bytes,
        removed: trail.removed,
        rows: trail.rows,
        trace: record.trace.as_deref().and_then(Trace::id),
        session: record.session.as_deref(),
        approval: trail.approval.as_ref().map(ApprovalId::as_str),
        ..Line::default()
    }
}

/// The line of a call that is about to change something.
pub(super) fn of_intent<'a>(intent: &'a Intent, seq: u64, who: &'a str) -> Line<'a> {
    Line {
        seq,
        at: intent.at_ms,
        kind: "intent",
        call: Some(&intent.call),
        who: Some(who),
        client: intent.client.as_deref(),
        tenant: intent.tenant.as_deref(),
        grant: intent.grant.as_deref(),
        of: Some("tool"),
        target: Some(&intent.target),
        definition: Some(&intent.definition),
        effect: Some(effect(intent.effect)),
        approval: intent.approval.as_ref().map(ApprovalId::as_str),
        ..Line::default()
    }
}

/// Whether the name of the target is one of this server's, and nothing that its caller has written.
pub(super) fn is_ours(record: &Record) -> bool {
    match record.kind {
        "tool" => record.definition.is_some(),
        "prompt" => !matches!(record.ending, Ending::Refused(Refusal::UnknownPrompt(_))),
        _ => false,
    }
}

const fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "read",
        Effect::Write => "write",
        Effect::Destroy => "destroy",
    }
}

const fn confirmed(by: Confirmation) -> Option<&'static str> {
    match by {
        Confirmation::Nobody => None,
        Confirmation::Client => Some("client"),
        Confirmation::Human => Some("human"),
    }
}

/// Texts that stand beside the chain: with each its salt, and the text unless only its digest is wanted.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// One line for each record that has some.
    pub(super) lines: Vec<u8>,
    is_open: bool,
    too_long: TooLong,
}

impl Texts {
    /// Keeps a payload of this record, and gives the digest that stands in its line.
    pub(super) fn keep(
        &mut self,
        (seq, name): (u64, &str),
        payload: &Payload,
        salts: &mut Salts,
    ) -> Option<String> {
        let sealed = |salts: &mut Salts, text: &str| {
            let salt = salts.draw();
            (salt, chain::sealed(&salt, text.as_bytes()))
        };
        let ((salt, digest), text) = match payload {
            Payload::Nothing => return None,
            Payload::Hash(text) => (sealed(salts, text), None),
            Payload::Text(text) => (sealed(salts, text), Some(text)),
            Payload::Digest {
                salt,
                digest,
                bytes,
            } => {
                self.note(name, *bytes);
                ((*salt, *digest), None)
            }
        };
        self.begin(seq);
        self.lines.extend_from_slice(b",\"");
        self.lines.extend_from_slice(name.as_bytes());
        self.lines.extend_from_slice(b"\":{\"salt\":\"");
        chain::push_hex(&salt, &mut self.lines);
        self.lines.push(b'"');
        if let Some(text) = text {
            // It is JSON, so it stands here as it is.
            self.lines.extend_from_slice(b",\"text\":");
            self.lines.extend_from_slice(text.as_bytes());
        }
        self.lines.push(b'}');
        let mut shown = chain::hex(&digest);
        if text.is_none() {
            shown.push_str(&chain::hex(&chain::salt_check(&salt)));
        }
        Some(shown)
    }

    /// What of this record was too long.
    pub(super) const fn too_long(&self) -> TooLong {
        self.too_long
    }

    /// The next record is another one.
    pub(super) fn end(&mut self) {
        self.too_long = TooLong::default();
        if std::mem::take(&mut self.is_open) {
            self.lines.extend_from_slice(b"}\n");
        }
    }

    fn note(&mut self, name: &str, bytes: u64) {
        match name {
            "arguments" => self.too_long.arguments = Some(bytes),
            _ => self.too_long.result = Some(bytes),
        }
    }

    fn begin(&mut self, seq: u64) {
        if !std::mem::replace(&mut self.is_open, true) {
            self.lines.extend_from_slice(b"{\"seq\":");
            self.lines.extend_from_slice(seq.to_string().as_bytes());
        }
    }
}
