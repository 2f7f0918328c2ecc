//! What an error may say, revision by revision.

use serde_json::{Value, json};

use crate::{Revision, official};

/// What is wrong with an error; the method is that of the request, if it is known.
pub(crate) fn problems(revision: Revision, method: Option<&str>, message: &Value) -> Vec<String> {
    let error = message.get("error").unwrap_or(&Value::Null);
    let code = error.get("code").and_then(Value::as_i64);
    let mut problems = envelope_problems(revision, message, code);
    let known = CODES.iter().find(|(known, since, until, ..)| {
        Some(*known) == code && (since..=until).contains(&&revision)
    });
    match (known, code) {
        (Some((.., Some(definition), whole)), _) => {
            let part = if *whole { message } else { error };
            problems.extend(official::problems(revision, definition, part));
        }
        // Codes of one's own lie outside what JSON-RPC and the protocol keep for themselves.
        (None, Some(code)) if (-32768..=-32000).contains(&code) => {
            problems.push(format!("{} has no code {code}", revision.name()));
        }
        _ => {}
    }
    problems.extend(not_found_problem(revision, method, error));
    problems
}

/// Until 2025-06-18 the schema demands an id and JSON-RPC demands null where none could be read; from
/// 2025-11-25 on the id is left out there.
fn envelope_problems(revision: Revision, message: &Value, code: Option<i64>) -> Vec<String> {
    let definition = revision.error_envelope();
    let has_none = message.get("id").is_none_or(Value::is_null);
    if revision <= Revision::R2025_06_18 && has_none && matches!(code, Some(-32700 | -32600)) {
        let mut named = message.clone();
        if let Some(members) = named.as_object_mut() {
            members.insert("id".to_owned(), json!(0));
        }
        return official::problems(revision, definition, &named);
    }
    official::problems(revision, definition, message)
}

/// A resource that is not there has one code and names the resource.
fn not_found_problem(revision: Revision, method: Option<&str>, error: &Value) -> Option<String> {
    let code = error.get("code").and_then(Value::as_i64);
    let names_it = error.pointer("/data/uri").is_some_and(Value::is_string);
    if code == Some(-32002) {
        let is_about_one = method.is_none_or(|method| method.starts_with("resources/"));
        return (!names_it || !is_about_one)
            .then(|| "-32002 is for a resource that is not there, and names it".to_owned());
    }
    let expected = if revision.is_modern() { -32602 } else { -32002 };
    let is_missing = method == Some("resources/read") && names_it;
    (is_missing && code != Some(expected))
        .then(|| format!("a resource that is not there has the code {expected}"))
}

type Code = (i64, Revision, Revision, Option<&'static str>, bool);

/// Each code with its first and last revision, its definition, and whether that is of the whole message or
/// of `error` alone.
const CODES: [Code; 15] = {
    use Revision::{R2024_11_05, R2025_11_25, R2026_07_28};
    const OLD: (Revision, Revision) = (R2024_11_05, R2025_11_25);
    const fn old(code: i64) -> Code {
        (code, OLD.0, OLD.1, None, false)
    }
    const fn new(code: i64, definition: &'static str, whole: bool) -> Code {
        (code, R2026_07_28, R2026_07_28, Some(definition), whole)
    }
    [
        old(-32700),
        old(-32600),
        old(-32601),
        old(-32602),
        old(-32603),
        old(-32002),
        (
            -32042,
            R2025_11_25,
            R2025_11_25,
            Some("URLElicitationRequiredError"),
            true,
        ),
        new(-32700, "ParseError", false),
        new(-32600, "InvalidRequestError", false),
        new(-32601, "MethodNotFoundError", false),
        new(-32602, "InvalidParamsError", false),
        new(-32603, "InternalError", false),
        new(-32020, "HeaderMismatchError", true),
        new(-32021, "MissingRequiredClientCapabilityError", true),
        new(-32022, "UnsupportedProtocolVersionError", true),
    ]
};
