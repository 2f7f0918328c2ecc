//! Projects, as models name them: by one that is there, or by one that is to be made.

use serde_json::Value;
use tollhouse_core::memory::Filing;

use super::report::quoted;

/// Where a note belongs by its arguments; else what is wrong with the name, for the model to read.
pub(super) fn filing(args: &Value) -> Result<Filing, String> {
    let is_new = args.get("new_project").and_then(Value::as_bool);
    let is_new = is_new.unwrap_or_default();
    let Some(name) = args.get("project").and_then(Value::as_str) else {
        return if is_new {
            Err(
                "`new_project` says that a project is to be made, and `project` does not name it."
                    .to_owned(),
            )
        } else {
            Ok(Filing::Nowhere)
        };
    };
    let name = name.trim();
    if name.is_empty() {
        return Err("`project` is empty: leave it out if the memory belongs to none.".to_owned());
    }
    if !is_new {
        return Ok(Filing::In(name.to_owned()));
    }
    match unfit(name) {
        Some(why) => Err(format!("{} is no name for a project: {why}.", quoted(name))),
        None => Ok(Filing::InNew(name.to_owned())),
    }
}

/// What a model is told that named a project which is not there.
pub(super) fn unknown(filing: &Filing, projects: &[String]) -> String {
    let name = match filing {
        Filing::Nowhere => "",
        Filing::In(name) | Filing::InNew(name) => name,
    };
    let mut text = format!("There is no project {}.", quoted(name));
    if let Some(nearest) = nearest(name, projects) {
        text.push_str(&format!(" Did you mean {}?", quoted(nearest)));
    }
    format!("{text} {}", existing(projects))
}

/// What there is to choose from, and the way to one more.
pub(super) fn existing(projects: &[String]) -> String {
    let shown: Vec<String> = projects
        .iter()
        .take(SHOWN_MAX)
        .map(|name| quoted(name))
        .collect();
    let there = match projects.len().checked_sub(SHOWN_MAX) {
        _ if shown.is_empty() => "There are no projects yet.".to_owned(),
        None | Some(0) => format!("The projects are {}.", shown.join(", ")),
        Some(more) => format!(
            "Some projects are {}; there are {more} more.",
            shown.join(", ")
        ),
    };
    format!(
        "{there} Name an existing one, or leave `project` out. Only if the user wants a new project: name it in \
         `project` and set `new_project` to true."
    )
}

/// Why this cannot be the name of a new project.
fn unfit(name: &str) -> Option<String> {
    let odd = name.chars().find(|&character| !may_stand(character));
    let small = name.to_lowercase();
    if let Some(odd) = odd {
        return Some(format!(
            "{} cannot stand in one. Letters, digits, spaces and {MARKS} can",
            quoted(&odd.to_string())
        ));
    }
    if !(CHARS_MIN..=CHARS_MAX).contains(&name.chars().count()) {
        return Some(format!("one has {CHARS_MIN} to {CHARS_MAX} characters"));
    }
    if !name.contains(char::is_alphabetic) {
        return Some("it has no letter".to_owned());
    }
    NAMES_FOR_NOTHING
        .contains(&small.as_str())
        .then(|| "it stands for any name. Ask the user what the project is called".to_owned())
}

fn may_stand(character: char) -> bool {
    character.is_alphanumeric() || character == ' ' || MARKS.contains(character)
}

/// The project that a slip of the keys may have missed, or that begins so.
fn nearest<'a>(name: &str, projects: &'a [String]) -> Option<&'a String> {
    let name = name.to_lowercase();
    let likeness = |project: &String| {
        let project = project.to_lowercase();
        if project.contains(&name) || name.contains(&project) {
            return 1.0;
        }
        strsim::jaro_winkler(&name, &project)
    };
    let compared = projects.iter().map(|project| (likeness(project), project));
    compared
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, project)| project)
}

const MARKS: &str = "-_./&+";
const CHARS_MIN: usize = 2;
const CHARS_MAX: usize = 64;
/// Projects that a refusal names.
const SHOWN_MAX: usize = 20;
/// From here on a name may be a slip.
const NEAR: f64 = 0.8;
/// What models write where they have to write something.
const NAMES_FOR_NOTHING: [&str; 22] = [
    "abc",
    "example",
    "foo",
    "bar",
    "foobar",
    "my project",
    "my-project",
    "my_project",
    "n/a",
    "na",
    "nil",
    "none",
    "null",
    "placeholder",
    "project",
    "project-name",
    "string",
    "tbd",
    "undefined",
    "unknown",
    "untitled",
    "xyz",
];
