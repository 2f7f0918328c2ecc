//! Known secrets leave in no message, wherever they stand.

use futures_util::future::{BoxFuture, FutureExt as _};
use serde_json::{Map, Value, json};
use tollhouse_core::{
    Annotations, Content, Contents, Ctx, Extras, Fault, Icon, Json, Level, Limits, Mask, Message,
    Offers, Output, Parameter, Permit, Principal, Prompt, Redactor, Reported, Resource, Rules,
    Server, Source, Target, Template, Tool, busy, fail, tool,
};

use super::house::{ERAS, Reader};

const SECRET: &str = "s3cr3t-of-the-house";

/// A source that tells its secret wherever it can.
#[derive(Debug)]
struct Blab;

fn said() -> String {
    format!("it is {SECRET}.")
}

fn meta() -> Map<String, Value> {
    Map::from_iter([(said(), json!({"deep": [said()]}))])
}

fn link() -> Resource {
    Resource {
        uri: format!("blab://{SECRET}"),
        name: said(),
        title: Some(said()),
        description: Some(said()),
        mime_type: Some(format!("text/{SECRET}")),
        icons: vec![Icon {
            src: format!("https://a.example/{SECRET}.png"),
            mime_type: None,
            sizes: vec![said()],
            theme: None,
        }],
        meta: Some(meta()),
        ..Resource::default()
    }
}

fn everything() -> Reported {
    let extras = Extras {
        annotations: Annotations {
            last_modified: Some(said()),
            ..Annotations::default()
        },
        meta: Some(meta()),
    };
    let inside = Contents::text(&format!("blab://{SECRET}"), "text/plain", said());
    Reported {
        content: vec![
            Content::from(said()),
            Content::from(said()).noted(extras),
            Content::Link(Box::new(link())),
            Content::Embedded(inside.with_meta(meta())),
        ],
        structured: Some(json!({"text": said(), (SECRET): [said()]})),
        is_error: false,
        meta: Some(meta()),
    }
}

const TOOLS: [&str; 5] = ["all", "failing", "busy", "asking", "steps"];

impl Source for Blab {
    fn offers(&self) -> Offers {
        let takes = json!({"type": "object", "properties": {"a": {"description": said()}}});
        let tools = TOOLS.map(|name| Tool::new(name, &said(), takes.clone()));
        let prompts = ["all", "failing", "busy"].map(|name| Prompt {
            name: name.to_owned(),
            description: Some(said()),
            parameters: vec![Parameter {
                name: "word".to_owned(),
                description: Some(said()),
                completes: true,
                ..Parameter::default()
            }],
            ..Prompt::default()
        });
        Offers {
            tools: tools.into(),
            prompts: prompts.into(),
            templates: vec![Template {
                uri_template: "blab:///{id}".to_owned(),
                name: said(),
                description: Some(said()),
                ..Template::default()
            }],
            resources: vec![Resource {
                icons: Vec::new(),
                ..link()
            }],
            ..Offers::default()
        }
    }

    fn call<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        ctx: &'a Ctx,
    ) -> BoxFuture<'a, Result<Output, Fault>> {
        async move {
            match permit.target() {
                Target::Tool(name) if name == "all" => Ok(Output::Tool(everything())),
                Target::Tool(name) if name == "asking" => {
                    let properties =
                        json!({"a": {"type": "string", "title": said(), "description": said()}});
                    let schema = json!({"type": "object", "properties": properties});
                    drop(ctx.form("which", &said(), schema).await);
                    Ok(Output::Tool(Reported::text("asked")))
                }
                Target::Tool(name) if name == "steps" => {
                    ctx.progress(1.0, None, Some(&said()));
                    ctx.log(Level::Error, json!({(SECRET): said()}));
                    Ok(Output::Tool(Reported::text("done")))
                }
                Target::Prompt(name) if name == "all" => Ok(Output::Prompt {
                    description: Some(said()),
                    messages: everything()
                        .content
                        .into_iter()
                        .map(Message::user)
                        .collect(),
                }),
                Target::Resource(uri) if uri.ends_with("all") => {
                    let inside = Contents::text(uri, &format!("text/{SECRET}"), said());
                    Ok(Output::Resource(vec![inside.with_meta(meta())]))
                }
                Target::Completion(_) => Ok(Output::Completion {
                    values: vec![said()],
                    total: None,
                }),
                target if target.name().ends_with("busy") => Err(busy(said())),
                _ => Err(fail(said())),
            }
        }
        .boxed()
    }
}

#[tokio::test]
async fn p10_a_known_secret_is_masked_in_every_message() {
    let redactor = Redactor::default();
    redactor.learn(SECRET);
    let server = Server::builder("blab")
        .title(&said())
        .instructions(&said())
        .source(Blab)
        .redactor(redactor)
        .limits(Limits::NONE)
        .build()
        .unwrap();
    let prompt = |name: &str| ("prompts/get", json!({"name": name}));
    let resource = |name: &str| ("resources/read", json!({"uri": format!("blab:///{name}")}));
    let word = json!({"ref": {"type": "ref/prompt", "name": "all"}, "argument": {"name": "word", "value": ""}});
    let mut asked = vec![
        prompt("all"),
        prompt("failing"),
        prompt("busy"),
        resource("all"),
        resource("failing"),
        resource("busy"),
        ("completion/complete", word),
    ];
    let lists = ["tools/list", "prompts/list", "resources/list"];
    asked.extend(lists.map(|list| (list, json!({}))));
    asked.push(("resources/templates/list", json!({})));
    asked.extend(TOOLS.map(|name| ("tools/call", json!({"name": name, "arguments": {}}))));
    for revision in ERAS {
        let reader = Reader::new(&server, revision, &Principal::new("ana", []));
        let hello = match reader.hello.is_empty() {
            true => reader.ask("server/discover", json!({})).await.raw[0].clone(),
            false => reader.hello.clone(),
        };
        let hello = String::from_utf8_lossy(&hello);
        assert!(!hello.contains(SECRET), "{hello}");
        assert!(hello.contains("[…]"), "{hello}");
        for (method, params) in &asked {
            let heard = reader.ask(method, params.clone()).await;
            let raw: Vec<_> = heard
                .raw
                .iter()
                .map(|raw| String::from_utf8_lossy(raw))
                .collect();
            assert!(
                !raw.iter().any(|raw| raw.contains(SECRET)),
                "{params}: {raw:#?}"
            );
            assert!(
                raw.iter().any(|raw| raw.contains("[…]")),
                "{params}: {raw:#?}"
            );
        }
        let heard = reader.call("steps", json!({})).await;
        let masked = heard.raw.iter().filter(|raw| {
            let raw = String::from_utf8_lossy(raw);
            raw.contains("notifications/") && raw.contains("[…]")
        });
        assert_eq!(masked.count(), 2, "{heard:?}");
    }
}

#[tokio::test]
async fn p10_what_looks_like_a_secret_is_masked_in_results_where_the_rules_say_so() {
    let token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    let says = || {
        tool("says", "Says.", move || async move {
            Json(json!({"note": format!("use {token}"), "password": "open sesame", "n": 7}))
        })
        .read_only()
    };
    for revision in ERAS {
        for (mask, is_masked) in [(Mask::Known, false), (Mask::All, true)] {
            let rules = Rules {
                mask,
                ..Rules::default()
            };
            let server = Server::builder("says").tool(says()).rules(rules);
            let server = server.build().unwrap();
            let reader = Reader::new(&server, revision, &Principal::new("ana", []));
            let heard = reader.call("says", json!({})).await;
            let raw = String::from_utf8_lossy(&heard.raw[0]).into_owned();
            assert_eq!(!raw.contains(token), is_masked, "{raw}");
            assert_eq!(!raw.contains("open sesame"), is_masked, "{raw}");
            assert_eq!(heard.result()["structuredContent"]["n"], 7);
        }
    }
}
