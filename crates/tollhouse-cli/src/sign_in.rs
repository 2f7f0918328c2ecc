//! How callers come in over HTTP, and what follows from it.

use std::{convert::Infallible, env, future::pending, net::SocketAddr, sync::Arc};

use anyhow::{Context as _, Result, anyhow, bail};
use tollhouse::{
    Clock, SystemClock,
    http::{Options, ProtectedResource},
};
use tollhouse_oauth::Issuers;

use crate::{
    config::{
        Config,
        files::Said,
        resolve::{self, Door, NAMED, Resolved, Site, UNNAMED, usual_headers},
    },
    connect::{Kept, Purpose, state_of},
    doorman::{Doorman, Post, Tokens},
    keys::{FromEnvironment, Piped, Porter, Registry},
    outside,
    rights::Rights,
    secrets::{Reference, Watched},
};

/// How callers come in.
#[derive(Clone, Debug)]
pub(crate) enum SignIn {
    /// As nobody in particular.
    None,
    /// As whoever their credential says.
    Asked(Arc<Asked>),
}

/// What is needed to ask, and to ask otherwise when the file changes.
#[derive(Debug)]
pub(crate) struct Asked {
    doorman: Arc<Doorman>,
    registry: Option<Registry>,
    /// The key of the environment, for whoever may do everything.
    implied: Option<Watched>,
    /// The key of the environment, for whoever calls over pipes.
    piped: Option<Watched>,
    clock: Arc<dyn Clock>,
    /// How a caller sends what is asked for, on a command line.
    shown_header: Option<String>,
    shown: String,
}

impl SignIn {
    /// As the file says. Where it asks for nothing, whoever sets a key, even an empty one, wants to be asked for it.
    /// Also tells what is odd.
    pub(crate) fn of(
        config: &Config,
        kept: &Kept,
        is_stdio: bool,
    ) -> Result<(Self, Option<String>)> {
        let Some(resolved) = config.resolved.as_ref() else {
            return Ok((Self::None, None));
        };
        let door = &resolved.site.door;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let registry = || -> Result<Registry> {
            let state = kept.state(&state_of(config), Purpose::Serve)?;
            Ok(Registry::new(state, Arc::clone(&clock)))
        };
        let given = Given::read(door, is_stdio)?;
        let is_open = !door.asks() && !is_implied();
        if is_open || (is_stdio && given.piped.is_none()) {
            return Ok((Self::None, None));
        }
        let registry = door.asks().then(registry).transpose()?;
        let watched = |reference: Option<Reference>| {
            let secret = reference.map(|reference| Watched::open(reference, Arc::clone(&clock)));
            secret.transpose().map_err(|why| anyhow!(why))
        };
        let headers = headers(door);
        let shown = shown(door, &headers);
        let asked = Asked {
            implied: watched(given.implied)?,
            piped: watched(given.piped)?,
            shown_header: shown_header(door, &headers),
            shown,
            clock,
            // Nobody judges yet, so that nobody is let in.
            doorman: Arc::new(Doorman::new(headers, registry.clone(), Post::default())),
            registry,
        };
        asked.doorman.renew(asked.post(resolved, None)?);
        Ok((Self::Asked(Arc::new(asked)), given.odd))
    }

    /// Whoever calls over pipes with a key of the environment; nobody if there is none that was made here.
    ///
    /// # Errors
    ///
    /// The key is not good.
    pub(crate) async fn piped(&self) -> Result<Option<Piped>> {
        let Self::Asked(asked) = self else {
            return Ok(None);
        };
        let Some(key) = asked.piped.clone() else {
            return Ok(None);
        };
        let (door, clock) = (Arc::clone(&asked.doorman), Arc::clone(&asked.clock));
        Piped::open(door, key, clock).await.map(Some)
    }

    /// Who is to judge credentials when a file has changed. Whether and where these are shown has to be as before.
    ///
    /// # Errors
    ///
    /// What it says cannot be done.
    pub(crate) fn prepare(&self, resolved: &Resolved) -> Result<Option<Post>> {
        match self {
            Self::None => Ok(None),
            Self::Asked(asked) => {
                let before = asked.doorman.issuers();
                asked.post(resolved, before).map(Some)
            }
        }
    }

    /// Lets others judge credentials from now on. Whoever was let in is asked again.
    pub(crate) fn renew(&self, post: Option<Post>) {
        if let (Self::Asked(asked), Some(post)) = (self, post) {
            asked.doorman.renew(post);
        }
    }

    /// Makes the edge ask.
    pub(crate) fn guard(&self, options: Options) -> Options {
        match self {
            Self::None => options,
            Self::Asked(asked) => options.authenticate(Arc::clone(&asked.doorman)),
        }
    }

    /// Who asks callers, if anybody does.
    pub(crate) fn doorman(&self) -> Option<Arc<Doorman>> {
        match self {
            Self::None => None,
            Self::Asked(asked) => Some(Arc::clone(&asked.doorman)),
        }
    }

    /// Hears in good time of what changes who may call, for as long as it is polled.
    pub(crate) async fn beat(&self) -> Infallible {
        match self {
            Self::None => pending().await,
            Self::Asked(asked) => asked.doorman.beat().await,
        }
    }

    /// How a caller sends what is asked for, on a command line; none if nothing is.
    pub(crate) fn shown_header(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Asked(asked) => asked.shown_header.clone(),
        }
    }

    /// One line for the banner.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::None => "none: loopback only".to_owned(),
            Self::Asked(asked) => asked.shown.clone(),
        }
    }
}

/// What the environment gives.
#[derive(Default)]
struct Given {
    implied: Option<Reference>,
    piped: Option<Reference>,
    /// What is odd about it.
    odd: Option<String>,
}

impl Given {
    /// Over HTTP, a key of the environment is that of whoever may do everything. Over pipes it is what a client shows,
    /// if it was made here: then its holder calls, and nobody else.
    fn read(door: &Door, is_stdio: bool) -> Result<Self> {
        let takes_keys = door.keys.is_some() || !(is_stdio || door.asks());
        if !takes_keys {
            return Ok(Self::default());
        }
        Ok(match FromEnvironment::read(&environment)? {
            Some(key) if !is_stdio => Self {
                odd: key.warning.or_else(|| {
                    let is_taken = key.is_ours && door.keys.is_some();
                    is_taken.then(|| ALMIGHTY.to_owned())
                }),
                implied: Some(key.reference),
                ..Self::default()
            },
            Some(key) if key.is_ours => Self {
                piped: Some(key.reference),
                ..Self::default()
            },
            _ => Self::default(),
        })
    }
}

impl Asked {
    /// Who judges credentials, as a file says. Issuers that are the same as before are not asked for their keys again.
    fn post(
        &self,
        resolved: &Resolved,
        before: Option<(Vec<Said<resolve::Issuer>>, Arc<Issuers>)>,
    ) -> Result<Post> {
        let door = &resolved.site.door;
        let rights = Arc::new(resolved.rights.clone());
        let porter = door
            .takes_keys()
            .then(|| self.porter(resolved, &rights))
            .transpose()?;
        let tokens = match &self.registry {
            Some(registry) if !door.issuers.is_empty() => {
                let same = before.filter(|(settings, _)| *settings == door.issuers);
                let issuers = match same {
                    Some((_, issuers)) => issuers,
                    None => Arc::new(outside::issuers(&door.issuers, &self.clock)?),
                };
                let ground = (registry.clone(), rights);
                let clock = Arc::clone(&self.clock);
                Some(Tokens::new((door.issuers.clone(), issuers), ground, clock))
            }
            _ => None,
        };
        let headers = door.keys.as_ref().map(|keys| &keys.headers);
        let own = headers.is_some_and(|names| !names.iter().any(|name| name == AUTHORIZATION));
        Ok(Post {
            porter,
            tokens,
            bears_tokens_only: own,
        })
    }

    fn porter(&self, resolved: &Resolved, rights: &Arc<Rights>) -> Result<Porter> {
        let keys = resolved.site.door.keys.as_ref();
        let mut fixed: Vec<Watched> = self.implied.iter().cloned().collect();
        if let Some(reference) = keys.and_then(|keys| keys.key.clone()) {
            let clock = Arc::clone(&self.clock);
            let key = Watched::open(reference.value, clock).map_err(|why| anyhow!(why));
            fixed.push(key.context("[auth] key")?);
        }
        let lookup = keys.and_then(|keys| keys.lookup.as_ref());
        let elsewhere = lookup.map(|said| outside::elsewhere(said, resolved, &self.clock));
        let elsewhere = elsewhere.transpose().context("[auth.lookup]")?;
        let ground = (self.registry.clone(), Arc::clone(rights));
        Ok(Porter::new(
            (fixed, elsewhere),
            ground,
            Arc::clone(&self.clock),
        ))
    }
}

/// What tokens are made for, and who makes them.
pub(crate) fn resource(resolved: &Resolved) -> ProtectedResource {
    let scopes = resolved.basic_scopes();
    let identity = &resolved.server;
    let mut resource = ProtectedResource::default()
        .scopes(scopes.iter().map(String::as_str))
        .name(identity.title.as_deref().unwrap_or(&identity.name));
    if let Some(website) = &identity.website {
        resource = resource.documentation(website);
    }
    for url in &resolved.site.public_urls {
        resource = resource.url(url.clone());
    }
    for issuer in &resolved.site.door.issuers {
        resource = resource.authorization_server(&issuer.value.url);
    }
    resource
}

/// Where credentials stand.
fn headers(door: &Door) -> Vec<String> {
    let mut headers = match &door.keys {
        Some(keys) => keys.headers.clone(),
        None if door.asks() => Vec::new(),
        None => usual_headers(),
    };
    // Tokens stand nowhere else.
    if !door.issuers.is_empty() && !headers.iter().any(|name| name == AUTHORIZATION) {
        headers.push(AUTHORIZATION.to_owned());
    }
    headers
}

/// How a credential is sent, on a command line of a shell that has it in its environment. Clients fetch tokens
/// themselves.
fn shown_header(door: &Door, headers: &[String]) -> Option<String> {
    let first = headers.first().filter(|_| door.takes_keys())?;
    Some(match first.as_str() {
        AUTHORIZATION => "Authorization: Bearer $MCP_API_KEY".to_owned(),
        other => format!("{other}: $MCP_API_KEY"),
    })
}

fn shown(door: &Door, headers: &[String]) -> String {
    let own = door.keys.as_ref().map(|keys| keys.headers.as_slice());
    let places = own.unwrap_or(headers).iter();
    let places = places.map(|name| match name.as_str() {
        AUTHORIZATION => "Authorization: Bearer",
        other => other,
    });
    let places: Vec<&str> = places.collect();
    let key = format!("a key, in {}", places.join(" or "));
    let issuers: Vec<&str> = door
        .issuers
        .iter()
        .map(|one| one.value.url.as_str())
        .collect();
    let token = format!("a token of {}", issuers.join(" or "));
    match (door.takes_keys(), door.issuers.is_empty()) {
        (_, true) => key,
        (false, false) => token,
        (true, false) => format!("{token}; or {key}"),
    }
}

/// Refuses an address that other machines reach if nobody has to sign in there.
pub(crate) fn refuse_reachable(address: SocketAddr, site: &Site) -> Result<()> {
    let door = &site.door;
    let is_open = !door.asks() && !is_implied();
    if is_open && !address.ip().is_loopback() {
        let port = address.port();
        bail!(
            "{address} can be reached from other machines, and nobody would have to sign in. Ask callers for \
             keys, [auth] mode = \"keys\", or for the one in MCP_API_KEY, or use --http 127.0.0.1:{port}"
        );
    }
    if !door.issuers.is_empty() && site.public_urls.is_empty() && !address.ip().is_loopback() {
        bail!("{UNNAMED}: {address}; {NAMED}");
    }
    Ok(())
}

/// Refuses to serve pipes where callers are to come with tokens (MCP 2026-07-28, "Authorization": over stdio, credentials
/// come from the environment).
pub(crate) fn refuse_over_stdio(door: &Door) -> Result<()> {
    if door.issuers.is_empty() {
        return Ok(());
    }
    let mend = if door.keys.is_some() {
        "or show a key: set MCP_API_KEY to one of `tollhouse keys create`, and take \"external\" out of [auth] mode"
    } else {
        "or write another [auth] mode into a file for stdio: \"keys\", with a key in MCP_API_KEY, or \"none\""
    };
    bail!(
        "over stdio nobody signs in with a token, and [auth] mode asks for one. Serve HTTP, --http 127.0.0.1:8080, {mend}"
    )
}

fn is_implied() -> bool {
    let mut names = FromEnvironment::NAMES.iter();
    names.any(|name| environment(name).is_some())
}

/// A variable of the environment. What is no text must not seem to be unset, so it is spoilt and kept.
fn environment(name: &str) -> Option<String> {
    env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

const ALMIGHTY: &str = "the key in MCP_API_KEY looks like one of `tollhouse keys create`; here it may do everything, \
    whatever it was made for, until MCP_API_KEY is unset";
const AUTHORIZATION: &str = "authorization";
