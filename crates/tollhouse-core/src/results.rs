//! Results that were too long for one answer: how they are named, and the source by which callers read on.
//!
//! The road puts them into the store (`pipeline/shape`); what is read here goes the whole road once more, with the
//! trust of the tool that said it ([`Origin`]).

use std::{fmt, sync::Arc};

use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};

use crate::{
    Body, Clock, Content, Contents, Ctx, Effect, Fault, Offers, Output, Permit, Principal,
    Reported, Shape, Source, Target, Template, Tool, fail,
    seal::{Purpose, Ring},
    spills::{Asked, Owner, Piece, SpillId, Spills},
};

mod page;
mod weight;

pub(crate) use page::beginning;
pub(crate) use weight::{Leaves, Weight};

/// Where the answer of a call comes from that another call asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The tool that said it.
    pub(crate) tool: String,
}

/// A place in a kept result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) id: SpillId,
    /// The byte at which the next piece begins.
    pub(crate) from: u64,
}

impl Place {
    /// The place as a cursor, which is good for one caller. `None` only if the system has no randomness.
    pub(crate) fn seal(&self, seals: &Ring, owner: Owner) -> Option<String> {
        let mut plain = owner.to_vec();
        plain.extend_from_slice(&self.from.to_be_bytes());
        plain.extend_from_slice(self.id.as_str().as_bytes());
        seals.seal(Purpose::Rest, &plain)
    }

    /// The place that a caller's cursor names.
    fn open(seals: &Ring, owner: Owner, cursor: &str) -> Option<Self> {
        let plain = seals.open(Purpose::Rest, cursor.trim())?;
        let (theirs, plain) = plain.split_first_chunk::<16>()?;
        let (from, id) = plain.split_first_chunk::<8>()?;
        (*theirs == owner).then_some(())?;
        Some(Self {
            id: std::str::from_utf8(id).ok()?.parse().ok()?,
            from: u64::from_be_bytes(*from),
        })
    }

    /// The place as a URI.
    pub(crate) fn uri(&self) -> String {
        match self.from {
            0 => format!("{BASE}{}", self.id.as_str()),
            from => format!("{BASE}{}/{from}", self.id.as_str()),
        }
    }

    fn read(uri: &str) -> Option<Self> {
        let rest = uri.strip_prefix(BASE)?;
        let (id, from) = rest.split_once('/').unwrap_or((rest, "0"));
        Some(Self {
            id: id.parse().ok()?,
            from: from.parse().ok()?,
        })
    }
}

/// The source of kept results: a tool that reads on, and the results as resources.
pub(crate) struct Results {
    spills: Arc<dyn Spills>,
    seals: Ring,
    clock: Arc<dyn Clock>,
}

impl Results {
    pub(crate) const fn new(spills: Arc<dyn Spills>, seals: Ring, clock: Arc<dyn Clock>) -> Self {
        Self {
            spills,
            seals,
            clock,
        }
    }

    async fn more(&self, permit: &Permit<'_>, ctx: &Ctx) -> Result<Output, Fault> {
        let cursor = permit.args().get(CURSOR).and_then(Value::as_str);
        let owner = permit.principal().owner();
        let place = cursor.and_then(|cursor| Place::open(&self.seals, owner, cursor));
        let piece = match &place {
            Some(place) => {
                let asked = (place, TEXT_BYTES);
                self.piece(asked, permit.principal(), ctx).await?
            }
            None => None,
        };
        let (Some(place), Some(piece)) = (place, piece.filter(|piece| piece.label.is_text)) else {
            return Err(fail(GONE));
        };
        let (text, next) = page::of(&piece, place.from).ok_or_else(|| fail(GONE))?;
        let total = piece.total;
        let next = next.map(|from| Place { from, ..place });
        let cursor = next.as_ref().and_then(|next| next.seal(&self.seals, owner));
        let so_far = next.as_ref().map_or(total, |next| next.from);
        let note = match &cursor {
            Some(cursor) => {
                format!("[{so_far} of {total} bytes so far. The next: {TOOL} with cursor {cursor}]")
            }
            None => format!("[The end, after {total} bytes.]"),
        };
        ctx.say([Content::Text(note)]);
        let told =
            json!({"bytes": text.len(), "read": so_far, "total_bytes": total, "cursor": cursor});
        Ok(Output::Tool(Reported {
            content: vec![Content::Text(text)],
            meta: Some(Map::from_iter([(META.to_owned(), told)])),
            ..Reported::default()
        }))
    }

    async fn resource(&self, uri: &str, permit: &Permit<'_>, ctx: &Ctx) -> Result<Output, Fault> {
        let place = Place::read(uri).ok_or(Fault::NotFound)?;
        let piece = self
            .piece((&place, BLOB_BYTES), permit.principal(), ctx)
            .await?;
        let piece = piece.ok_or(Fault::NotFound)?;
        let mime_type = piece.label.mime_type.clone();
        let (body, next) = if piece.label.is_text {
            let (text, next) = page::of(&piece, place.from).ok_or(Fault::NotFound)?;
            (Body::Text(text), next)
        } else {
            let so_far = place.from.saturating_add(piece.bytes.len() as u64);
            let next = (so_far < piece.total).then_some(so_far);
            (Body::Blob(piece.bytes), next)
        };
        let next = next.map(|from| Place { from, ..place }.uri());
        let told = json!({"total_bytes": piece.total, "next": next});
        Ok(Output::Resource(vec![Contents {
            uri: uri.to_owned(),
            mime_type: Some(mime_type),
            body,
            meta: Some(Box::new(Map::from_iter([(META.to_owned(), told)]))),
        }]))
    }

    /// The bytes from a place on, and a note of where they come from. Of a text, as many as one page may have.
    async fn piece(
        &self,
        (place, bytes_max): (&Place, usize),
        principal: &Principal,
        ctx: &Ctx,
    ) -> Result<Option<Piece>, Fault> {
        let asked = Asked {
            owner: principal.owner(),
            id: &place.id,
            from: place.from,
            bytes_max,
            now_ms: self.clock.unix_ms(),
        };
        let piece = self.spills.get(asked).await?;
        if let Some(piece) = &piece {
            ctx.came_from(Origin {
                tool: piece.label.tool.clone(),
            });
            if piece.label.is_untrusted {
                ctx.foreign();
            }
        }
        Ok(piece)
    }
}

impl Source for Results {
    fn offers(&self) -> Offers {
        let input = json!({
            "type": "object",
            "properties": {CURSOR: {"type": "string", "description": "The cursor that the answer named"}},
            "required": [CURSOR],
            "additionalProperties": false,
        });
        let mut tool = Tool::new(TOOL, ABOUT_TOOL, input);
        tool.effect = Effect::Read;
        let template = |uri_template: String, name: &str, description: &str| Template {
            uri_template,
            name: name.to_owned(),
            description: Some(description.to_owned()),
            ..Template::default()
        };
        Offers {
            tools: vec![tool],
            templates: vec![
                template(format!("{BASE}{{id}}"), "result", ABOUT_RESULT),
                template(format!("{BASE}{{id}}/{{from}}"), "result_from", ABOUT_PART),
            ],
            ..Offers::default()
        }
    }

    fn call<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        ctx: &'a Ctx,
    ) -> BoxFuture<'a, Result<Output, Fault>> {
        match permit.target() {
            Target::Tool(_) => Box::pin(self.more(permit, ctx)),
            Target::Resource(uri) => Box::pin(self.resource(uri, permit, ctx)),
            Target::Prompt(_) | Target::Completion(_) => Box::pin(async { Err(Fault::NotFound) }),
        }
    }
}

impl fmt::Debug for Results {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Results({:?})", self.spills)
    }
}

/// The tool that reads on.
pub(crate) const TOOL: &str = "read_more";
/// Under which programs find what a caller did not get.
pub(crate) const META: &str = "dev.tollhouse/truncated";
const CURSOR: &str = "cursor";
const BASE: &str = "tollhouse://results/";
const ABOUT_TOOL: &str = "Read the next part of an answer that was too long to be given at once. \
                          The answer names the cursor.";
const ABOUT_RESULT: &str = "An answer that was too long to be given at once, from its beginning.";
const ABOUT_PART: &str = "The same from a byte on, as the part before it names.";
/// What is unknown, expired or somebody else's is told alike.
pub(crate) const GONE: &str = "There is nothing more to read under this cursor: it is not one that was given to you, or \
                    the result is no longer kept. Call the tool again that gave it, and ask more narrowly.";
/// As much text as a page of the largest budget can have.
const TEXT_BYTES: usize = Shape::TOKENS_MAX as usize * 4;
/// A piece that is no text. Three quarters of a mebibyte are one when they are encoded.
const BLOB_BYTES: usize = 768 * 1024;
