//! Keeps the whole of what a caller gets a part of, and says how to get the rest.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::narrow;
use crate::{
    Content, Ctx, Effect, Resource,
    ctx::Others,
    pipeline::Ground,
    results::{self, Leaves, Place},
    spills::{Label, Placed, Room, Spill, SpillId},
    toolset::ToolEntry,
};

/// For whom, and of what, something is cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Desk<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) ctx: &'a Ctx,
    pub(super) entry: &'a ToolEntry,
}

/// All of something, and where the part ends that is shown.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) body: Bytes,
    pub(super) mime_type: String,
    pub(super) is_text: bool,
    pub(super) from: u64,
}

/// How much is shown, in pieces of some kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub(super) what: &'static str,
    pub(super) shown: usize,
    pub(super) total: usize,
}

/// What is said of the rest: to the model, and to programs.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) text: String,
    pub(super) link: Option<Content>,
    pub(super) meta: Value,
}

impl Desk<'_> {
    /// How many bytes of an answer a model reads at most.
    pub(super) fn room(self) -> usize {
        (self.tokens() as usize).saturating_mul(TOKEN_BYTES)
    }

    /// How its texts leave. That is known once the output has been cleaned.
    pub(super) fn leaves(self) -> Leaves {
        match self.ctx.others() {
            Others::Nothing => Leaves::Plain,
            Others::Part | Others::Everything => Leaves::Marked,
        }
    }

    fn tokens(self) -> u32 {
        let own = self.entry.tool.policy.shape.tokens;
        own.unwrap_or(self.ground.rules.tokens)
    }

    /// Keeps the whole, and says how to go on.
    pub(super) async fn keep(self, whole: Whole, shown: Shown) -> Told {
        let total = whole.body.len();
        let (mime_type, is_text) = (whole.mime_type.clone(), whole.is_text);
        let place = self.place(whole).await;
        let owner = self.ctx.principal().owner();
        let cursor = place
            .as_ref()
            .filter(|_| is_text)
            .and_then(|place| place.seal(self.ground.seals, owner));
        let uri = place.as_ref().map(|place| {
            Place {
                from: 0,
                id: place.id.clone(),
            }
            .uri()
        });
        let Shown {
            what,
            shown,
            total: all,
        } = shown;
        let advice = narrow::advice(self.entry);
        let how = match (&cursor, &uri) {
            (Some(cursor), _) => format!(
                "For the next ones call {} with cursor {cursor} .",
                results::TOOL
            ),
            (None, Some(uri)) => format!("The whole is the resource {uri} ."),
            (None, None) => "The rest was not kept.".to_owned(),
        };
        let text =
            format!("[Too long for one answer: {shown} of {all} {what} are shown. {how} {advice}]");
        let link = uri.as_ref().map(|uri| {
            Content::Link(Box::new(Resource {
                uri: uri.clone(),
                name: format!("{} in full", self.entry.tool.name),
                mime_type: Some(mime_type),
                size_bytes: Some(total as u64),
                ..Resource::default()
            }))
        });
        let meta = json!({
            "what": what, "shown": shown, "total": all, "total_bytes": total,
            "cursor": cursor, "uri": uri, "how_to_narrow": advice,
        });
        Told { text, link, meta }
    }

    /// Where the whole is kept, if it is.
    async fn place(self, whole: Whole) -> Option<Place> {
        let Self { ground, ctx, entry } = self;
        if !ground.toolset.has_results() {
            return None;
        }
        let bytes = whole.body.len();
        let rest = ground.rules.rest;
        let now_ms = ground.clock.unix_ms();
        let id = SpillId::random();
        let id = id.inspect_err(|error| tracing::warn!(%error, "a long result was not kept"));
        let spill = Spill {
            id: id.ok()?,
            owner: ctx.principal().owner(),
            label: Label {
                tool: entry.tool.name.clone(),
                mime_type: whole.mime_type,
                is_text: whole.is_text,
                is_untrusted: ctx.others() != Others::Nothing,
                tokens: self.tokens(),
            },
            body: whole.body,
            now_ms,
            until_ms: now_ms.saturating_add(ms(self.lasts(rest.lasts))),
        };
        let place = Place {
            id: spill.id.clone(),
            from: whole.from,
        };
        let room = Room {
            owner_bytes: rest.owner_bytes,
            bytes: rest.bytes,
        };
        match ground.stores.spills.put(spill, room).await {
            Ok(Placed::Kept) => Some(place),
            Ok(Placed::NoRoom) => {
                tracing::warn!(
                    tool = entry.tool.name,
                    bytes,
                    "a result is too long to be kept"
                );
                None
            }
            Err(error) => {
                tracing::warn!(tool = entry.tool.name, %error, "a long result was not kept");
                None
            }
        }
    }

    /// An answer that may be given again must be readable to its end then, too.
    fn lasts(self, usual: Duration) -> Duration {
        match self.entry.tool.effect {
            Effect::Read => usual,
            Effect::Write | Effect::Destroy => usual.max(self.entry.tool.policy.repeat.kept),
        }
    }
}

/// Puts what is said of the rest where programs look for it.
pub(super) fn note(meta: &mut Option<Map<String, Value>>, told: Value) {
    meta.get_or_insert_default()
        .entry(results::META)
        .or_insert(told);
}

/// What is left of the room when the rest has been spoken of.
pub(super) fn room_beside_note(room: usize) -> usize {
    room - NOTE_BYTES.min(room / 2)
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

const TOKEN_BYTES: usize = 4;
/// What is said of the rest: the sentence and the link.
const NOTE_BYTES: usize = 800;
