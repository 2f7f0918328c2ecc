//! The core of Tollhouse: words, protocol, the road of a call, and the server. No sockets, no SQL, no
//! HTML, no environment.
//!
//! A tour in half a minute. An edge (stdio here, HTTP in `tollhouse-http`) takes bytes from a client and
//! hands them, with the [`Principal`] it authenticated, to [`Server::receive`]. What comes back is an
//! [`Exchange`]: events while the work goes on, then the last message. Inside, the protocol decodes one
//! request without era; the road (`pipeline.rs`, one screen) finds the target, authorises, validates,
//! runs it at its [`Source`] with a [`Permit`], shapes the [`Outcome`], and writes one [`Record`] into the
//! [`Journal`]. Whatever ends early is a [`Refusal`], and one table says how each edge tells it.

mod access_log;
mod ask;
mod authenticate;
mod call;
mod clock;
mod content;
mod ctx;
mod digest;
mod directory;
mod event;
mod exchange;
mod explain;
mod fault;
mod fence;
mod functions;
mod guard;
mod headers;
mod hub;
mod icon;
mod ids;
mod limit;
mod outcome;
mod pipeline;
mod policy;
mod principal;
mod projection;
mod protocol;
mod redact;
mod refusal;
mod resource;
mod results;
mod schema;
mod seal;
mod server;
mod source;
pub mod stdio;
mod store;
pub mod testing;
mod tool;
mod toolset;
mod uri_template;

pub use access_log::AccessLog;
pub use ask::{Answers, Ask, Capabilities, Capability, Question};
pub use authenticate::{Authenticate, Credentials, Place, Unauthenticated, scope_list};
pub use call::{Arrival, Call, Claim, Completion, Target, Trace};
pub use clock::{Clock, SystemClock};
pub use content::{Annotations, Body, Content, Contents, Extras, Message, Noted, Role};
pub use ctx::{Answer, CallKey, Ctx, Root};
pub use directory::{Directory, NoAnswer, OutsideKey};
pub use event::{Event, Events, Level};
pub use exchange::{Exchange, Frame, Last, News};
pub use explain::{Explanation, Verdict};
pub use fault::{Fault, busy, fail};
pub use fence::clean;
#[doc(hidden)]
pub use functions::expansion;
pub use functions::{
    AsPrompt, AsResource, AsTool, FromCall, Given, Handler, IntoOutput, Json, PromptFn, ResourceFn,
    State, ToolFn, ViaArguments, ViaCall, prompt, resource, template, tool,
};
pub use hub::{Change, Hearing, Hub};
pub use icon::{Icon, Theme};
pub use ids::draw;
pub use outcome::{Outcome, Output, Reported};
pub use pipeline::Permit;
pub use policy::{
    Care, Confirm, Confirmation, Detail, Doubt, FailsAs, Form, Limits, Mask, Policy, Quota, Rate,
    Repeat, Rest, Rollup, Rules, Shape, Taint, Trust, Untrusted, Written,
};
pub use principal::Principal;
pub use protocol::{Header, Headers, Id, Known, Session};
pub use redact::Redactor;
pub use refusal::{Blame, Budget, Refusal, Row};
pub use resource::{Parameter, Prompt, Resource, Template};
pub use server::{BuildError, Builder, Received, Server};
pub use source::{Offers, Source};
pub use store::{
    Ending, Intent, Journal, Key, KeyChange, KeyError, KeyHash, Keys, Names, Payload, Presented,
    Record, Setting, StoreError, Stores, Trail, User, UserChange, Users, approvals, ledger, memory,
    spills, taints,
};
pub use tool::{Access, Effect, Face, Tool};
pub use toolset::CatalogueError;
