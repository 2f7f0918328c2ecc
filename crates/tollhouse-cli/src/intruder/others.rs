//! Somebody who may come in, with what belongs to somebody else: sessions and cursors.

use serde_json::{Value, json};

use super::{
    Passes, Row, Shown, Table, Wire,
    credentials::knock,
    wire::{Ask, Era, Said},
};

pub(super) async fn try_all(wire: &Wire, passes: &Passes, eras: &[Era], table: &mut Table) {
    sessions(wire, passes, eras, table).await;
    for era in eras {
        cursors(wire, passes, *era, table).await;
    }
}

/// A session is no credential, and belongs to whoever opened it.
async fn sessions(wire: &Wire, passes: &Passes, eras: &[Era], table: &mut Table) {
    let owner = passes.shown(&passes.good);
    let opened = match knock(wire, Era::Older, &owner).await {
        Ok(said) if eras.contains(&Era::Older) => said.session,
        _ => None,
    };
    let Some(session) = opened else {
        table.add(Row::skipped(
            "a session without a credential",
            "401",
            NO_SESSIONS,
        ));
        table.add(Row::skipped(STRANGE_SESSION, "404", NO_SESSIONS));
        return;
    };
    drop(wire.greeted(&owner, &session).await);
    let nobody = Shown::Headers(Vec::new());
    let alone = list(wire, Era::Older, &nobody, Some(&session), None).await;
    table.add(row(
        "a session without a credential",
        &[401],
        alone.as_ref(),
    ));
    match &passes.other {
        None => table.add(Row::skipped(STRANGE_SESSION, "404", NO_OTHER)),
        Some(other) => {
            let other = passes.shown(other);
            let strange = list(wire, Era::Older, &other, Some(&session), None).await;
            table.add(row(STRANGE_SESSION, &[404], strange.as_ref()));
        }
    }
    // It has to be alive still, or the others were refused for nothing.
    let own = list(wire, Era::Older, &owner, Some(&session), None).await;
    table.add(row("one's own session", &[200], own.as_ref()));
    wire.end(&owner, &session).await;
}

/// A cursor serves whoever it was given to.
async fn cursors(wire: &Wire, passes: &Passes, era: Era, table: &mut Table) {
    let what = match era {
        Era::Newest => "another's cursor",
        Era::Older => "another's cursor, in a session",
    };
    let Some(other) = &passes.other else {
        table.add(Row::skipped(what, CURSOR, NO_OTHER));
        return;
    };
    let owner = In::open(wire, era, passes.shown(&passes.good)).await;
    let stranger = In::open(wire, era, passes.shown(other)).await;
    let (Some(owner), Some(stranger)) = (owner, stranger) else {
        table.add(Row::skipped(what, CURSOR, NO_SESSIONS));
        return;
    };
    match owner.cursor(wire).await {
        None => table.add(Row::skipped(what, CURSOR, "its lists fit on one page each")),
        Some((method, cursor)) => {
            let came = stranger
                .ask(wire, method, json!({ "cursor": cursor }))
                .await;
            let got = came.as_ref().map_or_else(Clone::clone, Said::shown);
            let is_right = came.is_ok_and(|said| said.code() == Some(INVALID_PARAMS));
            table.add(Row::of(what, CURSOR, &got, is_right));
        }
    }
    owner.leave(wire).await;
    stranger.leave(wire).await;
}

/// Somebody who came in.
pub(super) struct In {
    era: Era,
    shown: Shown,
    session: Option<String>,
}

impl In {
    pub(super) async fn open(wire: &Wire, era: Era, shown: Shown) -> Option<Self> {
        let session = match era {
            Era::Newest => None,
            Era::Older => {
                let session = knock(wire, era, &shown).await.ok()?.session?;
                drop(wire.greeted(&shown, &session).await);
                Some(session)
            }
        };
        Some(Self {
            era,
            shown,
            session,
        })
    }

    pub(super) async fn list(&self, wire: &Wire, cursor: Option<&str>) -> Result<Said, String> {
        list(wire, self.era, &self.shown, self.session.as_deref(), cursor).await
    }

    /// Where the second page of some list begins.
    async fn cursor(&self, wire: &Wire) -> Option<(&'static str, String)> {
        for method in ["tools/list", "prompts/list", "resources/list"] {
            let Ok(first) = self.ask(wire, method, json!({})).await else {
                continue;
            };
            let cursor = first
                .result()
                .and_then(|result| result.get("nextCursor")?.as_str());
            if let Some(cursor) = cursor {
                return Some((method, cursor.to_owned()));
            }
        }
        None
    }

    pub(super) async fn ask(
        &self,
        wire: &Wire,
        method: &'static str,
        params: Value,
    ) -> Result<Said, String> {
        wire.ask(Ask {
            era: self.era,
            method,
            params,
            shown: &self.shown,
            session: self.session.as_deref(),
        })
        .await
    }

    pub(super) async fn leave(&self, wire: &Wire) {
        if let Some(session) = &self.session {
            wire.end(&self.shown, session).await;
        }
    }
}

async fn list(
    wire: &Wire,
    era: Era,
    shown: &Shown,
    session: Option<&str>,
    cursor: Option<&str>,
) -> Result<Said, String> {
    let params = match cursor {
        Some(cursor) => json!({ "cursor": cursor }),
        None => Value::Object(serde_json::Map::new()),
    };
    wire.ask(Ask {
        era,
        method: "tools/list",
        params,
        shown,
        session,
    })
    .await
}

fn row(what: &str, expected: &[u16], came: Result<&Said, &String>) -> Row {
    let got = came.map_or_else(Clone::clone, Said::shown);
    let is_right = came.is_ok_and(|said| expected.contains(&said.status));
    let expected: Vec<_> = expected.iter().map(u16::to_string).collect();
    Row::of(what, &expected.join(" or "), &got, is_right)
}

const STRANGE_SESSION: &str = "another's session";
const NO_SESSIONS: &str = "the server has no sessions";
const NO_OTHER: &str = "needs a second credential: --other-token";
const CURSOR: &str = "-32602";
const INVALID_PARAMS: i64 = -32602;
