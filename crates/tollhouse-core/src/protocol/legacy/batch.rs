//! Several messages in one array (MCP 2025-03-26, "Base protocol").

use bytes::Bytes;

use crate::{
    Refusal,
    protocol::{Rejected, types::read},
};

pub(crate) fn is_array(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'[')
}

/// The messages of an array, in its order; `None` if it is no array.
pub(crate) fn split(body: &Bytes) -> Option<Result<Vec<Bytes>, Rejected>> {
    if !is_array(body) {
        return None;
    }
    let refuse = |refusal| Some(Err(Rejected::new(None, refusal)));
    let items = match read::array(body) {
        Ok(items) => items,
        Err(why) => return refuse(Refusal::Unreadable(why)),
    };
    match items.len() {
        0 => refuse(Refusal::NotAMessage("the array is empty".to_owned())),
        1..=MESSAGES_MAX => Some(Ok(items)),
        _ => refuse(Refusal::NotAMessage(format!(
            "more than {MESSAGES_MAX} messages in one array"
        ))),
    }
}

const MESSAGES_MAX: usize = 100;
