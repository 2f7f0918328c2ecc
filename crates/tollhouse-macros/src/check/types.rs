//! What can be told of a type from its name alone. The compiler knows the rest.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Lit, Type};

/// A type that every Rust programmer knows by its name, so that no call brings it by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Text,
    Whole,
    Fraction,
    Truth,
    Maybe,
    Many,
}

/// Which plain type this is, if it is one.
pub(super) fn plain(ty: &Type) -> Option<Plain> {
    Some(match last_name(ty)?.as_str() {
        "String" => Plain::Text,
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128"
        | "usize" => Plain::Whole,
        "f32" | "f64" => Plain::Fraction,
        "bool" => Plain::Truth,
        "Option" => Plain::Maybe,
        "Vec" => Plain::Many,
        _ => return None,
    })
}

/// What comes with a call, under its usual name and also borrowed.
pub(super) fn injected(ty: &Type) -> Option<String> {
    let ty = match ty {
        Type::Reference(reference) => &reference.elem,
        ty => ty,
    };
    last_name(ty).filter(|name| ["State", "Ctx", "Principal"].contains(&name.as_str()))
}

/// A reference somewhere in the type.
pub(super) fn borrow(ty: &Type) -> Option<TokenTree> {
    find_borrow(ty.to_token_stream())
}

/// The owned type to take in place of a reference.
pub(super) fn owned(ty: &Type) -> String {
    match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(_) => "a `Vec`".to_owned(),
            elem if last_name(elem).as_deref() == Some("str") => "`String`".to_owned(),
            elem => format!("`{}`", elem.to_token_stream()),
        },
        _ => "an owned type".to_owned(),
    }
}

/// What a default of this type must be, if this one cannot be it.
pub(super) fn misfit(ty: &Type, default: &Lit) -> Option<&'static str> {
    let fits = |lit: &Lit, plain| match plain {
        Plain::Text => matches!(lit, Lit::Str(_)),
        Plain::Whole => matches!(lit, Lit::Int(_)),
        Plain::Fraction => matches!(lit, Lit::Int(_) | Lit::Float(_)),
        Plain::Truth => matches!(lit, Lit::Bool(_)),
        Plain::Maybe | Plain::Many => false,
    };
    let plain = plain(ty)?;
    (!fits(default, plain)).then_some(match plain {
        Plain::Text => "the default of a text is a text: `#[default(\"…\")]`",
        Plain::Whole => "the default of a whole number is one: `#[default(10)]`",
        Plain::Fraction => "the default of a number is one: `#[default(0.5)]`",
        Plain::Truth => "the default of a `bool` is true or false",
        Plain::Maybe => "what has a default is never missing: take the type in the `Option`",
        Plain::Many => "there are no defaults for lists: take an `Option`",
    })
}

fn last_name(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    Some(path.path.segments.last()?.ident.to_string())
}

fn find_borrow(tokens: TokenStream) -> Option<TokenTree> {
    tokens.into_iter().find_map(|token| match &token {
        TokenTree::Punct(punct) if punct.as_char() == '&' => Some(token),
        TokenTree::Group(group) => find_borrow(group.stream()),
        _ => None,
    })
}
