//! A source with one of everything, each with every word that it may have.

use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};
use tollhouse_core::{
    Annotations, Confirmation, Content, Contents, Ctx, Effect, Extras, Fault, Icon, Message,
    Offers, Output, Parameter, Permit, Policy, Prompt, Reported, Resource, Role, Server, Source,
    Target, Template, Theme, Tool, fail,
};

use super::Client;

#[derive(Debug)]
pub(super) struct Shelf;

pub(super) fn shelf() -> Client {
    let builder = Server::builder("shelf").title("The shelf").version("1.2.3");
    let builder = builder.instructions("Take what you need.");
    Client::new(builder.source(Shelf).build().unwrap())
}

impl Source for Shelf {
    fn offers(&self) -> Offers {
        // What comes of a call is looked at, and not who says yes to it.
        let mut policy = Policy::default();
        policy.confirm.by = Some(Confirmation::Nobody);
        let tools = TOOLS.iter().map(|name| Tool {
            policy: policy.clone(),
            title: Some(format!("The {name}")),
            effect: Effect::Destroy,
            open_world: true,
            icons: icons(),
            meta: Some(meta()),
            ..Tool::new(name, "Gives one thing.", json!({"type": "object"}))
        });
        let mut tools: Vec<Tool> = tools.collect();
        let number = json!({"type": "object", "properties": {"n": {"type": "integer"}}});
        for (name, schema) in [
            ("structured", number),
            (
                "listed",
                json!({"type": "array", "items": {"type": "integer"}}),
            ),
        ] {
            tools.push(Tool {
                output: Some(schema),
                ..Tool::new(name, "Gives data.", json!({"type": "object"}))
            });
        }
        Offers {
            tools,
            resources: URIS.iter().map(|uri| resource(uri)).collect(),
            templates: vec![template()],
            prompts: vec![prompt("every"), prompt("broken"), prompt("refusing")],
            ..Offers::default()
        }
    }

    fn call<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        _: &'a Ctx,
    ) -> BoxFuture<'a, Result<Output, Fault>> {
        let output = match permit.target() {
            Target::Tool(name) => tool(name).map(Output::Tool),
            Target::Resource(uri) => contents(uri).map(Output::Resource),
            Target::Prompt(name) => messages(name),
            Target::Completion(completion) => Ok(Output::Completion {
                values: (0..150)
                    .map(|n| format!("{}{n}", completion.value))
                    .collect(),
                total: Some(1000),
            }),
        };
        Box::pin(async { output })
    }
}

fn tool(name: &str) -> Result<Reported, Fault> {
    let structured = |value: Value| {
        Ok(Reported {
            structured: Some(value),
            ..Reported::default()
        })
    };
    match name {
        "structured" => structured(json!({"n": 1})),
        "listed" => structured(json!([1, 2])),
        "failing" => Err(fail("Nothing of that kind. Try another.")),
        "broken" => Err(broken()),
        "marked" => Ok(Reported {
            meta: Some(meta()),
            ..Reported::text("marked")
        }),
        _ => Ok(Reported {
            content: contents_of_every_kind(),
            ..Reported::default()
        }),
    }
}

/// Every kind of content, plain and with notes.
pub(super) fn contents_of_every_kind() -> Vec<Content> {
    let blob = Contents::blob("shelf://blob", "image/png", vec![0, 255]);
    let plain = [
        Content::from("text with \"quotes\", \u{1} and \u{1f600}"),
        Content::Image {
            data: vec![1, 2, 3].into(),
            mime_type: "image/png".to_owned(),
        },
        Content::Audio {
            data: vec![4, 5].into(),
            mime_type: "audio/wav".to_owned(),
        },
        Content::Embedded(Contents::text("shelf://text", "text/plain", "inside").with_meta(meta())),
        Content::Embedded(blob),
        Content::Link(Box::new(resource("shelf://text"))),
    ];
    let noted = plain.clone().map(|content| {
        content.noted(Extras {
            annotations: annotations(),
            meta: Some(meta()),
        })
    });
    plain.into_iter().chain(noted).collect()
}

fn contents(uri: &str) -> Result<Vec<Contents>, Fault> {
    let text = Contents::text(uri, "text/plain", "on the shelf");
    match uri {
        "shelf://folder" => Ok(vec![
            text.with_meta(meta()),
            Contents::blob(
                "shelf://folder/b",
                "application/octet-stream",
                vec![7; 1000],
            ),
        ]),
        "shelf://missing" => Err(Fault::NotFound),
        "shelf://broken" => Err(broken()),
        _ => Ok(vec![text]),
    }
}

fn messages(name: &str) -> Result<Output, Fault> {
    match name {
        "broken" => return Err(broken()),
        "refusing" => return Err(fail("Not today.")),
        _ => {}
    }
    let user = contents_of_every_kind().into_iter().map(Message::user);
    Ok(Output::Prompt {
        description: Some("Every kind of message".to_owned()),
        messages: user.chain([Message::assistant("said")]).collect(),
    })
}

fn broken() -> Fault {
    std::io::Error::other("the shelf fell down").into()
}

fn resource(uri: &str) -> Resource {
    Resource {
        uri: uri.to_owned(),
        name: "thing".to_owned(),
        title: Some("A thing".to_owned()),
        description: Some("On the shelf".to_owned()),
        mime_type: Some("text/plain".to_owned()),
        size_bytes: Some(12),
        icons: icons(),
        annotations: annotations(),
        meta: Some(meta()),
        ..Resource::default()
    }
}

fn template() -> Template {
    Template {
        uri_template: "shelf://item/{id}".to_owned(),
        name: "item".to_owned(),
        title: Some("An item".to_owned()),
        description: Some("One of many".to_owned()),
        mime_type: Some("text/plain".to_owned()),
        icons: icons(),
        annotations: annotations(),
        meta: Some(meta()),
        completes: vec!["id".to_owned()],
        ..Template::default()
    }
}

fn prompt(name: &str) -> Prompt {
    let parameter = |name: &str, required| Parameter {
        name: name.to_owned(),
        title: Some("Title".to_owned()),
        description: Some("What to say".to_owned()),
        required,
        completes: true,
    };
    Prompt {
        name: name.to_owned(),
        title: Some("Title".to_owned()),
        description: Some("Says things".to_owned()),
        parameters: vec![parameter("what", false), parameter("how", false)],
        icons: icons(),
        meta: Some(meta()),
        ..Prompt::default()
    }
}

fn icons() -> Vec<Icon> {
    let dark = Icon {
        mime_type: Some("image/png".to_owned()),
        sizes: vec!["48x48".to_owned(), "any".to_owned()],
        theme: Some(Theme::Dark),
        ..Icon::new("https://example.com/icon.png")
    };
    let light = Icon {
        theme: Some(Theme::Light),
        ..Icon::new("data:image/png;base64,AAAA")
    };
    vec![dark, light]
}

/// With a priority beyond what the protocol has.
fn annotations() -> Annotations {
    Annotations {
        audience: vec![Role::User, Role::Assistant],
        priority: Some(1.5),
        last_modified: Some("2026-05-03T14:30:00Z".to_owned()),
    }
}

/// With a key that belongs to the server.
fn meta() -> Map<String, Value> {
    let meta = json!({
        "com.example/shelf": {"row": 3},
        "io.modelcontextprotocol/serverInfo": {"name": "another", "version": "9"},
    });
    meta.as_object().unwrap().clone()
}

const TOOLS: [&str; 4] = ["everything", "failing", "broken", "marked"];

const URIS: [&str; 4] = [
    "shelf://text",
    "shelf://folder",
    "shelf://missing",
    "shelf://broken",
];
