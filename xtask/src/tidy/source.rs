//! What the rules want to know of a Rust file: functions, paths, derives, test code.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::str::FromStr;

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

mod usetree;

/// The parts of one file. Lines count from 1.
#[derive(Debug, Default)]
pub(crate) struct Source {
    pub(crate) functions: Vec<Function>,
    pub(crate) paths: Vec<PathUse>,
    pub(crate) derives: Vec<Derive>,
    tests: Vec<RangeInclusive<usize>>,
}

/// A function with a body.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    /// Lines between the braces that hold code: no blank lines, no comments.
    pub(crate) code_lines: usize,
}

/// A path of at least two segments, or one imported by `use` (braces expanded).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathUse {
    pub(crate) line: usize,
    pub(crate) segments: Vec<String>,
    /// The name it is known by here, where a `use` gives one.
    pub(crate) name: String,
    /// The inline modules around it.
    pub(crate) inside: Vec<String>,
}

/// A trait named in `#[derive(…)]` or implemented by hand.
#[derive(Debug)]
pub(crate) struct Derive {
    pub(crate) line: usize,
    pub(crate) name: String,
}

impl Source {
    /// Fails with the line and the reason.
    pub(crate) fn parse(text: &str) -> Result<Self, (usize, String)> {
        let stream = TokenStream::from_str(text)
            .map_err(|error| (error.span().start().line, error.to_string()))?;
        let mut source = Self::default();
        Walk {
            source: &mut source,
            text: text.lines().collect(),
            inside: Vec::new(),
        }
        .tokens(&stream.into_iter().collect::<Vec<_>>());
        Ok(source)
    }

    /// The paths outside test code.
    pub(crate) fn product_paths(&self) -> impl Iterator<Item = &PathUse> {
        self.paths
            .iter()
            .filter(|path| !self.is_test_line(path.line))
    }

    /// Whether the line belongs to an item under `#[cfg(test)]`.
    pub(crate) fn is_test_line(&self, line: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&line))
    }

    /// The inline test modules and other items under `#[cfg(test)]`.
    pub(crate) fn test_ranges(&self) -> &[RangeInclusive<usize>] {
        &self.tests
    }
}

struct Walk<'a> {
    source: &'a mut Source,
    text: Vec<&'a str>,
    inside: Vec<String>,
}

impl Walk<'_> {
    fn tokens(&mut self, mut rest: &[TokenTree]) {
        while let [first, after @ ..] = rest {
            let taken = match first {
                TokenTree::Punct(punct) if punct.as_char() == '#' => self.attribute(rest),
                TokenTree::Ident(word) if word == "fn" => self.function(rest),
                TokenTree::Ident(word) if word == "mod" => self.module(rest),
                TokenTree::Ident(word) if word == "use" => self.import(rest),
                TokenTree::Ident(word) if word == "impl" => self.implementation(rest),
                TokenTree::Ident(_) => self.path(rest),
                TokenTree::Group(group) => {
                    self.group(group);
                    1
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => 1,
            };
            rest = rest.get(taken..).unwrap_or(after);
        }
    }

    fn group(&mut self, group: &Group) {
        self.tokens(&group.stream().into_iter().collect::<Vec<_>>());
    }

    /// Notes derives and test ranges. Steps over the attribute, not over what it marks.
    fn attribute(&mut self, rest: &[TokenTree]) -> usize {
        let [hash, TokenTree::Group(group), item @ ..] = rest else {
            return 1;
        };
        let words = words(&group.stream());
        let is = |index: usize, word: &str| words.get(index).is_some_and(|it| it == word);
        if is(0, "derive") {
            let line = line(hash);
            let derives = words.into_iter().skip(1).map(|name| Derive { line, name });
            self.source.derives.extend(derives);
        } else if is(0, "cfg") && words.iter().any(|it| it == "test") && !is(1, "not") {
            self.source.tests.push(line(hash)..=end_of_item(item));
        }
        2
    }

    /// Measures the body. Steps over the name only, for the signature and the body hold paths.
    fn function(&mut self, rest: &[TokenTree]) -> usize {
        let [keyword, TokenTree::Ident(name), signature @ ..] = rest else {
            return 1;
        };
        let body = signature
            .iter()
            .take_while(|token| !is_punct(token, ';'))
            .find_map(braces);
        if let Some(body) = body {
            let mut lines = BTreeSet::new();
            self.code_lines(body.stream(), &mut lines);
            self.source.functions.push(Function {
                name: name.to_string(),
                line: line(keyword),
                code_lines: lines.len(),
            });
        }
        2
    }

    fn code_lines(&self, stream: TokenStream, lines: &mut BTreeSet<usize>) {
        for token in stream {
            let (start, end) = (token.span().start().line, token.span().end().line);
            match token {
                TokenTree::Group(group) => {
                    self.code_lines(group.stream(), lines);
                    lines.extend([start, end]);
                }
                // Only a literal spans lines, and its blank ones are no code.
                _ => lines.extend((start..=end).filter(|line| !self.is_blank(*line))),
            }
        }
    }

    fn is_blank(&self, line: usize) -> bool {
        self.text
            .get(line - 1)
            .is_none_or(|text| text.trim().is_empty())
    }

    fn module(&mut self, rest: &[TokenTree]) -> usize {
        let [_, TokenTree::Ident(name), TokenTree::Group(body), ..] = rest else {
            return 1;
        };
        self.inside.push(name.to_string());
        self.group(body);
        self.inside.pop();
        3
    }

    fn import(&mut self, rest: &[TokenTree]) -> usize {
        // `impl Trait + use<'a>` captures a lifetime and imports nothing.
        if rest.get(1).is_some_and(|token| is_punct(token, '<')) {
            return 1;
        }
        let end = rest
            .iter()
            .position(|token| is_punct(token, ';'))
            .unwrap_or(rest.len());
        for leaf in usetree::leaves(rest.get(1..end).unwrap_or_default()) {
            self.note(leaf.line, leaf.segments, leaf.name);
        }
        end
    }

    /// Notes the trait of `impl<…> Trait for Type`; paths inside are walked as usual.
    fn implementation(&mut self, rest: &[TokenTree]) -> usize {
        let mut depth = 0_usize;
        let mut before = None;
        let mut names = Vec::new();
        for token in rest.iter().take_while(|token| braces(token).is_none()) {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '<' => depth += 1,
                // The arrow of `Fn() -> T` closes nothing.
                TokenTree::Punct(punct) if punct.as_char() == '>' && before != Some('-') => {
                    depth = depth.saturating_sub(1);
                }
                TokenTree::Ident(word) if depth == 0 && word == "for" => {
                    self.source.derives.append(&mut names);
                    break;
                }
                TokenTree::Ident(word) if depth == 0 => names.push(Derive {
                    line: line(token),
                    name: word.to_string(),
                }),
                _ => {}
            }
            before = sign(token);
        }
        1
    }

    fn path(&mut self, rest: &[TokenTree]) -> usize {
        let mut segments = Vec::new();
        let mut taken = 0;
        while let Some(TokenTree::Ident(word)) = rest.get(taken) {
            segments.push(word.to_string());
            taken += 1;
            if !is_path_separator(rest.get(taken..).unwrap_or_default()) {
                break;
            }
            taken += 2;
        }
        if segments.len() > 1
            && let Some(first) = rest.first()
        {
            let name = segments.last().cloned().unwrap_or_default();
            self.note(line(first), segments, name);
        }
        taken
    }

    fn note(&mut self, line: usize, segments: Vec<String>, name: String) {
        let inside = self.inside.clone();
        self.source.paths.push(PathUse {
            line,
            segments,
            name,
            inside,
        });
    }
}

fn end_of_item(item: &[TokenTree]) -> usize {
    item.iter()
        .find(|token| braces(token).is_some() || is_punct(token, ';'))
        .or(item.last())
        .map_or(usize::MAX, |token| token.span().end().line)
}

fn words(stream: &TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    for token in stream.clone() {
        match token {
            TokenTree::Ident(word) => found.push(word.to_string()),
            TokenTree::Group(group) => found.extend(words(&group.stream())),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    found
}

fn braces(token: &TokenTree) -> Option<&Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
        _ => None,
    }
}

fn is_path_separator(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(first), TokenTree::Punct(second), ..]
        if first.as_char() == ':' && first.spacing() == Spacing::Joint && second.as_char() == ':')
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    sign(token) == Some(wanted)
}

fn sign(token: &TokenTree) -> Option<char> {
    match token {
        TokenTree::Punct(punct) => Some(punct.as_char()),
        _ => None,
    }
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

fn line(token: &TokenTree) -> usize {
    token.span().start().line
}

#[cfg(test)]
mod tests;
