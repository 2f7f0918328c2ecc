//! What a reload swaps: the catalogue, and all that follows from it alone.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::listing::Listings;
use crate::{
    CatalogueError, Change, Ctx, Icon, Principal, Redactor, Rules, Source, Target, clean,
    fence::Label,
    pipeline::{Verdict, judge},
    protocol::{
        Encoder, List, Method, Offering,
        types::{listing, revision::Revision},
    },
    toolset::Toolset,
};

/// Who the server says it is.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) version: String,
    pub(crate) description: Option<String>,
    pub(crate) website: Option<String>,
    pub(crate) icons: Vec<Icon>,
    pub(crate) instructions: Option<String>,
}

/// A catalogue, and the bytes that were made of it once.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) toolset: Toolset,
    sources: Vec<Arc<dyn Source>>,
    identity: Identity,
    rules: Rules,
    newest: Edition,
    older: [OnceLock<Edition>; Revision::ALL.len()],
}

/// A catalogue as one revision of the protocol shows it.
#[derive(Debug)]
pub(crate) struct Edition {
    pub(crate) encoder: Encoder,
    /// What the server says of itself.
    pub(crate) hello: Bytes,
    pub(crate) listings: Listings,
}

impl Plan {
    pub(crate) fn build(
        (identity, rules): (&Identity, &Rules),
        sources: &[Arc<dyn Source>],
        results: &Arc<dyn Source>,
        redactor: &Redactor,
    ) -> Result<Self, CatalogueError> {
        rules.problem().map_or(Ok(()), |problem| {
            Err(CatalogueError {
                problems: vec![problem],
            })
        })?;
        let results = Some(results).filter(|_| rules.rest.has_tool);
        let toolset = Toolset::build(sources, results, redactor)?;
        let identity = identity.without(redactor);
        Ok(Self {
            newest: Edition::print(&identity, &toolset, Revision::NEWEST),
            older: Default::default(),
            identity,
            rules: rules.clone(),
            sources: sources.to_vec(),
            toolset,
        })
    }

    /// Whether every source could serve a call now.
    pub(crate) fn is_ready(&self) -> bool {
        self.sources.iter().all(|source| source.is_ready())
    }

    /// The changes of lists for a caller who was the first and is the second.
    pub(crate) fn differing(&self, before: &Principal, after: &Principal) -> Vec<Change> {
        self.newest.listings.differing(before, after)
    }

    /// All scopes that a target needs, if that is what keeps this caller from it.
    pub(crate) fn lacked(&self, target: &Target, principal: &Principal) -> &[String] {
        let found = self.toolset.find(target);
        match found.map(|found| judge(principal, &found.policy.access)) {
            Ok(Verdict::Lacks(scopes)) => scopes,
            Ok(Verdict::Yes | Verdict::Hidden) | Err(_) => &[],
        }
    }

    /// Where what a call gives comes from, as JSON.
    pub(crate) fn label(&self, ctx: &Ctx) -> &str {
        let found = self.toolset.find(&ctx.call().target);
        found.map_or(Label::OWN, |found| found.label.json(ctx.others()))
    }

    /// What holds for every call.
    pub(crate) const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Who the server says it is.
    pub(crate) const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The edition for a revision. Older ones are made when the first client wants them.
    pub(crate) fn edition(&self, revision: Revision) -> &Edition {
        let place = self.older.get(revision as usize);
        match place.filter(|_| revision != Revision::NEWEST) {
            None => &self.newest,
            Some(place) => {
                place.get_or_init(|| Edition::print(&self.identity, &self.toolset, revision))
            }
        }
    }
}

impl Edition {
    fn print(identity: &Identity, toolset: &Toolset, revision: Revision) -> Self {
        let server = identity.implementation(revision);
        let encoder = Encoder::new(revision, &server);
        let hello = encoder.hello(
            &server,
            &capabilities(toolset, revision),
            identity.instructions.as_deref().map(clean).as_deref(),
        );
        let listings = Listings::render(toolset, &encoder, revision);
        Self {
            encoder,
            hello,
            listings,
        }
    }
}

impl Identity {
    pub(super) fn check(&self) -> Result<(), CatalogueError> {
        match self.icons.iter().find_map(Icon::problem) {
            None => Ok(()),
            Some(problem) => Err(CatalogueError {
                problems: vec![format!("the server: {problem}")],
            }),
        }
    }

    /// The same without secrets that are known.
    fn without(&self, redactor: &Redactor) -> Self {
        let known = |text: &Option<String>| {
            let text = text.as_deref();
            text.map(|text| redactor.known(text).into_owned())
        };
        Self {
            title: known(&self.title),
            description: known(&self.description),
            instructions: known(&self.instructions),
            ..self.clone()
        }
    }

    fn implementation(&self, revision: Revision) -> Value {
        let mut wire = Map::new();
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                wire.insert(name.to_owned(), value);
            }
        };
        let text = |text: &Option<String>| text.as_ref().map(|text| json!(clean(text)));
        add("name", Some(json!(clean(&self.name))));
        add("title", text(&self.title).filter(|_| revision.has_titles()));
        add("version", Some(json!(clean(&self.version))));
        if revision.has_icons() {
            add("description", text(&self.description));
            add("websiteUrl", text(&self.website));
            let icons = || self.icons.iter().map(listing::icon).collect();
            add("icons", (!self.icons.is_empty()).then(icons));
        }
        Value::Object(wire)
    }
}

impl Offering for Plan {
    fn serves(&self, method: Method) -> bool {
        match method {
            Method::Discover | Method::Listen => true,
            Method::List(List::Tools) | Method::CallTool => has_tools(&self.toolset),
            Method::List(List::Prompts) | Method::GetPrompt => has_prompts(&self.toolset),
            Method::List(List::Resources | List::Templates) | Method::ReadResource => {
                has_resources(&self.toolset)
            }
            Method::Complete => self.toolset.completes(),
        }
    }
}

/// What discovery tells: exactly what [`Offering::serves`] answers.
fn capabilities(toolset: &Toolset, revision: Revision) -> Value {
    let mut wire = Map::new();
    let mut add = |has: bool, name: &str, settings: Value| {
        if has {
            wire.insert(name.to_owned(), settings);
        }
    };
    add(has_tools(toolset), "tools", json!({"listChanged": true}));
    add(
        has_resources(toolset),
        "resources",
        json!({"subscribe": true, "listChanged": true}),
    );
    add(
        has_prompts(toolset),
        "prompts",
        json!({"listChanged": true}),
    );
    let completes = toolset.completes() && revision.has_audio();
    add(completes, "completions", json!({}));
    add(true, "logging", json!({}));
    Value::Object(wire)
}

fn has_tools(toolset: &Toolset) -> bool {
    !toolset.tools().items.is_empty()
}

fn has_prompts(toolset: &Toolset) -> bool {
    !toolset.prompts().items.is_empty()
}

fn has_resources(toolset: &Toolset) -> bool {
    !toolset.resources().items.is_empty() || !toolset.templates().items.is_empty()
}
