//! An argument of a prompt, or a variable of a resource: what it takes, and what is suggested for it.

use std::collections::BTreeMap;

use regex::Regex;
use tollhouse_sources::{
    sql::{Hint, SqlSuggestion},
    texts::Rule,
};

use super::source::{Source, Suggestion, Written};
use crate::config::{
    codes::Code,
    fields::Named,
    files::Said,
    problem::{Problems, instead},
    raw,
};

/// What arguments belong to.
pub(super) struct Owner<'a> {
    /// As it is written: `prompts.review`.
    pub(super) title: String,
    /// The names of all arguments.
    pub(super) names: &'a [String],
    /// The only source that can be asked, if there is only one.
    pub(super) home: Option<&'a Said<String>>,
}

/// An argument whose suggestions a source gives.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) argument: String,
    pub(crate) source: String,
    /// The name of the suggestion there.
    pub(crate) name: String,
}

/// What is suggested for the variables of a resource.
pub(super) fn hints(
    owner: &Owner<'_>,
    args: Named<raw::Argument>,
    sources: &mut [Source],
    problems: &mut Problems,
) -> BTreeMap<String, Hint> {
    let mut hints = BTreeMap::new();
    for (name, said) in args {
        if !owner.names.contains(&name.value) {
            let text = format!("`uri` has no variable `{}`", name.value);
            let known: Vec<&str> = owner.names.iter().map(String::as_str).collect();
            problems.add(Code::Unused, name.span, text, instead(&name.value, &known));
            continue;
        }
        if let Some(span) = said.optional.as_ref().map(|said| said.span) {
            let text = "a variable of a URI is always there";
            problems.add(Code::Conflict, span, text, "take `optional` out");
        }
        let (rule, asked) = rule(owner, &name, said, sources, problems);
        let hint = match (asked, rule.allowed) {
            (Some(asked), _) => Hint::Asked(asked.name),
            (None, Some(allowed)) => Hint::Listed(allowed),
            (None, None) => continue,
        };
        hints.insert(name.value, hint);
    }
    hints
}

/// What an argument takes, and whom it asks for suggestions.
pub(super) fn rule(
    owner: &Owner<'_>,
    name: &Said<String>,
    said: raw::Argument,
    sources: &mut [Source],
    problems: &mut Problems,
) -> (Rule, Option<Asked>) {
    let allowed = said
        .allowed
        .map(|all| all.into_iter().map(|one| one.value).collect());
    let pattern = said.pattern.and_then(|pattern| {
        let compiled = Regex::new(&pattern.value);
        if compiled.is_err() {
            let text = format!("`{}` is no regular expression", pattern.value);
            let fix = "write for example \"^[A-Z]+-[0-9]+$\"";
            problems.add(Code::Malformed, pattern.span, text, fix);
        }
        compiled.ok()
    });
    let rule = Rule {
        allowed,
        pattern,
        suggestions: None,
    };
    let source = said.source.or_else(|| owner.home.cloned());
    let asked = match (said.sql, source) {
        (None, None) => None,
        (None, Some(source)) if owner.home.is_some_and(|home| home.value == source.value) => None,
        (None, Some(source)) => {
            let fix = "add sql = \"SELECT …\", or take it out";
            problems.add(
                Code::Conflict,
                source.span,
                "`source` says nothing without `sql`",
                fix,
            );
            None
        }
        (Some(sql), None) => {
            let fix = "add source = \"NAME\", the name of a source";
            problems.add(
                Code::MissingKey,
                sql.span,
                "`source` is missing beside `sql`",
                fix,
            );
            None
        }
        (Some(sql), Some(source)) => ask(owner, name, (sql, source), sources, problems),
    };
    (rule, asked)
}

fn ask(
    owner: &Owner<'_>,
    name: &Said<String>,
    (sql, source): (Said<String>, Said<String>),
    sources: &mut [Source],
    problems: &mut Problems,
) -> Option<Asked> {
    if let Some(home) = owner.home.filter(|home| home.value != source.value) {
        let text = format!("the resource itself comes from `{}`", home.value);
        let fix = "ask the same source";
        problems.add(Code::Conflict, source.span, text, fix);
        return None;
    }
    let home = super::find(&source, sources, problems)?;
    let of = format!("{}.args.{}", owner.title, name.value);
    let arguments: Vec<String> = owner
        .names
        .iter()
        .filter(|other| **other != name.value)
        .cloned()
        .collect();
    let params = arguments
        .iter()
        .map(|other| name.with(other.clone()))
        .collect();
    home.suggestions.push(Suggestion {
        offered: SqlSuggestion {
            name: of.clone(),
            sql: sql.value.clone(),
            arguments,
        },
        written: Written {
            params,
            ..Written::query(of.clone(), name.clone(), sql)
        },
    });
    Some(Asked {
        argument: name.value.clone(),
        source: source.value,
        name: of,
    })
}
