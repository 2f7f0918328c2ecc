//! What the attribute macros expand to: a function whose parameters are told one by one.
//!
//! Nobody writes this by hand: `#[tool]` and its siblings do. It may change with any version.

use std::{any::TypeId, fmt, marker::PhantomData, panic::resume_unwind};

use futures_util::future::BoxFuture;
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use tokio_util::task::AbortOnDropHandle;

use super::{FromCall, Given, Handler, IntoOutput, ViaCall, handler};
use crate::{Fault, Output, schema::minified};

mod argument;

pub use argument::Argument;
pub use serde_json::json as literal;

/// The parameters of a function, told one by one.
#[derive(Debug)]
pub struct Signature {
    generator: SchemaGenerator,
    properties: Map<String, Value>,
    required: Vec<String>,
    wanted: Vec<(TypeId, &'static str)>,
    problem: Option<String>,
}

/// A function with its signature, which answers calls of kind `K`.
pub struct Declared<K> {
    input: Value,
    output: Option<Value>,
    wanted: Vec<(TypeId, &'static str)>,
    problem: Option<String>,
    answer: Box<Answer>,
    kind: PhantomData<fn() -> K>,
}

type Answer =
    dyn for<'a> Fn(Given<'a>) -> BoxFuture<'a, Result<Output, Fault>> + Send + Sync + 'static;

/// That the parameters were told, and are not read from the function's type.
#[derive(Debug)]
pub enum Told {}

impl Default for Signature {
    fn default() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = None);
        Self {
            generator: settings.into_generator(),
            properties: Map::new(),
            required: Vec::new(),
            wanted: Vec::new(),
            problem: None,
        }
    }
}

impl Signature {
    /// A parameter that is an argument. `keywords` go into its schema as they are; one called `default`
    /// stands in for an argument that is left out.
    pub fn argument<T: Argument>(mut self, name: &str, description: &str, keywords: Value) -> Self {
        let mut property = T::property(&mut self.generator);
        property.insert("description".to_owned(), description.into());
        let default = keywords.get("default").cloned();
        if let Value::Object(keywords) = keywords {
            property.extend(keywords);
        }
        if let Some(Err(why)) = default.as_ref().map(|value| T::read(Some(value))) {
            self.problem
                .get_or_insert_with(|| format!("the default of `{name}` does not fit: {why}"));
        }
        if default.is_none() && T::read(None).is_err() {
            self.required.push(name.to_owned());
        }
        self.properties.insert(name.to_owned(), property.into());
        self
    }

    /// A parameter that is an argument and comes as text, as those of prompts and the variables of URIs do.
    pub fn text<T: Argument>(self, name: &str, description: &str, keywords: Value) -> Self {
        let mut signature = self.argument::<T>(name, description, keywords);
        if let Some(kind @ ("array" | "object")) = signature.kind(name) {
            let why =
                format!("`{name}` comes as text, of which no {kind} is made: take a `String`");
            signature.problem.get_or_insert(why);
        }
        signature
    }

    /// A parameter that comes with the call.
    pub fn taken<T: FromCall<ViaCall>>(mut self) -> Self {
        self.wanted.extend(T::state());
        self
    }

    /// What is done with them. The result's type is forgotten, so that one which cannot be given back is told
    /// of here and nowhere else.
    pub fn answers<K, G, F>(mut self, answer: F) -> Declared<K>
    where
        G: IntoOutput<K> + 'static,
        F: for<'a> Fn(Given<'a>) -> BoxFuture<'a, Result<G, Fault>> + Send + Sync + 'static,
    {
        Declared {
            wanted: std::mem::take(&mut self.wanted),
            problem: self.problem.take(),
            input: self.schema(),
            output: G::schema(),
            answer: Box::new(move |given| {
                let told = answer(given);
                Box::pin(async move { told.await?.into_output(given) })
            }),
            kind: PhantomData,
        }
    }

    /// The type in an argument's schema.
    fn kind(&self, name: &str) -> Option<&str> {
        let property = self.properties.get(name)?;
        let refers = property.get("$ref").and_then(Value::as_str);
        let schema = match refers.and_then(|path| path.strip_prefix("#/$defs/")) {
            Some(defined) => self.generator.definitions().get(defined)?,
            None => property,
        };
        schema.get("type")?.as_str()
    }

    fn schema(mut self) -> Value {
        if self.properties.is_empty() {
            return handler::nothing();
        }
        let definitions = self.generator.take_definitions(true);
        let words = [
            ("type", json!("object")),
            ("properties", self.properties.into()),
            ("required", self.required.into()),
            ("$defs", definitions.into()),
            ("additionalProperties", json!(false)),
        ];
        let is_said = |value: &Value| *value != json!([]) && *value != json!({});
        let said = words.into_iter().filter(|(_, value)| is_said(value));
        minified(said.map(|(word, value)| (word.to_owned(), value)).collect())
    }
}

impl<K: 'static> Handler<K, Told> for Declared<K> {
    fn input(&self) -> Value {
        self.input.clone()
    }

    fn output(&self) -> Option<Value> {
        self.output.clone()
    }

    fn problem(&self) -> Option<String> {
        self.problem.clone()
    }

    fn wanted(&self) -> Vec<(TypeId, &'static str)> {
        self.wanted.clone()
    }

    fn call<'a>(&'a self, given: Given<'a>) -> BoxFuture<'a, Result<Output, Fault>> {
        (self.answer)(given)
    }
}

impl<K> fmt::Debug for Declared<K> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Declared({})", self.input)
    }
}

/// Takes an argument.
///
/// # Errors
///
/// It does not fit, by a rule that the schema could not say.
pub fn argument<T: Argument>(given: Given<'_>, name: &str, default: &Value) -> Result<T, Fault> {
    T::read(value(given, name, default)).map_err(|error| misfit(name, &error))
}

/// Takes an argument that comes as text; a number is a text that reads as one.
///
/// # Errors
///
/// It does not fit.
pub fn text<T: Argument>(given: Given<'_>, name: &str, default: &Value) -> Result<T, Fault> {
    let value = value(given, name, default);
    let read = T::read(value).or_else(|error| {
        let scalar = value.and_then(Value::as_str).and_then(argument::scalar);
        let scalar = scalar.as_ref().ok_or(error)?;
        T::read(Some(scalar))
    });
    read.map_err(|error| misfit(name, &error))
}

fn value<'a>(given: Given<'a>, name: &str, default: &'a Value) -> Option<&'a Value> {
    let default = Some(default).filter(|value| !value.is_null());
    given.permit().args().get(name).or(default)
}

fn misfit(name: &str, error: &serde_json::Error) -> Fault {
    Fault::Fail(format!("`{name}` does not fit: {error}"))
}

/// Takes what comes with the call.
///
/// # Errors
///
/// The call does not have it.
pub fn take<T: FromCall<ViaCall>>(given: Given<'_>) -> Result<T, Fault> {
    T::from_call(given)
}

/// Runs a function that may block on a thread for such work. Dropped before it began, it never begins; once
/// it runs it goes on to its end, whoever still waits.
///
/// # Errors
///
/// The runtime is ending.
pub async fn blocking<G: Send + 'static>(
    work: impl FnOnce() -> G + Send + 'static,
) -> Result<G, Fault> {
    let task = AbortOnDropHandle::new(tokio::task::spawn_blocking(work));
    task.await.map_err(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(cancelled) => cancelled.into(),
    })
}
