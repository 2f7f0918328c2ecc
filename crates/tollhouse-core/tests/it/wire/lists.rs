//! Lists of several pages.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use tollhouse_core::{
    Access, Ctx, Fault, Offers, Output, Permit, Policy, Prompt, Resource, Server, Source, Template,
    Tool,
};

use super::{Client, fixture::shelf};

/// Many of everything; every third thing is for those who hold a scope.
#[derive(Debug)]
struct Many {
    scope: Option<&'static str>,
}

impl Source for Many {
    fn offers(&self) -> Offers {
        let policy = |n: usize| Policy {
            access: self
                .scope
                .filter(|_| n.is_multiple_of(3))
                .map_or_else(Access::default, Access::scope),
            ..Policy::default()
        };
        let all = 0..ITEMS;
        Offers {
            tools: all
                .clone()
                .map(|n| Tool {
                    policy: policy(n),
                    ..Tool::new(
                        &format!("tool{n}"),
                        "One of many.",
                        json!({"type": "object"}),
                    )
                })
                .collect(),
            resources: all
                .clone()
                .map(|n| Resource {
                    uri: format!("many://{n}"),
                    name: format!("resource{n}"),
                    policy: policy(n),
                    ..Resource::default()
                })
                .collect(),
            templates: all
                .clone()
                .map(|n| Template {
                    uri_template: format!("many://{n}/{{id}}"),
                    name: format!("template{n}"),
                    policy: policy(n),
                    ..Template::default()
                })
                .collect(),
            prompts: all
                .map(|n| Prompt {
                    name: format!("prompt{n}"),
                    policy: policy(n),
                    ..Prompt::default()
                })
                .collect(),
            ..Offers::default()
        }
    }

    fn call<'a>(&'a self, _: &'a Permit<'a>, _: &'a Ctx) -> BoxFuture<'a, Result<Output, Fault>> {
        Box::pin(async { Err(Fault::NotFound) })
    }
}

fn many(scope: Option<&'static str>) -> Client {
    Client::new(
        Server::builder("many")
            .source(Many { scope })
            .build()
            .unwrap(),
    )
}

/// All names, page by page, and the scopes of caching that were told.
async fn walk(client: &Client, method: &str, list: &str) -> (Vec<String>, Vec<Value>) {
    let (mut names, mut scopes) = (Vec::new(), Vec::new());
    let mut params = json!({});
    loop {
        let reply = client.request(method, params).await;
        let page = reply.result();
        let items = page[list].as_array().unwrap();
        assert!(!items.is_empty() && items.len() <= 200, "{}", items.len());
        names.extend(
            items
                .iter()
                .map(|item| item["name"].as_str().unwrap().to_owned()),
        );
        scopes.push(page["cacheScope"].clone());
        match page.get("nextCursor") {
            Some(cursor) => params = json!({"cursor": cursor}),
            None => return (names, scopes),
        }
    }
}

#[tokio::test]
async fn t53_t55_t58_every_list_comes_whole_in_pages() {
    let client = many(None);
    for (method, list, name) in LISTS {
        let (names, scopes) = walk(&client, method, list).await;
        let all: Vec<String> = (0..ITEMS).map(|n| format!("{name}{n}")).collect();
        assert_eq!(names, all);
        assert_eq!(scopes, ["public"; 3]);
    }
}

#[tokio::test]
async fn t59_what_depends_on_the_caller_is_private_on_every_page() {
    let client = many(Some("more"));
    for (method, list, _) in LISTS {
        let (names, scopes) = walk(&client, method, list).await;
        assert_eq!(names.len(), ITEMS - ITEMS / 3);
        assert!(scopes.iter().all(|scope| scope == "private"));
        let server = client.server.clone().as_user("ana").scopes(["more"]);
        let ana = Client {
            server,
            ..client.clone()
        };
        assert_eq!(walk(&ana, method, list).await.0.len(), ITEMS);
    }
}

#[tokio::test]
async fn t56_a_cursor_serves_its_own_list_only() {
    let client = many(None);
    for (from, ..) in LISTS {
        let first = client.request(from, json!({})).await;
        let cursor = &first.result()["nextCursor"];
        for (to, ..) in LISTS {
            let reply = client.request(to, json!({"cursor": cursor})).await;
            let is_refused = reply.code() == -32602;
            assert_eq!(is_refused, from != to, "{from} {to}");
        }
    }
    let strange = many(None).request("tools/list", json!({})).await;
    let cursor = &strange.result()["nextCursor"];
    let reply = client
        .request("tools/list", json!({"cursor": cursor}))
        .await;
    assert_eq!(reply.code(), -32602, "the cursor of another server");
}

#[tokio::test]
async fn t53_an_empty_cursor_is_a_cursor() {
    for client in [many(None), shelf()] {
        let reply = client.request("tools/list", json!({"cursor": ""})).await;
        assert_eq!((reply.status, reply.code()), (200, -32602));
    }
}

#[tokio::test]
async fn t22_t32_t114_lists_show_all_that_things_have() {
    let client = shelf();
    for (method, list, _) in LISTS {
        let reply = client.request(method, json!({})).await;
        let first = &reply.result()[list][0];
        assert_eq!(first["icons"][0]["theme"], "dark", "{first}");
        assert_eq!(first["icons"][0]["sizes"], json!(["48x48", "any"]));
        assert_eq!(first["_meta"]["com.example/shelf"], json!({"row": 3}));
        if list.starts_with("resource") {
            assert_eq!(first["annotations"]["lastModified"], "2026-05-03T14:30:00Z");
        }
    }
    let prompts = client.request("prompts/list", json!({})).await;
    assert_eq!(
        prompts.result()["prompts"][0]["arguments"][0]["title"],
        "Title"
    );
}

const ITEMS: usize = 450;

const LISTS: [(&str, &str, &str); 4] = [
    ("tools/list", "tools", "tool"),
    ("resources/list", "resources", "resource"),
    ("resources/templates/list", "resourceTemplates", "template"),
    ("prompts/list", "prompts", "prompt"),
];
