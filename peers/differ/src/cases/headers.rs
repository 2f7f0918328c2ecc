//! Headers and verbs.

use super::{Case, call_request, choose};
use crate::dice::Dice;
use crate::era::{Era, SESSION};

/// What is done to a header: it goes, it is another, or there is one more.
#[derive(Debug, Clone, Copy)]
enum Change {
    Gone,
    Other(&'static str),
    More(&'static str),
}

/// The headers that the protocol has.
pub(super) fn protocol(dice: &mut Dice, era: Era) -> Case {
    use Change::{Gone, More, Other};
    let version = "MCP-Protocol-Version";
    let (extra, value) = match era {
        Era::Modern => ("Mcp-Name", "echo"),
        Era::Legacy => ("Mcp-Session-Id", SESSION),
    };
    let method = "Mcp-Method";
    let rows: [(&'static str, (&'static str, Change)); 16] = [
        ("no version", (version, Gone)),
        ("unknown version", (version, Other("2099-01-01"))),
        ("senseless version", (version, Other("v999"))),
        ("older version", (version, Other("2025-06-18"))),
        (
            "other era",
            (
                version,
                Other(match era {
                    Era::Modern => "2025-11-25",
                    Era::Legacy => "2026-07-28",
                }),
            ),
        ),
        ("version twice", (version, More(era.version()))),
        ("no name or session", (extra, Gone)),
        ("other name or session", (extra, Other("other"))),
        ("empty name or session", (extra, Other(""))),
        ("name or session twice", (extra, More(value))),
        ("name in base64", ("Mcp-Name", Other("=?base64?ZWNobw==?="))),
        (
            "name in bad base64",
            ("Mcp-Name", Other("=?base64?ZWNobw?=")),
        ),
        ("no method", (method, Gone)),
        ("other method", (method, Other("tools/list"))),
        ("capital method", (method, Other("Tools/Call"))),
        ("method twice", (method, More("tools/call"))),
    ];
    let (name, row) = choose(dice, &rows);
    let request = call_request(era);
    let request = match row {
        None => request,
        Some((header, Gone)) => request.without(header),
        Some((header, Other(value))) => request.with(header, value),
        Some((header, More(value))) => request.header(header, value),
    };
    Case::new(format!("header/{name}"), request)
}

/// The headers that HTTP has.
pub(super) fn http(dice: &mut Dice, era: Era) -> Case {
    use Change::{Gone, Other};
    let (accept, kind) = ("Accept", "Content-Type");
    let rows: [(&'static str, (&'static str, Change)); 14] = [
        ("no accept", (accept, Gone)),
        ("accept anything", (accept, Other("*/*"))),
        ("accept JSON", (accept, Other("application/json"))),
        ("accept streams", (accept, Other("text/event-stream"))),
        ("accept pages", (accept, Other("text/html"))),
        (
            "accept with weights",
            (
                accept,
                Other("text/event-stream;q=0.5, application/json;q=0.9"),
            ),
        ),
        ("no type", (kind, Gone)),
        ("plain text", (kind, Other("text/plain"))),
        (
            "JSON with a charset",
            (kind, Other("application/json; charset=utf-8")),
        ),
        ("capital type", (kind, Other("Application/JSON"))),
        ("other JSON", (kind, Other("application/vnd.api+json"))),
        (
            "foreign origin",
            ("Origin", Other("https://evil.example.com")),
        ),
        ("own origin", ("Origin", Other("http://localhost"))),
        ("foreign host", ("Host", Other("evil.example.com"))),
    ];
    let (name, row) = choose(dice, &rows);
    let request = call_request(era);
    let request = match row {
        Some((header, Gone)) => request.without(header),
        Some((header, Other(value))) => request.with(header, value),
        _ => request,
    };
    Case::new(format!("http/{name}"), request)
}

pub(super) fn verb(dice: &mut Dice, era: Era) -> Case {
    let verbs = ["GET", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD"];
    let verb = dice.pick(&verbs).copied().unwrap_or_default();
    let request = match dice.below(2) {
        0 => call_request(era).verb(verb),
        _ => era.bare().without("Content-Type").verb(verb),
    };
    Case::new(format!("verb/{verb}"), request).alone()
}
