//! Prompts and resources that are texts: written down, or in a file.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    future::ready,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use futures_util::future::BoxFuture;
use regex::Regex;
use serde_json::Value;
use tokio::task;
use tollhouse_core::{
    Care, Contents, Ctx, Fault, Message, Offers, Output, Permit, Prompt, Resource, Role, Source,
    Target, fail,
};

use crate::suggest::{Suggestions, Wanted};

mod blanks;

pub use blanks::Blanks;

/// Prompts and resources that are texts.
#[derive(Debug, Default)]
pub struct TextSource {
    offers: Offers,
    prompts: BTreeMap<String, TextPrompt>,
    bodies: BTreeMap<String, Body>,
}

/// What stands under a URI.
#[derive(Debug)]
enum Body {
    Written(String),
    File(Place),
}

/// Where a file is, as it was named, and where that led when it was.
#[derive(Clone, Debug)]
struct Place {
    named: PathBuf,
    real: Option<PathBuf>,
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
            let body = match text {
                Text::Written(text) => Body::Written(text),
                Text::File(named) => Body::File(Place::of(named)),
            };
            source.bodies.insert(resource.uri.clone(), body);
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
            Some(Body::Written(text)) => Contents::text(uri, "", text.clone()),
            Some(Body::File(place)) => {
                let place = place.clone();
                let bytes = task::spawn_blocking(move || place.read()).await??;
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
    fn name(&self) -> &str {
        "texts"
    }

    fn offers(&self) -> Offers {
        Offers {
            care: Care::EACH,
            ..self.offers.clone()
        }
    }

    fn check<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        _: &'a Ctx,
    ) -> Option<BoxFuture<'a, Result<(), Fault>>> {
        let Target::Prompt(name) = permit.target() else {
            return None;
        };
        let rules = &self.prompts.get(name)?.rules;
        let args = permit.args();
        let problems = rules
            .iter()
            .filter_map(|(name, rule)| rule.problem(name, args.get(name)?.as_str()?));
        let problems: Vec<String> = problems.collect();
        (!rules.is_empty()).then(|| {
            let told = match problems.is_empty() {
                true => Ok(()),
                false => Err(fail(problems.join(" "))),
            };
            Box::pin(ready(told)) as _
        })
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

impl Place {
    fn of(named: PathBuf) -> Self {
        let real = named.canonicalize().ok();
        Self { named, real }
    }

    /// Reads a file that may have been replaced by anything since it was named.
    fn read(&self) -> Result<Vec<u8>, Fault> {
        let real = match self.named.canonicalize() {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Fault::NotFound),
            Err(error) => return Err(error.into()),
        };
        if !self.is_meant(&real) {
            tracing::warn!(
                file = %self.named.display(),
                "a link leads out of its folder, and did not when the file was named; it is not read before it is \
                 named again"
            );
            return Err(Fault::NotFound);
        }
        // A pipe or a device would never end.
        if !fs::metadata(&real)?.is_file() {
            return Err(Fault::NotFound);
        }
        let mut bytes = Vec::new();
        let mut start = File::open(&real)?.take(FILE_BYTES_MAX + 1);
        start.read_to_end(&mut bytes)?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            let limit = FILE_BYTES_MAX / 1024 / 1024;
            return Err(fail(format!(
                "The file is larger than {limit} MiB, the most that is read."
            )));
        }
        Ok(bytes)
    }

    /// Whoever may change the file is not to choose another one, anywhere, that is read instead: where it leads is
    /// where it led when it was named, or in its folder, in which some systems turn links around to renew it.
    fn is_meant(&self, real: &Path) -> bool {
        let folder = self.named.parent().map(|folder| match folder {
            here if here.as_os_str().is_empty() => Path::new("."),
            folder => folder,
        });
        let folder = folder.and_then(|folder| folder.canonicalize().ok());
        self.real.as_deref() == Some(real) || folder.is_some_and(|folder| real.starts_with(folder))
    }
}

const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
