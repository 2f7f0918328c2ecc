//! What knows the secrets of this process: it stands with the log, where everybody reaches it.

use std::env;

use tollhouse::Redactor;
use tracing::{Subscriber, dispatcher};
use tracing_subscriber::layer::Layer;

/// Holds the redactor, and does nothing with events: lines lose their secrets on their way out.
#[derive(Debug)]
pub(super) struct Masks(pub(super) Redactor);

impl<S: Subscriber> Layer<S> for Masks {}

/// What takes secrets out of texts: that of the log if there is one, else one that knows nothing yet.
pub(crate) fn redactor() -> Redactor {
    dispatcher::get_default(|to| to.downcast_ref::<Masks>().map(|masks| masks.0.clone()))
        .unwrap_or_default()
}

/// Keeps a secret out of the log, the audit and results from now on.
pub(crate) fn learn(secret: &str) {
    dispatcher::get_default(|to| {
        if let Some(masks) = to.downcast_ref::<Masks>() {
            masks.0.learn(secret);
        }
    });
}

/// Variables whose names say that they hold secrets are such, whoever reads them.
pub(super) fn learn_environment() {
    for (name, value) in env::vars_os() {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else {
            continue;
        };
        let name = name.to_ascii_uppercase();
        if PARTS.iter().any(|part| name.contains(part))
            || ENDS.iter().any(|end| name.ends_with(end))
        {
            // Several may stand in one.
            value
                .split([',', ' ', '\n'])
                .filter(|one| one.len() >= SECRET_BYTES_MIN)
                .for_each(learn);
        }
    }
}

const PARTS: [&str; 6] = [
    "PASSWORD",
    "PASSWD",
    "SECRET",
    "TOKEN",
    "CREDENTIAL",
    "APIKEY",
];
const ENDS: [&str; 2] = ["_KEY", "_KEYS"];
/// Shorter ones are settings.
const SECRET_BYTES_MIN: usize = 8;
