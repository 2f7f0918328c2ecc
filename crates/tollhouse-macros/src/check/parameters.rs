//! Which parameters are arguments, and which come with the call.
//!
//! A documented one is an argument, the others come with the call. Whether a call can bring one is for the
//! compiler to say, which knows what a name stands for; a plain type that nobody documented is told here.

use syn::Type;

use super::{Address, types};
use crate::{
    kind::Kind,
    parse::{
        function::Function,
        parameter::{Literal, Parameter},
    },
    problems::{Problems, unknown},
};

/// A parameter, and where its value comes from.
pub(crate) enum Taken<'a> {
    /// From the arguments.
    Argument {
        name: String,
        documentation: &'a str,
        parameter: &'a Parameter,
        /// The words that go into its schema.
        keywords: Vec<(String, &'a Literal)>,
    },
    /// From the call's surroundings.
    Injected(&'a Type),
}

pub(super) fn check<'a>(
    kind: Kind,
    function: &'a Function,
    address: Option<&Address>,
    problems: &mut Problems,
) -> Vec<Taken<'a>> {
    let parameters = function.parameters.iter();
    parameters
        .map(|parameter| match &parameter.documentation {
            Some(text) => argument(kind, parameter, text, problems),
            None => injected(parameter, address, problems),
        })
        .collect()
}

fn argument<'a>(
    kind: Kind,
    parameter: &'a Parameter,
    documentation: &'a str,
    problems: &mut Problems,
) -> Taken<'a> {
    let ty = parameter.ty();
    let name = parameter.name();
    if let Some(known) = types::injected(ty) {
        let why = format!("`{known}` comes with the call and is no argument: write `//` for `///`");
        problems.say(&parameter.typed, why);
    } else if name.is_none() {
        problems.say(
            &parameter.typed.pat,
            "an argument needs a name: take it apart in the body",
        );
    }
    owned(parameter, problems);
    narrowed(kind, parameter, problems);
    let given = parameter.keywords.iter();
    let given = given.map(|(word, value)| (word.to_string(), value));
    let default = parameter
        .default
        .iter()
        .map(|value| ("default".to_owned(), value));
    Taken::Argument {
        name: name.unwrap_or_default(),
        documentation,
        parameter,
        keywords: given.chain(default).collect(),
    }
}

/// What is said about an argument beyond its type.
fn narrowed(kind: Kind, parameter: &Parameter, problems: &mut Problems) {
    if let Some(default) = &parameter.default {
        if let Some(why) = types::misfit(parameter.ty(), &default.lit) {
            problems.say(&default.expression, why);
        }
        if kind == Kind::Resource {
            problems.say(&default.expression, "a variable of a URI is never missing");
        }
    }
    for (keyword, _) in &parameter.keywords {
        let word = keyword.to_string();
        if kind != Kind::Tool {
            problems.say(keyword, "only the arguments of tools are held to a schema");
        } else if !KEYWORDS.contains(&word.as_str()) {
            problems.say(keyword, unknown(&word, KEYWORDS));
        }
    }
}

fn injected<'a>(
    parameter: &'a Parameter,
    address: Option<&Address>,
    problems: &mut Problems,
) -> Taken<'a> {
    let ty = parameter.ty();
    let said = parameter.default.is_some() || !parameter.keywords.is_empty();
    let name = parameter.name();
    let is_variable = |name: &String| address.is_some_and(|it| it.variables.contains(name));
    let is_argument = said
        || name.as_ref().is_some_and(is_variable)
        || types::plain(ty).is_some()
        || matches!(ty, Type::Reference(_)) && types::injected(ty).is_none();
    if is_argument {
        let name = name.unwrap_or_else(|| "it".to_owned());
        let why = format!("`{name}` is an argument without description: put a `/// …` above it");
        problems.say(&parameter.typed, why);
    }
    owned(parameter, problems);
    Taken::Injected(ty)
}

/// A call leaves nothing behind that could be borrowed.
fn owned(parameter: &Parameter, problems: &mut Problems) {
    let ty = parameter.ty();
    if matches!(ty, Type::ImplTrait(_)) {
        problems.say(ty, "`impl` says too little of an argument: name the type");
    } else if let Some(borrow) = types::borrow(ty) {
        let why = format!("there is nobody to borrow from: take {}", types::owned(ty));
        match ty {
            Type::Reference(_) => problems.say(ty, why),
            _ => problems.say(borrow, why),
        }
    }
}

/// The words of JSON Schema that narrow a value down without changing what it is.
const KEYWORDS: &[&str] = &[
    "title",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minItems",
    "maxItems",
    "uniqueItems",
];
