//! Questions on the wire: requests that the server sends, and the replies that answer them.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::{Session, form};
use crate::{
    Ask, Principal, Question, Refusal, ids,
    protocol::{
        Id, Response,
        types::{content, message, revision::Revision, write},
    },
};

/// The questions without an answer yet, by the names that they went out under.
pub(crate) type Waiting = BTreeMap<String, mpsc::UnboundedSender<Answered>>;

/// The name of a question, what came back for it, and who sent that.
pub(crate) type Answered = (String, Reply, Principal);

/// What came back for a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    /// The answer.
    Answer(Value),
    /// The client would not or could not.
    Error(String),
}

/// Writes a question as a request under a name of its own, to which the answer will go. The name is drawn:
/// a session that was forgotten and taken up again must not take an old answer for that to a new question.
///
/// # Errors
///
/// The revision has no words for it, or there is no randomness.
pub(crate) fn put(
    session: &Session,
    ask: &Ask,
    answers: &mpsc::UnboundedSender<Answered>,
) -> Result<(String, Bytes), Refusal> {
    let name = ids::name().map_err(|_| Refusal::Internal(ids::error_id()))?;
    let request = request(&name, ask, session.terms().revision)?;
    let mut memory = session.memory();
    memory.waiting.insert(name.clone(), answers.clone());
    Ok((name, request))
}

/// Writes a question as a request under this name.
///
/// # Errors
///
/// The revision has no words for it.
fn request(name: &str, ask: &Ask, revision: Revision) -> Result<Bytes, Refusal> {
    let mut wire = content::question(&ask.question);
    if let Some(params) = wire.get_mut("params").and_then(Value::as_object_mut) {
        fit(params, &ask.question, revision)?;
    }
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
    write::string(&mut out, name);
    for (member, value) in wire.as_object().into_iter().flatten() {
        write::key(&mut out, member);
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
            params.insert("elicitationId".to_owned(), json!(visit()?));
        }
        Question::Sampling(_) | Question::Roots => {}
    }
    Ok(())
}

/// Takes a question back.
pub(crate) fn withdrawal(name: &str) -> Bytes {
    let params = json!({"requestId": name, "reason": "the answer is no longer needed"});
    message::notification("notifications/cancelled", &params)
}

/// An error that sends the user to pages first, where nothing can be asked on the wire; the client then calls
/// again (MCP 2025-11-25, "Elicitation"). `None` if something else is asked, or the revision has no such
/// error.
pub(crate) fn pages_first(id: &Id, asks: &[Ask], revision: Revision) -> Option<Bytes> {
    let page = |ask: &Ask| match &ask.question {
        Question::Url { message, url } => Some(json!({
            "mode": "url", "elicitationId": visit().ok()?, "message": message, "url": url,
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
pub(crate) fn answered(session: &Session, response: &Response<'_>, principal: &Principal) {
    let id = response.id.as_ref();
    let name = id.and_then(|id| serde_json::from_slice::<String>(id.json()).ok());
    let Some(name) = name else { return };
    let waiting = session.memory().waiting.remove(&name);
    let Some(waiting) = waiting else { return };
    let reply = match response.result {
        Ok(raw) => serde_json::from_str(raw.get())
            .map_or_else(|error| Reply::Error(error.to_string()), Reply::Answer),
        Err(raw) => Reply::Error(complaint(raw.get())),
    };
    // Whoever asked may have gone in the meantime.
    drop(waiting.send((name, reply, principal.clone())));
}

/// Names one visit of a page.
fn visit() -> Result<String, Refusal> {
    ids::name().map_err(|_| Refusal::Internal(ids::error_id()))
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
