//! What a handler's parameters can be, and where they come from.

use std::{any::TypeId, ops::Deref, sync::Arc};

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::States;
use crate::{Ctx, Fault, Permit, Principal, schema::minified};

/// What a call brings: the parameters of a handler are taken from it.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    permit: &'a Permit<'a>,
    ctx: &'a Ctx,
    states: &'a States,
}

impl<'a> Given<'a> {
    pub(super) fn new(permit: &'a Permit<'a>, ctx: &'a Ctx, states: &'a States) -> Self {
        Self {
            permit,
            ctx,
            states,
        }
    }

    pub(super) fn permit(&self) -> &'a Permit<'a> {
        self.permit
    }
}

impl std::fmt::Debug for Given<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Given({:?})", self.permit)
    }
}

/// Something that a handler can take. `M` only keeps the two ways apart for the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no argument, and does not come with a call",
    label = "neither documented nor injected",
    note = "an argument has a `///` comment above it; `State<S>`, `Ctx` and `Principal` are injected"
)]
pub trait FromCall<M>: Sized + Send {
    /// The JSON Schema, if this is the arguments.
    #[must_use]
    fn schema() -> Option<Value> {
        None
    }

    /// Why no call can bring this, if that is so.
    #[must_use]
    fn problem() -> Option<String> {
        None
    }

    /// The state that must have been given, if this is one.
    #[must_use]
    fn state() -> Option<(TypeId, &'static str)> {
        None
    }

    /// Takes it.
    ///
    /// # Errors
    ///
    /// The call does not have it; arguments fit their schema by then.
    fn from_call(given: Given<'_>) -> Result<Self, Fault>;
}

/// From the call's surroundings.
#[derive(Debug)]
pub enum ViaCall {}

/// From the call's arguments.
#[derive(Debug)]
pub enum ViaArguments {}

impl<T: DeserializeOwned + JsonSchema + Send> FromCall<ViaArguments> for T {
    fn schema() -> Option<Value> {
        Some(closed(schema_of::<T>()))
    }

    fn problem() -> Option<String> {
        let name = T::schema_name();
        (!may_be_object(&schema_of::<T>())).then(|| {
            format!(
                "the argument type `{name}` is not an object: take a struct whose fields are the arguments"
            )
        })
    }

    fn from_call(given: Given<'_>) -> Result<Self, Fault> {
        // The schema has let them through; what is left are rules that a schema cannot say.
        T::deserialize(given.permit.args())
            .map_err(|error| Fault::Fail(format!("The arguments do not fit: {error}")))
    }
}

impl FromCall<ViaCall> for Ctx {
    fn from_call(given: Given<'_>) -> Result<Self, Fault> {
        Ok(given.ctx.clone())
    }
}

impl FromCall<ViaCall> for Principal {
    fn from_call(given: Given<'_>) -> Result<Self, Fault> {
        Ok(given.permit.principal().clone())
    }
}

/// A value given to the builder with `.state(…)`, shared by all handlers.
///
/// `State(orders): State<Orders>` as a parameter takes the [`Arc`] itself.
#[derive(Debug)]
pub struct State<S>(pub Arc<S>);

impl<S> Clone for State<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> Deref for State<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0
    }
}

impl<S: Send + Sync + 'static> FromCall<ViaCall> for State<S> {
    fn state() -> Option<(TypeId, &'static str)> {
        Some((TypeId::of::<S>(), std::any::type_name::<S>()))
    }

    fn from_call(given: Given<'_>) -> Result<Self, Fault> {
        let state = given.states.get(&TypeId::of::<S>()).cloned();
        let state = state.and_then(|state| state.downcast::<S>().ok());
        state.map(Self).ok_or(Fault::NotFound)
    }
}

fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = None);
    let schema = settings.into_generator().into_root_schema_for::<T>();
    minified(schema.to_value())
}

/// Whether an object can fit, as far as the schema's first words say: arguments are one.
fn may_be_object(schema: &Value) -> bool {
    let is_type = match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(|one| one == "object"),
        Some(one) => one == "object",
        None => true,
    };
    let literal = schema.get("const").is_some_and(|one| !one.is_object());
    is_type
        && !literal
        && ["anyOf", "oneOf"].iter().all(|word| {
            let branches = schema.get(*word).and_then(Value::as_array);
            branches.is_none_or(|branches| branches.iter().any(may_be_object))
        })
}

/// The schema of arguments: an object, without what a model does not need to read, and closed, so that a
/// misspelt name is told and not lost.
fn closed(mut schema: Value) -> Value {
    let Some(root) = schema.as_object_mut() else {
        return json!({"type": "object"});
    };
    root.remove("title");
    root.remove("description");
    let composed = ["allOf", "anyOf", "oneOf", "$ref", "unevaluatedProperties"];
    if root.contains_key("properties") && !composed.iter().any(|word| root.contains_key(*word)) {
        root.entry("additionalProperties").or_insert(json!(false));
    }
    root.insert("type".to_owned(), json!("object"));
    schema
}
