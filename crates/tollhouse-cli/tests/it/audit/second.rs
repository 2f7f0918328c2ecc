//! The second place as a file: what a crash tore in it, and what `verify` says of it.

use std::{fs, path::Path};

use serde_json::json;

use super::audit;
use crate::{
    config::{folder, serve::FIRST},
    process::Process,
};

fn serve(folder: &Path) {
    let mut process = Process::start(folder, &["run", "--stdio"]);
    process.call("list_orders", &json!({"status": "open"}));
    process.close_input();
    assert!(process.ends().0.success());
}

fn verify(folder: &Path) -> (i32, String, String) {
    audit(folder, &["verify", "--checkpoint", "second.ndjson"])
}

#[test]
fn p39_a_torn_line_and_a_missing_key_are_told_with_what_to_do() {
    let folder = folder(&format!("[audit.sink]\nfile = \"second.ndjson\"\n{FIRST}"));
    let folder = folder.path();
    serve(folder);
    let sink = folder.join("second.ndjson");
    let whole = fs::read(&sink).unwrap();
    fs::write(&sink, &whole[..whole.len() - 20]).unwrap();
    serve(folder);
    let lines = fs::read_to_string(&sink).unwrap();
    let torn = whole.iter().filter(|byte| **byte == b'\n').count();
    let (status, output, told) = verify(folder);
    assert!(status == 0 && output.contains("1 checkpoint\n"), "{output}");
    assert!(told.contains(&format!("line {torn} is torn")), "{told}");
    assert!(
        lines
            .lines()
            .nth(torn)
            .unwrap()
            .starts_with("{\"writer\":2,"),
        "{lines}"
    );
    // Whoever takes the key away can make up whatever was told.
    let key = folder.join(".tollhouse/audit.key");
    fs::rename(&key, folder.join("copy")).unwrap();
    let (status, output, told) = verify(folder);
    assert!(status == 2 && output.starts_with("NOT ok"), "{output}");
    assert!(
        told.contains("audit.key is missing") && told.contains("copy"),
        "{told}"
    );
    fs::rename(folder.join("copy"), &key).unwrap();
    assert_eq!(verify(folder).0, 0);
    // A crash while the key was made: nothing was told with it, and the next start makes it whole.
    fs::write(&key, "0123").unwrap();
    serve(folder);
    assert_eq!(fs::read_to_string(&key).unwrap().len(), 64);
}
