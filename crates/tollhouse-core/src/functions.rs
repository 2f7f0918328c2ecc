//! The nearest source: plain async functions, registered by a builder.
//!
//! A handler is any async closure or function whose parameters are, in any order: its arguments (a type
//! that derives `Deserialize` and `JsonSchema`), [`Ctx`](crate::Ctx), [`State<S>`](State) and
//! [`Principal`](crate::Principal). What it gives back is in [`IntoOutput`].

use std::{
    any::{Any, TypeId},
    collections::BTreeMap,
    fmt,
    sync::Arc,
};

use futures_util::future::BoxFuture;

use crate::{Care, Ctx, Fault, Offers, Output, Permit, Source, Target};

#[doc(hidden)]
pub mod expansion;
mod extract;
mod handler;
mod output;
mod prompt;
mod resource;
mod tool;

pub use extract::{FromCall, Given, State, ViaArguments, ViaCall};
pub use handler::Handler;
pub use output::{AsPrompt, AsResource, AsTool, IntoOutput, Json};
pub use prompt::{PromptFn, prompt};
pub use resource::{ResourceFn, resource, template};
pub use tool::{ToolFn, tool};

use handler::Erased;

/// All functions of a server.
#[derive(Default)]
pub(crate) struct Functions {
    offers: Offers,
    tools: BTreeMap<String, Erased>,
    resources: BTreeMap<String, Erased>,
    prompts: BTreeMap<String, Erased>,
    completers: BTreeMap<(String, String), Completer>,
    states: States,
    wanted: Vec<(TypeId, &'static str)>,
    problems: Vec<String>,
    care: Option<Care>,
}

type States = BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>;
type Completer = Arc<dyn Fn(String, Ctx) -> BoxFuture<'static, Vec<String>> + Send + Sync>;

impl Functions {
    pub(crate) fn add_state<S: Send + Sync + 'static>(&mut self, state: S) {
        self.states.insert(TypeId::of::<S>(), Arc::new(state));
    }

    pub(crate) fn set_care(&mut self, care: Care) {
        self.care = Some(care);
    }

    /// A state that some handler wants and nobody gave.
    pub(crate) fn missing_state(&self) -> Option<String> {
        let missing = self
            .wanted
            .iter()
            .find(|(id, _)| !self.states.contains_key(id));
        missing.map(|(_, name)| format!("State<{name}>"))
    }

    /// The handlers that no call can reach, one sentence each.
    pub(crate) fn problems(&self) -> &[String] {
        &self.problems
    }

    fn take(&mut self, kind: &str, name: &str, handler: &Erased) {
        self.wanted.extend(handler.wanted());
        let problem = handler.problem();
        self.problems
            .extend(problem.map(|why| format!("{kind} `{name}`: {why}")));
    }

    async fn complete(&self, permit: &Permit<'_>, ctx: &Ctx) -> Result<Output, Fault> {
        let Target::Completion(completion) = permit.target() else {
            return Err(Fault::NotFound);
        };
        let key = (permit.name().to_owned(), completion.argument.clone());
        let values = match self.completers.get(&key) {
            Some(complete) => complete(completion.value.clone(), ctx.clone()).await,
            None => Vec::new(),
        };
        Ok(Output::Completion {
            values,
            total: None,
        })
    }
}

impl Source for Functions {
    fn name(&self) -> &str {
        "functions"
    }

    fn offers(&self) -> Offers {
        Offers {
            care: self.care.clone().unwrap_or(Care::EACH),
            ..self.offers.clone()
        }
    }

    fn call<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        ctx: &'a Ctx,
    ) -> BoxFuture<'a, Result<Output, Fault>> {
        let shelf = match permit.target() {
            Target::Tool(_) => &self.tools,
            Target::Resource(_) => &self.resources,
            Target::Prompt(_) => &self.prompts,
            Target::Completion(_) => return Box::pin(self.complete(permit, ctx)),
        };
        match shelf.get(permit.name()) {
            Some(handler) => handler.call(Given::new(permit, ctx, &self.states)),
            None => Box::pin(async { Err(Fault::NotFound) }),
        }
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Functions")
            .field("tools", &self.tools.keys())
            .finish_non_exhaustive()
    }
}
