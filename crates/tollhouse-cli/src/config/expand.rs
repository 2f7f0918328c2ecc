//! `${…}` in a text: variables of the environment, and files.

use std::{cell::RefCell, path::PathBuf};

use super::{
    codes::Code,
    files::{Files, Said},
    problem::Problems,
    secret,
};

/// What a text may ask for outside of itself.
pub(crate) struct World<'a> {
    /// The environment.
    pub(crate) variable: &'a dyn Fn(&str) -> Option<String>,
    pub(crate) files: &'a Files,
    /// The files that were asked for.
    pub(crate) seen: RefCell<Vec<PathBuf>>,
    /// What was found that may be secret.
    pub(crate) secrets: RefCell<Vec<String>>,
}

impl World<'_> {
    /// Reads a file that was named at a place, relative to the file where that stands.
    pub(crate) fn read(
        &self,
        said: &Said<String>,
        path: &str,
        problems: &mut Problems,
    ) -> Option<String> {
        let full = self.files.beside(said.span, path);
        self.seen.borrow_mut().push(full.clone());
        match self.files.read(&full) {
            Ok(text) => Some(text),
            Err(error) => {
                let text = format!("`{path}` cannot be read: {}", reason(&error));
                let fix = format!("make {} readable, or name another file", full.display());
                problems.add(Code::MissingFile, said.span, text, fix);
                None
            }
        }
    }
}

/// The text with every `${…}` replaced. None if one of them cannot be; all of them are told.
pub(crate) fn expand(
    said: &Said<String>,
    world: &World<'_>,
    problems: &mut Problems,
) -> Option<Said<String>> {
    let mut filled = String::with_capacity(said.value.len());
    let mut rest = said.value.as_str();
    let mut is_whole = true;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            filled.push_str(before);
            filled.push_str("${");
            rest = after;
            continue;
        }
        filled.push_str(before);
        let Some((inside, after)) = after.split_once('}') else {
            problems.add(
                Code::BadVariable,
                said.span,
                "a `${` has no `}`",
                "write ${NAME}, ${NAME:-default} or ${file:PATH}",
            );
            return None;
        };
        match lookup(inside, said, world, problems) {
            Some(value) => filled.push_str(&value),
            None => is_whole = false,
        }
        rest = after;
    }
    filled.push_str(rest);
    is_whole.then(|| said.with(filled))
}

fn lookup(
    inside: &str,
    said: &Said<String>,
    world: &World<'_>,
    problems: &mut Problems,
) -> Option<String> {
    if let Some(path) = inside.strip_prefix("file:") {
        let text = world.read(said, path, problems)?;
        // Editors end a file with an empty line that is no part of what it holds.
        let text = text.trim_end_matches(['\r', '\n']).to_owned();
        world.secrets.borrow_mut().push(text.clone());
        return Some(text);
    }
    let (name, default) = match inside.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inside, None),
    };
    if !is_name(name) {
        let text = format!("`${{{inside}}}` is no variable");
        let fix = "write ${NAME}, ${NAME:-default} or ${file:PATH}";
        problems.add(Code::BadVariable, said.span, text, fix);
        return None;
    }
    // As in a shell, a variable that is set to nothing takes its default.
    let value = (world.variable)(name).filter(|value| default.is_none() || !value.is_empty());
    let is_secret = |value: &&String| secret::is_for_secrets(name) || secret::is_secret(value);
    if let Some(secret) = value.as_ref().filter(is_secret) {
        world.secrets.borrow_mut().push(secret.clone());
    }
    let value = value.or_else(|| default.map(str::to_owned));
    if value.is_none() {
        let text = format!("the variable `{name}` is not set");
        let fix = format!("set it, or write ${{{name}:-default}}");
        problems.add(Code::MissingVariable, said.span, text, fix);
    }
    value
}

/// Why the system refused, without its number.
pub(crate) fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "it may not be read".to_owned(),
        std::io::ErrorKind::InvalidData => "it is no text".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}

fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|next| next.is_ascii_alphanumeric() || next == '_')
}

#[cfg(test)]
mod tests {
    use super::{Files, Problems, RefCell, Said, World, expand};
    use crate::config::files::Span;

    fn expanded(text: &str) -> (Option<String>, usize) {
        let files = Files::default();
        let variable = |name: &str| match name {
            "HOST" => Some("db".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let world = World {
            variable: &variable,
            files: &files,
            seen: RefCell::default(),
            secrets: RefCell::default(),
        };
        let mut problems = Problems::default();
        let said = Said::new(text.to_owned(), Span::new(0, &(0..0)));
        let text = expand(&said, &world, &mut problems);
        (text.map(|text| text.value), problems.in_order().len())
    }

    #[test]
    fn variables_are_replaced_once() {
        for (text, expected) in [
            ("plain $5", "plain $5"),
            ("${HOST}:5432", "db:5432"),
            ("${PORT:-5432}", "5432"),
            ("${EMPTY:-x}${EMPTY}", "x"),
            ("${NONE:-}", ""),
            ("$${HOST}", "${HOST}"),
        ] {
            assert_eq!(expanded(text), (Some(expected.to_owned()), 0), "{text}");
        }
    }

    #[test]
    fn all_that_is_missing_is_told_at_once() {
        assert_eq!(expanded("${A}${HOST}${B}"), (None, 2));
        assert_eq!(expanded("${A"), (None, 1));
        assert_eq!(expanded("${A B}"), (None, 1));
        assert_eq!(expanded("${file:/nowhere/at/all}"), (None, 1));
    }
}
