//! What is reached: a file or a pack in this process, a URL, or a program that is started.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use reqwest::{
    Url,
    header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue},
};

use super::{http::Http, pipe::Pipe, talk::Line, tap::Tap, trouble::Trouble};
use crate::{
    arguments::{ReachArguments, RunArguments},
    environment,
    log::say,
    pack::Pack,
    wire,
};

/// What is reached.
#[derive(Debug)]
pub(crate) enum Target {
    /// A file or the word for a pack; none for what is served when nothing is named.
    Here(Option<PathBuf>),
    Url(Url),
    Command(Vec<OsString>),
}

impl Target {
    /// Tells a target from the first word of something else. A word that is none is left.
    pub(crate) fn of(word: &str) -> Result<Option<Self>, Trouble> {
        if word.contains("://") {
            return url(word).map(|url| Some(Self::Url(url)));
        }
        let path = Path::new(word);
        let is_file = path.extension().is_some_and(|kind| kind == "toml") || path.is_file();
        if is_file || Pack::named(word).is_some() {
            return Ok(Some(Self::Here(Some(path.to_owned()))));
        }
        let is_address = word.contains(':') && !word.contains('=');
        if is_address || word.contains('/') {
            return Err(Trouble::Usage(format!(
                "{word} is no file. If it is an address, write http://{word}"
            )));
        }
        Ok(None)
    }

    /// The way to it.
    pub(super) fn reach(&self, reach: &ReachArguments) -> Result<Line, Trouble> {
        let tap = Tap::new(reach.wire);
        let is_url = matches!(self, Self::Url(_));
        if !is_url && (!reach.header.is_empty() || reach.bearer.is_some() || reach.key.is_some()) {
            return Err(Trouble::Usage(
                "headers and keys go with a URL; what is started here reads its environment"
                    .to_owned(),
            ));
        }
        if reach.user.is_some() && !matches!(self, Self::Here(_)) {
            return Err(Trouble::Usage(
                "--as is for files and packs; a server elsewhere learns who calls from a key"
                    .to_owned(),
            ));
        }
        match self {
            Self::Command(words) => Ok(Line::Pipe(Box::new(Pipe::start(words, &tap)?))),
            Self::Url(url) => {
                let headers = headers(reach, url)?;
                Ok(Line::Http(Box::new(Http::new(url.clone(), headers, &tap)?)))
            }
            Self::Here(what) => {
                let arguments = RunArguments {
                    what: what.clone(),
                    data: reach.data.clone(),
                    local_user: reach.user.clone(),
                    ..RunArguments::default()
                };
                let wired = wire::wire(&arguments)?;
                if !wired.warnings.is_empty() {
                    say(&wired.warnings);
                }
                Ok(Line::Pipe(Box::new(Pipe::serve(
                    wired.server,
                    wired.local,
                    &tap,
                ))))
            }
        }
    }
}

/// What goes with every request to a URL: what was given, and the bearer if there is one for this server.
pub(crate) fn headers(reach: &ReachArguments, url: &Url) -> Result<HeaderMap, Trouble> {
    signed(given(reach)?, reach, url)
}

fn url(word: &str) -> Result<Url, Trouble> {
    let url: Url = word
        .parse()
        .map_err(|error| Trouble::Usage(format!("{word} is no URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        let scheme = url.scheme();
        return Err(Trouble::Usage(format!(
            "{scheme}:// is not spoken here; use http:// or https://"
        )));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Trouble::Usage(
            "a password does not belong into a URL; use --header 'Authorization: …'".to_owned(),
        ));
    }
    Ok(url)
}

/// The headers of the command line. What they are for is not known, so none of them is shown.
fn given(reach: &ReachArguments) -> Result<HeaderMap, Trouble> {
    let mut headers = HeaderMap::new();
    for header in &reach.header {
        let parsed = header.split_once(':').and_then(|(name, value)| {
            let name: HeaderName = name.trim().parse().ok()?;
            Some((name, HeaderValue::from_str(value.trim()).ok()?))
        });
        let Some((name, mut value)) = parsed else {
            return Err(Trouble::Usage(
                "a --header is written 'NAME: VALUE', for example 'X-Api-Key: abc'".to_owned(),
            ));
        };
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

/// The same with the bearer, if there is one for this server.
fn signed(mut headers: HeaderMap, reach: &ReachArguments, url: &Url) -> Result<HeaderMap, Trouble> {
    let Some(bearer) = bearer(reach, url)? else {
        return Ok(headers);
    };
    if headers.contains_key(AUTHORIZATION) {
        // What stands on the command line was meant; what only lies around gives way.
        return if reach.bearer.is_some() || reach.key.is_some() {
            Err(Trouble::Usage(
                "either a key or --header 'Authorization: …', not both".to_owned(),
            ))
        } else {
            Ok(headers)
        };
    }
    let mut value = HeaderValue::from_str(&format!("Bearer {}", bearer.trim()))
        .map_err(|_| Trouble::Usage("the key has letters that no header may have".to_owned()))?;
    value.set_sensitive(true);
    headers.insert(AUTHORIZATION, value);
    if url.scheme() == "http" && !is_here(url) {
        say("warning: the key goes over the network as it is; use https://");
    }
    Ok(headers)
}

fn bearer(reach: &ReachArguments, url: &Url) -> Result<Option<String>, Trouble> {
    if reach.bearer.is_some() {
        return Ok(reach.bearer.clone());
    }
    match &reach.key {
        Some(variable) => environment(variable).map(Some).ok_or_else(|| {
            Trouble::Usage(format!(
                "the variable {variable} is not set; put the key there"
            ))
        }),
        // A key that only lies around is not carried to strangers.
        None if is_here(url) => Ok(environment(KEY)),
        None => Ok(None),
    }
}

/// Whether it is on this machine.
fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

/// The variable for the key of one's own servers.
const KEY: &str = "TOLLHOUSE_KEY";
