//! Makes the pieces of an answer fit: texts end at a line, what is no text stands elsewhere.

use bytes::Bytes;

use super::{
    rest::{self, Desk, Shown, Told, Whole},
    weigh,
};
use crate::{
    Body, Content, Contents,
    results::{Leaves, beginning},
};

/// Puts pictures, sounds and blobs that are too large aside, each for a link to it.
pub(super) async fn put_aside(desk: Desk<'_>, content: Vec<Content>) -> Vec<Content> {
    let mut left = MEDIA_BYTES_MAX;
    let mut shown = Vec::with_capacity(content.len());
    for piece in content {
        let Some((body, mime_type, is_text)) = aside(&piece) else {
            shown.push(piece);
            continue;
        };
        let is_small = match is_text {
            true => body.len() <= desk.room() / 2,
            false => body.len() <= left,
        };
        if is_small {
            left -= if is_text { 0 } else { body.len() };
            shown.push(piece);
            continue;
        }
        let bytes = body.len();
        drop(piece);
        let whole = Whole {
            body,
            mime_type,
            is_text,
            from: 0,
        };
        let none = Shown {
            what: "bytes",
            shown: 0,
            total: bytes,
        };
        let Told { text, link, .. } = desk.keep(whole, none).await;
        shown.push(Content::Text(text));
        shown.extend(link);
    }
    shown
}

/// What of a piece can stand elsewhere: its bytes, its media type, and whether it is text.
fn aside(piece: &Content) -> Option<(Bytes, String, bool)> {
    match piece.bare() {
        Content::Image { data, mime_type } | Content::Audio { data, mime_type } => {
            Some((data.clone(), mime_type.clone(), false))
        }
        Content::Embedded(Contents {
            body, mime_type, ..
        }) => {
            let mime_type = mime_type.as_deref();
            Some(match body {
                Body::Text(text) => {
                    let mime_type = mime_type.unwrap_or("text/plain").to_owned();
                    (Bytes::copy_from_slice(text.as_bytes()), mime_type, true)
                }
                Body::Blob(bytes) => {
                    let mime_type = mime_type.unwrap_or("application/octet-stream").to_owned();
                    (bytes.clone(), mime_type, false)
                }
            })
        }
        Content::Text(_) | Content::Link(_) | Content::Noted(_) => None,
    }
}

/// How much of an answer the pieces take that a model reads.
pub(super) fn weight(content: &[Content], leaves: Leaves) -> usize {
    content.iter().map(|piece| one(piece, leaves)).sum()
}

fn one(piece: &Content, leaves: Leaves) -> usize {
    let words = |text: &str| leaves.weight().text(text) + leaves.around();
    match piece.bare() {
        Content::Text(text) => words(text),
        Content::Link(link) => {
            let description = link.description.as_deref().unwrap_or_default();
            let title = link.title.as_deref().unwrap_or_default();
            [&link.uri, &link.name, description, title]
                .map(weigh::text)
                .iter()
                .sum()
        }
        Content::Embedded(Contents {
            body: Body::Text(text),
            uri,
            ..
        }) => words(text) + weigh::text(uri),
        // Pictures and sounds are no text: they have a bound of their own.
        _ => 0,
    }
}

/// As much of the pieces as fits, and all of their text if that is more. A single text is not copied. What is no text
/// and finds no room becomes a line of it.
pub(super) fn cut(
    content: Vec<Content>,
    (room, leaves): (usize, Leaves),
) -> (Vec<Content>, Option<Whole>) {
    if weight(&content, leaves) <= room {
        return (content, None);
    }
    let mut left = rest::room_beside_note(room);
    let mut shown = Vec::new();
    let mut whole = String::new();
    let mut from = None;
    for mut piece in content {
        let bytes = one(&piece, leaves);
        let Some(text) = piece.text_mut().map(std::mem::take) else {
            if bytes == 0 || (bytes <= left && from.is_none()) {
                left -= bytes;
                shown.push(piece);
            } else {
                let begins = add(&mut whole, line(&piece));
                from.get_or_insert(begins);
            }
            continue;
        };
        let begins = add(&mut whole, text);
        if from.is_some() {
            continue;
        }
        let text = whole.get(begins..).unwrap_or_default();
        let end = beginning(text, left.saturating_sub(leaves.around()), leaves);
        left = left.saturating_sub(bytes);
        if end < text.len() {
            from = Some(begins + end);
        }
        if let Some(place) = piece.text_mut() {
            text.get(..end).unwrap_or_default().clone_into(place);
        }
        shown.push(piece);
    }
    let from = from.unwrap_or(whole.len()) as u64;
    let whole = Whole {
        body: Bytes::from(whole),
        mime_type: "text/plain".to_owned(),
        is_text: true,
        from,
    };
    (shown, Some(whole))
}

/// A link as one line, and the text of something embedded under its address.
fn line(piece: &Content) -> String {
    match piece.bare() {
        Content::Link(link) => {
            let words = [link.title.as_ref(), link.description.as_ref()];
            let words = words.into_iter().flatten();
            words.fold(format!("{}: {}", link.name, link.uri), |line, more| {
                format!("{line} ({more})")
            })
        }
        Content::Embedded(Contents {
            body: Body::Text(text),
            uri,
            ..
        }) => format!("{uri}:\n{text}"),
        // These weigh nothing and stay.
        _ => String::new(),
    }
}

/// Puts a text under what is there already. Where it begins.
fn add(whole: &mut String, text: String) -> usize {
    if whole.is_empty() {
        *whole = text;
        return 0;
    }
    whole.push('\n');
    let begins = whole.len();
    whole.push_str(&text);
    begins
}

/// Pictures, sounds and blobs in one answer: a mebibyte when they are encoded, which is what hosts take.
const MEDIA_BYTES_MAX: usize = 768 * 1024;
