//! The reference: every key and every kind of problem, as Markdown made of the code.

use std::fmt::Write as _;

use serde_json::Value;

use super::{codes::Code, schema::schema};

/// The whole page.
pub(crate) fn reference() -> String {
    let schema = schema();
    let mut page = INTRODUCTION.to_owned();
    for (title, name) in TABLES {
        let table = match name {
            "" => Some(&schema),
            name => schema.get("definitions").and_then(|all| all.get(name)),
        };
        if let Some(table) = table {
            keys(&mut page, title, table, &schema);
        }
    }
    problems(&mut page);
    page
}

fn keys(page: &mut String, title: &str, table: &Value, schema: &Value) {
    let about = table.get("description").and_then(Value::as_str);
    // Writing into a string cannot fail.
    let _ = write!(page, "\n## {title}\n\n{}\n\n", about.unwrap_or_default());
    page.push_str("| Key | Takes | Says |\n|---|---|---|\n");
    let required = table.get("required").and_then(Value::as_array);
    let properties = table.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        let is_required = required.is_some_and(|all| all.iter().any(|one| one == name));
        let needed = if is_required { " (needed)" } else { "" };
        let says = property.get("description").and_then(Value::as_str);
        let _ = writeln!(
            page,
            "| `{name}`{needed} | {} | {} |",
            kind(property, schema),
            says.unwrap_or_default().replace('\n', " ")
        );
    }
}

/// What a key takes, in words.
fn kind(property: &Value, schema: &Value) -> String {
    if let Some(reference) = property.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        let target = schema.get("definitions").and_then(|all| all.get(name));
        return target.map_or_else(String::new, |target| named(name, target, schema));
    }
    if let Some(parts) = property.get("allOf").and_then(Value::as_array) {
        let kinds: Vec<String> = parts.iter().map(|part| kind(part, schema)).collect();
        return kinds.join(" and ");
    }
    if let Some(forms) = property.get("anyOf").and_then(Value::as_array) {
        let kinds: Vec<String> = forms.iter().map(|form| kind(form, schema)).collect();
        return kinds.join(", or ");
    }
    match property.get("type").and_then(Value::as_str) {
        Some("string") => "text".to_owned(),
        Some("integer") => "whole number".to_owned(),
        Some("number") => "number".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("array") => {
            let item = property.get("items").map(|item| kind(item, schema));
            format!("list: {}", item.unwrap_or_default())
        }
        Some("object") => match property.get("additionalProperties") {
            Some(inner @ Value::Object(_)) => format!("{}, by name", kind(inner, schema)),
            _ => "table".to_owned(),
        },
        _ => String::new(),
    }
}

fn named(name: &str, target: &Value, schema: &Value) -> String {
    let forms = target.get("oneOf").or_else(|| target.get("anyOf"));
    let Some(forms) = forms.and_then(Value::as_array) else {
        let titles = TABLES.iter().find(|(_, known)| *known == name);
        return titles.map_or_else(String::new, |(title, _)| format!("table `{title}`"));
    };
    let words: Vec<String> = forms
        .iter()
        .map(|form| match word(form) {
            Some((word, about)) => format!("`{word}`: {about}"),
            None => kind(form, schema),
        })
        .collect();
    let gap = if forms.iter().any(|form| word(form).is_some()) {
        "<br>"
    } else {
        ", or "
    };
    words.join(gap)
}

/// One of a few words, and what it means.
fn word(form: &Value) -> Option<(&str, &str)> {
    let word = form.get("const")?.as_str()?;
    let about = form.get("description").and_then(Value::as_str);
    Some((word, about.unwrap_or_default()))
}

fn problems(page: &mut String) {
    page.push_str("\n## Problems\n\n");
    page.push_str("With a code that begins with E a file is not served; W is a warning.\n\n");
    page.push_str("| Code | Means | Mend |\n|---|---|---|\n");
    for code in Code::ALL {
        let _ = writeln!(
            page,
            "| {} | {} | {} |",
            code.id(),
            code.means(),
            code.mend()
        );
    }
}

/// Titles, and the definitions that they stand for.
const TABLES: [(&str, &str); 26] = [
    ("The file", ""),
    ("[server]", "Server"),
    ("[auth]", "Auth"),
    ("[auth.scopes] NAME", "Scope"),
    ("[auth.issuers.NAME]", "Issuer"),
    ("[auth.issuers.NAME.claims]", "Claims"),
    ("[auth.lookup]", "Lookup"),
    ("[telemetry]", "Telemetry"),
    ("[limits]", "Limits"),
    ("[confirm]", "Approval"),
    ("[taint]", "Taint"),
    ("[audit]", "Audit"),
    ("[audit.sink]", "Sink"),
    ("[redact]", "Redact"),
    ("[sources.NAME]", "Source"),
    ("[tools.NAME]", "Tool"),
    ("[tools.NAME.description]", "Parts"),
    ("[tools.NAME.params] NAME", "Param"),
    ("[tools.NAME] confirm", "ConfirmTable"),
    ("[tools.NAME.rollup]", "Rollup"),
    ("[tools.NAME.audit]", "Payloads"),
    ("[tools.NAME.for.ROLE]", "Face"),
    ("[resources.NAME]", "Resource"),
    ("[prompts.NAME]", "Prompt"),
    ("[prompts.NAME] messages", "Message"),
    (
        "[prompts.NAME.args] NAME, [resources.NAME.args] NAME",
        "Argument",
    ),
];

const INTRODUCTION: &str = "\
# Reference of the configuration

Written by `tollhouse schema --reference`. How to use it: [config.md](config.md).
Editors take the same from [schema/tollhouse.schema.json](schema/tollhouse.schema.json).
";
