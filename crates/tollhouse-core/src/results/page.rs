//! Pages of a text: as much as fits, up to the end of a line where there is one.

use super::weight::Leaves;
use crate::spills::Piece;

/// The page at the beginning of a piece, and the byte behind it unless it is the last. `None` if the piece does not
/// begin with a character: nobody was told to read from there.
pub(super) fn of(piece: &Piece, from: u64) -> Option<(String, Option<u64>)> {
    let whole = match std::str::from_utf8(&piece.bytes) {
        Ok(text) => text,
        // The piece may end in the middle of a character.
        Err(error) => std::str::from_utf8(piece.bytes.get(..error.valid_up_to())?).ok()?,
    };
    if whole.is_empty() && from < piece.total {
        return None;
    }
    let room = (piece.label.tokens as usize).saturating_mul(TOKEN_BYTES);
    let leaves = match piece.label.is_untrusted {
        true => Leaves::Marked,
        false => Leaves::Plain,
    };
    // Where little fits, what is said beside it is more than the page.
    let left = room.saturating_sub(NOTE_BYTES + leaves.around());
    let end = beginning(whole, left.max(room / 4), leaves);
    let page = whole.get(..end).unwrap_or_default();
    let so_far = from.saturating_add(page.len() as u64);
    Some((page.to_owned(), (so_far < piece.total).then_some(so_far)))
}

/// How long a beginning of a text is shown in so much room: up to the end of a line, if that is not far.
pub(crate) fn beginning(text: &str, room: usize, leaves: Leaves) -> usize {
    let (mut taken, mut weight) = (0, leaves.weight());
    let too_far = text.bytes().position(|byte| {
        taken += weight.byte(byte);
        taken > room
    });
    let Some(end) = too_far.map(|end| text.floor_char_boundary(end)) else {
        return text.len();
    };
    let shown = text.get(..end).unwrap_or_default();
    let behind = |mark: &str| shown.rfind(mark).map(|at| at + mark.len());
    let paragraph = behind("\n\n").filter(|at| *at > end - end / 4);
    let line = || behind("\n").filter(|at| *at > end / 2);
    match paragraph.or_else(line).unwrap_or(end) {
        // In no room at all, one character still goes on.
        0 => text.chars().next().map_or(0, char::len_utf8),
        end => end,
    }
}

const TOKEN_BYTES: usize = 4;
/// What stands behind a page: how far it went, and the cursor.
const NOTE_BYTES: usize = 256;
