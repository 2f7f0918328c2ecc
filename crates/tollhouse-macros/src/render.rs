//! The code that an attribute stands for: the function as it was, and beside it a type of its name with one
//! function that makes the offer by the builder.
//!
//! It is a type and no module so that everything which the function's signature can name is in sight, also
//! within another function's body.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Error, Ident};

use crate::{
    check::{Offer, Setting, Taken},
    kind::Kind,
    parse::function::Function,
};

/// A function and its offer.
pub(crate) fn offer(function: &Function, offer: &Offer<'_>) -> TokenStream {
    let Offer {
        name, description, ..
    } = offer;
    let declared = declared(function, offer);
    let made = match (&offer.address, offer.kind) {
        (None, Kind::Prompt) => quote!(::tollhouse::prompt(#name, #description, #declared)),
        (None, _) => quote!(::tollhouse::tool(#name, #description, #declared)),
        (Some(address), _) => {
            let uri = &address.text;
            let maker = if address.variables.is_empty() {
                quote!(resource)
            } else {
                quote!(template)
            };
            quote!(::tollhouse::#maker(#uri, #name, #declared).description(#description))
        }
    };
    let settings = offer
        .settings
        .iter()
        .map(|Setting { method, value }| quote!(.#method(#value)));
    beside(offer.kind, function, &quote!(#made #(#settings)*))
}

/// A function whose attribute makes no sense: what is wrong, and all names, so that nothing else looks wrong.
pub(crate) fn failed(kind: Kind, function: &Function, error: &Error) -> TokenStream {
    let error = error.to_compile_error();
    if function.signature.receiver().is_some() {
        return quote!(#function #error);
    }
    let function = beside(kind, function, &quote!(::core::unreachable!()));
    quote!(#function #error)
}

fn beside(kind: Kind, function: &Function, body: &TokenStream) -> TokenStream {
    let Function {
        visibility,
        signature,
        ..
    } = function;
    let ident = &signature.ident;
    let maker = Ident::new(kind.name(), Span::call_site());
    let made = match kind {
        Kind::Tool => quote!(ToolFn),
        Kind::Prompt => quote!(PromptFn),
        Kind::Resource => quote!(ResourceFn),
    };
    let about = format!("The function `{ident}` as a {}.", kind.name());
    let how = format!("Makes the {}.", kind.name());
    let conditions: Vec<_> = function.conditions().collect();
    // It takes by value what it might only look at, because the attribute asks for that.
    let by_value = signature
        .asyncness
        .is_none()
        .then(|| quote!(#[allow(clippy::needless_pass_by_value)]));
    quote! {
        #by_value
        #function

        #(#conditions)*
        #[doc = #about]
        #[allow(non_camel_case_types)]
        #[derive(::core::fmt::Debug)]
        #visibility enum #ident {}

        #(#conditions)*
        impl #ident {
            #[doc = #how]
            #visibility fn #maker() -> ::tollhouse::#made {
                #body
            }
        }
    }
}

/// The function with its signature told.
fn declared(function: &Function, offer: &Offer<'_>) -> TokenStream {
    let ident = &function.signature.ident;
    let output = offer.output.clone().unwrap_or_else(|| quote!(_));
    let (answer, arrives) = match offer.kind {
        Kind::Tool => (quote!(AsTool), quote!(argument)),
        Kind::Prompt => (quote!(AsPrompt), quote!(text)),
        Kind::Resource => (quote!(AsResource), quote!(text)),
    };
    let told = offer.parameters.iter().map(|taken| tell(taken, &arrives));
    let values: Vec<Ident> = (0..offer.parameters.len())
        .map(|at| format_ident!("parameter_{at}", span = Span::mixed_site()))
        .collect();
    let given = Ident::new("given", Span::mixed_site());
    let reads = offer
        .parameters
        .iter()
        .map(|taken| read(taken, &arrives, &given));
    let call = match function.signature.asyncness {
        Some(_) => quote!(::core::result::Result::Ok(#ident(#(#values),*).await)),
        None => quote!(::tollhouse::expansion::blocking(move || #ident(#(#values),*)).await),
    };
    quote! {
        ::tollhouse::expansion::Signature::default()
            #(#told)*
            .answers::<::tollhouse::#answer, #output, _>(|#given| ::std::boxed::Box::pin(async move {
                #(let #values = #reads?;)*
                #call
            }))
    }
}

/// `arrives` is how arguments come: as JSON or as text.
fn tell(taken: &Taken<'_>, arrives: &TokenStream) -> TokenStream {
    match taken {
        Taken::Injected(ty) => quote!(.taken::<#ty>()),
        Taken::Argument {
            name,
            documentation,
            parameter,
            keywords,
        } => {
            let ty = parameter.ty();
            let pairs = keywords.iter().map(|(word, literal)| {
                let value = &literal.expression;
                quote!(#word: #value)
            });
            quote! {
                .#arrives::<#ty>(#name, #documentation, ::tollhouse::expansion::literal!({#(#pairs),*}))
            }
        }
    }
}

fn read(taken: &Taken<'_>, arrives: &TokenStream, given: &Ident) -> TokenStream {
    match taken {
        Taken::Injected(ty) => quote!(::tollhouse::expansion::take::<#ty>(#given)),
        Taken::Argument {
            name, parameter, ..
        } => {
            let ty = parameter.ty();
            let default = parameter
                .default
                .as_ref()
                .map(|literal| &literal.expression);
            let default = default.map_or_else(|| quote!(null), |value| quote!(#value));
            quote! {
                ::tollhouse::expansion::#arrives::<#ty>(#given, #name, &::tollhouse::expansion::literal!(#default))
            }
        }
    }
}
