//! One parameter, and what is said about it above it.

use syn::{
    Attribute, Expr, ExprLit, ExprUnary, Ident, Lit, Pat, PatType, Token, Type, UnOp,
    ext::IdentExt as _, punctuated::Punctuated,
};

use super::documentation;
use crate::problems::Problems;

/// A parameter of a function.
pub(crate) struct Parameter {
    /// As it stays in the function.
    pub(crate) typed: PatType,
    pub(crate) documentation: Option<String>,
    pub(crate) default: Option<Literal>,
    pub(crate) keywords: Vec<(Ident, Literal)>,
}

/// A text, number or boolean, with its sign.
pub(crate) struct Literal {
    pub(crate) expression: Expr,
    pub(crate) lit: Lit,
}

/// Reads a parameter and takes off it what the compiler does not know.
pub(crate) fn read(typed: &mut PatType, problems: &mut Problems) -> Parameter {
    let (ours, theirs): (Vec<_>, Vec<_>) = typed.attrs.drain(..).partition(is_ours);
    typed.attrs = theirs;
    let mut parameter = Parameter {
        typed: typed.clone(),
        documentation: documentation::text(&ours),
        default: None,
        keywords: Vec::new(),
    };
    for attribute in &ours {
        if attribute.path().is_ident("default") {
            if parameter.default.is_some() {
                problems.say(attribute, "a second default");
            }
            match attribute.parse_args::<Expr>().map(Literal::try_from) {
                Ok(Ok(literal)) => parameter.default = Some(literal),
                _ => problems.say(attribute, DEFAULT),
            }
        } else if attribute.path().is_ident("schema") {
            keywords(attribute, &mut parameter.keywords, problems);
        }
    }
    parameter
}

impl Parameter {
    /// The name of an argument; a pattern or `_` has none.
    pub(crate) fn name(&self) -> Option<String> {
        match &*self.typed.pat {
            Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
                Some(name.ident.unraw().to_string())
            }
            _ => None,
        }
    }

    pub(crate) fn ty(&self) -> &Type {
        &self.typed.ty
    }
}

impl TryFrom<Expr> for Literal {
    type Error = Expr;

    fn try_from(expression: Expr) -> Result<Self, Expr> {
        let bare = match &expression {
            Expr::Unary(ExprUnary {
                op: UnOp::Neg(_),
                expr,
                ..
            }) => expr,
            bare => bare,
        };
        match bare {
            Expr::Lit(ExprLit {
                lit: lit @ (Lit::Str(_) | Lit::Int(_) | Lit::Float(_) | Lit::Bool(_)),
                ..
            }) => Ok(Self {
                lit: lit.clone(),
                expression,
            }),
            _ => Err(expression),
        }
    }
}

fn is_ours(attribute: &Attribute) -> bool {
    let path = attribute.path();
    documentation::is_comment(attribute) || path.is_ident("default") || path.is_ident("schema")
}

fn keywords(attribute: &Attribute, found: &mut Vec<(Ident, Literal)>, problems: &mut Problems) {
    let pairs = |input: syn::parse::ParseStream<'_>| {
        Punctuated::<_, Token![,]>::parse_terminated_with(input, |input| {
            let name: Ident = input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            Ok((name, input.parse::<Expr>()?))
        })
    };
    match attribute.parse_args_with(pairs) {
        Err(error) => problems.push(error),
        Ok(pairs) => {
            for (name, value) in pairs {
                match Literal::try_from(value) {
                    Ok(literal) => found.push((name, literal)),
                    Err(value) => problems.say(value, "expected a text, a number, true or false"),
                }
            }
        }
    }
}

const DEFAULT: &str = "a default is a text, a number, true or false: `#[default(10)]`";
