//! How an answer was judged when it was first given, as data beside it.

use serde_json::{Value, json};

use super::texts;
use crate::{Trust, Untrusted, ctx::Others};

/// How much of an answer others wrote, and the rules by which that was found.
pub(super) fn written(others: Others, trust: &Trust) -> Value {
    let untrusted = match &trust.untrusted {
        Untrusted::Nothing => json!(false),
        Untrusted::All => json!(true),
        Untrusted::Fields(names) => json!(names),
    };
    json!({
        "others": others as u8,
        "untrusted": untrusted,
        "keeps_unicode": trust.keeps_unicode,
        "link_hosts": trust.link_hosts,
        "is_privileged": trust.is_privileged,
    })
}

/// The same, back.
pub(super) fn read(value: &Value) -> Option<(Others, Trust)> {
    let others = match value.get("others")?.as_u64()? {
        0 => Others::Nothing,
        1 => Others::Part,
        _ => Others::Everything,
    };
    let untrusted = match value.get("untrusted")? {
        Value::Bool(false) => Untrusted::Nothing,
        Value::Bool(true) => Untrusted::All,
        names => Untrusted::Fields(texts(Some(names))),
    };
    let flag = |name: &str| value.get(name)?.as_bool();
    let trust = Trust {
        untrusted,
        is_privileged: flag("is_privileged")?,
        keeps_unicode: flag("keeps_unicode")?,
        link_hosts: texts(value.get("link_hosts")),
    };
    Some((others, trust))
}
