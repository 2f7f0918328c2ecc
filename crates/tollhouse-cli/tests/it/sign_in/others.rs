//! What is somebody else's is like what is not there, for holders of tokens.

use std::fmt::Write as _;

use serde_json::{Value, json};
use tollhouse::{Clock as _, SystemClock};

use crate::process::confirmed;

use super::{
    Shop,
    caller::Caller,
    file,
    issuer::{Issuer, Signer},
};

#[test]
fn p13_case15_a_session_of_another_user_is_unknown() {
    let shop = Shop::open();
    let ana = shop.caller("ana", "orders:read").in_session();
    let unknown = {
        let mut id = ana.session.clone().unwrap();
        let last = if id.ends_with('A') { 'B' } else { 'A' };
        id.pop();
        id.push(last);
        id
    };
    let ping = json!({"jsonrpc": "2.0", "id": 2, "method": "ping"});
    let key = shop.runs("keys create bobs --user bob");
    let bob = shop.caller("bob", "orders:read orders:write");
    for mut stranger in [bob, Caller::new(shop.address, &key)] {
        for method in ["POST", "GET", "DELETE"] {
            let message = if method == "POST" {
                &ping
            } else {
                &Value::Null
            };
            let mut tried = |session: &str| {
                stranger.session = Some(session.to_owned());
                let said = stranger.send(method, &stranger.of_session(), message);
                (said.status, said.body)
            };
            let theirs = tried(ana.session.as_deref().unwrap());
            assert_eq!(theirs.0, 404, "{method}: {}", theirs.1);
            assert_eq!(theirs, tried(&unknown), "{method}");
        }
    }
    // A session is no credential.
    let mut nobody = Caller::nobody(shop.address);
    nobody.session.clone_from(&ana.session);
    let said = nobody.send("POST", &nobody.of_session(), &ping);
    assert_eq!(said.status, 401);
    // Nobody ended it meanwhile, and another token of the same user is as good.
    assert_eq!(ana.subject(), "ana");
    let mut again = shop.caller("ana", "");
    again.session.clone_from(&ana.session);
    assert_eq!(again.subject(), "ana");
}

#[test]
fn sec17_a_cursor_of_another_user_is_none() {
    let issuer = Issuer::start();
    let mut text = file(&issuer.url);
    for number in 0..220 {
        let _ = write!(
            text,
            "[tools.tool_{number:03}]\nsource = \"shop\"\nscope = \"orders:read\"\n\
             description = \"Count what there is in drawer number {number:03} of the shop.\"\n\
             sql = \"SELECT {number} AS number\"\n"
        );
    }
    let shop = Shop::with(issuer, &text, &[]);
    let page = |caller: &Caller, cursor: &str| {
        let said = caller.ask("tools/list", &json!({"cursor": cursor}));
        (said.status, said.message)
    };
    let [ana, bob] = ["ana", "bob"].map(|name| shop.caller(name, "orders:read").both());
    for (ana, bob) in ana.iter().zip(&bob) {
        let first = ana.ask("tools/list", &json!({})).message;
        let cursor = first["result"]["nextCursor"].as_str().unwrap();
        let stolen = page(bob, cursor);
        assert_eq!(stolen.1["error"]["code"], -32602, "{}", stolen.1);
        assert_eq!(stolen, page(bob, "made-up"));
        let (_, second) = page(ana, cursor);
        assert!(!second["result"]["tools"].as_array().unwrap().is_empty());
    }
}

#[test]
fn p13_a_memory_of_another_user_is_not_there() {
    let issuer = Issuer::start();
    let memory = "\n[sources.memories]\ntype = \"memory\"\nscope = \"any\"\n";
    let text = format!("{}{memory}", file(&issuer.url));
    let shop = Shop::with(issuer, &text, &[]);
    let ana = shop.caller("ana", "");
    let fact = json!({"content": "The key to the cellar is under the mat", "category": "fact"});
    let saved = ana.call("save_memory", &fact).message;
    let id = saved["result"]["structuredContent"]["id"].as_str();
    let id = id.unwrap_or_else(|| panic!("{saved}"));
    let mut unknown = id.to_owned();
    let last = unknown.pop().unwrap();
    unknown.push(if last == 'a' { 'b' } else { 'a' });
    for bob in shop.caller("bob", "").both() {
        let found = bob.call("search_memory", &json!({"query": "cellar"}));
        assert!(!found.body.contains("mat"), "{}", found.body);
        let removes = |id: &str| {
            let params = json!({"name": "delete_memory", "arguments": {"id": id}});
            let said = bob.ask("tools/call", &params).message["result"].clone();
            let said = match confirmed(&params, &said) {
                Some(params) => bob.ask("tools/call", &params).message["result"].clone(),
                // A session that shows no forms: a person would have to say yes.
                None => said,
            };
            without_approval(&said.to_string().replace(id, "ID"))
        };
        let theirs = removes(id);
        assert_eq!(theirs, removes(&unknown));
        assert!(theirs.contains("\"isError\":true"), "{theirs}");
    }
    let found = ana.call("search_memory", &json!({"query": "cellar"}));
    assert!(found.body.contains("under the mat"), "{}", found.body);
}

/// A state that a server never made is none, whoever brings it.
#[test]
fn sec17_a_request_state_that_is_none_is_refused() {
    let shop = Shop::open();
    let caller = shop.caller("ana", "orders:read");
    let call = json!({"name": "whoami", "arguments": {}, "requestState": "made-up"});
    let said = caller.ask("tools/call", &call);
    assert_eq!(said.message["error"]["code"], -32602, "{}", said.body);
}

/// The log has room for so much; what does not fit is lost, of others too.
#[cfg(unix)]
#[test]
fn w37_whoever_sends_many_bad_tokens_does_not_fill_the_log() {
    let shop = Shop::open();
    let clock = SystemClock::default();
    let forged = Signer::new("first").sign(&json!({"iss": shop.issuer.url, "sub": "ann"}));
    let caller = Caller::new(shop.address, &forged);
    for _ in 0..100 {
        assert_eq!(caller.call("whoami", &json!({})).status, 401);
    }
    let seconds = clock.ticks().as_secs() + 2;
    shop.process.signal(rustix::process::Signal::TERM);
    let (_, _, told) = shop.process.ends();
    let loud = |line: &&String| line.contains("INFO") && line.contains("a token was refused");
    let lines = u64::try_from(told.iter().filter(loud).count()).unwrap();
    assert!((1..=seconds).contains(&lines), "{lines} in {seconds} s");
}

/// A text without the id of a call that waits for a person, which is another one each time.
fn without_approval(text: &str) -> String {
    let mut parts = text.split("apr_");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| format!("{text}apr_{}", &part[16..]))
}
