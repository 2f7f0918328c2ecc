//! Problems as people read them, and as programs do.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde_json::{Value, json};

use super::{
    codes::Severity,
    files::{File, Files, Span},
    problem::Problem,
};

/// A problem with the line that it is about, and what to do.
pub(crate) fn show(problem: &Problem, files: &Files, is_coloured: bool) -> String {
    let level = match problem.code.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let path;
    let (text, fix) = (files.discreet(&problem.text), files.discreet(&problem.fix));
    let group = level.primary_title(text.as_ref()).id(problem.code.id());
    let help = Level::HELP.message(fix.as_ref());
    let group = match place(problem, files) {
        Some((span, file)) => {
            path = file.path.to_string_lossy();
            let mark = AnnotationKind::Primary.span(first_line(file, span));
            let lines = Snippet::source(file.shown()).path(path.as_ref());
            group.element(lines.annotation(mark)).element(help)
        }
        None => group.element(help),
    };
    let renderer = if is_coloured {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer.render(&[group])
}

/// A problem as JSON.
pub(crate) fn as_json(problem: &Problem, files: &Files) -> Value {
    let mut shown = json!({
        "code": problem.code.id(),
        "severity": match problem.code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "text": files.discreet(&problem.text),
        "fix": files.discreet(&problem.fix),
    });
    if let (Some((span, file)), Some(shown)) = (place(problem, files), shown.as_object_mut()) {
        let (line, column) = file.position(span.start);
        shown.insert("file".to_owned(), file.path.to_string_lossy().into());
        shown.insert("line".to_owned(), line.into());
        shown.insert("column".to_owned(), column.into());
    }
    shown
}

fn place<'a>(problem: &Problem, files: &'a Files) -> Option<(Span, &'a File)> {
    let span = problem.span?;
    Some((span, files.get(span)?))
}

/// The part of a place that is on its first line: what is below says no more.
fn first_line(file: &File, span: Span) -> std::ops::Range<usize> {
    let marked = file.shown().get(span.range()).unwrap_or_default();
    let line = marked.lines().next().unwrap_or_default();
    span.start..span.start + line.len()
}
