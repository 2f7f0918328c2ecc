//! Do the arguments fit, and do the headers say the same? What they mean is asked later ([`meaning`]), when it is known
//! that the call is neither too often nor made before.

use serde_json::Value;

use crate::{
    Call, Claim, Completion, Prompt, Refusal, Target,
    fault::cut,
    headers,
    toolset::{Found, HeaderParam, What},
};

pub(super) mod meaning;

pub(super) fn check(call: &Call, found: &Found<'_>) -> Result<(), Refusal> {
    if let Target::Completion(completion) = &call.target {
        return check_completion(completion, found);
    }
    match found.what {
        What::Tool(entry) => {
            let input = entry.input(&call.principal);
            if let Some(claims) = &call.claims {
                for param in &input.header_params {
                    compare(param, &call.args, claims)?;
                }
            }
            if !input.schema.accepts(&call.args) {
                let problems = input.schema.problems(&call.args);
                return Err(Refusal::BadArguments(complaint(
                    &entry.tool.name,
                    &problems,
                )));
            }
        }
        What::Prompt(prompt) => check_prompt(prompt, &call.args)?,
        What::Resource(_) | What::Template(_) => {}
    }
    let missing = found.policy.needs.without(call.client);
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Refusal::MissingCapability(missing))
    }
}

fn complaint(name: &str, problems: &[String]) -> String {
    let mut text =
        format!("The arguments of {name} do not fit; nothing was done. Mend and call again:");
    for problem in problems {
        text.push_str("\n- ");
        text.push_str(problem);
    }
    if text.len() <= COMPLAINT_BYTES_MAX {
        return text;
    }
    let end = text.floor_char_boundary(COMPLAINT_BYTES_MAX);
    format!("{}…", text.get(..end).unwrap_or_default())
}

/// A prompt's arguments are text, each one known, the required ones there.
fn check_prompt(prompt: &Prompt, args: &Value) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    let given = args.as_object();
    for parameter in &prompt.parameters {
        let absent = given.is_none_or(|given| !given.contains_key(&parameter.name));
        if parameter.required && absent {
            problems.push(format!("`{}` is missing; expected a text", parameter.name));
        }
        let value = given.and_then(|given| given.get(&parameter.name));
        if parameter.required && value.and_then(Value::as_str) == Some("") {
            problems.push(format!("`{}` is empty: it has to be given", parameter.name));
        }
    }
    for (name, value) in given.into_iter().flatten() {
        if !prompt
            .parameters
            .iter()
            .any(|parameter| parameter.name == *name)
        {
            problems.push(format!("`{}` is not known", cut(name, NAME_CHARS_MAX)));
        } else if value.is_null() {
            problems.push(format!(
                "`{name}` is null, which is no text: give one, or leave it out"
            ));
        } else if !value.is_string() {
            problems.push(format!("`{name}` must be a string"));
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Refusal::BadArguments(complaint(&prompt.name, &problems)))
    }
}

fn check_completion(completion: &Completion, found: &Found<'_>) -> Result<(), Refusal> {
    let argument = completion.argument.as_str();
    let known = match found.what {
        What::Prompt(prompt) => prompt
            .parameters
            .iter()
            .any(|parameter| parameter.name == argument),
        What::Template(template) => template.pattern.variables().any(|name| name == argument),
        What::Tool(_) | What::Resource(_) => false,
    };
    if known {
        Ok(())
    } else {
        let of = cut(completion.of.name(), NAME_CHARS_MAX);
        let argument = cut(argument, NAME_CHARS_MAX);
        Err(Refusal::BadParams(format!(
            "`{of}` has no argument `{argument}`"
        )))
    }
}

/// Compares one argument with its `Mcp-Param-` header (MCP 2026-07-28, "Streamable HTTP").
fn compare(param: &HeaderParam, args: &Value, claims: &[Claim]) -> Result<(), Refusal> {
    let mismatch = |why: &str| Refusal::HeaderMismatch(format!("Mcp-Param-{} {why}", param.header));
    let value = param
        .path
        .iter()
        .try_fold(args, |value, name| value.get(name));
    let value = value.filter(|value| !value.is_null());
    let claim = claims.iter().find(|claim| claim.name == param.header);
    let (value, claim) = match (value, claim) {
        (None, None) => return Ok(()),
        (None, Some(_)) => return Err(mismatch("is given but the argument is not")),
        (Some(_), None) => return Err(mismatch("is missing")),
        (Some(value), Some(claim)) => (value, claim),
    };
    let [header] = claim.values.as_slice() else {
        return Err(mismatch("is given more than once"));
    };
    let header = headers::decode(header)
        .ok_or_else(|| mismatch("is not printable text nor valid =?base64?…?="))?;
    let same = match value {
        Value::String(text) => *text == header,
        Value::Bool(is) => header == if *is { "true" } else { "false" },
        Value::Number(number) => same_number(number, &header),
        // An argument of another type fails the schema, which tells the model more.
        Value::Null | Value::Array(_) | Value::Object(_) => true,
    };
    if same {
        Ok(())
    } else {
        Err(mismatch("differs from the argument"))
    }
}

fn same_number(number: &serde_json::Number, header: &str) -> bool {
    match (number.as_i64(), header.parse::<i64>()) {
        (Some(number), Ok(header)) => number == header,
        _ => number
            .as_f64()
            .is_some_and(|number| header.parse::<f64>() == Ok(number)),
    }
}

const COMPLAINT_BYTES_MAX: usize = 4096;
const NAME_CHARS_MAX: usize = 80;

#[cfg(test)]
mod tests;
