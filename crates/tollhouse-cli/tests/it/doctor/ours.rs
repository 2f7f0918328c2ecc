//! Our own server, in every way to sign in that it has, has nothing that the doctor finds.

use super::{visit, visit_with};
use crate::{
    client::run,
    process::{Process, command},
    site::{Site, good},
};

#[test]
fn p53_our_own_server_is_fine_without_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start(folder.path(), &["run", "--http", "127.0.0.1:0"]);
    let url = format!("http://{}/mcp", server.address());
    let seen = visit(&url, &[]);
    seen.is_fine()
        .says("ok", &["orders", "5 tools", "MCP 2026-07-28"]);
}

#[test]
fn p53_our_own_server_is_fine_with_a_key() {
    const KEY: &str = "th_s3cr3t_0123456789abcdef";
    let folder = tempfile::tempdir().unwrap();
    let mut serve = command(folder.path(), &["run", "--http", "127.0.0.1:0"]);
    let server = Process::spawn(serve.env("MCP_API_KEY", KEY));
    let url = format!("http://{}/mcp", server.address());
    let origin = ["--origin", "http://localhost:6274"];
    let seen = visit_with(
        &url,
        &[&origin[..], &["--key", "K"]].concat(),
        &[("K", KEY)],
    );
    seen.warns("no-resource-metadata", &["a key"])
        .says("ok", &["5 tools", "a token in the URL is not taken (401)"]);
    assert!(!seen.done.output.contains(KEY), "{}", seen.done.output);
    // What lies around for this machine's servers is used too.
    let seen = visit_with(&url, &origin, &[("TOLLHOUSE_KEY", KEY)]);
    seen.says("ok", &["5 tools"]);
    visit_with(&url, &origin, &[("TOLLHOUSE_KEY", "wrong-key")]).blames(
        3,
        "token-refused",
        &["(401)"],
    );
}

/// With an outside issuer, everything that a client needs to sign in is there and fits together.
#[test]
fn p53_our_own_server_is_fine_with_an_issuer() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = Site::start(good).url().replace("/mcp", "/issuer");
    let file = format!(
        "[server]\nname = \"s\"\n[auth]\nmode = \"external\"\n[auth.issuers.site]\nurl = \"{issuer}\"\n\
         [sources.d]\ntype = \"date\"\nscope = \"time\"\n"
    );
    std::fs::write(folder.path().join("tollhouse.toml"), file).unwrap();
    let server = Process::start(folder.path(), &["run", "--http", "127.0.0.1:0"]);
    let url = format!("http://{}/mcp", server.address());
    let named = format!("{issuer}: clients come by client ID metadata documents");
    visit(&url, &[]).is_fine().says(
        "ok",
        &[
            "401 Bearer resource_metadata=http://",
            "of the challenge: resource http://",
            &named,
        ],
    );
    let garbage = ["--token", "not-a-token-of-anybody"];
    visit(&url, &garbage).blames(3, "token-refused", &["(401)", "invalid_token"]);
}

#[test]
fn nobody_there_is_code_4_and_no_address_is_code_1() {
    visit("http://127.0.0.1:1/mcp", &[]).blames(4, "nobody-listens", &["start the server"]);
    visit("http://nowhere.invalid/mcp", &[]).blames(
        4,
        "unknown-host",
        &["nowhere.invalid is not found"],
    );
    let folder = tempfile::tempdir().unwrap();
    for words in [
        &["doctor"][..],
        &["doctor", "orders"],
        &["doctor", "ftp://a.example"],
    ] {
        run(folder.path(), words).ends(1);
    }
}

/// Every culprit has its row in the documentation, and every row its culprit.
#[test]
fn every_culprit_is_explained() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let page = std::fs::read_to_string(format!("{root}/docs/doctor.md")).unwrap();
    let source =
        std::fs::read_to_string(format!("{root}/crates/tollhouse-cli/src/doctor/culprit.rs"))
            .unwrap();
    let known: Vec<&str> = source
        .lines()
        .filter_map(|line| line.split_once("=> \"")?.1.strip_suffix("\","))
        .collect();
    assert!(known.len() > 40, "{known:?}");
    let (_, page) = page.split_once("\n## Culprits").unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let rows: Vec<&str> = rows
        .filter_map(|row| Some(row.split_once('`')?.0))
        .collect();
    for culprit in &known {
        assert!(rows.contains(culprit), "{culprit} has no row");
    }
    for row in rows {
        assert!(known.contains(&row), "{row} is no culprit");
    }
}
