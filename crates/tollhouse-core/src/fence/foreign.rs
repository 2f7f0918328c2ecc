//! What a target says before it has an answer, where others may have written it: events and questions.
//!
//! A model may read an event, so its words stand between marks. A question to a user says who wrote it instead, and what
//! is asked of a user's model has marks. The address of a page that a user is to open stays: clients show it and ask.

use serde_json::Value;

use super::{
    Defanging, links, marks,
    texts::{self, See},
};
use crate::{Ask, Event, Question, ask::RESERVED};

/// Whether an event says anything in words.
pub(crate) const fn has_words(event: &Event) -> bool {
    match event {
        Event::Progress { message, .. } => message.is_some(),
        Event::Log { .. } => true,
    }
}

/// An event with no links to elsewhere, and its words between marks. Data stays data.
pub(crate) fn event(event: &mut Event, hosts: &[String], nonce: &str) {
    texts::event(event, &mut Defanging { hosts });
    match event {
        Event::Progress {
            message: Some(text),
            ..
        }
        | Event::Log {
            data: Value::String(text),
            ..
        } => *text = marks::fence(text, nonce),
        Event::Progress { .. } | Event::Log { .. } => {}
    }
}

/// Questions of a target, but for those of the road itself.
pub(crate) fn asks(asks: &mut [Ask], hosts: &[String], (name, nonce): (&str, &str)) {
    let asks = asks.iter_mut().filter(|ask| !ask.key.starts_with(RESERVED));
    for ask in asks {
        texts::ask(ask, &mut Asked(Defanging { hosts }));
        match &mut ask.question {
            Question::Form { message, .. } | Question::Url { message, .. } => {
                *message = format!("Others may have written what {name} asks here: {message}");
            }
            Question::Sampling(params) => texts::value(params, &mut Prompted { nonce }),
            Question::Roots => {}
        }
    }
}

/// Takes the force out of links, but for those that mean what they are.
struct Asked<'a>(Defanging<'a>);

impl See for Asked<'_> {
    fn text(&mut self, text: &mut String) {
        links::defang(text, self.0.hosts);
    }

    fn uri(&mut self, _uri: &mut String) {}

    /// The dialect of a schema.
    fn field(&mut self, name: &str, value: &Value) -> Option<Value> {
        (name == "$schema").then(|| value.clone())
    }
}

/// Puts marks around what a model is prompted with.
struct Prompted<'a> {
    nonce: &'a str,
}

impl See for Prompted<'_> {
    fn text(&mut self, _text: &mut String) {}

    fn field(&mut self, name: &str, value: &Value) -> Option<Value> {
        let text = value.as_str().filter(|_| PROMPTS.contains(&name))?;
        Some(marks::fence(text, self.nonce).into())
    }
}

/// The fields of a request to a model whose texts it reads (MCP, "Sampling").
const PROMPTS: [&str; 2] = ["text", "systemPrompt"];
