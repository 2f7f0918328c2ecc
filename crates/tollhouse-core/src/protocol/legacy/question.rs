//! Questions on the wire: requests that the server sends, and the replies that answer them.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::{Session, form};
use crate::{
    Ask, Question, Refusal, ids,
    protocol::{
        Id, Response,
        types::{content, message, revision::Revision, write},
    },
};

/// The questions without an answer yet, by the number that they went out under.
pub(crate) type Waiting = BTreeMap<u64, mpsc::UnboundedSender<(u64, Reply)>>;

/// What came back for a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    /// The answer.
    Answer(Value),
    /// The client would not or could not.
    Error(String),
}

/// Writes a question as a request under a number of its own, to which the answer will go.
///
/// # Errors
///
/// The revision has no words for it.
pub(crate) fn put(
    session: &Session,
    ask: &Ask,
    answers: &mpsc::UnboundedSender<(u64, Reply)>,
) -> Result<(u64, Bytes), Refusal> {
    let mut memory = session.memory();
    let number = memory.questions + 1;
    let request = request(number, ask, session.terms().revision)?;
    memory.questions = number;
    memory.waiting.insert(number, answers.clone());
    Ok((number, request))
}

/// Writes a question as a request under this number.
///
/// # Errors
///
/// The revision has no words for it.
fn request(number: u64, ask: &Ask, revision: Revision) -> Result<Bytes, Refusal> {
    let mut wire = content::question(&ask.question);
    if let Some(params) = wire.get_mut("params").and_then(Value::as_object_mut) {
        fit(params, &ask.question, revision)?;
    }
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
    out.extend_from_slice(number.to_string().as_bytes());
    for (name, value) in wire.as_object().into_iter().flatten() {
        write::key(&mut out, name);
        write::value(&mut out, value);
    }
    out.push(b'}');
    Ok(out.into())
}

/// Fits the parameters of a question to a revision.
fn fit(
    params: &mut Map<String, Value>,
    question: &Question,
    revision: Revision,
) -> Result<(), Refusal> {
    match question {
        Question::Form { .. } => {
            if !revision.has_icons() {
                params.remove("mode");
            }
            if let Some(schema) = params.get_mut("requestedSchema") {
                form::fit(schema, revision)?;
            }
        }
        Question::Url { .. } => {
            params.insert("elicitationId".to_owned(), json!(ids::error_id()));
        }
        Question::Sampling(_) | Question::Roots => {}
    }
    Ok(())
}

/// Takes a question back.
pub(crate) fn withdrawal(number: u64) -> Bytes {
    let params = json!({"requestId": number, "reason": "the answer is no longer needed"});
    message::notification("notifications/cancelled", &params)
}

/// An error that sends the user to pages first, where nothing can be asked on the wire; the client then calls
/// again (MCP 2025-11-25, "Elicitation"). `None` if something else is asked, or the revision has no such
/// error.
pub(crate) fn pages_first(id: &Id, asks: &[Ask], revision: Revision) -> Option<Bytes> {
    let page = |ask: &Ask| match &ask.question {
        Question::Url { message, url } => Some(json!({
            "mode": "url", "elicitationId": ids::error_id(), "message": message, "url": url,
        })),
        _ => None,
    };
    let pages: Option<Vec<Value>> = asks.iter().map(page).collect();
    let pages = pages.filter(|_| revision.has_icons())?;
    let mut out = Vec::with_capacity(256);
    message::error_with(
        &mut out,
        Some(id),
        (
            URL_REQUIRED,
            "Open the page first, then send the request again",
        ),
        Some(&json!({"elicitations": pages})),
    );
    Some(out.into())
}

/// Hands a client's message to the question that it answers. What nobody waits for is dropped: the question
/// may have been withdrawn.
pub(crate) fn answered(session: &Session, response: &Response<'_>) {
    let number = response.id.as_ref().and_then(|id| {
        let text = std::str::from_utf8(id.json()).ok()?;
        text.parse::<u64>().ok()
    });
    let Some(number) = number else { return };
    let waiting = session.memory().waiting.remove(&number);
    let Some(waiting) = waiting else { return };
    let reply = match response.result {
        Ok(raw) => serde_json::from_str(raw.get())
            .map_or_else(|error| Reply::Error(error.to_string()), Reply::Answer),
        Err(raw) => Reply::Error(complaint(raw.get())),
    };
    // Whoever asked may have gone in the meantime.
    drop(waiting.send((number, reply)));
}

/// What a client said in an error, kept short: a model will read it.
fn complaint(error: &str) -> String {
    let error: Value = serde_json::from_str(error).unwrap_or_default();
    let said = error.get("message").and_then(Value::as_str);
    let said = said.unwrap_or("an error without a message");
    crate::fault::cut(said, COMPLAINT_CHARS_MAX).into_owned()
}

const URL_REQUIRED: i32 = -32042;
const COMPLAINT_CHARS_MAX: usize = 200;
