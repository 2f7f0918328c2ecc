//! What a reload swaps: the catalogue, and all that follows from it alone.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::listing::Listings;
use crate::{
    CatalogueError, Icon, Source,
    protocol::{Encoder, List, Method, Offering, types::listing},
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
    pub(crate) encoder: Encoder,
    pub(crate) discovery: Bytes,
    pub(crate) listings: Listings,
}

impl Plan {
    pub(crate) fn build(
        identity: &Identity,
        sources: &[Arc<dyn Source>],
    ) -> Result<Self, CatalogueError> {
        let toolset = Toolset::build(sources)?;
        let encoder = Encoder::new(&identity.implementation());
        let discovery =
            encoder.discovery(&capabilities(&toolset), identity.instructions.as_deref());
        let listings = Listings::render(&toolset, &encoder);
        Ok(Self {
            toolset,
            encoder,
            discovery,
            listings,
        })
    }
}

impl Identity {
    fn implementation(&self) -> Value {
        let mut wire = Map::new();
        wire.insert("name".to_owned(), json!(self.name));
        if let Some(title) = &self.title {
            wire.insert("title".to_owned(), json!(title));
        }
        wire.insert("version".to_owned(), json!(self.version));
        if let Some(description) = &self.description {
            wire.insert("description".to_owned(), json!(description));
        }
        if let Some(website) = &self.website {
            wire.insert("websiteUrl".to_owned(), json!(website));
        }
        if !self.icons.is_empty() {
            let icons: Value = self.icons.iter().map(listing::icon).collect();
            wire.insert("icons".to_owned(), icons);
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
fn capabilities(toolset: &Toolset) -> Value {
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
    add(toolset.completes(), "completions", json!({}));
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
