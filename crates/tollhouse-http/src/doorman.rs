//! Who tells callers apart, and how they are asked.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderMap, HeaderName};
use tokio::{sync::watch, time::timeout};
use tollhouse_core::{Authenticate, Credentials, Header, Principal, Unauthenticated};

use crate::headers::single;

/// Who tells callers apart, and by which headers.
#[derive(Clone, Debug)]
pub(crate) struct Doorman {
    who: Arc<dyn Authenticate>,
    pub(crate) headers: Arc<[HeaderName]>,
}

impl Doorman {
    pub(crate) fn new(who: impl Authenticate + 'static) -> Self {
        let names = who.headers().into_iter();
        Self {
            // What is no name is never presented, so it lets nobody in.
            headers: names.filter_map(|name| name.parse().ok()).collect(),
            who: Arc::new(who),
        }
    }

    /// Who presents these headers at this resource. Whoever does not tell in time cannot be asked now.
    pub(crate) async fn ask(
        &self,
        headers: &HeaderMap,
        resource: Option<&str>,
        patience: Duration,
    ) -> Result<Principal, Unauthenticated> {
        let names = self.headers.iter();
        let presented: Vec<_> = names
            .map(|name| (name.as_str(), single(headers, name)))
            .collect();
        // Which of them counts would be a guess, and other programs on the way may guess otherwise.
        if presented.iter().any(|(_, value)| *value == Header::Several) {
            return Err(Unauthenticated::Repeated);
        }
        let mut presented = Credentials::new(&presented);
        if let Some(resource) = resource {
            presented = presented.at(resource);
        }
        let told = timeout(patience, self.who.authenticate(presented)).await;
        told.unwrap_or(Err(Unauthenticated::Unavailable))
    }

    /// The headers of a request that are read here, to be presented again.
    pub(crate) fn presented(&self, headers: &HeaderMap) -> HeaderMap {
        let mut presented = HeaderMap::new();
        for name in self.headers.iter() {
            for value in headers.get_all(name) {
                presented.append(name, value.clone());
            }
        }
        presented
    }

    /// A number that moves whenever somebody might be told otherwise from now on.
    pub(crate) fn changes(&self) -> Option<watch::Receiver<u64>> {
        self.who.changes()
    }
}
