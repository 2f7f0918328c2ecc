//! How callers come in.

use super::issuer::{self, Issuer, Lookup};
use crate::{
    config::{
        codes::Code,
        expand::World,
        files::Said,
        problem::Problems,
        raw::{self, Mode},
    },
    secrets::Reference,
};

/// How callers come in. The default lets everybody in, as nobody in particular.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Door {
    /// With a key.
    pub(crate) keys: Option<KeyDoor>,
    /// With a token of one of these.
    pub(crate) issuers: Vec<Said<Issuer>>,
}

/// Which keys are good, and where they stand in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyDoor {
    /// In lower case.
    pub(crate) headers: Vec<String>,
    /// The key of whoever may do everything.
    pub(crate) key: Option<Said<Reference>>,
    /// Keys that another system keeps.
    pub(crate) lookup: Option<Lookup>,
}

impl Door {
    /// Whether a caller has to show who it is.
    pub(crate) const fn asks(&self) -> bool {
        self.keys.is_some() || !self.issuers.is_empty()
    }

    /// Whether a key lets somebody in: where nobody is asked, that of the environment would.
    pub(crate) const fn takes_keys(&self) -> bool {
        self.keys.is_some() || !self.asks()
    }

    /// Whether the same kinds of credentials are asked for, in the same headers and of the same issuers, so that what
    /// clients were told at the start is still true.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        fn told(door: &Door) -> (Option<&[String]>, Vec<&str>) {
            let headers = door.keys.as_ref().map(|keys| keys.headers.as_slice());
            let issuers = door.issuers.iter().map(|issuer| issuer.value.url.as_str());
            (headers, issuers.collect())
        }
        told(self) == told(other)
    }
}

pub(super) fn door(said: raw::Auth, world: &World<'_>, problems: &mut Problems) -> Door {
    let has = |mode: Mode| said.mode.iter().find(|said| said.value == mode).cloned();
    let (none, keys, external) = (has(Mode::None), has(Mode::Keys), has(Mode::External));
    if let (Some(none), true) = (&none, said.mode.len() > 1) {
        let text = "nobody is asked, and somebody is";
        problems.add(
            Code::Conflict,
            none.span,
            text,
            "take \"none\" out of the list",
        );
    }
    if keys.is_none() {
        strangers(&said, problems);
    }
    if let (Some((name, _)), None) = (said.issuers.first(), &external) {
        let text = "tokens of an issuer are asked for by mode = \"external\" only";
        let fix = "write mode = \"external\", or take it out";
        problems.add(Code::Conflict, name.span, text, fix);
    }
    let keys = keys.map(|mode| key_door(&said, &mode, world, problems));
    let issuers = match external {
        None => Vec::new(),
        Some(mode) => {
            if said.issuers.is_empty() {
                let text = "tokens are asked for, and nobody is named whose tokens are good";
                let fix = "add [auth.issuers.NAME] with url = \"https://…\"";
                problems.add(Code::MissingKey, mode.span, text, fix);
            }
            issuer::issuers(said.issuers, world, problems)
        }
    };
    Door { keys, issuers }
}

/// Tells of what is for keys where nobody needs one.
fn strangers(said: &raw::Auth, problems: &mut Problems) {
    let first = said.headers.as_ref().and_then(|all| all.first());
    let of_keys = [
        ("headers", first.map(|said| said.span)),
        ("key", said.key.as_ref().map(|said| said.span)),
        ("lookup", said.lookup.as_ref().map(|said| said.span)),
    ];
    for (name, span) in of_keys {
        if let Some(span) = span {
            let text = format!("`{name}` is for keys, and nobody needs one");
            let fix = "write mode = \"keys\", or take it out";
            problems.add(Code::Conflict, span, text, fix);
        }
    }
}

fn key_door(
    said: &raw::Auth,
    mode: &Said<Mode>,
    world: &World<'_>,
    problems: &mut Problems,
) -> KeyDoor {
    if said.headers.as_ref().is_some_and(Vec::is_empty) {
        let fix = "name one, headers = [\"authorization\"], or take `headers` out";
        let text = "keys are asked for, and no header is named that could carry one";
        problems.add(Code::Conflict, mode.span, text, fix);
    }
    let headers = said.headers.as_ref().map(|all| {
        let all = all.iter();
        all.filter_map(|said| header(said, problems)).collect()
    });
    KeyDoor {
        headers: headers.unwrap_or_else(usual_headers),
        key: said
            .key
            .as_ref()
            .and_then(|said| Some(said.with(reference(said, world, problems)?))),
        lookup: said
            .lookup
            .as_ref()
            .and_then(|said| issuer::lookup(said, world, problems)),
    }
}

/// Where a secret stands.
pub(super) fn reference(
    said: &Said<String>,
    world: &World<'_>,
    problems: &mut Problems,
) -> Option<Reference> {
    let said = crate::config::expand::expand(said, world, problems)?;
    match Reference::read(&said.value, |path| world.files.beside(said.span, path)) {
        Ok(Reference::Text(text)) => {
            world.secrets.borrow_mut().push(text.clone());
            Some(Reference::Text(text))
        }
        Ok(reference) => Some(reference),
        Err(fix) => {
            let text = "this names no place where a secret could stand";
            problems.add(Code::Malformed, said.span, text, fix);
            None
        }
    }
}

/// The headers that a key may come in if nobody names any.
pub(crate) fn usual_headers() -> Vec<String> {
    ["authorization", "x-api-key"].map(str::to_owned).to_vec()
}

/// The name of a header (RFC 9110, 5.1), in lower case.
fn header(said: &Said<String>, problems: &mut Problems) -> Option<String> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let name = said.value.to_ascii_lowercase();
    if name.is_empty() || !name.bytes().all(is_allowed) {
        let text = format!("`{}` is no name of a header", said.value);
        let fix = "write for example \"x-api-key\"";
        problems.add(Code::Malformed, said.span, text, fix);
        return None;
    }
    if HEADERS_TAKEN.contains(&name.as_str()) || name.starts_with("mcp-") {
        let text = format!("`{}` says something else than who calls", said.value);
        problems.add(
            Code::NotAllowed,
            said.span,
            text,
            "take a header of your own",
        );
        return None;
    }
    Some(name)
}

/// Headers that say something else (RFC 9110; Fetch Standard).
const HEADERS_TAKEN: [&str; 10] = [
    "host",
    "origin",
    "accept",
    "content-type",
    "content-length",
    "connection",
    "transfer-encoding",
    "cookie",
    "last-event-id",
    "user-agent",
];
