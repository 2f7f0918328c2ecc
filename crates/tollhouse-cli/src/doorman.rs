//! Asks callers who they are, by whatever credential they show, and says what they may do.
//!
//! A credential is of one kind, by where it stands and how it looks, and only whoever is for that kind judges it. One
//! that fails is not tried as another.

use std::{convert::Infallible, fmt, future::pending, sync::Arc};

use arc_swap::ArcSwap;
use futures_util::future::BoxFuture;
use tokio::sync::{Notify, watch};
use tollhouse::{Authenticate, Credentials, Principal, Unauthenticated};

use tollhouse_oauth::Issuers;

use crate::{
    config::{files::Said, resolve},
    keys::{Porter, Registry, Shown, the_credential},
};

mod holder;
mod refusals;
mod tokens;

pub(crate) use holder::holder_of;
use refusals::Refusals;
pub(crate) use tokens::Tokens;

/// Asks callers who they are.
pub(crate) struct Doorman {
    /// Where credentials stand, in lower case. Settled at the start.
    headers: Vec<String>,
    registry: Option<Registry>,
    post: ArcSwap<Post>,
    changes: watch::Sender<u64>,
    /// Rung when others have come to the post.
    renewed: Notify,
    refusals: Refusals,
}

/// Who judges which kind of credential. Exchanged as a whole when the file changes.
#[derive(Debug, Default)]
pub(crate) struct Post {
    pub(crate) porter: Option<Porter>,
    pub(crate) tokens: Option<Tokens>,
    /// Whether what stands behind `Bearer` is for tokens alone, because keys have headers of their own.
    pub(crate) bears_tokens_only: bool,
}

impl Post {
    async fn judge(
        &self,
        shown: Shown<'_>,
        resource: Option<&str>,
    ) -> Result<Principal, Unauthenticated> {
        let takes_key = !(shown.is_bearer && self.bears_tokens_only);
        match (self.porter.as_ref().filter(|_| takes_key), &self.tokens) {
            (Some(porter), None) => porter.holder(shown.text).await,
            (Some(porter), Some(tokens)) => match tokens.their_own(shown) {
                Some(token) if !porter.knows(shown.text) => tokens.holder(token, resource).await,
                // Where tokens are good too, it is not for want of a key that nobody gets in.
                _ => porter.holder(shown.text).await.map_err(|why| match why {
                    Unauthenticated::NotConfigured => Unauthenticated::UnknownKey,
                    why => why,
                }),
            },
            (None, Some(tokens)) => match tokens.their_own(shown) {
                Some(token) => tokens.holder(token, resource).await,
                None => Err(Unauthenticated::InvalidToken),
            },
            (None, None) => Err(Unauthenticated::NotConfigured),
        }
    }
}

impl Doorman {
    pub(crate) fn new(headers: Vec<String>, registry: Option<Registry>, post: Post) -> Self {
        Self {
            headers,
            registry,
            post: ArcSwap::from_pointee(post),
            changes: watch::Sender::new(0),
            renewed: Notify::new(),
            refusals: Refusals::default(),
        }
    }

    /// How many were not let in since the start, by why.
    pub(crate) fn refusals(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.refusals.counted()
    }

    /// The issuers whose tokens are judged, with what was said of them.
    pub(crate) fn issuers(&self) -> Option<(Vec<Said<resolve::Issuer>>, Arc<Issuers>)> {
        self.post.load().tokens.as_ref().map(Tokens::issuers)
    }

    /// Puts others in the place of those who judge. Whoever was let in is asked again.
    pub(crate) fn renew(&self, post: Post) {
        self.post.store(Arc::new(post));
        self.renewed.notify_one();
        self.tell();
    }

    /// Hears in good time of what changes who may call, for as long as it is polled. The state is asked only while
    /// somebody calls, or listens to what is told here.
    pub(crate) async fn beat(&self) -> Infallible {
        let is_listened = || self.changes.receiver_count() > 0;
        let state = async {
            match &self.registry {
                Some(registry) => registry.beat(is_listened).await,
                None => pending().await,
            }
        };
        tokio::select! {
            never = state => never,
            never = self.pass_on() => never,
        }
    }

    /// Tells those who listen of what the state and the issuers tell.
    async fn pass_on(&self) -> Infallible {
        let mut state = self.registry.as_ref().map(Registry::changes);
        let listen = || self.post.load().tokens.as_ref().map(Tokens::changes);
        let mut tokens = listen();
        loop {
            tokio::select! {
                () = changed(&mut state) => {}
                () = changed(&mut tokens) => {}
                // Others are at the post now, who have to be heard. What they told before was heard by nobody.
                () = self.renewed.notified() => tokens = listen(),
            }
            self.tell();
        }
    }

    fn tell(&self) {
        self.changes
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Whoever took long to find out is asked once more if others are at the post by then, who may say otherwise.
    async fn judge(
        &self,
        shown: Shown<'_>,
        resource: Option<&str>,
    ) -> Result<Principal, Unauthenticated> {
        loop {
            let post = self.post.load_full();
            let told = post.judge(shown, resource).await;
            if Arc::ptr_eq(&post, &self.post.load()) {
                return told;
            }
        }
    }

    async fn nobody(&self) -> Unauthenticated {
        let post = self.post.load_full();
        match (&post.porter, &post.tokens) {
            (_, Some(_)) => Unauthenticated::MissingToken,
            (Some(porter), None) => porter.missing().await,
            (None, None) => Unauthenticated::NotConfigured,
        }
    }
}

impl Authenticate for Doorman {
    fn headers(&self) -> Vec<String> {
        self.headers.clone()
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        Some(self.changes.subscribe())
    }

    fn authenticate<'a>(
        &'a self,
        presented: Credentials<'a>,
    ) -> BoxFuture<'a, Result<Principal, Unauthenticated>> {
        Box::pin(async move {
            let told = match the_credential(presented) {
                Ok(Some(shown)) => self.judge(shown, presented.resource()).await,
                Ok(None) => Err(self.nobody().await),
                Err(why) => Err(why),
            };
            told.inspect_err(|why| self.refusals.count(*why))
        })
    }
}

impl fmt::Debug for Doorman {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = out.debug_struct("Doorman");
        shown
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

async fn changed(heard: &mut Option<watch::Receiver<u64>>) {
    if let Some(receiver) = heard
        && receiver.changed().await.is_ok()
    {
        return;
    }
    pending().await
}
