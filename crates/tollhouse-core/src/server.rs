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
pub struct Server(Arc<Inner>);

pub(crate) struct Inner {
    plan: ArcSwap<Plan>,
    identity: plan::Identity,
    pub(crate) hub: Hub,
    pub(crate) seals: Ring,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) tasks: TaskTracker,
    pub(crate) closing: CancellationToken,
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
        let plan = self.0.plan.load_full();
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
        Last::refused(&self.0.plan.load(), id, refusal, false)
    }

    /// The hub, to tell subscribers what changed.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// Puts other sources in place of the present ones. Calls under way end on the old ones;
    /// subscribers are told.
    ///
    /// # Errors
    ///
    /// The new sources do not make a catalogue; the old ones stay.
    pub fn swap(&self, sources: &[Arc<dyn Source>]) -> Result<(), CatalogueError> {
        let plan = Plan::build(&self.0.identity, sources)?;
        self.0.plan.store(Arc::new(plan));
        for change in [Change::Tools, Change::Prompts, Change::Resources] {
            self.0.hub.publish(&change);
        }
        Ok(())
    }

    /// Ends the streams, and waits until no call is running whose caller has left.
    ///
    /// Edges stop taking requests before they call this.
    pub async fn drain(&self) {
        self.0.closing.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    /// Fires when the server is asked to end its streams.
    #[must_use]
    pub fn closing(&self) -> &CancellationToken {
        &self.0.closing
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.0
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Server({})", self.0.identity.name)
    }
}
