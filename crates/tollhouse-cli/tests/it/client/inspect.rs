//! What a server offers, shown.

use serde_json::Value;

use super::{PROGRAM, REVISIONS, peer::Peer, run};

#[test]
fn a_server_is_shown_on_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(tollhouse::http::Options::default());
    let done = run(folder.path(), &["inspect", &peer.url()]);
    let expected = "\
A peer (peer 1.2.3), MCP 2026-07-28
Ask it.

tools  6, about 431 tokens in all
     70  read     greet(times: integer = 1)
                  Greet somebody. Asks for a name.
    127  write    book(people: integer, place?: string, clientRequestId?: string)
                  Book a table. Asks whether that is meant.
     49  read     show()
                  Pictures: Show a picture and a file.
     52  read     come_back()
                  Let the caller hang up, and answer whoever comes back.
     41  read     never()
                  Never answer.
     92  read     read_more(cursor: string)
                  Read the next part of an answer that was too long to be given at once. The answer names the cursor.

templates  2
  tollhouse://results/{id}         result
  tollhouse://results/{id}/{from}  result_from
";
    assert_eq!(done.ends(0).output, expected);
    assert_eq!(done.errors, "");
}

#[test]
fn the_demo_is_shown_with_all_that_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let here = run(folder.path(), &["inspect", "orders"]);
    for part in [
        "Orders demo (orders ",
        "  destroy  cancel_order(order_id: string, clientRequestId?: string)",
        "  read     search_orders(query?: string, status?: open|paid|shipped|cancelled, limit: integer = 10)",
        "orders://{order_id}",
        "standup_summary()",
    ] {
        assert!(
            here.ends(0).output.contains(part),
            "{part}: {}",
            here.output
        );
    }
    let words = ["inspect", "--", PROGRAM, "run", "orders", "--stdio"];
    assert_eq!(run(folder.path(), &words).output, here.output);
}

#[test]
fn everything_is_one_document_in_every_revision() {
    let folder = tempfile::tempdir().unwrap();
    for revision in REVISIONS {
        let words = ["inspect", "orders", "--json", "--revision", revision];
        let done = run(folder.path(), &words);
        let seen: Value = serde_json::from_str(&done.ends(0).output).unwrap();
        assert_eq!(seen["revision"], revision);
        assert_eq!(seen["server"]["name"], "orders");
        assert_eq!(seen["tools"].as_array().unwrap().len(), 5);
        assert_eq!(seen["resourceTemplates"].as_array().unwrap().len(), 3);
    }
}

#[test]
fn schemas_are_shown_of_one_tool_or_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let one = run(
        folder.path(),
        &["inspect", "orders", "--schema", "get_order"],
    );
    let one: Value = serde_json::from_str(&one.ends(0).output).unwrap();
    assert_eq!(one["input"]["required"][0], "order_id");
    let all = run(folder.path(), &["inspect", "orders", "--schema"]);
    let all: Value = serde_json::from_str(&all.ends(0).output).unwrap();
    assert_eq!(all["get_order"], one);
    assert_eq!(all.as_object().unwrap().len(), 5);
}
