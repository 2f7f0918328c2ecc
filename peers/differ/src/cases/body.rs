//! Bodies that are no single good message.

use super::{Case, call_message, call_request};
use crate::dice::Dice;
use crate::era::Era;

pub(super) fn body(dice: &mut Dice, era: Era) -> Case {
    let good = call_message(era).to_string();
    let twice_named = good.replacen("\"id\":1", "\"id\":1,\"id\":2", 1);
    let deep = format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    let nested = good.replacen("\"hello\"", &deep, 1);
    let mut broken = good.clone().into_bytes();
    if let Some(at) = broken.iter().position(|&byte| byte == b'h') {
        broken.insert(at, 0xFF);
    }
    let rows: [(&'static str, Vec<u8>); 16] = [
        ("empty", Vec::new()),
        ("blank", b" \r\n ".to_vec()),
        ("null", b"null".to_vec()),
        ("number", b"1".to_vec()),
        ("string", b"\"tools/call\"".to_vec()),
        ("empty object", b"{}".to_vec()),
        ("empty array", b"[]".to_vec()),
        ("batch", format!("[{good}]").into_bytes()),
        ("batch of two", format!("[{good},{good}]").into_bytes()),
        ("byte order mark", format!("\u{feff}{good}").into_bytes()),
        ("behind it more", format!("{good} x").into_bytes()),
        ("two messages", format!("{good}{good}").into_bytes()),
        ("a member twice", twice_named.into_bytes()),
        (
            "half a message",
            good.as_bytes()
                .iter()
                .take(good.len() / 2)
                .copied()
                .collect(),
        ),
        ("broken letters", broken),
        ("deep", nested.into_bytes()),
    ];
    let row = rows.get(dice.below(rows.len()));
    let (name, bytes) = row.cloned().unwrap_or_default();
    Case::new(format!("body/{name}"), call_request(era).bytes(bytes))
}

const DEPTH: usize = 100;
