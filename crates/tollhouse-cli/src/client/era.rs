//! Which revision is spoken: the newest is tried first, and a server that does not know it is greeted as the
//! older ones want it (MCP 2026-07-28, "Versioning", and each transport's "Backward compatibility").

use serde_json::{Map, Value, json};

use super::{
    PROBE, plain,
    question::Answerer,
    revision,
    talk::{Ask, Line, PREFIX, PROBED, Talk, TimedOut, capabilities, info},
    trouble::{Refused, Trouble},
};

/// What was agreed on, and what the server says of itself.
#[derive(Debug)]
pub(crate) struct Spoken {
    pub(crate) revision: &'static str,
    pub(crate) server: Value,
    pub(crate) capabilities: Value,
    pub(crate) instructions: Option<String>,
}

/// Agrees with a server on a revision, or on the one that is wanted.
pub(super) async fn agree(talk: &mut Talk, wanted: Option<&str>) -> Result<Spoken, Trouble> {
    let wanted = wanted.and_then(revision::find);
    match wanted {
        Some(date) if date != revision::NEWEST => {
            return greet_anyhow(talk, date, wanted).await.map_err(ungreeted);
        }
        _ => {}
    }
    talk.revision = Some(revision::NEWEST);
    let mut discovered = discover(talk).await?;
    if let Discovered::Refused(trouble) = &discovered
        && speaks_newest(trouble)
    {
        // What it speaks it may be asked once more in.
        discovered = discover(talk).await?;
    }
    let older = match discovered {
        Discovered::Known(spoken) => return Ok(spoken),
        Discovered::Older(older) => older,
        Discovered::Refused(trouble) if wanted.is_some() => return Err(only(trouble)),
        Discovered::Refused(trouble) => older(&trouble)?,
    };
    if wanted.is_some() {
        let other = format!("the server speaks {older} and not {}", revision::NEWEST);
        return Err(Trouble::Unreachable(other));
    }
    talk.revision = None;
    let greeted = greet_anyhow(talk, older, None).await;
    match (greeted, talk.late.take()) {
        // It only took its time to say that it speaks the newest.
        (Err(Trouble::Refused(_)), Some(late)) => {
            talk.revision = Some(revision::NEWEST);
            known(&late).ok_or_else(nothing_in_common)
        }
        (greeted, _) => greeted.map_err(ungreeted),
    }
}

/// A server that cannot even be greeted has refused no call yet.
fn ungreeted(trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::Refused(refused) => Trouble::Unreachable(format!(
            "{refused}\nIs it an MCP server, and one that speaks {} or newer?",
            revision::ALL.last().unwrap_or(&revision::NEWEST)
        )),
        other => other,
    }
}

enum Discovered {
    Known(Spoken),
    /// It speaks this one.
    Older(&'static str),
    /// It knows no such question.
    Refused(Trouble),
}

async fn discover(talk: &mut Talk) -> Result<Discovered, Trouble> {
    let ask = Ask::new(PROBED, Map::new());
    let mut nobody = Answerer::default();
    let answer = match &talk.line {
        // Some older servers do not answer at all before they are greeted.
        Line::Pipe(_) => match talk.ask_within(ask, &mut nobody, PROBE).await? {
            Ok(answer) => answer,
            Err(TimedOut(_)) => return Ok(Discovered::Older(revision_before())),
        },
        Line::Http(_) => talk.ask(ask, &mut nobody).await,
    };
    match answer {
        Ok(result) => match (known(&result), result.get("supportedVersions")) {
            (Some(spoken), _) => Ok(Discovered::Known(spoken)),
            (None, Some(supported)) => best(Some(supported))
                .map(Discovered::Older)
                .ok_or_else(nothing_in_common),
            // It says yes to whatever it does not know.
            (None, None) => Ok(Discovered::Older(revision_before())),
        },
        Err(trouble @ (Trouble::Refused(_) | Trouble::Status(..))) => {
            Ok(Discovered::Refused(trouble))
        }
        Err(trouble) => Err(trouble),
    }
}

/// Whether a server that refuses the newest revision names it among those that it speaks.
fn speaks_newest(trouble: &Trouble) -> bool {
    let Trouble::Refused(refused) = trouble else {
        return false;
    };
    let data = refused.data.as_ref();
    let supported = data.and_then(|data| data.get("supported")?.as_array());
    refused.code == UNSUPPORTED_VERSION
        && supported.is_some_and(|dates| dates.iter().any(|date| date == revision::NEWEST))
}

/// Which revision to greet a server with that does not answer in the newest.
fn older(trouble: &Trouble) -> Result<&'static str, Trouble> {
    match trouble {
        Trouble::Refused(Refused {
            code: UNSUPPORTED_VERSION,
            data: Some(data),
            ..
        }) => best(data.get("supported")).ok_or_else(nothing_in_common),
        _ => Ok(revision_before()),
    }
}

fn only(trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::Refused(refused) => Trouble::Unreachable(format!(
            "the server does not speak {}: {}. Without --revision an older one is tried",
            revision::NEWEST,
            plain::line(&refused.message)
        )),
        other => other,
    }
}

/// Greets over the transports that older servers have.
async fn greet_anyhow(
    talk: &mut Talk,
    date: &'static str,
    wanted: Option<&'static str>,
) -> Result<Spoken, Trouble> {
    let greeted = greet(talk, date, wanted).await;
    let Err(Trouble::Status(400 | 404 | 405, _)) = &greeted else {
        return greeted;
    };
    let Line::Http(http) = &mut talk.line else {
        return greeted;
    };
    // The transport of 2024-11-05 is known by a stream where others take messages.
    match tokio::time::timeout(PROBE, http.pair()).await {
        Ok(Ok(())) => greet(talk, date, wanted).await,
        _ => greeted,
    }
}

async fn greet(
    talk: &mut Talk,
    date: &'static str,
    wanted: Option<&'static str>,
) -> Result<Spoken, Trouble> {
    talk.revision = None;
    let params = json!({
        "protocolVersion": date,
        "capabilities": capabilities(),
        "clientInfo": info()
    });
    let params = params.as_object().cloned().unwrap_or_default();
    let ask = Ask::new("initialize", params);
    let result = talk.ask(ask, &mut Answerer::default()).await?;
    let answered = result.get("protocolVersion").and_then(Value::as_str);
    let answered = answered.unwrap_or_default();
    let spoken = revision::with_handshake().find(|known| *known == answered);
    let Some(spoken) = spoken.filter(|spoken| wanted.is_none_or(|wanted| wanted == *spoken)) else {
        return Err(Trouble::Unreachable(format!(
            "the server wants to speak {:?}, which is not spoken here{}",
            plain::line(answered),
            if wanted.is_some() {
                " because of --revision"
            } else {
                ""
            }
        )));
    };
    talk.revision = Some(spoken);
    talk.tell("notifications/initialized", &json!({})).await?;
    let server = result.get("serverInfo").cloned().unwrap_or_default();
    Ok(Spoken::new(spoken, server, &result))
}

/// What a server says that speaks the newest revision.
fn known(result: &Map<String, Value>) -> Option<Spoken> {
    let supported = result.get("supportedVersions")?.as_array()?;
    let speaks = supported.iter().any(|date| date == revision::NEWEST);
    let meta = result.get("_meta").unwrap_or(&Value::Null);
    let server = meta.get(format!("{PREFIX}serverInfo"));
    let server = server.cloned().unwrap_or_default();
    speaks.then(|| Spoken::new(revision::NEWEST, server, result))
}

impl Spoken {
    fn new(revision: &'static str, server: Value, result: &Map<String, Value>) -> Self {
        let instructions = result.get("instructions").and_then(Value::as_str);
        Self {
            revision,
            server,
            capabilities: result.get("capabilities").cloned().unwrap_or_default(),
            instructions: instructions.map(str::to_owned),
        }
    }
}

/// The newest of these that begins with a handshake.
fn best(supported: Option<&Value>) -> Option<&'static str> {
    let supported = supported?.as_array()?;
    revision::with_handshake().find(|known| supported.iter().any(|date| date == known))
}

fn revision_before() -> &'static str {
    revision::with_handshake()
        .next()
        .unwrap_or(revision::NEWEST)
}

fn nothing_in_common() -> Trouble {
    Trouble::Unreachable(format!(
        "the server speaks none of {}",
        revision::ALL.join(", ")
    ))
}

const UNSUPPORTED_VERSION: i64 = -32022;
