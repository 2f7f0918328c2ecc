//! A resource, or a pattern of resources, made of an async function.

use std::{collections::BTreeMap, fmt, future::Future, sync::Arc, time::Duration};

use serde_json::{Map, Value};

use super::{AsResource, Completer, Functions, Handler, handler::Erased};
use crate::{Access, Annotations, Ctx, Icon, Policy, Resource, Template, Untrusted};

/// A resource or a template made of an async function.
#[must_use = "give it to `Builder::resource`"]
pub struct ResourceFn {
    offer: Offer,
    handler: Erased,
    completers: BTreeMap<String, Completer>,
}

#[derive(Debug)]
enum Offer {
    One(Resource),
    Many(Template),
}

/// Makes a resource of an async function without arguments.
///
/// ```
/// use tollhouse_core::resource;
///
/// let motd = resource("notes://motd", "motd", || async { "Be kind." }).mime_type("text/plain");
/// ```
pub fn resource<M: 'static, H: Handler<AsResource, M>>(
    uri: &str,
    name: &str,
    handler: H,
) -> ResourceFn {
    let offer = Offer::One(Resource {
        uri: uri.to_owned(),
        name: name.to_owned(),
        ..Resource::default()
    });
    ResourceFn::new(offer, handler)
}

/// Makes a pattern of resources of an async function that takes the pattern's variables.
///
/// ```
/// use tollhouse_core::template;
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Which { id: String }
///
/// let note = template("notes://{id}", "note", |which: Which| async move { format!("Note {}", which.id) });
/// ```
pub fn template<M: 'static, H: Handler<AsResource, M>>(
    uri_template: &str,
    name: &str,
    handler: H,
) -> ResourceFn {
    let offer = Offer::Many(Template {
        uri_template: uri_template.to_owned(),
        name: name.to_owned(),
        ..Template::default()
    });
    ResourceFn::new(offer, handler)
}

impl ResourceFn {
    fn new<M: 'static, H: Handler<AsResource, M>>(offer: Offer, handler: H) -> Self {
        Self {
            offer,
            handler: Erased::new(handler),
            completers: BTreeMap::new(),
        }
    }

    /// The name that people read.
    pub fn title(mut self, title: &str) -> Self {
        *match &mut self.offer {
            Offer::One(resource) => &mut resource.title,
            Offer::Many(template) => &mut template.title,
        } = Some(title.to_owned());
        self
    }

    /// A picture that clients may show beside the name.
    pub fn icon(mut self, icon: Icon) -> Self {
        match &mut self.offer {
            Offer::One(resource) => &mut resource.icons,
            Offer::Many(template) => &mut template.icons,
        }
        .push(icon);
        self
    }

    /// For whom it is, and how much it matters.
    pub fn annotations(mut self, annotations: Annotations) -> Self {
        *match &mut self.offer {
            Offer::One(resource) => &mut resource.annotations,
            Offer::Many(template) => &mut template.annotations,
        } = annotations;
        self
    }

    /// `_meta`, listed as it is.
    pub fn meta(mut self, meta: Map<String, Value>) -> Self {
        *match &mut self.offer {
            Offer::One(resource) => &mut resource.meta,
            Offer::Many(template) => &mut template.meta,
        } = Some(meta);
        self
    }

    /// What it holds.
    pub fn description(mut self, text: &str) -> Self {
        *match &mut self.offer {
            Offer::One(resource) => &mut resource.description,
            Offer::Many(template) => &mut template.description,
        } = Some(text.to_owned());
        self
    }

    /// Its media type.
    pub fn mime_type(mut self, mime_type: &str) -> Self {
        *match &mut self.offer {
            Offer::One(resource) => &mut resource.mime_type,
            Offer::Many(template) => &mut template.mime_type,
        } = Some(mime_type.to_owned());
        self
    }

    /// Only callers with this scope, and those of earlier such lines, may read it.
    pub fn scope(mut self, scope: &str) -> Self {
        self.policy().access.scopes.push(scope.to_owned());
        self
    }

    /// Only callers in one of these roles may read it; for others there is no such resource.
    pub fn roles<'a>(mut self, roles: impl IntoIterator<Item = &'a str>) -> Self {
        Access::name(&mut self.policy().access.roles, roles);
        self
    }

    /// Others may have written what stands in it, who want to be obeyed by a model: it is marked, its links lead
    /// nowhere, and its reader needs a yes for tools that are [privileged](crate::ToolFn::privileged).
    pub fn untrusted(mut self) -> Self {
        self.policy().trust.untrusted = Untrusted::All;
        self
    }

    /// Only these programs may read it for a caller, by an id or by the host of ids that are URLs; for others there
    /// is no such resource. What a client says of itself is no id.
    pub fn clients<'a>(mut self, clients: impl IntoIterator<Item = &'a str>) -> Self {
        Access::name(&mut self.policy().access.clients, clients);
        self
    }

    /// Only callers who are known may read it; for others there is no such resource.
    pub fn known(mut self) -> Self {
        self.policy().access.known = true;
        self
    }

    /// How long one reading may take; 25 seconds if not said.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.policy().deadline = deadline;
        self
    }

    /// Suggestions for a variable: takes what has been typed, gives the best first.
    pub fn complete<F, R>(mut self, variable: &str, complete: F) -> Self
    where
        F: Fn(String, Ctx) -> R + Send + Sync + 'static,
        R: Future<Output = Vec<String>> + Send + 'static,
    {
        if let Offer::Many(template) = &mut self.offer {
            template.completes.push(variable.to_owned());
        }
        let complete: Completer = Arc::new(move |value, ctx| Box::pin(complete(value, ctx)));
        self.completers.insert(variable.to_owned(), complete);
        self
    }

    fn policy(&mut self) -> &mut Policy {
        match &mut self.offer {
            Offer::One(resource) => &mut resource.policy,
            Offer::Many(template) => &mut template.policy,
        }
    }
}

impl Functions {
    pub(crate) fn add_resource(&mut self, resource: ResourceFn) {
        let (kind, key) = match &resource.offer {
            Offer::One(resource) => ("resource", resource.uri.clone()),
            Offer::Many(template) => ("template", template.uri_template.clone()),
        };
        self.take(kind, &key, &resource.handler);
        for (variable, complete) in resource.completers {
            self.completers.insert((key.clone(), variable), complete);
        }
        self.resources.insert(key, resource.handler);
        match resource.offer {
            Offer::One(resource) => self.offers.resources.push(resource),
            Offer::Many(template) => self.offers.templates.push(template),
        }
    }
}

impl fmt::Debug for ResourceFn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ResourceFn({:?})", self.offer)
    }
}
