//! Names into addresses that may be dialled. The client connects to what comes out of here and to nothing else, so
//! there is no moment between check and use.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::target::{Denied, Reach};

/// The addresses of a name, or why there are none.
pub type Found = io::Result<Vec<IpAddr>>;

/// Finds the addresses of names. The machine does, unless somebody else is given.
pub trait Lookup: fmt::Debug + Send + Sync {
    /// All addresses of a name, in the order in which they should be tried.
    fn lookup(&self, name: String) -> BoxFuture<'static, Found>;
}

/// Asks the machine.
#[derive(Debug)]
pub(crate) struct Machine;

impl Lookup for Machine {
    fn lookup(&self, name: String) -> BoxFuture<'static, Found> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// A resolver for one reach: what may not be dialled is not found.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) lookup: Arc<dyn Lookup>,
    pub(crate) reach: Reach,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        let found = self.lookup.lookup(name.as_str().to_owned());
        Box::pin(async move {
            let (mut good, mut denied): (Vec<IpAddr>, Option<Denied>) = (Vec::new(), None);
            for address in found.await.map_err(NotFound)? {
                match reach.admits(address) {
                    Ok(()) => good.push(address),
                    Err(reason) => denied = denied.or(Some(reason)),
                }
            }
            match denied {
                Some(denied) if good.is_empty() => Err(denied.into()),
                None if good.is_empty() => Err(NotFound(io::ErrorKind::NotFound.into()).into()),
                // The port of the URL takes the place of the 0.
                _ => Ok(Box::new(good.into_iter().map(|it| SocketAddr::new(it, 0))) as Addrs),
            }
        })
    }
}

/// A name that nobody knows.
#[derive(Debug, thiserror::Error)]
#[error("the name was not found")]
pub(crate) struct NotFound(#[source] io::Error);
