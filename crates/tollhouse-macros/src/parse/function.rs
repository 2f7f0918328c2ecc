//! The function under an attribute. Its body is not read: whatever is wrong there is told by the compiler.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Attribute, FnArg, Result, Signature, Token, Visibility,
    parse::{ParseStream, Parser as _},
};

use super::{
    documentation,
    parameter::{self, Parameter},
};
use crate::problems::Problems;

/// A function, with what we say about its parameters taken off them.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: TokenStream,
    pub(crate) documentation: Option<String>,
    pub(crate) parameters: Vec<Parameter>,
}

/// Reads a function.
///
/// # Errors
///
/// This is not one.
pub(crate) fn read(item: TokenStream, problems: &mut Problems) -> Result<Function> {
    let mut function = Function::parse.parse2(item)?;
    let inputs = function.signature.inputs.iter_mut();
    function.parameters = inputs
        .filter_map(|input| match input {
            FnArg::Receiver(_) => None,
            FnArg::Typed(typed) => Some(parameter::read(typed, problems)),
        })
        .collect();
    Ok(function)
}

impl Function {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let begins = [
            input.peek(Token![fn]),
            input.peek(Token![async]),
            input.peek(Token![const]),
            input.peek(Token![unsafe]),
            input.peek(Token![extern]),
        ];
        if !begins.contains(&true) {
            return Err(input.error("this attribute stands on a function"));
        }
        let signature = input.parse()?;
        if input.peek(Token![;]) {
            return Err(input.error("this attribute stands on a function with a body"));
        }
        Ok(Self {
            documentation: documentation::text(&attributes),
            attributes,
            visibility,
            signature,
            body: input.parse()?,
            parameters: Vec::new(),
        })
    }

    /// The attributes that say when there is a function at all.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("cfg"))
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for attribute in &self.attributes {
            attribute.to_tokens(tokens);
        }
        self.visibility.to_tokens(tokens);
        self.signature.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}
