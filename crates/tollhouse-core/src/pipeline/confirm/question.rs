//! The question, in words: made of the target and its arguments alone, so that what is shown is what would run.
//!
//! Arguments are data that a model chose. They are shown as JSON, with what nobody sees or what would change the order of
//! the letters written out. A form shows all of each; who reads them beside the question finds long ones shortened in it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    Call, Effect, Question,
    ctx::Stale,
    digest,
    toolset::{Found, What},
};

/// The form in which the client's user says yes; none if it would not show all that they say yes to.
pub(super) fn form(call: &Call, found: &Found<'_>, stale: Option<Stale>) -> Option<Question> {
    let first = match stale {
        None => "",
        Some(Stale::Expired) => "The question before this one was not answered in time.\n",
        Some(Stale::Arguments) => "The arguments are others than those of the question before.\n",
        Some(Stale::Definition) => "The tool has changed since the question before.\n",
    };
    let (words, _) = asked(call, found, usize::MAX, |value| plain(&canonical(value)));
    if words.chars().count() > FORM_CHARS_MAX {
        return None;
    }
    Some(Question::Form {
        message: format!("{first}{words}"),
        schema: json!({
            "type": "object",
            "properties": {"confirm": {
                "type": "boolean",
                "title": "Yes, do it",
                "description": "Without a yes, nothing is done.",
            }},
            "required": ["confirm"],
        }),
    })
}

/// What is asked of somebody who has all arguments beside it, as canonical JSON: by the operator's words, or by the
/// target's name, with arguments of which long ones are shortened.
pub(super) fn words(call: &Call, found: &Found<'_>) -> String {
    let (mut text, left) = asked(call, found, ARGUMENTS_MAX, shown);
    if left > 0 {
        text.push_str(&format!(
            "\n- and {left} more arguments, which are not shown"
        ));
    }
    let args = arguments(call, found);
    let mut values = args.as_object().into_iter().flat_map(|args| args.values());
    if left == 0 && values.all(|value| is_short(&canonical(value))) {
        return text;
    }
    let whole = canonical(args);
    let digest = digest::hex(&Sha256::digest(&whole));
    let bytes = whole.len();
    format!(
        "{text}\nThe arguments have {bytes} bytes, SHA-256 {digest}: read them whole before you say yes."
    )
}

/// What would be run with.
fn arguments<'a>(call: &'a Call, found: &'a Found<'_>) -> &'a Value {
    found.args.as_ref().unwrap_or(&call.args)
}

/// The question, and below it so many of the arguments that are not in it; and how many are left.
fn asked(
    call: &Call,
    found: &Found<'_>,
    most: usize,
    shown: impl Fn(&Value) -> String,
) -> (String, usize) {
    let args = arguments(call, found);
    let (mut text, named) = match &found.policy.confirm.ask {
        Some(template) => filled(template, args, &shown),
        None => (told(call, found), BTreeSet::new()),
    };
    let args = args.as_object().into_iter().flatten();
    let rest = args.filter(|(name, _)| !named.contains(name.as_str()));
    let rest: BTreeMap<&String, &Value> = rest.collect();
    for (name, value) in rest.iter().take(most) {
        let name = Value::from(name.as_str());
        text.push_str(&format!("\n- {}: {}", shown(&name), shown(value)));
    }
    (text, rest.len().saturating_sub(most))
}

/// The target, and what it does.
fn told(call: &Call, found: &Found<'_>) -> String {
    let (title, effect) = match found.what {
        What::Tool(entry) => (entry.tool.title.as_deref(), entry.tool.effect),
        What::Resource(_) | What::Template(_) | What::Prompt(_) => (None, Effect::Read),
    };
    let name = plain(call.target.name());
    let mut text = match title {
        Some(title) => format!("Run \"{}\" ({name})?", plain(title)),
        None => format!("Run {name}?"),
    };
    text.push_str(match effect {
        Effect::Destroy => " What it changes is changed for good.",
        Effect::Write => " It changes something.",
        Effect::Read => "",
    });
    text
}

/// The operator's words, with each `{name}` replaced by that argument as data, and which they name.
fn filled<'a>(
    template: &'a str,
    args: &Value,
    shown: impl Fn(&Value) -> String,
) -> (String, BTreeSet<&'a str>) {
    let (mut text, mut named, mut rest) = (String::new(), BTreeSet::new(), template);
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        match after.split_once('}') {
            Some((name, after)) => {
                let value = args.get(name);
                text.push_str(&value.map_or_else(|| "(not given)".to_owned(), &shown));
                named.insert(name);
                rest = after;
            }
            None => {
                text.push('{');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    (text, named)
}

/// A value as JSON, in which nothing is hidden but the middle of what is long, and that is said.
fn shown(value: &Value) -> String {
    let whole = canonical(value);
    if is_short(&whole) {
        return plain(&whole);
    }
    let chars = whole.chars().count();
    let head: String = whole.chars().take(HEAD_CHARS).collect();
    let tail: String = whole.chars().skip(chars - TAIL_CHARS).collect();
    let hidden = chars - HEAD_CHARS - TAIL_CHARS;
    format!(
        "{} [{hidden} of {chars} characters are not shown] {}",
        plain(&head),
        plain(&tail)
    )
}

fn is_short(whole: &str) -> bool {
    whole.chars().take(VALUE_CHARS_MAX + 1).count() <= VALUE_CHARS_MAX
}

fn canonical(value: &Value) -> String {
    let mut whole = String::new();
    digest::canonical(value, &mut whole);
    whole
}

/// The text with all that nobody sees, or that steers what shows it, written out.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if is_invisible(char) {
            out.extend(char.escape_unicode());
        } else if char.is_ascii_graphic() || char == ' ' {
            out.push(char);
        } else {
            // Behind another letter, marks that belong to one stay as they are.
            let pair: String = ['a', char].into_iter().collect();
            out.extend(pair.escape_debug().skip(1));
        }
    }
    out
}

/// What the standard library counts among letters and marks although nobody sees it.
const fn is_invisible(char: char) -> bool {
    matches!(
        char,
        '\u{034f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Several screens of a client; of more, nobody reads all.
const FORM_CHARS_MAX: usize = 4_000;
const ARGUMENTS_MAX: usize = 24;
const VALUE_CHARS_MAX: usize = 240;
const HEAD_CHARS: usize = 140;
const TAIL_CHARS: usize = 60;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{filled, plain, shown};

    #[test]
    fn case_64_what_nobody_sees_is_written_out() {
        for (text, told) in [
            ("plain, \"quoted\" 'text'", "plain, \"quoted\" 'text'"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("a\u{200b}b\u{feff}", "a\\u{200b}b\\u{feff}"),
            (
                "a\u{e0041}\u{fe0f}\u{3164}",
                "a\\u{e0041}\\u{fe0f}\\u{3164}",
            ),
            (
                "line\nbreak\u{1b}[2J\u{2028}",
                "line\\nbreak\\u{1b}[2J\\u{2028}",
            ),
            ("Åse går 北京 ภาษาไทย", "Åse går 北京 ภาษาไทย"),
        ] {
            assert_eq!(plain(text), told);
        }
    }

    #[test]
    fn case_64_what_is_long_loses_its_middle_and_says_so() {
        let text = shown(&json!("x".repeat(1000)));
        assert!(
            text.contains("[802 of 1002 characters are not shown]"),
            "{text}"
        );
        assert!(text.len() < 300);
    }

    #[test]
    fn o1_the_operators_words_are_filled_with_data() {
        let args = json!({"id": "a}\n{name}", "n": 2});
        let (text, named) = filled("Delete {id}, {n} times, {what}? {", &args, shown);
        assert_eq!(text, r#"Delete "a}\n{name}", 2 times, (not given)? {"#);
        assert!(named.into_iter().eq(["id", "n", "what"]));
    }
}
