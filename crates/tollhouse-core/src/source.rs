//! Where tools, resources and prompts come from.
//!
//! To add a kind of source: implement [`Source`] in `tollhouse-sources` (or in your own crate),
//! offer plain data in [`Source::offers`], say in [`Source::check`] what arguments mean that a schema
//! cannot tell, and do the work in [`Source::call`]. The road has found, authorised and validated before it
//! calls; deadlines, cancelling and panics are the road's as well.

use std::fmt;

use futures_util::future::BoxFuture;

use crate::{Care, Ctx, Fault, Output, Permit, Prompt, Resource, Template, Tool};

/// What a source has, as data.
#[derive(Clone, Debug, Default)]
pub struct Offers {
    /// Its tools.
    pub tools: Vec<Tool>,
    /// Its resources with fixed URIs.
    pub resources: Vec<Resource>,
    /// Its patterns of resources.
    pub templates: Vec<Template>,
    /// Its prompts.
    pub prompts: Vec<Prompt>,
    /// How it is kept from taking others along.
    pub care: Care,
}

/// A place that tools come from.
pub trait Source: fmt::Debug + Send + Sync {
    /// What it has now.
    fn offers(&self) -> Offers;

    /// What it is, in a word: stands beside what it says, so that clients know where that comes from.
    fn name(&self) -> &str {
        "source"
    }

    /// Whether it could serve a call now. Asked by whoever looks after the process, on a thread that may block
    /// for a moment. Always, if not said.
    fn is_ready(&self) -> bool {
        true
    }

    /// Whether arguments that fit mean something: that an id is there, say. Asked before anybody is asked for a yes and
    /// before anything is claimed or written down, so nothing may be changed here; what the call itself needs has to
    /// be looked at again when it runs. `None`, if there is nothing to look at, which costs nothing.
    ///
    /// # Errors
    ///
    /// [`Fault::Fail`] ends the call, and the model reads what would do. The others are those of [`Source::call`].
    fn check<'a>(
        &'a self,
        _permit: &'a Permit<'a>,
        _ctx: &'a Ctx,
    ) -> Option<BoxFuture<'a, Result<(), Fault>>> {
        None
    }

    /// Runs what the permit names, for whom the permit names.
    ///
    /// Dropping the future stops the work. When the caller leaves, the deadline passes or a question
    /// goes out, the future is dropped at its next `await`.
    ///
    /// # Errors
    ///
    /// [`Fault::Fail`] is for the model to read, [`Fault::NotFound`] for a resource that is not there,
    /// [`Fault::Busy`] for what did nothing and may work in a moment, everything else is ours to mend.
    fn call<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        ctx: &'a Ctx,
    ) -> BoxFuture<'a, Result<Output, Fault>>;
}
