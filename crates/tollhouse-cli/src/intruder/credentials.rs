//! At the door: none, wrong ones, and good ones in the wrong place.

use serde_json::{Value, json};

use super::{
    Passes, Row, Shown, Table, Wire,
    wire::{Ask, Era, REVISION, Said},
};

/// How everybody with a good credential is let in. Without that, no refusal says anything.
pub(super) async fn admitted(
    wire: &Wire,
    passes: &Passes,
    table: &mut Table,
) -> Result<Vec<Era>, String> {
    let eras = one_admitted(wire, passes, &passes.good, "a good credential", table).await?;
    if let Some(other) = &passes.other {
        let others = one_admitted(wire, passes, other, "another user's", table).await?;
        if others.is_empty() {
            return Ok(others);
        }
    }
    Ok(eras)
}

async fn one_admitted(
    wire: &Wire,
    passes: &Passes,
    credential: &str,
    what: &str,
    table: &mut Table,
) -> Result<Vec<Era>, String> {
    let shown = passes.shown(credential);
    let (mut eras, mut got, mut silence) = (Vec::new(), None, None);
    for era in [Era::Newest, Era::Older] {
        match knock(wire, era, &shown).await {
            Ok(said) if said.result().is_some() => {
                end(wire, &shown, &said).await;
                eras.push(era);
            }
            Ok(said) => got = got.or(Some(said.shown())),
            Err(told) => silence = Some(told),
        }
    }
    match (eras.is_empty(), got, silence) {
        (true, None, Some(told)) => return Err(told),
        (true, Some(got), _) => table.add(Row::of(what, "200", &got, false)),
        _ => table.add(Row::of(what, "200", "200", true)),
    }
    Ok(eras)
}

pub(super) async fn try_all(wire: &Wire, passes: &Passes, eras: &[Era], table: &mut Table) {
    let good = &passes.good;
    let headers = |headers: Vec<_>| Shown::Headers(headers);
    let (name, value) = passes.header("");
    let mut attempts = vec![
        ("no credential".to_owned(), headers(Vec::new()), DENIED),
        (
            "an empty one".to_owned(),
            headers(vec![(name, value)]),
            DENIED,
        ),
        ("garbage".to_owned(), passes.shown("garbage"), DENIED),
    ];
    for (what, wrong) in &passes.wrong {
        attempts.push((what.clone(), passes.shown(wrong), DENIED));
    }
    let twice = vec![passes.header(good), passes.header(good)];
    attempts.extend([
        (
            "a good one in the URL".to_owned(),
            Shown::Query(good.clone()),
            DENIED,
        ),
        (
            "a good one in a cookie".to_owned(),
            Shown::Cookie(good.clone()),
            DENIED,
        ),
        (
            "a good one in a form".to_owned(),
            Shown::Form(good.clone()),
            FORM,
        ),
        ("a good one twice".to_owned(), headers(twice), TWICE),
    ]);
    if let Some(other) = &passes.other {
        let both = vec![passes.header(good), passes.header(other)];
        attempts.push(("two good ones".to_owned(), headers(both), TWICE));
    }
    for (what, shown, expected) in attempts {
        table.add(refused(wire, &what, eras, &shown, expected).await);
    }
}

/// One attempt, in every way that the server speaks.
async fn refused(wire: &Wire, what: &str, eras: &[Era], shown: &Shown, expected: &[u16]) -> Row {
    let (mut got, mut is_right): (Vec<String>, bool) = (Vec::new(), true);
    for era in eras {
        let one = match knock(wire, *era, shown).await {
            Ok(said) => {
                end(wire, shown, &said).await;
                is_right &= expected.contains(&said.status) && asks(&said);
                if said.status == 401 && !asks(&said) {
                    "401 without a challenge".to_owned()
                } else {
                    said.status.to_string()
                }
            }
            Err(told) => {
                is_right = false;
                told
            }
        };
        if !got.contains(&one) {
            got.push(one);
        }
    }
    let expected: Vec<_> = expected.iter().map(u16::to_string).collect();
    Row::of(what, &expected.join(" or "), &got.join(", "), is_right)
}

/// Who is sent away has to be told what would help (RFC 9110, 15.5.2).
fn asks(said: &Said) -> bool {
    said.status != 401 || said.challenge.is_some()
}

/// The first thing that a client asks.
pub(super) async fn knock(wire: &Wire, era: Era, shown: &Shown) -> Result<Said, String> {
    let (method, params) = match era {
        Era::Newest => ("server/discover", json!({})),
        Era::Older => ("initialize", greeting()),
    };
    wire.ask(Ask {
        era,
        method,
        params,
        shown,
        session: None,
    })
    .await
}

fn greeting() -> Value {
    json!({
        "protocolVersion": REVISION,
        "capabilities": {},
        "clientInfo": {"name": "tollhouse", "version": env!("CARGO_PKG_VERSION")}
    })
}

async fn end(wire: &Wire, shown: &Shown, said: &Said) {
    if let Some(session) = &said.session {
        wire.end(shown, session).await;
    }
}

const DENIED: &[u16] = &[401];
/// A form is no message either.
const FORM: &[u16] = &[401, 415];
/// The request itself is malformed, which may be said so.
const TWICE: &[u16] = &[400, 401];
