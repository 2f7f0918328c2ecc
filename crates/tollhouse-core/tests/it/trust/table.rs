//! What may be done after something was read, case by case: `table.txt` says it, and the road is walked with each.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tollhouse_core::{
    Confirm, Confirmation, Contents, Effect, Limits, Output, Policy, Principal, Reported, Rules,
    Server, Stores, Tool, Trust, prompt, resource, testing::Hands,
};
use tollhouse_wire_check::Revision;

use super::house::{ERAS, Heard, House, Reader, data, untrusted};

const TABLE: &str = include_str!("table.txt");
const READS: [&str; 6] = [
    "trusted",
    "untrusted",
    "field",
    "absent",
    "resource",
    "prompt",
];
const THEN: [(&str, Effect, Confirmation); 8] = [
    ("read", Effect::Read, Confirmation::Nobody),
    ("write", Effect::Write, Confirmation::Nobody),
    ("destroy", Effect::Destroy, Confirmation::Client),
    ("privileged_read", Effect::Read, Confirmation::Nobody),
    ("privileged_write", Effect::Write, Confirmation::Nobody),
    ("privileged_destroy", Effect::Destroy, Confirmation::Client),
    ("privileged_client", Effect::Write, Confirmation::Client),
    ("privileged_human", Effect::Write, Confirmation::Human),
];
const PATHS: [&str; 12] = [
    "same_era",
    "other_era",
    "new_session",
    "own_session",
    "other_session",
    "replica",
    "restart",
    "other_key",
    "other_user",
    "expired",
    "unenforced",
    "pipe",
];

/// What outlives a process, and how often something was done.
#[derive(Clone, Debug, Default)]
struct World {
    stores: Stores,
    hands: Hands,
    done: Arc<AtomicUsize>,
}

impl World {
    /// One process of the server.
    fn open(&self, is_enforced: bool) -> Server {
        let mut house = House::default()
            .reads("trusted", Policy::default(), |_| {
                Ok(Output::Tool(Reported::text("mine")))
            })
            .reads("untrusted", untrusted(&[]), |_| {
                Ok(Output::Tool(Reported::text("theirs")))
            })
            .reads("field", untrusted(&["note"]), |_| {
                Ok(data(json!({"rows": [{"note": "theirs"}]})))
            })
            .reads("absent", untrusted(&["note"]), |_| {
                Ok(data(json!({"rows": [{"id": 1}]})))
            });
        for (name, effect, by) in THEN {
            let policy = Policy {
                confirm: Confirm {
                    by: (!matches!(by, Confirmation::Nobody)).then_some(by),
                    ask: None,
                },
                trust: Trust {
                    is_privileged: name.starts_with("privileged"),
                    ..Trust::default()
                },
                ..Policy::default()
            };
            let tool = Tool {
                effect,
                policy,
                ..Tool::new(name, "Does it.", json!({"type": "object"}))
            };
            let done = Arc::clone(&self.done);
            house = house.with(
                tool,
                Arc::new(move |_| {
                    done.fetch_add(1, Ordering::Relaxed);
                    Ok(Output::Tool(Reported::text("done")))
                }),
            );
        }
        let mut rules = Rules::default();
        rules.taint.is_enforced = is_enforced;
        rules.limits = Limits::NONE;
        let told = || async { Contents::text("they://wrote", "text/plain", "theirs") };
        Server::builder("world")
            .source(house)
            .resource(resource("they://wrote", "wrote", told).untrusted())
            .prompt(prompt("wrote", "Theirs.", || async { "theirs" }).untrusted())
            .rules(rules)
            .stores(self.stores.clone())
            .key([7; 32])
            .clock(self.hands.clone())
            .build()
            .unwrap()
    }

    /// What comes of the second call.
    async fn outcome(&self, reader: &Reader, then: &str) -> &'static str {
        let done = || self.done.load(Ordering::Relaxed);
        let waiting = || async { self.stores.approvals.list().await.unwrap().len() };
        let before = (done(), waiting().await);
        let heard = reader.call(then, json!({})).await;
        let is_asked = heard.raw.iter().any(|raw| {
            let raw = String::from_utf8_lossy(raw);
            raw.contains("elicitation/create") || raw.contains("inputRequests")
        });
        match (done() - before.0, waiting().await - before.1, is_asked) {
            (1, 0, false) => "runs",
            (0, 0, true) => "asks",
            (0, 1, false) => "waits",
            odd => unreachable!("{odd:?} {heard:?}"),
        }
    }
}

async fn read(reader: &Reader, what: &str) -> Heard {
    let (method, params) = match what {
        "resource" => ("resources/read", json!({"uri": "they://wrote"})),
        "prompt" => ("prompts/get", json!({"name": "wrote"})),
        tool => ("tools/call", json!({"name": tool, "arguments": {}})),
    };
    let heard = reader.ask(method, params).await;
    assert!(heard.result().is_object(), "{heard:?}");
    heard
}

/// Walks one line, where the first call is of this revision.
async fn walk(
    world: &World,
    era: Revision,
    (what, then, path): (&str, &str, &str),
) -> &'static str {
    let server = world.open(path != "unenforced");
    let person = Principal::new("ana", []);
    let nobody = Principal::anonymous();
    let who = match path {
        "own_session" | "other_session" => &nobody,
        _ => &person.clone().under_grant("key-1"),
    };
    let who = if matches!(path, "new_session") {
        &person
    } else {
        who
    };
    let mut reader = Reader::new(&server, era, who);
    if path == "pipe" {
        reader = reader.piped();
    }
    read(&reader, what).await;
    let [old, new] = ERAS;
    let other = if era == old { new } else { old };
    let caller = match path {
        "other_era" => Reader::new(&server, other, who),
        "new_session" | "other_session" => Reader::new(&server, era, who),
        "replica" => Reader::new(&world.open(true), era, who),
        "restart" => {
            drop((reader, server));
            Reader::new(&world.open(true), era, who)
        }
        "other_key" => Reader::new(&server, era, &person.under_grant("key-2")),
        "other_user" => Reader::new(&server, era, &Principal::new("bob", [])),
        "expired" => {
            world.hands.turn(Duration::from_mins(68));
            reader
        }
        _ => reader,
    };
    world.outcome(&caller, then).await
}

/// The revisions in which a path can be walked.
fn eras(path: &str) -> &'static [Revision] {
    match path {
        // What is newest has no sessions: all who are unknown there are one.
        "own_session" | "other_session" => &ERAS[..1],
        _ => &ERAS,
    }
}

#[tokio::test]
async fn p14_what_may_be_done_after_reading_is_what_the_table_says() {
    let mut walked = BTreeSet::new();
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [what, then, path, outcome] = words[..] else {
            panic!("{line}");
        };
        assert!(walked.insert((what, then, path)), "it stands twice: {line}");
        for era in eras(path) {
            let found = walk(&World::default(), *era, (what, then, path)).await;
            assert_eq!(found, outcome, "{} {line}", era.name());
        }
    }
    let all = READS
        .iter()
        .flat_map(|what| THEN.iter().map(move |(then, ..)| (what, then)));
    let all = all.flat_map(|(what, then)| PATHS.iter().map(move |path| (*what, *then, *path)));
    assert_eq!(walked, all.collect());
}
