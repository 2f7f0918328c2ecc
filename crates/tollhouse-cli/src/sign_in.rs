//! How callers come in over HTTP, and what follows from it.

use std::{convert::Infallible, env, future::pending, net::SocketAddr, sync::Arc};

use anyhow::{Result, bail};
use tollhouse::{Clock, SystemClock, http::Options};
use tollhouse_store::State;

use crate::{
    config::{
        Config,
        resolve::{Door, usual_headers},
    },
    connect::{Kept, Purpose, state_of},
    keys::{FromEnvironment, Porter, Registry},
};

/// How callers come in.
#[derive(Clone, Debug)]
pub(crate) enum SignIn {
    /// As nobody in particular.
    None,
    /// With a key.
    Keys(Arc<Porter>),
}

impl SignIn {
    /// As the file says. Where it asks for nothing, whoever sets a key, even an empty one, wants to be asked for it.
    /// Over stdio nobody signs in. Also tells what is odd.
    pub(crate) fn of(
        config: &Config,
        kept: &Kept,
        is_stdio: bool,
    ) -> Result<(Self, Option<String>)> {
        let Some(resolved) = config.resolved.as_ref().filter(|_| !is_stdio) else {
            return Ok((Self::None, None));
        };
        match &resolved.site.door {
            Door::Keys { headers } => {
                let state = kept.state(&state_of(config), Purpose::Serve)?;
                Self::keys(headers.clone(), Some(state))
            }
            Door::Open if is_implied() => Self::keys(usual_headers(), None),
            Door::Open => Ok((Self::None, None)),
        }
    }

    /// With a key, in one of these headers: that of the environment, or one of the store. Also tells what is odd.
    fn keys(headers: Vec<String>, state: Option<State>) -> Result<(Self, Option<String>)> {
        let fixed = FromEnvironment::read(&environment)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let registry = state.map(|state| Registry::new(state, Arc::clone(&clock)));
        let porter = Porter::new(headers, fixed.as_ref(), registry, clock);
        let odd = fixed.and_then(|key| key.warning);
        Ok((Self::Keys(Arc::new(porter)), odd))
    }

    /// Makes the edge ask.
    pub(crate) fn guard(&self, options: Options) -> Options {
        match self {
            Self::None => options,
            Self::Keys(porter) => options.authenticate(Arc::clone(porter)),
        }
    }

    /// Hears in good time of what changes who may call, for as long as it is polled.
    pub(crate) async fn beat(&self) -> Infallible {
        match self {
            Self::None => pending().await,
            Self::Keys(porter) => porter.beat().await,
        }
    }

    /// How a caller sends what is asked for, on a command line; none if nothing is.
    pub(crate) fn shown_header(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Keys(porter) => porter.shown_header(),
        }
    }

    /// One line for the banner.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::None => "none: loopback only".to_owned(),
            Self::Keys(porter) => format!("a key, in {}", porter.shown_headers()),
        }
    }
}

/// Refuses an address that other machines reach if nobody has to sign in there.
pub(crate) fn refuse_reachable(address: SocketAddr, door: &Door) -> Result<()> {
    let is_open = matches!(door, Door::Open) && !is_implied();
    if is_open && !address.ip().is_loopback() {
        let port = address.port();
        bail!(
            "{address} can be reached from other machines, and nobody would have to sign in. Ask callers for \
             keys, [auth] mode = \"keys\", or for the one in MCP_API_KEY, or use --http 127.0.0.1:{port}"
        );
    }
    Ok(())
}

fn is_implied() -> bool {
    let mut names = FromEnvironment::NAMES.iter();
    names.any(|name| environment(name).is_some())
}

/// A variable of the environment. What is no text must not seem to be unset, so it is spoilt and kept.
fn environment(name: &str) -> Option<String> {
    env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}
