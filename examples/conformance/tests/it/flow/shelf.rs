//! What the suite's fixtures lack: structured results, links, many resources, and every word of lists.

use std::{future::Future, pin::Pin};

use serde_json::{Map, Value, json};
use tollhouse::{
    Content, Contents, Ctx, Effect, Extras, Fault, Icon, Offers, Output, Permit, Prompt, Reported,
    Resource, Source, Target, Tool, fail,
};

/// A source behind the fixtures.
#[derive(Debug)]
pub(super) struct Shelf;

impl Source for Shelf {
    fn offers(&self) -> Offers {
        let object = json!({"type": "object", "properties": {"n": {"type": "integer"}}});
        let list = json!({"type": "array", "items": {"type": "integer"}});
        Offers {
            tools: vec![
                tool("shelf_object", Some(object)),
                tool("shelf_list", Some(list)),
                tool("shelf_link", None),
                tool("shelf_marked", None),
            ],
            resources: (0..RESOURCES).map(resource).collect(),
            prompts: vec![Prompt {
                name: "shelf_prompt".to_owned(),
                title: Some("A prompt".to_owned()),
                icons: icons(),
                meta: Some(meta()),
                ..Prompt::default()
            }],
            ..Offers::default()
        }
    }

    fn call<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        _: &'a Ctx,
    ) -> Pin<Box<dyn Future<Output = Result<Output, Fault>> + Send + 'a>> {
        let output = match permit.target() {
            Target::Tool(name) => Ok(Output::Tool(result(name))),
            Target::Resource(uri) => {
                let text = Contents::text(uri, "text/plain", "on the shelf");
                Ok(Output::Resource(vec![text.with_meta(meta())]))
            }
            Target::Prompt(_) | Target::Completion(_) => Err(fail("There is nothing in it.")),
        };
        Box::pin(async { output })
    }
}

fn result(name: &str) -> Reported {
    let structured = |value: Value| Reported {
        structured: Some(value),
        ..Reported::default()
    };
    match name {
        "shelf_object" => structured(json!({"n": 1})),
        "shelf_list" => structured(json!([1, 2])),
        "shelf_link" => Reported {
            content: vec![Content::Link(Box::new(resource(0)))],
            ..Reported::default()
        },
        _ => {
            let marked = Content::from("marked").noted(Extras {
                meta: Some(meta()),
                ..Extras::default()
            });
            Reported {
                content: vec![marked],
                ..Reported::default()
            }
        }
    }
}

fn tool(name: &str, output: Option<Value>) -> Tool {
    Tool {
        title: Some(format!("The {name}")),
        icons: icons(),
        meta: Some(meta()),
        output,
        effect: Effect::Read,
        ..Tool::new(name, "Gives one thing.", json!({"type": "object"}))
    }
}

fn resource(number: usize) -> Resource {
    Resource {
        uri: format!("shelf://{number}"),
        name: format!("thing-{number}"),
        title: Some("A thing".to_owned()),
        description: Some("On the shelf".to_owned()),
        mime_type: Some("text/plain".to_owned()),
        size_bytes: Some(12),
        icons: icons(),
        meta: Some(meta()),
        ..Resource::default()
    }
}

fn icons() -> Vec<Icon> {
    vec![Icon::new("data:image/png;base64,AAAA")]
}

fn meta() -> Map<String, Value> {
    let meta = json!({"com.example/shelf": {"row": 3}});
    meta.as_object().unwrap().clone()
}

/// More than stand on one page.
pub(super) const RESOURCES: usize = 250;
