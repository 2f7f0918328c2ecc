//! Requests in a session: it lends them the version and the capabilities that they do not carry.

use super::Session;
use crate::{
    Call, Capability, Principal, Refusal,
    protocol::{
        Headers, Method, Note, Offering, Op, Watch,
        types::params::{self, Params},
    },
};

/// Reads one request of a session.
pub(crate) fn decode(
    method: &str,
    headers: Option<&Headers<'_>>,
    params: Params<'_>,
    asker: (&Principal, &Session),
    offering: &dyn Offering,
) -> Result<Op, Refusal> {
    let (principal, session) = asker;
    check_version(headers, session)?;
    if let Some(note) = note(method, &params, offering)? {
        return Ok(Op::Note(note));
    }
    let known = Method::parse(method)
        .filter(|method| !matches!(method, Method::Discover | Method::Listen))
        .filter(|method| offering.serves(*method))
        .ok_or_else(|| Refusal::UnknownMethod(method.to_owned()))?;
    if let Method::List(list) = known {
        let cursor = params.cursor.map(|cursor| cursor.0.into_owned());
        return Ok(Op::List(list, cursor));
    }
    let one_reply = headers.is_some_and(|headers| headers.one_reply);
    call(known, params, (principal, session), one_reply)
}

fn call(
    method: Method,
    mut params: Params<'_>,
    (principal, session): (&Principal, &Session),
    one_reply: bool,
) -> Result<Op, Refusal> {
    let terms = session.terms();
    let target = params::target(method, &params)?;
    let args = params::filled(&target, &mut params)?;
    let meta = params.optional_meta();
    let token = meta.map_or(Ok(None), params::Meta::token)?;
    let level = session.memory().level;
    let (events, watch) = Watch::open(token, level, terms.revision);
    let call = Call {
        args,
        // Who cannot be asked can still be sent to a page by an error.
        client: if one_reply {
            terms.client.only(Capability::Url)
        } else {
            terms.client
        },
        events,
        trace: meta.map(params::Meta::trace).unwrap_or_default(),
        session: session.label(),
        key: meta.and_then(params::Meta::key),
        ..Call::new(principal.clone(), target)
    };
    Ok(Op::Call(Box::new(call), watch))
}

/// The version header, where there are headers.
pub(crate) fn check_version(
    headers: Option<&Headers<'_>>,
    session: &Session,
) -> Result<(), Refusal> {
    headers.map_or(Ok(()), |headers| session.check_version(headers.version))
}

/// What only has to be kept in mind.
fn note(
    method: &str,
    params: &Params<'_>,
    offering: &dyn Offering,
) -> Result<Option<Note>, Refusal> {
    let uri = || Ok(params::text("uri", params.uri.as_ref())?.to_owned());
    let note = match method {
        "ping" => Note::Nothing,
        "logging/setLevel" => Note::Level(params.level()?),
        "resources/subscribe" if offering.serves(Method::ReadResource) => Note::Follow(uri()?),
        "resources/unsubscribe" if offering.serves(Method::ReadResource) => Note::Leave(uri()?),
        "initialize" => {
            let why = "this session is open already; initialize only once".to_owned();
            return Err(Refusal::NotAMessage(why));
        }
        _ => return Ok(None),
    };
    Ok(Some(note))
}
