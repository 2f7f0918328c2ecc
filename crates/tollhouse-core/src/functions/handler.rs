//! Async functions as handlers: what they take, what they give, and how they are called.

use std::{any::TypeId, future::Future, sync::Arc};

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{FromCall, Given, IntoOutput};
use crate::{Fault, Output};

/// An async function that can answer calls of kind `K`. `M` only keeps signatures apart for the compiler.
pub trait Handler<K, M>: Send + Sync + 'static {
    /// The JSON Schema of its arguments.
    fn input(&self) -> Value;

    /// The JSON Schema of its structured result, if it has one.
    fn output(&self) -> Option<Value>;

    /// Why no call can be answered by it, if that is so.
    fn problem(&self) -> Option<String>;

    /// The states that it takes.
    fn wanted(&self) -> Vec<(TypeId, &'static str)>;

    /// Calls it.
    fn call<'a>(&'a self, given: Given<'a>) -> BoxFuture<'a, Result<Output, Fault>>;
}

/// A handler whose signature is forgotten.
#[derive(Clone)]
pub(super) struct Erased {
    handler: Arc<dyn Callable>,
    wanted: Vec<(TypeId, &'static str)>,
    problem: Option<String>,
}

trait Callable: Send + Sync {
    fn call<'a>(&'a self, given: Given<'a>) -> BoxFuture<'a, Result<Output, Fault>>;
}

struct Typed<H, K, M>(H, std::marker::PhantomData<fn() -> (K, M)>);

impl<K: 'static, M: 'static, H: Handler<K, M>> Callable for Typed<H, K, M> {
    fn call<'a>(&'a self, given: Given<'a>) -> BoxFuture<'a, Result<Output, Fault>> {
        self.0.call(given)
    }
}

impl Erased {
    pub(super) fn new<K: 'static, M: 'static, H: Handler<K, M>>(handler: H) -> Self {
        Self {
            wanted: handler.wanted(),
            problem: handler.problem(),
            handler: Arc::new(Typed(handler, std::marker::PhantomData)),
        }
    }

    /// Trusts the handler with arguments that its types do not describe.
    pub(super) fn trust(&mut self) {
        self.problem = None;
    }

    pub(super) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    pub(super) fn wanted(&self) -> impl Iterator<Item = (TypeId, &'static str)> {
        self.wanted.iter().copied()
    }

    pub(super) fn call<'a>(&'a self, given: Given<'a>) -> BoxFuture<'a, Result<Output, Fault>> {
        self.handler.call(given)
    }
}

/// The schema of a function that takes no arguments.
pub(super) fn nothing() -> Value {
    json!({"type": "object", "additionalProperties": false})
}

macro_rules! handler {
    ($($marker:ident $part:ident),*) => {
        impl<K, F, R, G, $($marker, $part),*> Handler<K, (R, G, $($marker, $part),*)> for F
        where
            F: Fn($($part),*) -> R + Send + Sync + 'static,
            R: Future<Output = G> + Send,
            G: IntoOutput<K>,
            $($part: FromCall<$marker>,)*
        {
            fn input(&self) -> Value {
                let schema: Option<Value> = None;
                $(let schema = schema.or_else(<$part as FromCall<$marker>>::schema);)*
                schema.unwrap_or_else(nothing)
            }

            fn output(&self) -> Option<Value> {
                G::schema()
            }

            fn problem(&self) -> Option<String> {
                let arguments: [bool; _] = [$(<$part as FromCall<$marker>>::schema().is_some()),*];
                let arguments = arguments.into_iter().filter(|is| *is).count();
                let problem: Option<String> = (arguments > 1).then(|| SEVERAL.to_owned());
                $(let problem = problem.or_else(<$part as FromCall<$marker>>::problem);)*
                problem
            }

            fn wanted(&self) -> Vec<(TypeId, &'static str)> {
                let states: [Option<(TypeId, &'static str)>; _] = [$(<$part as FromCall<$marker>>::state()),*];
                states.into_iter().flatten().collect()
            }

            fn call<'a>(&'a self, given: Given<'a>) -> BoxFuture<'a, Result<Output, Fault>> {
                Box::pin(async move {
                    let told = self($($part::from_call(given)?),*).await;
                    told.into_output(given)
                })
            }
        }
    };
}

handler!();
handler!(M1 T1);
handler!(M1 T1, M2 T2);
handler!(M1 T1, M2 T2, M3 T3);
handler!(M1 T1, M2 T2, M3 T3, M4 T4);

const SEVERAL: &str =
    "its arguments are in several parameters: make them fields of one struct, and take that";
