//! Everything on offer: the sources merged into one immutable, ordered catalogue.

use std::{collections::BTreeMap, fmt, sync::Arc};

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::{
    Face, Policy, Principal, Prompt, Refusal, Resource, Source, Target, Template, Tool,
    fence::Label, guard::Guard, schema::Schema, uri_template::UriTemplate,
};

mod build;
mod header_param;
mod key_field;
mod length;

pub use build::CatalogueError;
pub(crate) use header_param::HeaderParam;

/// The catalogue. Order is the order in which things were offered.
#[derive(Debug, Default)]
pub(crate) struct Toolset {
    tools: Shelf<ToolEntry>,
    resources: Shelf<Entry<Resource>>,
    /// The same places by what their URIs say when they are decoded, as templates read them.
    spelled: BTreeMap<Vec<u8>, usize>,
    templates: Shelf<TemplateEntry>,
    prompts: Shelf<Entry<Prompt>>,
    /// Whether there is a way to read on where an answer was cut.
    has_results: bool,
}

/// Things in order, found by key.
#[derive(Debug)]
pub(crate) struct Shelf<T> {
    pub(crate) items: Vec<T>,
    places: BTreeMap<String, usize>,
}

/// A thing and where it comes from.
#[derive(Debug)]
pub(crate) struct Entry<T> {
    pub(crate) item: T,
    pub(crate) behind: Behind,
}

/// What answers for a thing, and what all calls of it go through.
#[derive(Clone, Debug)]
pub(crate) struct Behind {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) guard: Arc<Guard>,
    /// Where what it says comes from.
    pub(crate) label: Arc<Label>,
}

/// A tool with its compiled schemas.
pub(crate) struct ToolEntry {
    pub(crate) tool: Tool,
    pub(crate) behind: Behind,
    pub(crate) output: Option<Schema>,
    /// A digest of all that clients are told of it.
    pub(crate) definition: Arc<str>,
    input: Input,
    /// What callers give who see one of its faces, in their order, if that is anything else.
    faces: Vec<Option<Input>>,
}

/// What a tool takes.
pub(crate) struct Input {
    pub(crate) schema: Schema,
    pub(crate) header_params: Vec<HeaderParam>,
}

impl ToolEntry {
    /// What it takes of this caller.
    pub(crate) fn input(&self, principal: &Principal) -> &Input {
        let roles = self.tool.faces.iter().map(|face| face.role.as_str());
        let place = Face::seen(roles, principal);
        let faced = place.and_then(|place| self.faces.get(place));
        faced.and_then(Option::as_ref).unwrap_or(&self.input)
    }
}

/// A template with its pattern.
#[derive(Debug)]
pub(crate) struct TemplateEntry {
    pub(crate) entry: Entry<Template>,
    pub(crate) pattern: UriTemplate,
}

/// What a target turned out to be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What<'a> {
    Tool(&'a ToolEntry),
    Resource(&'a Resource),
    Template(&'a TemplateEntry),
    Prompt(&'a Prompt),
}

/// A target that exists, who answers for it, and under which rules.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) what: What<'a>,
    pub(crate) source: &'a dyn Source,
    pub(crate) guard: &'a Guard,
    pub(crate) policy: &'a Policy,
    /// Where what it says comes from.
    pub(crate) label: &'a Label,
    /// What the source gets in place of the arguments that were sent: the variables of a template's URI, or what is
    /// left when the road has taken its own.
    pub(crate) args: Option<Value>,
}

impl Toolset {
    /// Looks up what a call is for.
    pub(crate) fn find(&self, target: &Target) -> Result<Found<'_>, Refusal> {
        let found = match target {
            Target::Tool(name) => self
                .tools
                .get(name)
                .map(|entry| found(What::Tool(entry), &entry.behind, &entry.tool.policy)),
            Target::Prompt(name) => self.prompts.get(name).map(|entry| {
                let (behind, policy) = (&entry.behind, &entry.item.policy);
                found(What::Prompt(&entry.item), behind, policy)
            }),
            Target::Resource(uri) => self.find_resource(uri),
            Target::Completion(completion) => match &completion.of {
                Target::Resource(template) => {
                    let entry = self.templates.get(template);
                    entry.map(|entry| template_found(entry, None))
                }
                of => return self.find(of),
            },
        };
        found.ok_or_else(|| Refusal::unknown(target))
    }

    /// A resource with a fixed URI comes before a template that has that URI too, also for callers from whom it is
    /// hidden, and in whatever spelling: the template may be another way to the same thing.
    fn find_resource(&self, uri: &str) -> Option<Found<'_>> {
        if let Some(entry) = self.resources.get(uri) {
            return Some(resource_found(entry));
        }
        let (entry, variables) = self
            .templates
            .items
            .iter()
            .find_map(|entry| Some((entry, entry.pattern.read(uri)?)))?;
        let fixed = self.spelled.get(&spelled(uri));
        let fixed = fixed.and_then(|place| self.resources.items.get(*place));
        Some(match fixed {
            Some(fixed) => resource_found(fixed),
            None => template_found(entry, Some(variables)),
        })
    }

    pub(crate) fn tools(&self) -> &Shelf<ToolEntry> {
        &self.tools
    }

    pub(crate) fn resources(&self) -> &Shelf<Entry<Resource>> {
        &self.resources
    }

    pub(crate) fn templates(&self) -> &Shelf<TemplateEntry> {
        &self.templates
    }

    pub(crate) fn prompts(&self) -> &Shelf<Entry<Prompt>> {
        &self.prompts
    }

    /// Whether there is a way to read on where an answer was cut.
    pub(crate) const fn has_results(&self) -> bool {
        self.has_results
    }

    /// Whether anything on offer has suggestions.
    pub(crate) fn completes(&self) -> bool {
        let templates = self.templates.items.iter();
        let mut prompts = self
            .prompts
            .items
            .iter()
            .flat_map(|entry| &entry.item.parameters);
        prompts.any(|parameter| parameter.completes)
            || templates
                .into_iter()
                .any(|template| !template.entry.item.completes.is_empty())
    }
}

impl<T> Shelf<T> {
    pub(crate) fn get(&self, key: &str) -> Option<&T> {
        self.items.get(self.place(key)?)
    }

    /// The position of a key.
    pub(crate) fn place(&self, key: &str) -> Option<usize> {
        self.places.get(key).copied()
    }

    /// Adds a thing. False if the key is taken.
    fn add(&mut self, key: &str, item: T) -> bool {
        let free = !self.places.contains_key(key);
        if free {
            self.places.insert(key.to_owned(), self.items.len());
            self.items.push(item);
        }
        free
    }
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            places: BTreeMap::new(),
        }
    }
}

impl fmt::Debug for ToolEntry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ToolEntry({})", self.tool.name)
    }
}

fn found<'a>(what: What<'a>, behind: &'a Behind, policy: &'a Policy) -> Found<'a> {
    Found {
        what,
        source: behind.source.as_ref(),
        guard: behind.guard.as_ref(),
        policy,
        label: behind.label.as_ref(),
        args: None,
    }
}

fn resource_found(entry: &Entry<Resource>) -> Found<'_> {
    found(
        What::Resource(&entry.item),
        &entry.behind,
        &entry.item.policy,
    )
}

/// A URI without its percent-encoding.
fn spelled(uri: &str) -> Vec<u8> {
    percent_decode_str(uri).collect()
}

fn template_found(entry: &TemplateEntry, variables: Option<Value>) -> Found<'_> {
    Found {
        args: variables,
        ..found(
            What::Template(entry),
            &entry.entry.behind,
            &entry.entry.item.policy,
        )
    }
}
