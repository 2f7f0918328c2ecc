//! Whether what was written makes sense, and what is on offer if it does.

use proc_macro2::TokenStream;
use syn::{FnArg, ReturnType, Safety, Type, ext::IdentExt as _};

use crate::{
    kind::Kind,
    parse::{function::Function, words::Said},
    problems::Problems,
};

mod parameters;
mod settings;
mod types;
mod uri;

pub(crate) use parameters::Taken;
pub(crate) use settings::Setting;
pub(crate) use uri::Address;

/// A function as what it serves. Only good if no problem was found.
pub(crate) struct Offer<'a> {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) description: String,
    /// Of a resource.
    pub(crate) address: Option<Address>,
    pub(crate) settings: Vec<Setting>,
    pub(crate) parameters: Vec<Taken<'a>>,
    /// What the function gives back, where that has a name.
    pub(crate) output: Option<TokenStream>,
}

/// Looks at everything, so that all problems are told at once.
pub(crate) fn check<'a>(
    kind: Kind,
    said: Vec<Said>,
    function: &'a Function,
    problems: &mut Problems,
) -> Offer<'a> {
    check_signature(kind, function, problems);
    let name = &function.signature.ident;
    if function.documentation.is_none() {
        let kind = kind.name();
        let why = format!("`{name}` has no doc comment: it is the description of the {kind}");
        problems.say(name, why);
    }
    let settings = settings::Settings::check(kind, said, problems);
    let address = match (kind, &settings.uri) {
        (Kind::Resource, Some(uri)) => uri::read(uri, problems),
        (Kind::Resource, None) => {
            problems.say(
                name,
                "a resource needs its URI: `#[resource(\"notes://motd\")]`",
            );
            None
        }
        (Kind::Tool | Kind::Prompt, _) => None,
    };
    let parameters = parameters::check(kind, function, address.as_ref(), problems);
    if let Some(address) = &address {
        uri::compare(address, &function.parameters, problems);
    }
    Offer {
        kind,
        name: match settings.name {
            Some(name) => name.value(),
            None => name.unraw().to_string(),
        },
        description: function.documentation.clone().unwrap_or_default(),
        address,
        settings: settings.rest,
        parameters,
        output: match &function.signature.output {
            ReturnType::Default => Some(quote::quote!(())),
            ReturnType::Type(_, ty) if matches!(**ty, Type::ImplTrait(_)) => None,
            ReturnType::Type(_, ty) => Some(quote::quote!(#ty)),
        },
    }
}

/// A function that can be called with what a call brings, and with nothing else.
fn check_signature(kind: Kind, function: &Function, problems: &mut Problems) {
    let signature = &function.signature;
    if let Some(FnArg::Receiver(receiver)) = signature.inputs.first() {
        let kind = kind.name();
        let why = format!("a {kind} is a free function: take `State<…>` in place of `self`");
        problems.say(receiver, why);
    }
    if !signature.generics.params.is_empty() {
        let why = "a function with generics cannot be offered: name the types";
        problems.say(&signature.generics, why);
    }
    if let Safety::Unsafe(unsafety) = &signature.safety {
        problems.say(unsafety, "an unsafe function cannot be offered");
    }
    if let Some(abi) = &signature.abi {
        problems.say(abi, "a function of a foreign interface cannot be offered");
    }
}
