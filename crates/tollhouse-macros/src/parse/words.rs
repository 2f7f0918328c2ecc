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
    /// None behind a word that stands alone, one text, or a list of them.
    pub(crate) texts: Vec<LitStr>,
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
        let texts = vec![text];
        return Ok(Some(Said { word, place, texts }));
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
    match texts(word, &name, value) {
        Ok(texts) => {
            let place = quote::quote!(#name);
            Ok(Some(Said { word, place, texts }))
        }
        Err(error) => {
            problems.push(error);
            Ok(None)
        }
    }
}

/// The texts behind a word.
fn texts(word: &Word, name: &Ident, value: Option<Expr>) -> Result<Vec<LitStr>> {
    let wanted = match word.form {
        Form::Time => format!("`{name}` takes a text: `{name} = \"20s\"`"),
        Form::Texts => format!("`{name}` takes texts: `{name} = [\"…\"]`"),
        Form::Flag | Form::Text => format!("`{name}` takes a text: `{name} = \"…\"`"),
    };
    match (word.form, value) {
        (Form::Flag, None) => Ok(Vec::new()),
        (Form::Flag, Some(value)) => {
            let why = format!("`{name}` stands alone");
            Err(Error::new_spanned(value, why))
        }
        (_, None) => Err(Error::new_spanned(name, wanted)),
        (Form::Texts, Some(Expr::Array(list))) if !list.elems.is_empty() => list
            .elems
            .into_iter()
            .map(|one| text(one, &wanted))
            .collect(),
        (Form::Texts, Some(other)) => Err(Error::new_spanned(other, wanted)),
        (_, Some(value)) => Ok(vec![text(value, &wanted)?]),
    }
}

fn text(value: Expr, wanted: &str) -> Result<LitStr> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Ok(text),
        other => Err(Error::new_spanned(other, wanted)),
    }
}

fn stranger(kind: Kind, name: &str) -> String {
    if name == "description" {
        return "`description` is not known: the doc comment is the description".to_owned();
    }
    let known: Vec<&str> = kind.words().iter().map(|word| word.name).collect();
    unknown(name, &known)
}
