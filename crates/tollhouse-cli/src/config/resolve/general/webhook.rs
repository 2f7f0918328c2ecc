//! Who is told that a call waits for a person.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Url;

use super::{url, weak};
use crate::config::{
    codes::Code,
    expand::{World, expand},
    files::Said,
    problem::Problems,
    raw,
};

/// Somebody's own service.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Webhook {
    /// Where it is. It may hold a secret.
    pub(crate) url: String,
    /// What it knows our messages by.
    pub(crate) secret: Option<Vec<u8>>,
    /// Whether it is told what the call would be made with.
    pub(crate) has_arguments: bool,
}

pub(super) fn webhook(
    said: raw::Approval,
    world: &World<'_>,
    problems: &mut Problems,
) -> Option<Webhook> {
    let secret = said.webhook_secret.as_ref();
    let Some(place) = &said.webhook else {
        let spans = [
            secret.map(|said| said.span),
            said.webhook_arguments.as_ref().map(|said| said.span),
        ];
        for span in spans.into_iter().flatten() {
            let fix = "add webhook = \"https://hooks.example.com/…\", or take this out";
            problems.add(
                Code::Conflict,
                span,
                "nobody is told: there is no `webhook`",
                fix,
            );
        }
        return None;
    };
    let url = url(place, world, problems);
    let secret = match secret {
        Some(said) => {
            let value = expand(said, world, problems)?;
            Some(key(&value, problems)?)
        }
        None => {
            let text =
                "whoever finds the webhook's address can send it what seems to come from here";
            weak(place, text, "add webhook_secret = \"${NAME}\"", problems);
            None
        }
    };
    let url = url?.value;
    if is_open(&url) {
        let text = "what the webhook is told can be read and changed on its way";
        weak(place, text, "write https://", problems);
    }
    Some(Webhook {
        url,
        secret,
        has_arguments: said.webhook_arguments.is_some_and(|said| said.value),
    })
}

/// The bytes of a key: `whsec_` and base64, as Standard Webhooks writes them, or the text itself.
fn key(said: &Said<String>, problems: &mut Problems) -> Option<Vec<u8>> {
    let bytes = match said.value.strip_prefix("whsec_") {
        Some(digits) => STANDARD.decode(digits).ok(),
        None => Some(said.value.clone().into_bytes()),
    };
    let bytes = bytes.filter(|bytes| bytes.len() >= KEY_BYTES_MIN);
    if bytes.is_none() {
        let text = "this is no key to sign with: it has to have 16 bytes or more, in base64 after `whsec_`";
        let fix = "make one: echo \"whsec_$(openssl rand -base64 32)\"";
        problems.add(Code::Malformed, said.span, text, fix);
    }
    bytes
}

/// Whether it goes to another machine without TLS.
fn is_open(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    url.scheme() == "http" && !["localhost", "127.0.0.1", "[::1]"].contains(&host)
}

/// Neither the address nor the key is for a log.
impl fmt::Debug for Webhook {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Webhook").finish_non_exhaustive()
    }
}

const KEY_BYTES_MIN: usize = 16;
