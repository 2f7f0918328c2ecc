//! Two servers on one state: a key is of both of them.

use std::{collections::BTreeSet, thread};

use serde_json::{Value, json};

use super::{
    Keeps, Way,
    door::{Door, Heard, Line},
    house::{House, key},
};
use crate::process::Process;

const FILE: &str = r#"
[limits]
identical = "off"
concurrent = "off"
writes = "100000/min"
key = "100000/min"

[tools.add]
source = "shop"
scope = "any"
description = "Write a name down, in a row of its own."
effect = "write"
sql = "INSERT INTO names VALUES (:name) RETURNING name, rowid AS row"
params.name = {}

[tools.add_once]
source = "shop"
scope = "any"
description = "Write a name down, in a row of its own, exactly once."
effect = "write"
exactly_once = true
sql = "INSERT INTO names VALUES (:name) RETURNING name, rowid AS row"
params.name = {}
"#;
const CALLS: usize = 100;

#[test]
fn case_60_case_61_one_key_in_two_processes_is_one_effect_and_one_answer() {
    let seed = tollhouse_sources::sql::EFFECTS_TABLE;
    let first = House::open((FILE, seed), Way::ModernHttp, Keeps::File);
    let words = ["run", "ana.toml", "--http", "127.0.0.1:0"];
    let second = Process::start(first.path(), &words);
    let addresses = [first.address(), second.address()];
    let door = |number: usize, user: &str| {
        let way = [Way::ModernHttp, Way::LegacyHttp][number / 2 % 2];
        let line = Line::Http {
            address: addresses[number % 2],
            key: key(user),
        };
        Door::open(way, line, true)
    };
    let mut effects = 0;
    for tool in ["add", "add_once"] {
        let call = json!({"name": "a", "clientRequestId": "k"});
        let at_once: Vec<Heard> = thread::scope(|scope| {
            let calls = (0..CALLS).map(|number| {
                let (door, call) = (&door, &call);
                scope.spawn(move || door(number, "ana").call(tool, call))
            });
            let calls: Vec<_> = calls.collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        let later = (0..8).map(|number| door(number, "ana").call(tool, &call));
        let heard: Vec<Heard> = at_once.into_iter().chain(later).collect();
        let contents = heard.iter().map(|one| content(one).to_string());
        assert_eq!(contents.collect::<BTreeSet<_>>().len(), 1, "one answer");
        let first_ones = heard.iter().filter(|one| !is_replay(one)).count();
        assert_eq!(
            first_ones, 1,
            "{tool}: one call was done, the others were answered like it"
        );
        effects += 1;
        assert_eq!(first.done(), effects, "{tool}");
        // Other arguments under this key are refused by both; another user's key is another one, in both.
        for number in 0..2 {
            let other = json!({"name": "b", "clientRequestId": "k"});
            door(number, "ana")
                .call(tool, &other)
                .is_told("for other arguments");
            let bobs = door(number, "bob").call(tool, &call);
            assert_eq!(is_replay(bobs.is_done()), number == 1, "{bobs:?}");
        }
        effects += 1;
        assert_eq!(first.done(), effects, "{tool}");
    }
}

fn content(heard: &Heard) -> Value {
    heard.is_done();
    json!([heard.result()["content"], heard.data()])
}

fn is_replay(heard: &Heard) -> bool {
    heard.result()["_meta"]["dev.tollhouse/replayed"] == true
}
