//! A document that a server publishes for everybody, as one JSON object.

use reqwest::{Url, header::ACCEPT};
use serde_json::{Map, Value};

use super::{
    Culprit,
    fetch::{Answer, Asker, Failed, Question},
};

/// Why there is no document.
#[derive(Debug)]
pub(super) struct Missing {
    pub(super) culprit: Culprit,
    pub(super) text: String,
    pub(super) mend: &'static str,
    /// There is simply nothing at this address.
    pub(super) is_absent: bool,
}

/// The document at an address, asked for as a program that introduces itself like this.
pub(super) async fn get(
    asker: &Asker,
    url: &Url,
    agent: Option<&str>,
) -> Result<Map<String, Value>, Missing> {
    let question = Question::get(url.clone()).with(ACCEPT, "application/json");
    let question = match agent {
        Some(agent) => question.agent(agent),
        None => question,
    };
    let read = match asker.ask(question).await {
        Ok(answer) => read(&answer),
        Err(failed) => Err(unanswered(&failed)),
    };
    read.map_err(|(culprit, text, mend)| Missing {
        is_absent: culprit == Culprit::NoResourceMetadata,
        culprit,
        text: format!("{url} {text}"),
        mend,
    })
}

type Why = (Culprit, String, &'static str);

fn unanswered(failed: &Failed) -> Why {
    match failed {
        Failed::Private => (
            Culprit::PrivateAddress,
            format!("is {failed}"),
            "name an address that everybody reaches",
        ),
        Failed::NoTime => (
            Culprit::NoTime,
            format!("was not asked: {failed}"),
            "give it more with --timeout",
        ),
        Failed::Slow(_) | Failed::Broken(_) => (
            Culprit::NoAnswer,
            format!("does not answer: {failed}"),
            "make this address answer; clients that ask for it wait, and give up",
        ),
    }
}

fn read(answer: &Answer) -> Result<Map<String, Value>, Why> {
    let status = answer.status;
    if let Some(to) = answer.moved() {
        let text = format!("redirects ({status}) to {to}");
        return Err((Culprit::Redirect, text, AT_ONCE));
    }
    match status {
        404 | 405 | 410 => Err((
            Culprit::NoResourceMetadata,
            format!("is not there ({status})"),
            "serve it",
        )),
        401 | 403 => Err((
            Culprit::Forbidden,
            format!("is closed ({status})"),
            "let everybody read it, without sign-in and whatever their user agent",
        )),
        _ if answer.is_page() => Err((
            Culprit::LoginPage,
            format!("is an HTML page ({status})"),
            PAST,
        )),
        200..=299 => answer.object().ok_or_else(|| {
            let text = "is not one JSON object".to_owned();
            (
                Culprit::NotJson,
                text,
                "serve the document as application/json",
            )
        }),
        _ => Err((
            Culprit::ServerError,
            format!("answers with {status}"),
            "look at the server's log",
        )),
    }
}

const AT_ONCE: &str = "serve the document at this address itself; not every client follows";
const PAST: &str = "let this path through, past the login page or web site in front of it: it has to be readable without sign-in";
