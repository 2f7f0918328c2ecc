//! Questions of a tool to whoever called it: answered at the terminal, or by what the command line prepared.

use std::{
    collections::VecDeque,
    io::{IsTerminal as _, Write as _, stderr, stdin},
    time::Duration,
};

use serde_json::{Map, Value, json};
use tokio::{task::spawn_blocking, time::sleep};

use super::{
    form::{Field, Form},
    plain,
    trouble::Trouble,
};
use crate::log::say;

/// Who answers, and what is shown while a tool works.
#[derive(Debug, Default)]
pub(crate) struct Answerer {
    prepared: VecDeque<Map<String, Value>>,
    says_yes: bool,
    company: Company,
}

/// Who sits at the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Company {
    #[default]
    Nobody,
    /// Somebody who sees what is said, and cannot answer.
    Reader,
    /// Somebody who can be asked.
    Typist,
}

impl Answerer {
    /// Answers with these, then with yes if that is said, then by asking whoever is there.
    pub(crate) fn new(prepared: &[String], says_yes: bool) -> Result<Self, Trouble> {
        let prepared = prepared.iter().map(|text| {
            let told = |error| Trouble::Usage(format!("--answer is no JSON object: {error}"));
            serde_json::from_str(text).map_err(told)
        });
        Ok(Self {
            prepared: prepared.collect::<Result<_, _>>()?,
            says_yes,
            company: match (stderr().is_terminal(), stdin().is_terminal()) {
                (false, _) => Company::Nobody,
                (true, false) => Company::Reader,
                (true, true) => Company::Typist,
            },
        })
    }

    /// Whether somebody looks on.
    pub(super) const fn shows_progress(&self) -> bool {
        !matches!(self.company, Company::Nobody)
    }

    /// Shows what a tool tells while it works, to whoever looks on.
    pub(super) fn hear(&self, method: &str, params: &Value) {
        if !self.shows_progress() {
            return;
        }
        let text = |name: &str| {
            params
                .get(name)
                .map_or_else(String::new, super::schema::bare)
        };
        let line = match (method, params.get("total")) {
            ("notifications/progress", Some(total)) => {
                format!("  {}/{total} {}", text("progress"), text("message"))
            }
            ("notifications/progress", None) => {
                format!("  {} {}", text("progress"), text("message"))
            }
            ("notifications/message", _) => format!("  {}: {}", text("level"), text("data")),
            _ => return,
        };
        say(plain::line(&line).trim_end());
    }

    /// The answer to one question, as the protocol writes it.
    pub(super) async fn answer(&mut self, params: &Value) -> Result<Value, Trouble> {
        if params.get("mode").and_then(Value::as_str) == Some("url") {
            return self.visit(params).await;
        }
        let form = Form::of(params);
        if let Some(content) = self.prepared.pop_front() {
            form.fits(&content)
                .map_err(|told| Trouble::Usage(format!("--answer: {told}\n{}", asked(params))))?;
            return Ok(json!({"action": "accept", "content": content}));
        }
        if self.says_yes {
            let content = form
                .proposed()
                .map_err(|told| Trouble::Usage(format!("{told}\n{}", asked(params))))?;
            return Ok(json!({"action": "accept", "content": content}));
        }
        if self.company != Company::Typist {
            return Err(Trouble::Usage(format!(
                "{}\nNobody is there to answer. Add --answer '{}', or --yes",
                asked(params),
                plain::line(&form.sample().to_string())
            )));
        }
        self.fill(params, &form).await
    }

    /// Shows an address. That it was visited is all that a server learns.
    async fn visit(&self, params: &Value) -> Result<Value, Trouble> {
        let url = params
            .get("url")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let told = format!("{}\n  {}", asked(params), plain::line(url));
        if self.says_yes {
            say(&told);
            return Ok(json!({"action": "accept"}));
        }
        if self.company != Company::Typist {
            return Err(Trouble::Usage(format!(
                "{told}\nNobody is there to agree. Visit it if you trust it, and add --yes"
            )));
        }
        say(&told);
        let typed = read("Visit it if you trust it, then press Enter (n: no) ").await;
        Ok(match typed.as_deref() {
            None => json!({"action": "cancel"}),
            Some("") | Some("y" | "yes") => json!({"action": "accept"}),
            Some(_) => json!({"action": "decline"}),
        })
    }

    async fn fill(&self, params: &Value, form: &Form<'_>) -> Result<Value, Trouble> {
        say(&asked(params));
        let mut content = Map::new();
        for field in form.fields() {
            match typed(&field).await {
                None => return Ok(json!({"action": "cancel"})),
                Some(None) => {}
                Some(Some(value)) => drop(content.insert(field.name.to_owned(), value)),
            }
        }
        Ok(match read("  send this? [Y/n] ").await.as_deref() {
            None => json!({"action": "cancel"}),
            Some("" | "y" | "Y" | "yes") => json!({"action": "accept", "content": content}),
            Some(_) => json!({"action": "decline"}),
        })
    }
}

/// Answers what a tool wants to know before it goes on, and writes the answers where the next round has them
/// (MCP 2026-07-28, "Multi Round-Trip Requests").
pub(super) async fn answer_all(
    result: &Map<String, Value>,
    params: &mut Map<String, Value>,
    answerer: &mut Answerer,
) -> Result<(), Trouble> {
    let questions = result.get("inputRequests").and_then(Value::as_object);
    let mut answers = Map::new();
    for (key, question) in questions.into_iter().flatten() {
        let method = question
            .get("method")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if method != "elicitation/create" {
            let method = plain::line(method);
            return Err(Trouble::Unreachable(format!(
                "the tool asks for {method}, which was not offered"
            )));
        }
        let params = question.get("params").unwrap_or(&Value::Null);
        answers.insert(key.clone(), answerer.answer(params).await?);
    }
    let state = result.get("requestState");
    if answers.is_empty() {
        if state.is_none() {
            return Err(Trouble::Unreachable(
                "the tool asks, and does not say what".to_owned(),
            ));
        }
        // It only wants to be asked again, and surely not at once.
        sleep(AGAIN).await;
    }
    params.insert("inputResponses".to_owned(), answers.into());
    match state {
        Some(state) => drop(params.insert("requestState".to_owned(), state.clone())),
        None => drop(params.remove("requestState")),
    }
    Ok(())
}

/// A value for a field, or none that is needed; nothing if nobody types any more.
async fn typed(field: &Field<'_>) -> Option<Option<Value>> {
    loop {
        let line = read(&format!("  {}: ", field.label())).await?;
        match field.parse(&line) {
            Ok(value) => return Some(value),
            Err(told) => say(&plain::line(&format!("  {} {told}", field.name))),
        }
    }
}

fn asked(params: &Value) -> String {
    let message = params
        .get("message")
        .and_then(Value::as_str)
        .unwrap_or_default();
    format!("the tool asks: {}", plain::clean(message))
}

/// A line that somebody types; none if there are no more.
async fn read(prompt: &str) -> Option<String> {
    // Nobody may be looking; then nobody types either.
    drop(write!(stderr().lock(), "{prompt}"));
    drop(stderr().flush());
    let line = spawn_blocking(|| {
        let mut line = String::new();
        let read = stdin().read_line(&mut line);
        read.is_ok_and(|bytes| bytes > 0).then_some(line)
    });
    let line = line.await.ok()??;
    Some(line.trim().to_owned())
}

const AGAIN: Duration = Duration::from_millis(500);
