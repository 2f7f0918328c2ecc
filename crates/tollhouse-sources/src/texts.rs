//! Prompts and resources that are texts: written down, or in a file.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use futures_util::future::BoxFuture;
use regex::Regex;
use serde_json::Value;
use tokio::task;
use tollhouse_core::{
    Contents, Ctx, Fault, Message, Offers, Output, Permit, Prompt, Resource, Role, Source, Target,
    fail,
};

use crate::suggest::{Suggestions, Wanted};

mod blanks;

pub use blanks::Blanks;

/// Prompts and resources that are texts.
#[derive(Debug, Default)]
pub struct TextSource {
    offers: Offers,
    prompts: BTreeMap<String, TextPrompt>,
    bodies: BTreeMap<String, Text>,
}

/// A prompt as a text with blanks.
#[derive(Clone, Debug)]
pub struct TextPrompt {
    /// The prompt. Which of its parameters have suggestions follows from the rules.
    pub prompt: Prompt,
    /// What is said, and by whom.
    pub messages: Vec<(Role, Blanks)>,
    /// What the parameters take, by their names.
    pub rules: BTreeMap<String, Rule>,
}

/// What one argument takes.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// Nothing but these, if it is said.
    pub allowed: Option<Vec<String>>,
    /// Only what fits this.
    pub pattern: Option<Regex>,
    /// What is suggested for it. If nothing is said, what is allowed.
    pub suggestions: Option<Suggestions>,
}

/// The text of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// This.
    Written(String),
    /// What stands in this file when it is read. Bytes that are no text are given as such.
    File(PathBuf),
}

impl TextSource {
    /// A source of these prompts and resources.
    #[must_use]
    pub fn new(prompts: Vec<TextPrompt>, resources: Vec<(Resource, Text)>) -> Self {
        let mut source = Self::default();
        for mut prompt in prompts {
            for parameter in &mut prompt.prompt.parameters {
                let rule = prompt.rules.get(&parameter.name);
                parameter.completes =
                    rule.is_some_and(|rule| rule.allowed.is_some() || rule.suggestions.is_some());
            }
            source.offers.prompts.push(prompt.prompt.clone());
            source.prompts.insert(prompt.prompt.name.clone(), prompt);
        }
        for (resource, text) in resources {
            source.bodies.insert(resource.uri.clone(), text);
            source.offers.resources.push(resource);
        }
        source
    }

    async fn answer(&self, permit: &Permit<'_>) -> Result<Output, Fault> {
        match permit.target() {
            Target::Prompt(name) => self.fill(name, permit.args()),
            Target::Resource(uri) => self.read(uri).await,
            Target::Completion(completion) => {
                let rule = self.prompts.get(permit.name());
                let rule = rule.and_then(|prompt| prompt.rules.get(&completion.argument));
                let wanted = Wanted {
                    value: &completion.value,
                    filled: permit.args(),
                    principal: permit.principal(),
                };
                let values = match rule {
                    Some(rule) => rule.suggest(wanted).await?,
                    None => Vec::new(),
                };
                Ok(Output::Completion {
                    values,
                    total: None,
                })
            }
            Target::Tool(_) => Err(Fault::NotFound),
        }
    }

    fn fill(&self, name: &str, args: &Value) -> Result<Output, Fault> {
        let prompt = self.prompts.get(name).ok_or(Fault::NotFound)?;
        let problems: Vec<String> = prompt
            .rules
            .iter()
            .filter_map(|(name, rule)| rule.problem(name, args.get(name)?.as_str()?))
            .collect();
        if !problems.is_empty() {
            return Err(fail(problems.join(" ")));
        }
        let messages = prompt.messages.iter().map(|(role, text)| Message {
            role: *role,
            content: text.fill(args).into(),
        });
        Ok(Output::Prompt {
            description: prompt.prompt.description.clone(),
            messages: messages.collect(),
        })
    }

    async fn read(&self, uri: &str) -> Result<Output, Fault> {
        let contents = match self.bodies.get(uri) {
            None => return Err(Fault::NotFound),
            Some(Text::Written(text)) => Contents::text(uri, "", text.clone()),
            Some(Text::File(path)) => {
                let path = path.clone();
                let bytes = task::spawn_blocking(move || read(&path)).await??;
                match String::from_utf8(bytes) {
                    Ok(text) => Contents::text(uri, "", text),
                    Err(other) => Contents::blob(uri, "", other.into_bytes()),
                }
            }
        };
        Ok(Output::Resource(vec![Contents {
            // The road knows under which it was offered.
            mime_type: None,
            ..contents
        }]))
    }
}

impl Source for TextSource {
    fn offers(&self) -> Offers {
        self.offers.clone()
    }

    fn call<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        _: &'a Ctx,
    ) -> BoxFuture<'a, Result<Output, Fault>> {
        Box::pin(self.answer(permit))
    }
}

impl Rule {
    async fn suggest(&self, wanted: Wanted<'_>) -> Result<Vec<String>, Fault> {
        match (&self.suggestions, &self.allowed) {
            (Some(suggestions), _) => suggestions.suggest(wanted).await,
            (None, Some(allowed)) => Suggestions::Listed(allowed.clone()).suggest(wanted).await,
            (None, None) => Ok(Vec::new()),
        }
    }

    /// What is wrong with a value, in a sentence.
    fn problem(&self, name: &str, value: &str) -> Option<String> {
        if let Some(allowed) = &self.allowed
            && !allowed.iter().any(|one| one == value)
        {
            return Some(format!("`{name}` is one of: {}.", allowed.join(", ")));
        }
        let pattern = self.pattern.as_ref()?;
        (!pattern.is_match(value)).then(|| format!("`{name}` has to fit {pattern}."))
    }
}

/// Reads a file that may have been replaced by anything since it was named.
fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Fault::NotFound),
        Err(error) => return Err(error.into()),
    };
    // A pipe or a device would never end.
    if !about.is_file() {
        return Err(Fault::NotFound);
    }
    if about.len() > FILE_BYTES_MAX {
        let limit = FILE_BYTES_MAX / 1024 / 1024;
        return Err(fail(format!(
            "The file is larger than {limit} MiB, the most that is read."
        )));
    }
    Ok(fs::read(path)?)
}

const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
