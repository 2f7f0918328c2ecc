//! A prompt made of an async function.

use std::{collections::BTreeMap, fmt, future::Future, sync::Arc, time::Duration};

use serde_json::{Map, Value};

use super::{AsPrompt, Completer, Functions, Handler, handler::Erased};
use crate::{Access, Ctx, Icon, Parameter, Prompt, Untrusted};

/// A prompt made of an async function.
#[must_use = "give it to `Builder::prompt`"]
pub struct PromptFn {
    prompt: Prompt,
    handler: Erased,
    completers: BTreeMap<String, Completer>,
}

/// Makes a prompt of an async function: its parameters are the fields of its arguments, all text.
///
/// ```
/// use tollhouse_core::prompt;
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Review {
///     /// What to look at
///     diff: String,
/// }
///
/// let review = prompt("review", "Review a change.", |review: Review| async move {
///     format!("Review this change:\n{}", review.diff)
/// });
/// ```
pub fn prompt<M: 'static, H: Handler<AsPrompt, M>>(
    name: &str,
    description: &str,
    handler: H,
) -> PromptFn {
    PromptFn {
        prompt: Prompt {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            parameters: parameters(&handler.input()),
            ..Prompt::default()
        },
        handler: Erased::new(handler),
        completers: BTreeMap::new(),
    }
}

impl PromptFn {
    /// The name that people read.
    pub fn title(mut self, title: &str) -> Self {
        self.prompt.title = Some(title.to_owned());
        self
    }

    /// A picture that clients may show beside the name.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.prompt.icons.push(icon);
        self
    }

    /// `_meta`, listed as it is.
    pub fn meta(mut self, meta: Map<String, Value>) -> Self {
        self.prompt.meta = Some(meta);
        self
    }

    /// Only callers with this scope, and those of earlier such lines, may use it.
    pub fn scope(mut self, scope: &str) -> Self {
        self.prompt.policy.access.scopes.push(scope.to_owned());
        self
    }

    /// Only callers in one of these roles may use it; for others there is no such prompt.
    pub fn roles<'a>(mut self, roles: impl IntoIterator<Item = &'a str>) -> Self {
        Access::name(&mut self.prompt.policy.access.roles, roles);
        self
    }

    /// Others may have written what it says, who want to be obeyed by a model: it is marked, its links lead nowhere,
    /// and its reader needs a yes for tools that are [privileged](crate::ToolFn::privileged).
    pub fn untrusted(mut self) -> Self {
        self.prompt.policy.trust.untrusted = Untrusted::All;
        self
    }

    /// Only these programs may use it for a caller, by an id or by the host of ids that are URLs; for others there
    /// is no such prompt. What a client says of itself is no id.
    pub fn clients<'a>(mut self, clients: impl IntoIterator<Item = &'a str>) -> Self {
        Access::name(&mut self.prompt.policy.access.clients, clients);
        self
    }

    /// Only callers who are known may use it; for others there is no such prompt.
    pub fn known(mut self) -> Self {
        self.prompt.policy.access.known = true;
        self
    }

    /// How long filling it in may take; 25 seconds if not said.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.prompt.policy.deadline = deadline;
        self
    }

    /// Suggestions for a parameter: takes what has been typed, gives the best first.
    pub fn complete<F, R>(mut self, parameter: &str, complete: F) -> Self
    where
        F: Fn(String, Ctx) -> R + Send + Sync + 'static,
        R: Future<Output = Vec<String>> + Send + 'static,
    {
        for known in self
            .prompt
            .parameters
            .iter_mut()
            .filter(|known| known.name == parameter)
        {
            known.completes = true;
        }
        let complete: Completer = Arc::new(move |value, ctx| Box::pin(complete(value, ctx)));
        self.completers.insert(parameter.to_owned(), complete);
        self
    }
}

impl Functions {
    pub(crate) fn add_prompt(&mut self, prompt: PromptFn) {
        let name = prompt.prompt.name.clone();
        self.take("prompt", &name, &prompt.handler);
        for (parameter, complete) in prompt.completers {
            self.completers.insert((name.clone(), parameter), complete);
        }
        self.prompts.insert(name, prompt.handler);
        self.offers.prompts.push(prompt.prompt);
    }
}

impl fmt::Debug for PromptFn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PromptFn({})", self.prompt.name)
    }
}

/// The fields of a schema as parameters.
fn parameters(schema: &Value) -> Vec<Parameter> {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required =
        |name: &str| required.is_some_and(|names| names.iter().any(|known| known == name));
    let properties = schema.get("properties").and_then(Value::as_object);
    let text = |property: &Value, name| Some(property.get(name)?.as_str()?.to_owned());
    let parameter = |(name, property): (&String, &Value)| Parameter {
        name: name.clone(),
        title: text(property, "title"),
        description: text(property, "description"),
        required: is_required(name),
        completes: false,
    };
    properties.into_iter().flatten().map(parameter).collect()
}
