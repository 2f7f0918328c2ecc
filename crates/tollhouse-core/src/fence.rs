//! What may reach a model. Whatever is sent goes through here: results, errors, questions, progress, definitions.
//!
//! Pure: texts in, texts out. Who may be trusted is said by [`Trust`], and the road asks in `pipeline/fence.rs`.
//! What is stored is never changed. A new kind of thing with texts in it names them in `fence/texts.rs`.

use std::borrow::Cow;

use serde_json::Value;

use crate::{Ask, Content, Event, Output, Prompt, Resource, Template, Tool, Trust, Untrusted};

mod characters;
mod foreign;
mod label;
mod links;
mod marks;
mod strip;
mod texts;

pub(crate) use foreign::{asks as foreign_asks, event as foreign_event, has_words};
pub(crate) use label::Label;
pub(crate) use links::defang;
pub(crate) use marks::{AROUND_BYTES, Count};
pub(crate) use texts::{
    See, ask as see_ask, event as see_event, offers as see_offers, output as see_output,
    value as see_value,
};

/// A text without characters that nobody sees and without those that steer a terminal: for everything that a model, a
/// person or a terminal will read and that others may have written. What has none of them is not copied.
///
/// ```
/// let seen = tollhouse_core::clean("ok\u{1b}[2K\u{200b}, \u{1f469}\u{200d}\u{1f52c} می\u{200c}خواهم");
/// assert_eq!(seen, "ok, \u{1f469}\u{200d}\u{1f52c} می\u{200c}خواهم");
/// ```
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    match strip::strip(text) {
        None => Cow::Borrowed(text),
        Some(stripped) => Cow::Owned(stripped.text),
    }
}

/// Takes characters out, and counts them.
#[derive(Debug, Default)]
struct Cleaning {
    removed: u64,
}

impl See for Cleaning {
    fn text(&mut self, text: &mut String) {
        if let Some(stripped) = strip::strip(text) {
            self.removed += stripped.removed;
            *text = stripped.text;
        }
    }

    fn name(&mut self, name: &str) -> Option<String> {
        let stripped = strip::strip(name)?;
        self.removed += stripped.removed;
        Some(stripped.text)
    }
}

/// Takes the force out of links that lead elsewhere.
#[derive(Debug)]
struct Defanging<'a> {
    hosts: &'a [String],
}

impl See for Defanging<'_> {
    fn text(&mut self, text: &mut String) {
        defang(text, self.hosts);
    }

    fn name(&mut self, name: &str) -> Option<String> {
        let mut other = name.to_owned();
        defang(&mut other, self.hosts);
        (other != name).then_some(other)
    }
}

/// What a target said, before it is cut and written as text: only characters that are seen, and in what others wrote
/// no links to elsewhere. `is_foreign` says that all of it is by others, whatever the rules say. How many characters
/// that took out.
pub(crate) fn output(output: &mut Output, trust: &Trust, is_foreign: bool) -> u64 {
    let mut cleaning = Cleaning::default();
    if !trust.keeps_unicode {
        texts::output(output, &mut cleaning);
    }
    let mut defanging = Defanging {
        hosts: &trust.link_hosts,
    };
    match (&trust.untrusted, &mut *output) {
        _ if is_foreign => texts::output(output, &mut defanging),
        (Untrusted::Nothing, _) => {}
        (Untrusted::All, output) => texts::output(output, &mut defanging),
        (Untrusted::Fields(names), Output::Tool(reported)) => {
            if let Some(data) = &mut reported.structured {
                texts::fields(data, names, &mut defanging);
            }
            // A text of its own may hold any of them.
            for piece in &mut reported.content {
                texts::content(piece, &mut defanging);
            }
        }
        (Untrusted::Fields(_), output) => texts::output(output, &mut defanging),
    }
    cleaning.removed
}

/// Whether any of this was written by others.
pub(crate) fn is_foreign(output: &mut Output, trust: &Trust) -> bool {
    match (&trust.untrusted, output) {
        (Untrusted::Nothing, _) => false,
        (Untrusted::Fields(names), Output::Tool(reported)) => match &mut reported.structured {
            Some(data) => texts::fields(data, names, &mut Looking),
            None => true,
        },
        (Untrusted::All | Untrusted::Fields(_), _) => true,
    }
}

/// Changes nothing.
struct Looking;

impl See for Looking {
    fn text(&mut self, _text: &mut String) {}
}

/// Puts marks around every text of an output. Data stays data: it is labelled, and has no marks.
pub(crate) fn wrap(output: &mut Output, nonce: &str) {
    let wrap = |content: &mut Content| {
        if let Some(text) = content.text_mut() {
            *text = marks::fence(text, nonce);
        }
    };
    match output {
        Output::Tool(reported) => reported.content.iter_mut().for_each(wrap),
        Output::Prompt { messages, .. } => {
            let contents = messages.iter_mut().map(|message| &mut message.content);
            contents.for_each(wrap);
        }
        Output::Resource(all) => {
            for one in all {
                if let crate::Body::Text(text) = &mut one.body {
                    *text = marks::fence(text, nonce);
                }
            }
        }
        // What is offered while somebody types is put into a field, not read by a model.
        Output::Completion { .. } => {}
    }
}

/// A text that others wrote, between marks and with no links to elsewhere.
pub(crate) fn quote(mut text: String, trust: &Trust, nonce: &str) -> String {
    defang(&mut text, &trust.link_hosts);
    marks::fence(&text, nonce)
}

/// Questions, as users and their models read them.
pub(crate) fn asks(asks: &mut [Ask]) {
    let mut cleaning = Cleaning::default();
    for ask in asks {
        texts::ask(ask, &mut cleaning);
    }
}

/// What is said while a call runs.
pub(crate) fn event(event: &mut Event) {
    let mut cleaning = Cleaning::default();
    texts::event(event, &mut cleaning);
}

/// Any data.
pub(crate) fn value(data: &mut Value) {
    texts::value(data, &mut Cleaning::default());
}

/// What is listed of a tool, and how many characters that took out.
pub(crate) fn tool(tool: &mut Tool) -> u64 {
    let mut cleaning = Cleaning::default();
    let faces = tool.faces.iter_mut().filter_map(|face| face.input.as_mut());
    for schema in faces.chain([&mut tool.input]).chain(tool.output.as_mut()) {
        spell_patterns(schema);
    }
    texts::tool(tool, &mut cleaning);
    cleaning.removed + title(&mut tool.title)
}

/// What is listed of a resource.
pub(crate) fn resource(resource: &mut Resource) -> u64 {
    let mut cleaning = Cleaning::default();
    texts::resource(resource, &mut cleaning);
    cleaning.removed + title(&mut resource.title)
}

/// What is listed of a template.
pub(crate) fn template(template: &mut Template) -> u64 {
    let mut cleaning = Cleaning::default();
    texts::template(template, &mut cleaning);
    cleaning.removed + title(&mut template.title)
}

/// What is listed of a prompt.
pub(crate) fn prompt(prompt: &mut Prompt) -> u64 {
    let mut cleaning = Cleaning::default();
    texts::prompt(prompt, &mut cleaning);
    cleaning.removed + title(&mut prompt.title)
}

/// Writes what nobody sees in the patterns of a schema as `\uXXXX`, so that they mean what they meant.
fn spell_patterns(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(spell_patterns),
        Value::Object(fields) => {
            if let Some(Value::String(pattern)) = fields.get_mut("pattern") {
                let spelled = strip::spelled(pattern);
                *pattern = spelled.unwrap_or_else(|| std::mem::take(pattern));
            }
            fields.values_mut().for_each(spell_patterns);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A title is one line: nothing in it can look like the next thing in a list.
fn title(title: &mut Option<String>) -> u64 {
    let Some(title) = title else { return 0 };
    let breaks = title.chars().filter(|c| BREAKS.contains(c)).count();
    if breaks > 0 {
        *title = title.replace(BREAKS, " ");
    }
    breaks as u64
}

const BREAKS: [char; 5] = ['\n', '\r', '\t', '\u{2028}', '\u{2029}'];

#[cfg(test)]
mod tests;
