//! From a path to what was said: the file, and the files that it includes.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    codes::Code,
    expand::reason,
    fields::{Fields, Named},
    files::{Files, Said, Span},
    json,
    node::{Node, Table, Value},
    problem::{Problem, Problems},
    raw::File,
    secret, toml,
};

/// What was said in all files together. None if there is nothing to read.
pub(crate) fn load(path: &Path, files: &mut Files, problems: &mut Problems) -> Option<File> {
    let text = match files.read(path) {
        Ok(text) => text,
        Err(error) => {
            problems.push(Problem {
                code: Code::Unreadable,
                span: None,
                text: format!("{} cannot be read: {}", path.display(), reason(&error)),
                fix: "name a file that is there; `tollhouse run orders` is a demo without one"
                    .to_owned(),
            });
            return None;
        }
    };
    let mut first = read(path, &text, files, problems);
    for pattern in first.include.take().unwrap_or_default() {
        for found in included(&pattern, files, problems) {
            let Some(text) = text_of((&found, files), &pattern, problems) else {
                continue;
            };
            let other = read(&found, &text, files, problems);
            merge(&mut first, other, problems);
        }
    }
    Some(first)
}

fn read(path: &Path, text: &str, files: &mut Files, problems: &mut Problems) -> File {
    let file = files.add(path, text);
    let root = if path.extension().is_some_and(|ending| ending == "json") {
        json::read(text, file, problems)
    } else {
        toml::read(text, file, problems)
    };
    for secret in secret::find(&root, problems) {
        files.hide(secret.span);
        files.silence(secret.value);
    }
    File::read(Fields::new(
        table(root, problems),
        String::new(),
        Span::new(file, &(0..0)),
        problems,
    ))
}

fn table(root: Node, problems: &mut Problems) -> Table {
    match root.value {
        Value::Table(mut table) => {
            // What editors read to find the schema in a JSON file.
            drop(table.take("$schema"));
            table
        }
        other => {
            let text = format!("the whole is a table, not {}", other.kind());
            problems.add(
                Code::WrongType,
                root.span,
                text,
                "begin with { and end with }",
            );
            Table::default()
        }
    }
}

fn text_of(
    (path, files): (&Path, &Files),
    pattern: &Said<String>,
    problems: &mut Problems,
) -> Option<String> {
    match files.read(path) {
        Ok(text) => Some(text),
        Err(error) => {
            let text = format!("{} cannot be read: {}", path.display(), reason(&error));
            let fix = "name a file that is there, relative to this one";
            problems.add(Code::Include, pattern.span, text, fix);
            None
        }
    }
}

/// The files that a pattern names, sorted.
fn included(pattern: &Said<String>, files: &mut Files, problems: &mut Problems) -> Vec<PathBuf> {
    let path = files.beside(pattern.span, &pattern.value);
    let name = path.file_name().and_then(|name| name.to_str());
    let (Some(name), Some(folder)) = (name, path.parent()) else {
        let text = format!("`{}` names no file", pattern.value);
        problems.add(
            Code::Include,
            pattern.span,
            text,
            "name a file, or several as `tools/*.toml`",
        );
        return Vec::new();
    };
    if folder.to_string_lossy().contains('*') {
        let text = format!("`{}` has a `*` in the name of a folder", pattern.value);
        problems.add(
            Code::Include,
            pattern.span,
            text,
            "use `*` in the name of the file only",
        );
        return Vec::new();
    }
    if !name.contains('*') {
        return vec![path];
    }
    files.depend_on(named(folder));
    let found = matching(folder, name).unwrap_or_default();
    if found.is_empty() {
        let text = format!("no file is called `{}`", pattern.value);
        problems.add(
            Code::NoTools,
            pattern.span,
            text,
            "add such a file, or take this out",
        );
    }
    found
}

fn matching(folder: &Path, pattern: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(named(folder))? {
        let name = entry?.file_name();
        if name.to_str().is_some_and(|name| fits(name, pattern)) {
            found.push(folder.join(name));
        }
    }
    found.sort();
    Ok(found)
}

/// The working directory is an empty path, and has a name only as a dot.
fn named(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

/// Whether a name fits a pattern, in which `*` stands for anything; hidden files fit none.
fn fits(name: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.is_empty()
}

/// Puts what another file said behind what the first one said.
fn merge(first: &mut File, other: File, problems: &mut Problems) {
    for key in other.first_only {
        let text = format!("`{}` stands in an included file", key.value);
        let fix = "write it in the file that includes this one";
        problems.add(Code::Include, key.span, text, fix);
    }
    append(&mut first.sources, other.sources, "source", problems);
    append(&mut first.tools, other.tools, "tool", problems);
    append(&mut first.resources, other.resources, "resource", problems);
    append(&mut first.prompts, other.prompts, "prompt", problems);
}

fn append<T>(first: &mut Named<T>, other: Named<T>, what: &str, problems: &mut Problems) {
    for (name, thing) in other {
        if first.iter().any(|(known, _)| known.value == name.value) {
            let text = format!("there is another {what} called `{}`", name.value);
            problems.add(Code::Twice, name.span, text, "rename one of them");
        } else {
            first.push((name, thing));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_anything_in_a_name() {
        for (name, pattern) in [
            ("a.toml", "*.toml"),
            ("orders.read.toml", "orders*.toml"),
            ("aXbYc", "a*b*c"),
            ("x", "*"),
        ] {
            assert!(fits(name, pattern), "{name} {pattern}");
        }
        for (name, pattern) in [
            ("a.toml~", "*.toml"),
            (".a.toml", "*.toml"),
            ("ab", "a*b*b"),
            ("b", "a*"),
        ] {
            assert!(!fits(name, pattern), "{name} {pattern}");
        }
    }
}
