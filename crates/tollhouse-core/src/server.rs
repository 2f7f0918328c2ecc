//! The lasting handle that every edge calls: one [`Server`] over one swapped [`Plan`].

use std::{fmt, sync::Arc};

use arc_swap::ArcSwap;
use bytes::Bytes;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    CatalogueError, Change, Clock, Exchange, Hub, Id, Journal, Principal, Refusal, Source,
    exchange::Last,
    protocol::{self, Headers, Incoming},
    seal::Ring,
};

mod builder;
mod listing;
mod plan;

pub use builder::{BuildError, Builder};
pub(crate) use plan::Plan;

/// A server: what every edge calls. Cloning gives another handle on the same one.
#[derive(Clone)]
pub struct Server {
    inner: Arc<Inner>,
    closing: CancellationToken,
}

pub(crate) struct Inner {
    plan: ArcSwap<Plan>,
    identity: plan::Identity,
    pub(crate) hub: Hub,
    pub(crate) seals: Ring,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) tasks: TaskTracker,
    /// The functions of the builder, which every plan has first.
    functions: Arc<dyn Source>,
}

/// What a server made of one message.
#[derive(Debug)]
pub enum Received {
    /// A request: its messages come out of the exchange.
    Exchange(Box<Exchange>),
    /// A notification that says that the reply to this request is no longer wanted.
    Cancel(Id),
    /// A notification that wants nothing.
    Accepted,
    /// Not understood: this is all there is to say.
    Refused(Last),
}

impl Server {
    /// Takes one message from a client.
    ///
    /// `headers` is `None` where the transport has none. The work of a request begins when its
    /// exchange is first asked for a message.
    #[must_use]
    pub fn receive(
        &self,
        body: &Bytes,
        headers: Option<&Headers<'_>>,
        principal: &Principal,
    ) -> Received {
        let plan = self.inner.plan.load_full();
        match protocol::decode(body, headers, principal, plan.as_ref()) {
            Ok(Incoming::Request(request)) => {
                let piped = headers.is_none();
                Received::Exchange(Box::new(Exchange::new(self, plan, *request, piped)))
            }
            Ok(Incoming::Cancel(id)) => Received::Cancel(id),
            Ok(Incoming::Notification) => Received::Accepted,
            Err(rejected) => Received::Refused(Last::refused(
                &plan,
                rejected.id.as_ref(),
                rejected.refusal,
                false,
            )),
        }
    }

    /// A refusal in the words of the protocol, for an edge that could not even read a message.
    #[must_use]
    pub fn refuse(&self, id: Option<&Id>, refusal: Refusal) -> Last {
        Last::refused(&self.inner.plan.load(), id, refusal, false)
    }

    /// The name that it was built under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.identity.name
    }

    /// Its version; not that of the protocol.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.inner.identity.version
    }

    /// The hub, to tell subscribers what changed.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.inner.hub
    }

    /// Puts other sources in place of the present ones, behind the functions that the builder was given,
    /// which stay. Calls under way end on the old ones; subscribers are told.
    ///
    /// # Errors
    ///
    /// The new sources do not make a catalogue; the old ones stay.
    pub fn swap(&self, sources: &[Arc<dyn Source>]) -> Result<(), CatalogueError> {
        let mut all = vec![Arc::clone(&self.inner.functions)];
        all.extend(sources.iter().cloned());
        let plan = Plan::build(&self.inner.identity, &all)?;
        self.inner.plan.store(Arc::new(plan));
        for change in [Change::Tools, Change::Prompts, Change::Resources] {
            self.inner.hub.publish(&change);
        }
        Ok(())
    }

    /// Ends the streams, and waits until no call is running whose caller has left.
    ///
    /// Edges stop taking requests before they call this.
    pub async fn drain(&self) {
        self.closing.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    /// A handle for one edge: ending its streams, by [`Server::closing`] or [`Server::drain`], leaves those
    /// of other edges open, while the server's own end ends all.
    #[must_use]
    pub fn edge(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            closing: self.closing.child_token(),
        }
    }

    /// Fires when the server is asked to end its streams.
    #[must_use]
    pub fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Server({})", self.inner.identity.name)
    }
}
