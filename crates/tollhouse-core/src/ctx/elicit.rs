//! The questions in typed form, and the check that an answer is one.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Ctx;
use crate::{Question, Refusal, ask::RESERVED, ids, schema::Schema};

/// What a user answered to a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// This.
    Accept(T),
    /// No.
    Decline,
    /// Nothing: the question was put away.
    Cancel,
}

/// A folder that the user works in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// A `file://` URI.
    pub uri: String,
    /// What the user calls it.
    pub name: Option<String>,
}

impl Ctx {
    /// Shows the user a form for `T` (flat fields: text, numbers, booleans, choices).
    ///
    /// Suspends as [`Ctx::ask`] does.
    pub async fn elicit<T>(&self, key: &str, message: &str) -> Answer<T>
    where
        T: DeserializeOwned + JsonSchema,
    {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        });
        let schema = settings
            .into_generator()
            .into_root_schema_for::<T>()
            .to_value();
        match self.form(key, message, schema).await {
            Answer::Decline => Answer::Decline,
            Answer::Cancel => Answer::Cancel,
            Answer::Accept(content) => match serde_json::from_value(content) {
                Ok(content) => Answer::Accept(content),
                // What fits the schema may still break a rule of the type.
                Err(error) => {
                    self.refuse(Refusal::BadAnswer(format!("`{key}`: {error}")))
                        .await
                }
            },
        }
    }

    /// Shows the user a form by a JSON Schema: an object of flat fields.
    ///
    /// Suspends as [`Ctx::ask`] does.
    pub async fn form(&self, key: &str, message: &str, schema: Value) -> Answer<Value> {
        let message = message.to_owned();
        let mut answer = self.ask(key, Question::Form { message, schema }).await;
        match answer.get("action").and_then(Value::as_str) {
            Some("accept") => {
                let content = answer.get_mut("content").map(Value::take);
                Answer::Accept(content.unwrap_or_else(|| json!({})))
            }
            Some("decline") => Answer::Decline,
            _ => Answer::Cancel,
        }
    }

    /// Opens a page for the user; accepting only means that it was opened.
    ///
    /// Suspends as [`Ctx::ask`] does.
    pub async fn open_url(&self, key: &str, message: &str, url: &str) -> Answer<()> {
        let question = Question::Url {
            message: message.to_owned(),
            url: url.to_owned(),
        };
        let answer = self.ask(key, question).await;
        match answer.get("action").and_then(Value::as_str) {
            Some("accept") => Answer::Accept(()),
            Some("decline") => Answer::Decline,
            _ => Answer::Cancel,
        }
    }

    /// Which folders the user works in. Informational, not a boundary.
    ///
    /// Suspends as [`Ctx::ask`] does.
    pub async fn roots(&self, key: &str) -> Vec<Root> {
        let answer = self.ask(key, Question::Roots).await;
        let roots = answer.get("roots").and_then(Value::as_array);
        let text = |root: &Value, name| Some(root.get(name)?.as_str()?.to_owned());
        roots
            .into_iter()
            .flatten()
            .filter_map(|root| {
                Some(Root {
                    uri: text(root, "uri")?,
                    name: text(root, "name"),
                })
            })
            .collect()
    }

    /// Asks the user's model one thing and gives its text.
    ///
    /// Suspends as [`Ctx::ask`] does.
    pub async fn sample(&self, key: &str, prompt: &str, max_tokens: u32) -> String {
        let params = json!({
            "messages": [{"role": "user", "content": {"type": "text", "text": prompt}}],
            "maxTokens": max_tokens,
        });
        let answer = self.ask(key, Question::Sampling(params)).await;
        let content = answer.get("content");
        let text = |piece: &Value| Some(piece.get("text")?.as_str()?.to_owned());
        match content {
            Some(Value::Array(pieces)) => pieces.iter().filter_map(text).collect(),
            Some(piece) => text(piece).unwrap_or_default(),
            None => String::new(),
        }
    }
}

/// Whether an answer has the shape that its question asks for.
pub(super) fn check(key: &str, question: &Question, answer: &Value) -> Result<(), Refusal> {
    let bad = |why: &str| Refusal::BadAnswer(format!("`{key}` {why}"));
    match question {
        Question::Form { schema, .. } => match action(key, answer)? {
            "accept" => {
                let empty = json!({});
                let content = answer.get("content").unwrap_or(&empty);
                let schema = Schema::compile(schema).map_err(|why| internal(key, &why))?;
                let problems = schema.problems(content);
                if problems.is_empty() {
                    Ok(())
                } else {
                    Err(bad(&format!(
                        "does not fit its form: {}",
                        problems.join("; ")
                    )))
                }
            }
            _ => Ok(()),
        },
        Question::Url { .. } => action(key, answer).map(drop),
        Question::Roots => match answer.get("roots") {
            Some(Value::Array(_)) => Ok(()),
            _ => Err(bad("must be an object with an array `roots`")),
        },
        Question::Sampling(_) => match (answer.get("content"), answer.get("role")) {
            (Some(Value::Object(_) | Value::Array(_)), Some(Value::String(_))) => Ok(()),
            _ => Err(bad("must be an object with `role` and `content`")),
        },
    }
}

fn action<'a>(key: &str, answer: &'a Value) -> Result<&'a str, Refusal> {
    match answer.get("action").and_then(Value::as_str) {
        Some(action @ ("accept" | "decline" | "cancel")) => Ok(action),
        _ => Err(Refusal::BadAnswer(format!(
            "`{key}` must be an object whose `action` is accept, decline or cancel"
        ))),
    }
}

/// Whether a question is one that clients can show; if not, that is a fault of the tool.
pub(super) fn can_be_asked(key: &str, question: &Question) -> Result<(), Refusal> {
    let problems = question.problems();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(internal(key, &problems.join("; ")))
    }
}

pub(super) fn asked_twice(key: &str) -> Refusal {
    internal(key, "two questions were joined under one key")
}

pub(super) fn asked_as_the_road(target: &str, key: &str) -> Refusal {
    internal(
        key,
        &format!("{target} asked under a key that begins with {RESERVED}, as only the road may"),
    )
}

pub(super) fn asked_too_late(target: &str, key: &str) -> Refusal {
    internal(
        key,
        &format!("{target} asked after it had said that its effect began"),
    )
}

fn internal(key: &str, why: &str) -> Refusal {
    let id = ids::error_id();
    tracing::error!(id, key, why, "a question could not be asked");
    Refusal::Internal(id)
}
