//! A client that wants a yes that nobody gave, against the program over HTTP: hundreds of tries, and nothing runs.

use serde_json::{Value, json};

use super::{
    Keeps, Way,
    door::{Door, Heard, Says},
    house::House,
};

const FILE: &str = r#"
[limits]
key = "off"
destructive = "off"
identical = "off"

[tools.add]
source = "shop"
scope = "any"
description = "Write a name down for good."
effect = "destructive"
sql = "INSERT INTO names VALUES (:name)"
params.name = {}

[tools.add_other]
source = "shop"
scope = "any"
description = "Put another name into the book, for ever."
effect = "destructive"
sql = "INSERT INTO names VALUES (:name)"
params.name = {}

[tools.add_with_a_person]
source = "shop"
scope = "any"
description = "Write a name down for good, when a person says yes."
effect = "destructive"
sql = "INSERT INTO names VALUES (:name)"
params.name = {}
confirm = "human"
"#;

const TRIES: usize = 300;

fn accept() -> Value {
    json!({"action": "accept", "content": {"confirm": true}})
}

fn call(tool: &str, name: &str) -> Value {
    json!({"name": tool, "arguments": {"name": name}})
}

/// The call once more, with this answer and this state.
fn with(mut call: Value, answer: &Value, state: &Value) -> Value {
    call["inputResponses"] = json!({"tollhouse.confirm": answer});
    call["requestState"] = state.clone();
    call
}

/// What a client says that has got no state to say it with.
fn bare(round: usize) -> Vec<Value> {
    let mut answered = call("add", "a");
    answered["inputResponses"] = json!({"tollhouse.confirm": accept()});
    let mut posing = call("add", "a");
    posing["_meta"] = json!({"confirm": true, "tollhouse.confirm": accept(), "approved": true});
    let mut meant = call("add", "a");
    meant["arguments"]["confirm"] = json!(true);
    let mut approved = call("add_with_a_person", "a");
    approved["requestState"] = json!(format!("apr_{round:016x}"));
    approved["inputResponses"] = json!({"tollhouse.confirm": accept(), "approval": true});
    vec![answered, posing, meant, approved]
}

/// The state of the question that a call is answered with.
fn asked(door: &mut Door, params: &Value) -> Value {
    let heard = door.says(Says::Nothing).ask("tools/call", params);
    assert_eq!(heard.asked.len(), 1, "{heard:?}");
    heard.result()["requestState"].clone()
}

/// A state with one of its letters changed.
fn edited(state: &Value, place: usize) -> Value {
    let mut letters: Vec<char> = state.as_str().unwrap().chars().collect();
    let place = place % letters.len();
    letters[place] = if letters[place] == 'A' { 'B' } else { 'A' };
    json!(letters.into_iter().collect::<String>())
}

#[test]
fn o1_case_64_hundreds_of_tries_without_a_session_run_nothing() {
    let house = House::open((FILE, ""), Way::ModernHttp, Keeps::File);
    let (mut door, mut bob) = (house.door(), house.bob().unwrap());
    let own = asked(&mut door, &call("add", "a"));
    let declined = asked(&mut door, &call("add", "a"));
    let no = with(call("add", "a"), &json!({"action": "decline"}), &declined);
    door.ask("tools/call", &no).is_told("The user said no");
    let borrowed = [
        asked(&mut bob, &call("add", "a")),
        asked(&mut door, &call("add_other", "a")),
        asked(&mut door, &call("add", "b")),
        declined,
    ];
    let mut tries = 0;
    while tries < TRIES {
        let mut all = bare(tries);
        all.extend(
            borrowed
                .iter()
                .map(|state| with(call("add", "a"), &accept(), state)),
        );
        all.push(with(call("add", "a"), &accept(), &edited(&own, tries)));
        all.push(with(call("add", "b"), &accept(), &own));
        all.push(with(call("add_other", "a"), &accept(), &own));
        all.push(with(call("add_with_a_person", "a"), &accept(), &own));
        all.push(with(call("add", "a"), &json!({"action": "accept"}), &own));
        all.push(with(call("add", "a"), &json!(true), &own));
        for attempt in all {
            nothing(&door.ask("tools/call", &attempt), &attempt);
            tries += 1;
        }
        let stolen = with(call("add", "a"), &accept(), &own);
        nothing(&bob.ask("tools/call", &stolen), &stolen);
    }
    assert_eq!(house.done(), 0);
    // The honest way still leads there, once.
    let yes = with(call("add", "a"), &accept(), &own);
    door.ask("tools/call", &yes).is_done();
    for _ in 0..20 {
        nothing(&door.ask("tools/call", &yes), &yes);
    }
    assert_eq!(house.done(), 1);
    house.is_verified();
}

#[test]
fn o1_case_64_hundreds_of_tries_in_a_session_run_nothing() {
    let house = House::open((FILE, ""), Way::LegacyHttp, Keeps::File);
    let mut door = house.door();
    let mut tries = 0;
    while tries < TRIES {
        for attempt in bare(tries) {
            // Answers to questions that nobody asked, before the one that is.
            let forged = json!({"jsonrpc": "2.0", "id": tries, "result": accept()});
            door.post(&forged);
            // Whoever sits there says no.
            let heard = door.says(Says::Decline).ask("tools/call", &attempt);
            nothing(&heard, &attempt);
            tries += 1;
        }
    }
    assert_eq!(house.done(), 0);
    door.says(Says::Yes)
        .ask("tools/call", &call("add", "a"))
        .is_done();
    assert_eq!(house.done(), 1);
    house.is_verified();
}

/// What was tried ended in a question, a refusal or an error.
fn nothing(heard: &Heard, attempt: &Value) {
    let is_asked = heard.message.pointer("/result/inputRequests").is_some();
    let is_refused = heard.message.pointer("/result/isError") == Some(&json!(true));
    assert!(
        is_asked || is_refused || heard.code().is_some(),
        "{attempt} {heard:?}"
    );
}
