//! From what the sources offer to a catalogue, with every problem told at once.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Value, json};

use super::{
    Behind, Entry, Input, Shelf, TemplateEntry, ToolEntry, Toolset, header_param, key_field,
    length, spelled,
};
use crate::{
    Care, Effect, Face, Icon, Policy, Prompt, Redactor, Resource, Shape, Source, Template, Tool,
    clean, digest,
    fence::{self, Label},
    guard::Guards,
    projection, results,
    schema::Schema,
    uri_template::UriTemplate,
};

/// The sources do not make a catalogue. Each line is one problem and its mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .problems.join("\n"))]
pub struct CatalogueError {
    /// One sentence each.
    pub problems: Vec<String>,
}

impl Toolset {
    /// Merges what the sources offer. Where a tool that reads may have much to say, also what the source of long
    /// results offers.
    ///
    /// # Errors
    ///
    /// Names that clash or that clients refuse, schemas that do not compile, bad URI templates.
    pub(crate) fn build(
        sources: &[Arc<dyn Source>],
        results: Option<&Arc<dyn Source>>,
        redactor: &Redactor,
    ) -> Result<Self, CatalogueError> {
        let mut toolset = Self::default();
        let mut problems = Vec::new();
        for source in sources {
            toolset.add(source, redactor, &mut problems);
        }
        let is_long = |entry: &ToolEntry| {
            let bounded = entry.tool.output.as_ref().is_some_and(length::is_bounded);
            entry.tool.effect == Effect::Read && !bounded
        };
        if let Some(results) = results.filter(|_| toolset.tools.items.iter().any(is_long)) {
            toolset.add(results, redactor, &mut problems);
            toolset.has_results = true;
        }
        for (place, entry) in toolset.resources.items.iter().enumerate() {
            let spelled = spelled(&entry.item.uri);
            toolset.spelled.entry(spelled).or_insert(place);
        }
        if problems.is_empty() {
            Ok(toolset)
        } else {
            Err(CatalogueError { problems })
        }
    }

    fn add(&mut self, source: &Arc<dyn Source>, redactor: &Redactor, problems: &mut Vec<String>) {
        let mut offers = source.offers();
        redactor.offers(&mut offers);
        let mut origin = Origin::new(source, offers.care);
        for tool in offers.tools {
            add_tool(&mut self.tools, tool, &mut origin, problems);
        }
        for resource in offers.resources {
            add_resource(&mut self.resources, resource, &mut origin, problems);
        }
        for template in offers.templates {
            add_template(&mut self.templates, template, &mut origin, problems);
        }
        for prompt in offers.prompts {
            add_prompt(&mut self.prompts, prompt, &mut origin, problems);
        }
    }
}

/// Where things come from, and what calls of them go through.
struct Origin<'a> {
    source: &'a Arc<dyn Source>,
    guards: Guards,
}

impl<'a> Origin<'a> {
    const fn new(source: &'a Arc<dyn Source>, care: Care) -> Self {
        let guards = Guards::new(care);
        Self { source, guards }
    }

    fn behind(&mut self, kind: &'static str, name: &str, policy: &Policy) -> Behind {
        let called = if kind == "template" { "resource" } else { kind };
        let label = Label::new(self.source.name(), (called, name), &policy.trust);
        Behind {
            label: Arc::new(label),
            source: Arc::clone(self.source),
            guard: self.guards.of(kind, name),
        }
    }
}

fn add_tool(
    shelf: &mut Shelf<ToolEntry>,
    mut tool: Tool,
    origin: &mut Origin<'_>,
    problems: &mut Vec<String>,
) {
    let before = problems.len();
    let name = tool.name.clone();
    told("tool", &name, fence::tool(&mut tool));
    check_trust(&name, &tool.policy, problems);
    if let Err(why) = tailor(&mut tool) {
        problems.push(format!("tool `{name}`: {why}"));
    }
    key_field::add(&mut tool, problems);
    check_name("tool", &name, problems);
    check_icons("tool", &name, &tool.icons, problems);
    check_access("tool", &name, &tool.policy, problems);
    if tool.description.trim().is_empty() {
        problems.push(format!(
            "tool `{name}` has no description: models choose tools by it"
        ));
    }
    let field = key_field::demanded(&tool);
    let input = check_input((&format!("tool `{name}`"), field), &tool.input, problems);
    let faces = check_faces(&tool, problems);
    let output = tool.output.as_ref().map(|document| {
        let schema = Schema::compile(document);
        schema.map_err(|why| problems.push(format!("tool `{name}`: output schema: {why}")))
    });
    let (Some(input), Ok(output)) = (input, output.transpose()) else {
        return;
    };
    let entry = ToolEntry {
        definition: definition(&tool),
        behind: origin.behind("tool", &name, &tool.policy),
        tool,
        input,
        output,
        faces,
    };
    if problems.len() == before && !shelf.add(&name, entry) {
        problems.push(twice(&name));
    }
}

/// Checks what callers get of its results, and makes the schema that of what they get.
fn tailor(tool: &mut Tool) -> Result<(), String> {
    let shape = &tool.policy.shape;
    let problem = shape.tokens.and_then(Shape::tokens_problem);
    problem.map_or(Ok(()), Err)?;
    projection::problem(shape).map_or(Ok(()), |why| Err(why.into_owned()))?;
    if let (Some(output), true) = (&tool.output, projection::is_part(shape)) {
        tool.output = Some(projection::project(output, shape)?);
    }
    Ok(())
}

fn twice(name: &str) -> String {
    if name == results::TOOL {
        return format!(
            "a tool is called `{name}`, as the one that reads on in long answers: rename it, or leave ours out"
        );
    }
    format!("two tools are called `{name}`: rename one")
}

/// A digest of all that clients are told of a tool: another one whenever anything of it is another.
fn definition(tool: &Tool) -> Arc<str> {
    let faces = tool.faces.iter();
    let faces = faces.map(|face| json!([face.role, face.description, face.input]));
    let icons = tool.icons.iter().map(|icon| format!("{icon:?}"));
    let told = json!([
        tool.name,
        tool.title,
        tool.description,
        tool.input,
        tool.output,
        format!("{:?}", tool.effect),
        tool.idempotent,
        tool.open_world,
        icons.collect::<Vec<_>>(),
        tool.meta,
        faces.collect::<Vec<_>>(),
    ]);
    digest::hex(&digest::json(&told)).into()
}

/// What a schema of arguments makes of them; `None` if it is no good.
///
/// A key that is demanded may stand in `_meta` instead, so it is missed by the step that takes it.
fn check_input(
    (what, demanded): (&str, Option<&str>),
    document: &Value,
    problems: &mut Vec<String>,
) -> Option<Input> {
    if document.get("type").and_then(Value::as_str) != Some("object") {
        problems.push(format!(
            "{what}: the input schema needs \"type\": \"object\" at its root"
        ));
    }
    let header_params = header_param::collect(document);
    let header_params = header_params.map_err(|why| problems.push(format!("{what}: {why}")));
    let schema = match demanded {
        Some(field) => Schema::compile(&key_field::without_demand(document, field)),
        None => Schema::compile(document),
    };
    let schema = schema.map_err(|why| problems.push(format!("{what}: input schema: {why}")));
    Some(Input {
        header_params: header_params.ok()?,
        schema: schema.ok()?,
    })
}

/// What the faces of a tool take, where that is anything else.
fn check_faces(tool: &Tool, problems: &mut Vec<String>) -> Vec<Option<Input>> {
    let mut seen = BTreeSet::new();
    let mut faces = Vec::new();
    for Face {
        role,
        description,
        input,
    } in &tool.faces
    {
        let what = format!("tool `{}`, as role `{role}` sees it", tool.name);
        if role.trim().is_empty() {
            problems.push(format!(
                "tool `{}`: a face needs the name of a role",
                tool.name
            ));
        } else if !seen.insert(role) {
            problems.push(format!("{what}: stands twice; keep one"));
        }
        if description
            .as_ref()
            .is_some_and(|text| text.trim().is_empty())
        {
            problems.push(format!(
                "{what}: an empty description; leave it out, or write one"
            ));
        }
        faces.push(match input {
            Some(document) => check_input((&what, key_field::demanded(tool)), document, problems),
            None => None,
        });
    }
    faces
}

fn add_resource(
    shelf: &mut Shelf<Entry<Resource>>,
    mut item: Resource,
    origin: &mut Origin<'_>,
    problems: &mut Vec<String>,
) {
    let uri = item.uri.clone();
    check_uri("resource", &uri, problems);
    told("resource", &uri, fence::resource(&mut item));
    check_icons("resource", &uri, &item.icons, problems);
    check_access("resource", &uri, &item.policy, problems);
    if item.name.is_empty() {
        problems.push(format!("resource `{uri}` has no name"));
    }
    let behind = origin.behind("resource", &uri, &item.policy);
    if !shelf.add(&uri, Entry { item, behind }) {
        problems.push(format!("two resources have the URI `{uri}`: change one"));
    }
}

fn add_template(
    shelf: &mut Shelf<TemplateEntry>,
    mut item: Template,
    origin: &mut Origin<'_>,
    problems: &mut Vec<String>,
) {
    let uri = item.uri_template.clone();
    check_uri("template", &uri, problems);
    told("template", &uri, fence::template(&mut item));
    check_icons("template", &uri, &item.icons, problems);
    check_access("template", &uri, &item.policy, problems);
    match UriTemplate::parse(&uri) {
        Err(why) => problems.push(format!("template {why}")),
        Ok(pattern) => {
            for name in &item.completes {
                if !pattern.variables().any(|variable| variable == name) {
                    problems.push(format!(
                        "template `{uri}` has suggestions for `{name}`, which it does not have"
                    ));
                }
            }
            let others = shelf.items.iter();
            // One that is there already is told below.
            for other in others.filter(|other| other.entry.item.uri_template != uri) {
                if let Some(shared) = pattern.shared(&other.pattern) {
                    let other = &other.entry.item.uri_template;
                    problems.push(format!(
                        "templates `{other}` and `{uri}` both stand for URIs such as `{shared}`: change one"
                    ));
                }
            }
            let behind = origin.behind("template", &uri, &item.policy);
            let entry = Entry { item, behind };
            if !shelf.add(&uri, TemplateEntry { entry, pattern }) {
                problems.push(format!("two templates are `{uri}`: change one"));
            }
        }
    }
}

fn add_prompt(
    shelf: &mut Shelf<Entry<Prompt>>,
    mut item: Prompt,
    origin: &mut Origin<'_>,
    problems: &mut Vec<String>,
) {
    let name = item.name.clone();
    check_name("prompt", &name, problems);
    told("prompt", &name, fence::prompt(&mut item));
    check_icons("prompt", &name, &item.icons, problems);
    check_access("prompt", &name, &item.policy, problems);
    let behind = origin.behind("prompt", &name, &item.policy);
    if !shelf.add(&name, Entry { item, behind }) {
        problems.push(format!("two prompts are called `{name}`: rename one"));
    }
}

fn check_icons(kind: &str, name: &str, icons: &[Icon], problems: &mut Vec<String>) {
    let bad = icons.iter().filter_map(Icon::problem);
    problems.extend(bad.map(|why| format!("{kind} `{name}`: {why}")));
}

fn check_access(kind: &str, name: &str, policy: &Policy, problems: &mut Vec<String>) {
    let bad = policy.access.problems();
    problems.extend(bad.map(|why| format!("{kind} `{name}`: {why}")));
}

/// Says that a definition had characters in it that nobody sees: somebody should look where it comes from.
fn told(kind: &str, name: &str, removed: u64) {
    if removed > 0 {
        let name = name.escape_debug();
        tracing::warn!(kind, %name, removed, "characters that nobody sees were taken out of what is listed");
    }
}

/// One who reads what others wrote, and does what needs trust, could be told by it to call itself.
fn check_trust(name: &str, policy: &Policy, problems: &mut Vec<String>) {
    if policy.trust.is_privileged && policy.trust.is_untrusted() {
        problems.push(format!(
            "tool `{name}` is both untrusted and privileged: make two tools of it, one that reads and one that acts"
        ));
    }
}

/// The strictest client's rule: 1 to 64 of these.
fn check_name(kind: &str, name: &str, problems: &mut Vec<String>) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if name.is_empty() || name.len() > 64 || !name.chars().all(allowed) {
        problems.push(format!(
            "{kind} `{name}`: a name is 1 to 64 of A-Z a-z 0-9 _ . -"
        ));
    }
}

fn check_uri(kind: &str, uri: &str, problems: &mut Vec<String>) {
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    let mut letters = scheme.chars();
    let starts = letters.next().is_some_and(|c| c.is_ascii_alphabetic());
    if !starts || !letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')) {
        problems.push(format!(
            "{kind} `{uri}`: a URI begins with a scheme, for example notes://"
        ));
    }
    if clean(uri) != uri || uri.contains(char::is_control) {
        let uri = uri.escape_debug();
        problems.push(format!(
            "{kind} `{uri}` has characters that nobody sees: percent-encode them"
        ));
    }
}
