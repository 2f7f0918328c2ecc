//! The words in an attribute's brackets.

use proc_macro2::TokenStream;
use syn::{
    Error, Expr, ExprLit, Ident, Lit, LitStr, Result, Token,
    ext::IdentExt as _,
    parse::{ParseStream, Parser as _},
};

use crate::{
    kind::{Form, Kind, Word},
    problems::{Problems, unknown},
};

/// One word that was said.
pub(crate) struct Said {
    pub(crate) word: &'static Word,
    /// Where its name stands; a URI may stand without.
    pub(crate) place: TokenStream,
    pub(crate) text: Option<LitStr>,
}

/// Reads all words that make sense each by itself.
pub(crate) fn read(kind: Kind, tokens: TokenStream, problems: &mut Problems) -> Vec<Said> {
    let mut said = Vec::new();
    let all = |input: ParseStream<'_>| -> Result<()> {
        while !input.is_empty() {
            said.extend(one(kind, input, problems)?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    if let Err(error) = all.parse2(tokens) {
        problems.push(error);
    }
    said
}

fn one(kind: Kind, input: ParseStream<'_>, problems: &mut Problems) -> Result<Option<Said>> {
    let uri = kind.words().iter().find(|word| word.name == "uri");
    if let (Some(word), true) = (uri, input.peek(LitStr)) {
        let text: LitStr = input.parse()?;
        let place = quote::quote!(#text);
        let text = Some(text);
        return Ok(Some(Said { word, place, text }));
    }
    if input.peek(Lit) {
        return Err(input.error("expected a word, such as `title = \"…\"`"));
    }
    let name = input.call(Ident::parse_any)?;
    let value: Option<Expr> = match input.parse::<Option<Token![=]>>()? {
        Some(_) => Some(input.parse()?),
        None => None,
    };
    let Some(word) = kind.words().iter().find(|word| name == word.name) else {
        problems.say(&name, stranger(kind, &name.to_string()));
        return Ok(None);
    };
    match text(word, &name, value) {
        Ok(text) => {
            let place = quote::quote!(#name);
            Ok(Some(Said { word, place, text }))
        }
        Err(error) => {
            problems.push(error);
            Ok(None)
        }
    }
}

/// The text behind a word.
fn text(word: &Word, name: &Ident, value: Option<Expr>) -> Result<Option<LitStr>> {
    let example = match word.form {
        Form::Time => "20s",
        Form::Flag | Form::Text => "…",
    };
    let wanted = format!("`{name}` takes a text: `{name} = \"{example}\"`");
    match (word.form, value) {
        (Form::Flag, None) => Ok(None),
        (Form::Flag, Some(value)) => {
            let why = format!("`{name}` stands alone");
            Err(Error::new_spanned(value, why))
        }
        (_, None) => Err(Error::new_spanned(name, wanted)),
        (_, Some(value)) => match value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Ok(Some(text)),
            other => Err(Error::new_spanned(other, wanted)),
        },
    }
}

fn stranger(kind: Kind, name: &str) -> String {
    if name == "description" {
        return "`description` is not known: the doc comment is the description".to_owned();
    }
    let known: Vec<&str> = kind.words().iter().map(|word| word.name).collect();
    unknown(name, &known)
}
