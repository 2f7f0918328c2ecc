//! Checks what goes over the wire in tests: against the official schema of a revision of MCP, and against
//! the rules that a schema cannot say.
//!
//! The official schemas let every object have further members, so a misspelt name would pass, and so would
//! one of a later revision. Here objects are closed, except where the protocol invites additions
//! (`official/closed.rs`). The free functions check messages of 2026-07-28; [`Revision`] has them for every
//! revision, and a [`Conversation`] follows what both sides say from beginning to end.
//!
//! To check another method: add its row to `METHODS` (`methods.rs`).

#![expect(clippy::panic, reason = "a check in a test fails by panicking")]

use serde_json::Value;

mod conversation;
mod errors;
mod judge;
mod methods;
mod official;
mod revision;

pub use conversation::Conversation;
pub use revision::Revision;

use methods::Side;

impl Revision {
    /// Checks anything that a server says: what it answers is told by its members.
    ///
    /// # Panics
    ///
    /// This revision does not let a server say it; the text names every problem.
    #[track_caller]
    pub fn check_server(self, message: &Value) {
        let problems = judge::problems(self, Side::Server, None, message);
        complain(self, "message of a server", message, &problems);
    }

    /// Checks anything that a client says: what it answers is told by its members.
    ///
    /// # Panics
    ///
    /// This revision does not let a client say it; the text names every problem.
    #[track_caller]
    pub fn check_client(self, message: &Value) {
        let problems = judge::problems(self, Side::Client, None, message);
        complain(self, "message of a client", message, &problems);
    }

    /// Checks what a server answers to a request of this method: a result or an error.
    ///
    /// # Panics
    ///
    /// The message is not what this revision lets a server answer; the text names every problem.
    #[track_caller]
    pub fn check_reply(self, method: &str, message: &Value) {
        let problems = answer_problems(self, Side::Server, method, message);
        complain(self, &format!("reply to {method}"), message, &problems);
    }

    /// Checks what a client answers to a request of this method that a server sent.
    ///
    /// # Panics
    ///
    /// The message is not what this revision lets a client answer; the text names every problem.
    #[track_caller]
    pub fn check_answer(self, method: &str, message: &Value) {
        let problems = answer_problems(self, Side::Client, method, message);
        complain(self, &format!("answer to {method}"), message, &problems);
    }
}

/// Checks the last message that came back for a request of this method: a result or an error.
///
/// # Panics
///
/// The message is not what the protocol lets a server answer; the text names every problem.
#[track_caller]
pub fn check_reply(method: &str, message: &Value) {
    Revision::R2026_07_28.check_reply(method, message);
}

/// Checks any message of a server where the request is not at hand: what it answers is told by its members.
///
/// # Panics
///
/// The message is not what the protocol lets a server send; the text names every problem.
#[track_caller]
pub fn check(message: &Value) {
    Revision::R2026_07_28.check_server(message);
}

/// Checks a notification that a server sends: an event of a call, a change on a stream, an end.
///
/// # Panics
///
/// The message is none; the text names every problem.
#[track_caller]
pub fn check_event(message: &Value) {
    let newest = Revision::R2026_07_28;
    let problems = judge::notification_problems(newest, Side::Server, message);
    complain(newest, "event", message, &problems);
}

/// Checks a request that a test sends as a client, where it is meant to be a good one.
///
/// # Panics
///
/// The message is not a good request; the text names every problem.
#[track_caller]
pub fn check_request(message: &Value) {
    let newest = Revision::R2026_07_28;
    let problems = judge::request_problems(newest, Side::Client, message);
    complain(newest, "request", message, &problems);
}

/// What keeps a value from being this definition of the newest schema as it was published.
///
/// # Panics
///
/// There is no such definition.
#[must_use]
pub fn fits(definition: &str, value: &Value) -> Vec<String> {
    Revision::R2026_07_28.fits(definition, value)
}

fn answer_problems(revision: Revision, side: Side, method: &str, message: &Value) -> Vec<String> {
    if message.get("method").is_some() || message.is_array() {
        return vec!["a reply has either a result or an error".to_owned()];
    }
    judge::problems(revision, side, Some(method), message)
}

#[track_caller]
fn complain(revision: Revision, what: &str, message: &Value, problems: &[String]) {
    assert!(
        problems.is_empty(),
        "this {what} is not what {} has:\n{}\n{message:#}",
        revision.name(),
        problems.join("\n")
    );
}

#[cfg(test)]
mod tests;
