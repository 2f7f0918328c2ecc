//! Expands the braces of a `use` into one path per imported name.

use proc_macro2::TokenTree;

use super::{is_path_separator, is_word, line};

/// One imported path. A glob's name is `*`.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) line: usize,
    pub(super) segments: Vec<String>,
    pub(super) name: String,
}

/// The leaves of what stands between `use` and `;`.
pub(super) fn leaves(tokens: &[TokenTree]) -> Vec<Leaf> {
    let mut found = Vec::new();
    branch(tokens, &[], &mut found);
    found
}

/// Reads trees separated by commas, all of which continue `stem`.
fn branch(tokens: &[TokenTree], stem: &[String], found: &mut Vec<Leaf>) {
    let is_comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ',');
    for tree in tokens.split(is_comma) {
        twig(tree, stem, found);
    }
}

fn twig(mut rest: &[TokenTree], stem: &[String], found: &mut Vec<Leaf>) {
    let mut segments = stem.to_vec();
    while is_path_separator(rest) {
        rest = rest.get(2..).unwrap_or_default();
    }
    while let [first, after @ ..] = rest {
        match first {
            TokenTree::Ident(word) => segments.push(word.to_string()),
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                branch(&inner, &segments, found);
                return;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => segments.push("*".to_owned()),
        }
        if is_path_separator(after) {
            rest = after.get(2..).unwrap_or_default();
            continue;
        }
        let renamed = match after {
            [word, TokenTree::Ident(name), ..] if is_word(word, "as") => Some(name.to_string()),
            _ => None,
        };
        if segments.last().is_some_and(|last| last == "self") && segments.len() > 1 {
            segments.pop();
        }
        let name = renamed
            .or_else(|| segments.last().cloned())
            .unwrap_or_default();
        found.push(Leaf {
            line: line(first),
            segments,
            name,
        });
        return;
    }
}
