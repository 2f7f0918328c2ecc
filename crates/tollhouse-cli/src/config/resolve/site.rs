//! Where the server is reached, by whom, and what it keeps.

use std::{fmt, net::SocketAddr, path::PathBuf};

use tollhouse::http::PublicUrl;

use super::door::{self, Door};
use crate::config::{
    codes::Code,
    expand::{World, expand},
    files::Said,
    problem::Problems,
    raw,
};

/// Where the server is reached, by whom, and what it keeps. Nothing of it changes while it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) metrics: Option<SocketAddr>,
    pub(crate) collector: Collector,
    /// The URLs under which clients reach it.
    pub(crate) public_urls: Vec<PublicUrl>,
    /// Names beside `localhost`, in lower case.
    pub(crate) hosts: Vec<String>,
    pub(crate) origins: Vec<String>,
    pub(crate) door: Door,
    pub(crate) state: Option<State>,
    /// Who calls where nobody signs in.
    pub(crate) local_user: Option<String>,
}

/// Where traces and figures are sent.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Collector {
    pub(crate) otlp: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) service: Option<String>,
    pub(crate) sampled_of_million: Option<u32>,
}

// Headers carry keys.
impl fmt::Debug for Collector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Collector({})", self.otlp.is_some())
    }
}

/// Where whatever outlives a call is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nowhere: they end with the process.
    Memory,
    /// In this file.
    File(PathBuf),
}

/// What was said of it in three tables.
pub(super) struct Saying {
    pub(super) listen: Option<Said<String>>,
    pub(super) public_url: Vec<Said<String>>,
    pub(super) hosts: Vec<Said<String>>,
    pub(super) origins: Vec<Said<String>>,
    pub(super) state: Option<Said<String>>,
    pub(super) local_user: Option<Said<String>>,
    pub(super) auth: raw::Auth,
    pub(super) telemetry: raw::Telemetry,
}

impl Site {
    /// Whether anybody is known who calls.
    pub(crate) const fn knows_callers(&self) -> bool {
        self.local_user.is_some() || self.door.asks()
    }
}

pub(super) fn site(said: Saying, world: &World<'_>, problems: &mut Problems) -> Site {
    let door = door::door(said.auth, world, problems);
    let mut telemetry = said.telemetry;
    let metrics = telemetry.metrics.take();
    let collector = collector(telemetry, world, problems);
    let mut text =
        |said: Option<Said<String>>| said.and_then(|said| expand(&said, world, problems));
    let [listen, metrics, state, local_user] =
        [said.listen, metrics, said.state, said.local_user].map(&mut text);
    let mut all = |said: Vec<Said<String>>| -> Vec<_> {
        said.into_iter().filter_map(|one| text(Some(one))).collect()
    };
    let (public_urls, hosts, origins) = (all(said.public_url), all(said.hosts), all(said.origins));
    let is_named = !public_urls.is_empty();
    let public_urls: Vec<PublicUrl> = public_urls
        .iter()
        .filter_map(|said| public_url(said, problems))
        .collect();
    let hosts = hosts
        .iter()
        .filter_map(|said| host(said, problems))
        .collect();
    let origins = origins
        .iter()
        .filter_map(|said| origin(said, problems))
        .collect();
    Site {
        listen: listen.and_then(|said| listened(&said, &door, is_named, problems)),
        metrics: metrics.and_then(|said| figures(&said, problems)),
        collector,
        public_urls,
        hosts,
        origins,
        state: state.and_then(|said| kept(&said, world, problems)),
        local_user: local_user.and_then(|said| user(&said, &door, problems)),
        door,
    }
}

fn collector(said: raw::Telemetry, world: &World<'_>, problems: &mut Problems) -> Collector {
    let headers = said.headers.into_iter().filter_map(|(name, value)| {
        let value = expand(&value, world, problems)?;
        Some((name.value, value.value))
    });
    let headers = headers.collect();
    let mut text =
        |said: Option<Said<String>>| said.and_then(|said| expand(&said, world, problems));
    // A variable that is empty names no collector.
    let otlp = text(said.otlp).filter(|said| !said.value.is_empty());
    let service = text(said.service).map(|said| said.value);
    let otlp = otlp.and_then(|said| {
        let is_url = said.value.starts_with("http://") || said.value.starts_with("https://");
        if !is_url {
            let text = "this is no URL of a collector";
            problems.add(
                Code::Malformed,
                said.span,
                text,
                "write \"http://127.0.0.1:4318\"",
            );
        }
        is_url.then_some(said.value)
    });
    let sampled = said.sample.and_then(|said| {
        let part = said
            .value
            .as_f64()
            .filter(|part| (0.0..=1.0).contains(part));
        if part.is_none() {
            let text = format!("{} is no part of the calls", said.value);
            problems.add(
                Code::NotAllowed,
                said.span,
                text,
                "write a number from 0 to 1: 0.1",
            );
        }
        part
    });
    Collector {
        otlp,
        headers,
        service,
        sampled_of_million: sampled.map(|part| (part * 1e6).round() as u32),
    }
}

/// Where HTTP is served. Where other machines reach it and callers come with tokens, it needs a name that these are made
/// for.
fn listened(
    said: &Said<String>,
    door: &Door,
    is_named: bool,
    problems: &mut Problems,
) -> Option<SocketAddr> {
    let found = address(said, !door.asks(), problems)?;
    if !door.issuers.is_empty() && !is_named && !found.ip().is_loopback() {
        problems.add(Code::MissingKey, said.span, UNNAMED, NAMED);
    }
    Some(found)
}

/// A URL of the endpoint, as tokens name it.
fn public_url(said: &Said<String>, problems: &mut Problems) -> Option<PublicUrl> {
    let url = PublicUrl::parse(&said.value);
    let told = url.map_err(|error| {
        let text = format!("`{}` is no URL of a server", said.value);
        problems.add(Code::Malformed, said.span, text, error.to_string());
    });
    told.ok()
}

/// A name without port; what is not one would never fit a request.
fn host(said: &Said<String>, problems: &mut Problems) -> Option<String> {
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || "-._[]:".contains(letter);
    let is_numeric = said.value.starts_with('[') && said.value.ends_with(']');
    let is_name = !said.value.is_empty()
        && said.value.chars().all(is_allowed)
        && (is_numeric || !said.value.contains(':'));
    if !is_name {
        let text = format!("`{}` is no name of a machine", said.value);
        let fix = "write the name alone: \"tools.example.com\"";
        problems.add(Code::Malformed, said.span, text, fix);
    }
    is_name.then(|| said.value.to_ascii_lowercase())
}

/// Scheme, name and port, as browsers send it (RFC 6454).
fn origin(said: &Said<String>, problems: &mut Problems) -> Option<String> {
    let rest = said.value.strip_prefix("https://");
    let rest = rest.or_else(|| said.value.strip_prefix("http://"));
    let is_origin =
        rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', '?', '#', '@', '*', ' ']));
    if !is_origin {
        let text = format!("`{}` is no origin of pages", said.value);
        let fix = "write scheme and name, without a path: \"https://app.example.com\"";
        problems.add(Code::Malformed, said.span, text, fix);
    }
    is_origin.then(|| said.value.to_ascii_lowercase())
}

fn kept(said: &Said<String>, world: &World<'_>, problems: &mut Problems) -> Option<State> {
    let text = said.value.as_str();
    if text == "memory" {
        return Some(State::Memory);
    }
    let path = text.strip_prefix("sqlite:").unwrap_or(text);
    let path = path.strip_prefix("//").unwrap_or(path);
    let file = world.files.database(said.span, path);
    if file.is_none() {
        let told = format!("`{text}` names no file that the state could be kept in");
        let fix = "write state = \"FILE\", or keep nothing: state = \"memory\"";
        problems.add(Code::NotAllowed, said.span, told, fix);
    }
    file.map(State::File)
}

fn user(said: &Said<String>, door: &Door, problems: &mut Problems) -> Option<String> {
    if door.asks() {
        // Over stdio nobody shows a key; who started the program is who calls.
        return Some(said.value.clone());
    }
    if said.value.trim().is_empty() || said.value == "anonymous" {
        let text = format!("`{}` names nobody", said.value);
        problems.add(
            Code::Malformed,
            said.span,
            text,
            "write a name: local_user = \"ana\"",
        );
        return None;
    }
    Some(said.value.clone())
}

/// Where figures are read. From elsewhere nobody is asked who reads them, which is told.
fn figures(said: &Said<String>, problems: &mut Problems) -> Option<SocketAddr> {
    let found = address(said, false, problems)?;
    if !found.ip().is_loopback() {
        let text =
            format!("the figures at {found} can be read from other machines, by whoever asks");
        let fix = format!(
            "write \"127.0.0.1:{}\", or see that only your own machines reach it",
            found.port()
        );
        problems.add(Code::ReadByAll, said.span, text, fix);
    }
    Some(found)
}

/// An address; one that other machines reach only if callers show who they are.
fn address(said: &Said<String>, is_local: bool, problems: &mut Problems) -> Option<SocketAddr> {
    match crate::arguments::address(&said.value) {
        Ok(address) if address.ip().is_loopback() || !is_local => Some(address),
        Ok(address) => {
            let text = format!(
                "{address} can be reached from other machines, and nobody would have to sign in"
            );
            let fix = format!(
                "write \"127.0.0.1:{}\", or let callers show a key: [auth] mode = \"keys\"",
                address.port()
            );
            problems.add(Code::Reachable, said.span, text, fix);
            None
        }
        Err(why) => {
            let text = format!("`{}` is no address", said.value);
            problems.add(Code::Malformed, said.span, text, why);
            None
        }
    }
}

pub(crate) const UNNAMED: &str =
    "tokens are made for a URL, and nothing says by which one clients reach this address";
pub(crate) const NAMED: &str =
    "add public_url = \"https://NAME/mcp\" to [server], as clients write it";
