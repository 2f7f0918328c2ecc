//! Listing by who called and with what, and listing what comes while it comes.

use std::path::Path;

use serde_json::{Value, json};

use super::records;
use crate::{
    config::{folder, serve::FIRST},
    process::{Process, command},
};

/// A client with this name, for this user.
fn client(folder: &Path, (user, client): (&str, &str)) -> Process {
    let file = format!("[server]\nlocal_user = \"{user}\"\n{FIRST}");
    std::fs::write(folder.join("tollhouse.toml"), file).unwrap();
    let mut command = command(folder, &["run", "--stdio"]);
    Process::spawn(command.env("MCP_CLIENT_ID", client))
}

fn ends(mut process: Process) {
    process.close_input();
    assert!(process.ends().0.success());
}

#[test]
fn p39_records_are_listed_by_client_and_by_user() {
    let folder = folder(FIRST);
    let folder = folder.path();
    for who in [("ana", "desk"), ("ben", "desk"), ("ben", "phone")] {
        let mut process = client(folder, who);
        process.call("list_orders", &json!({"status": "open"}));
        ends(process);
    }
    let found = |arguments: &[&str]| {
        let records = records(folder, arguments);
        let who = records.iter().map(|one| {
            let text = |name: &str| one[name].as_str().unwrap().to_owned();
            (text("subject"), text("client"))
        });
        who.collect::<Vec<_>>()
    };
    let pair = |user: &str, client: &str| (user.to_owned(), client.to_owned());
    let (first, second, third) = (
        pair("ana", "desk"),
        pair("ben", "desk"),
        pair("ben", "phone"),
    );
    assert_eq!(
        found(&["--client", "desk", "--json"]),
        [first, second.clone()]
    );
    assert_eq!(
        found(&["list", "--user", "ben", "--json"]),
        [second.clone(), third]
    );
    assert_eq!(
        found(&["export", "--user", "ben", "--client", "desk"]),
        [second]
    );
    assert_eq!(found(&["--user", "ana", "--client", "phone", "--json"]), []);
    assert_eq!(found(&["--client", "des", "--json"]), []);
}

#[test]
fn p39_what_is_called_is_followed_while_it_is_called() {
    let folder = folder(FIRST);
    let folder = folder.path();
    let mut desk = client(folder, ("ana", "desk"));
    let call = |process: &mut Process, limit: u64| {
        process.call("list_orders", &json!({"status": "open", "limit": limit}));
    };
    call(&mut desk, 1);
    ends(desk);
    let follow = [
        "audit", "--follow", "--json", "--client", "desk", "--limit", "1",
    ];
    let mut following = Process::start(folder, &follow);
    let limit = |following: &mut Process| -> Value {
        let record = following.read();
        assert_eq!(record["client"], "desk", "{record}");
        record["arguments"]["limit"].clone()
    };
    // What was there before, and then what comes, of others nothing.
    assert_eq!(limit(&mut following), 1);
    let mut phone = client(folder, ("ana", "phone"));
    call(&mut phone, 2);
    let mut desk = client(folder, ("ana", "desk"));
    for number in 3..6 {
        call(&mut desk, number);
        assert_eq!(limit(&mut following), number);
    }
    call(&mut desk, 6);
    ends(desk);
    assert_eq!(limit(&mut following), 6);
    ends(phone);
}
