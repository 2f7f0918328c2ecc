//! A document that a server publishes for everybody, as one JSON object.

use reqwest::{Url, header::ACCEPT};
use serde_json::{Map, Value};

use super::{
    Culprit,
    fetch::{Asker, Failed, Question},
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
    let missing = |culprit, text: &str, mend, is_absent| Missing {
        culprit,
        text: format!("{url} {text}"),
        mend,
        is_absent,
    };
    let answer = asker.ask(question).await.map_err(|failed| match failed {
        Failed::Private => missing(
            Culprit::PrivateAddress,
            &format!("is {failed}"),
            "name an address that everybody reaches",
            false,
        ),
        Failed::NoTime => missing(
            Culprit::NoTime,
            &format!("was not asked: {failed}"),
            MORE_TIME,
            false,
        ),
        Failed::Slow(_) | Failed::Broken(_) => missing(
            Culprit::NoAnswer,
            &format!("does not answer: {failed}"),
            "make this address answer; clients that ask for it wait, and give up",
            false,
        ),
    })?;
    if let Some(to) = answer.moved() {
        let text = format!("redirects ({}) to {to}", answer.status);
        return Err(missing(Culprit::Redirect, &text, AT_ONCE, false));
    }
    match answer.status {
        404 | 405 | 410 => {
            let text = format!("is not there ({})", answer.status);
            Err(missing(
                Culprit::NoResourceMetadata,
                &text,
                "serve it",
                true,
            ))
        }
        401 | 403 => {
            let text = format!("is closed ({})", answer.status);
            let mend = "let everybody read it, without sign-in and whatever their user agent";
            Err(missing(Culprit::Forbidden, &text, mend, false))
        }
        _ if answer.is_page() => {
            let text = format!("is an HTML page ({})", answer.status);
            Err(missing(Culprit::LoginPage, &text, PAST, false))
        }
        200..=299 => answer.object().ok_or_else(|| {
            let text = "is not one JSON object";
            missing(
                Culprit::NotJson,
                text,
                "serve the document as application/json",
                false,
            )
        }),
        status => {
            let text = format!("answers with {status}");
            Err(missing(
                Culprit::ServerError,
                &text,
                "look at the server's log",
                false,
            ))
        }
    }
}

const AT_ONCE: &str = "serve the document at this address itself; not every client follows";
const PAST: &str = "let this path through, past the login page or web site in front of it: it has to be readable without sign-in";
const MORE_TIME: &str = "give it more with --timeout";
