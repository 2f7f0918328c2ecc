//! Over standard input and output.

use std::fs;

use serde_json::json;

use crate::process::{Process, command};

#[test]
fn the_first_start_makes_the_shop_and_answers() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    let order = process.call("get_order", &json!({"order_id": "ord_abc123"}));
    assert_eq!(order["structuredContent"]["status"], "shipped");
    let data = folder.path().join(".tollhouse");
    assert!(data.join("orders.db").is_file());
    assert_eq!(fs::read_to_string(data.join(".gitignore")).unwrap(), "*\n");
}

#[test]
fn the_second_start_keeps_what_the_first_changed() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Process::start(folder.path(), &["run", "--stdio"]);
    let open = first.call("search_orders", &json!({"status": "open", "limit": 1}));
    let order = json!({"order_id": open["structuredContent"]["rows"][0]["id"]});
    let cancelled = first.call("cancel_order", &order);
    assert_eq!(cancelled["structuredContent"]["status"], "cancelled");
    first.close_input();
    assert!(first.ends().0.success());
    let mut second = Process::start(folder.path(), &["run", "--stdio"]);
    let kept = second.call("get_order", &order);
    assert_eq!(kept["structuredContent"]["status"], "cancelled");
}

#[test]
fn the_end_of_the_input_ends_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    process.ask("server/discover", &json!({}));
    process.close_input();
    let (status, output, _) = process.ends();
    assert_eq!(status.code(), Some(0));
    assert!(output.is_empty(), "{output:?}");
}

/// A client that knows only the program's name gets a server.
#[test]
fn without_a_word_a_pipe_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), &[]);
    let found = process.call("search_orders", &json!({"query": "ord_abc123"}));
    assert_eq!(found["structuredContent"]["rows"][0]["id"], "ord_abc123");
}

#[test]
fn one_line_is_said_and_none_of_it_to_the_client() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), &["run", "orders", "--stdio"]);
    process.call("summarize_order", &json!({"order_id": "ord_abc123"}));
    process.call("get_order", &json!({"order_id": "ord_zzz"}));
    process.close_input();
    let (_, output, errors) = process.ends();
    assert!(output.is_empty(), "{output:?}");
    let [line] = errors.as_slice() else {
        panic!("{errors:?}");
    };
    assert!(line.contains("serves orders over stdio, from "), "{line}");
}

/// Some clients start servers where nobody can write.
#[cfg(target_os = "linux")]
#[test]
fn where_nothing_can_be_written_the_user_s_own_folder_serves() {
    let home = tempfile::tempdir().unwrap();
    let mut command = command("/proc".as_ref(), &["run", "--stdio"]);
    command.env("XDG_DATA_HOME", home.path());
    let mut process = Process::spawn(&mut command);
    let found = process.call("search_orders", &json!({}));
    assert_eq!(found["isError"], json!(null));
    let told = process.hears("instead");
    assert!(
        told.starts_with("/proc/.tollhouse cannot be written"),
        "{told}"
    );
    assert!(home.path().join("tollhouse/orders.db").is_file());
    let mut command = crate::process::command("/proc".as_ref(), &["run", "--stdio"]);
    command
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", "not/a/full/path");
    let mut process = Process::spawn(&mut command);
    process.call("search_orders", &json!({}));
    assert!(
        home.path()
            .join(".local/share/tollhouse/orders.db")
            .is_file()
    );
}

#[test]
fn another_folder_can_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["run", "--stdio", "--data", "deep/er"];
    let mut process = Process::start(folder.path(), &arguments);
    process.call("search_orders", &json!({}));
    assert!(folder.path().join("deep/er/orders.db").is_file());
    assert!(!folder.path().join(".tollhouse").exists());
}
