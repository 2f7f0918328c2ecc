//! Many keys on one endpoint.

use std::{future::pending, net::SocketAddr, sync::Arc};

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use tollhouse::{
    Clock, Ctx, Key, Keys as _, Names, Server, SystemClock, UserChange, Users as _,
    http::{self, Options},
    tool,
};
use tollhouse_store::State;

use super::{Porter, Registry, Secret};
use crate::doorman::{Doorman, Post};

const USERS: usize = 1000;

/// A key of a user, who has a role; by turns the key has one of its own.
async fn made(state: &State, number: usize) -> Secret {
    let secret = Secret::draw().unwrap();
    let subject = format!("user-{number}");
    let key = Key {
        id: format!("key_{number}"),
        name: format!("name-{number}"),
        subject: subject.clone(),
        client: None,
        scopes: None,
        roles: own_role(number).map(|role| vec![role]),
        tenant: Some(format!("tenant-{}", number % 7)),
        prefix: secret.prefix(),
        created_at_ms: 0,
        expires_at_ms: None,
        revoked_at_ms: None,
        last_used_at_ms: None,
    };
    state.create(key, secret.hash()).await.unwrap();
    let change = UserChange {
        roles: Names::exactly(vec![format!("role-{number}")]),
        ..UserChange::default()
    };
    state.set(&subject, change, 0).await.unwrap();
    secret
}

fn own_role(number: usize) -> Option<String> {
    number.is_multiple_of(2).then(|| format!("own-{number}"))
}

async fn who_am_i(client: &reqwest::Client, address: SocketAddr, key: &Secret) -> Value {
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": "who_am_i",
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {}
        }
    }});
    let request = client
        .post(format!("http://{address}/mcp"))
        .header("Content-Type", "application/json")
        .header("Accept", "application/json, text/event-stream")
        .header("MCP-Protocol-Version", "2026-07-28")
        .header("Mcp-Method", "tools/call")
        .header("Mcp-Name", "who_am_i")
        .header("x-api-key", key.reveal())
        .body(call.to_string());
    let body = request.send().await.unwrap().text().await.unwrap();
    let reply: Value = serde_json::from_str(&body).unwrap();
    reply["result"]["content"][0]["text"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn n5_a_thousand_users_share_an_endpoint_and_each_is_who_they_are() {
    let state = State::in_memory().unwrap();
    let keys: Vec<Secret> = stream::iter(0..USERS)
        .then(|number| made(&state, number))
        .collect()
        .await;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let registry = Registry::new(state, Arc::clone(&clock));
    let ground = (Some(registry.clone()), Arc::default());
    let post = Post {
        porter: Some(Porter::new((Vec::new(), None), ground, clock)),
        tokens: None,
        bears_tokens_only: false,
    };
    let doorman = Doorman::new(vec!["x-api-key".to_owned()], Some(registry), post);
    let who_am_i_tool = tool("who_am_i", "Says who calls.", |ctx: Ctx| async move {
        let caller = ctx.principal();
        let roles: Vec<_> = caller.roles().collect();
        format!(
            "{} of {:?} as {}",
            caller.subject(),
            caller.tenant(),
            roles.join(" ")
        )
    });
    let server = Server::builder("who").tool(who_am_i_tool).build().unwrap();
    let listener = http::listen(([127, 0, 0, 1], 0).into()).unwrap();
    let address = listener.local_addr().unwrap();
    let options = Options::default().authenticate(doorman);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    // Cold, and warm.
    let calls = (0..2 * USERS).map(|turn| {
        let (number, client) = (turn % USERS, &client);
        let key = &keys[number];
        async move { (number, who_am_i(client, address, key).await) }
    });
    let answers = stream::iter(calls)
        .buffer_unordered(50)
        .for_each(|(number, said)| async move {
            let own = own_role(number).map_or_else(String::new, |role| role + " ");
            let tenant = number % 7;
            let expected =
                format!("user-{number} of Some(\"tenant-{tenant}\") as {own}role-{number}");
            assert_eq!(said, expected);
        });
    tokio::select! {
        ended = http::serve(server, listener, options, pending()) => panic!("{ended:?}"),
        () = answers => {}
    }
}
