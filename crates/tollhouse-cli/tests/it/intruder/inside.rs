//! The server of a file: every way to sign in that a file can say, tried with keys made for the test.

use std::{fs, path::Path};

use super::{Tried, try_auth};
use crate::site::{Reply, Site};

fn tried(auth: &str) -> (tempfile::TempDir, Tried) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tollhouse.toml"), file(auth)).unwrap();
    fs::write(folder.path().join("seed.sql"), SEED).unwrap();
    let tried = try_auth(folder.path(), &[]);
    (folder, tried)
}

/// A shop with a tool that reads, one that writes, and one for nobody in particular.
fn file(auth: &str) -> String {
    format!(
        r#"
[server]
name = "shop"
{auth}
[sources.shop]
type = "sqlite"
path = "shop.db"
seed = "seed.sql"

[tools.count_orders]
source = "shop"
scope = "orders:read"
description = "Counts the orders that there are, whatever their status is."
sql = "SELECT count(*) AS orders FROM orders"

[tools.forget_orders]
source = "shop"
scope = ["orders:read", "orders:write"]
description = "Forgets all orders at once, as a shop that closes would do."
sql = "DELETE FROM orders"
effect = "destructive"

[tools.rename_orders]
source = "shop"
scope = "orders:write"
roles = ["editor"]
description = "Gives every order another name, for people who tidy up."
sql = "UPDATE orders SET id = id || :ending"
effect = "write"
params.ending = {{ type = "string", min_length = 1, max_length = 5 }}

[tools.list_statuses]
source = "shop"
scope = "any"
description = "Lists each status that an order has now, in no order."
sql = "SELECT DISTINCT status FROM orders"
"#
    )
}

const SEED: &str = "CREATE TABLE orders (id TEXT PRIMARY KEY, status TEXT); INSERT INTO orders VALUES ('a', 'paid');";

const RIGHTS: &str = r#"
[auth.scopes]
"orders:read" = "See orders"
"orders:write" = "Change orders"
[auth.roles]
viewer = ["orders:read"]
editor = ["orders:read", "orders:write"]
"#;

const EVERYWHERE: [&str; 14] = [
    "a good credential",
    "another user's",
    "no credential",
    "an empty one",
    "garbage",
    "a good one in the URL",
    "a good one in a cookie",
    "a good one twice",
    "another's session",
    "count_orders without its scopes",
    "forget_orders without its scopes",
    "forget_orders without its scopes, in a session",
    "rename_orders hidden from the caller",
    "rename_orders hidden from the caller, in a session",
];

const BY_ROLE: [&str; 4] = [
    "role editor given: count_orders in the list",
    "role editor taken away: count_orders in the list",
    "role editor taken away: count_orders without its scopes",
    "role editor taken away: count_orders without its scopes, in a session",
];

const TOKENS: [&str; 13] = [
    "for another audience",
    "for the whole host",
    "for no audience",
    "of another issuer",
    "of an issuer with a slash more",
    "that has expired",
    "that never expires",
    "that is not valid yet",
    "signed by somebody else",
    "HS256 with the public key",
    "alg none",
    "signature cut off",
    "another subject, signature kept",
];

/// What the test starts leaves nothing behind.
fn left(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn u9_a_file_with_keys_keeps_intruders_out() {
    let (folder, tried) = tried(&format!("[auth]\nmode = \"keys\"\n{RIGHTS}"));
    tried
        .keeps_out(&EVERYWHERE)
        .keeps_out(&BY_ROLE)
        .keeps_out(&[
            "that nobody made",
            "that is mistyped",
            "that has expired",
            "that was revoked",
            "of a user who is blocked",
        ]);
    assert_eq!(left(folder.path()), ["seed.sql", "tollhouse.toml"]);
}

#[test]
fn u9_a_file_with_an_issuer_keeps_intruders_out() {
    let auth = format!(
        "[auth]\nmode = \"external\"\n{RIGHTS}\n[auth.issuers.acme]\nurl = \"https://acme.example\"\n"
    );
    let (folder, tried) = tried(&auth);
    tried
        .keeps_out(&EVERYWHERE)
        .keeps_out(&BY_ROLE)
        .keeps_out(&TOKENS);
    assert_eq!(left(folder.path()), ["seed.sql", "tollhouse.toml"]);
}

/// Claims elsewhere, other signatures, a name of its own: the tokens of the test are as the file wants them.
#[test]
fn n18_tokens_are_made_as_the_file_wants_them() {
    for (issuer, public_url) in [
        (
            "algorithms = [\"EdDSA\"]\ntyp = \"at+jwt\"\nrequire = { tid = \"t1\" }\nsubject_prefix = \"acme:\"",
            "",
        ),
        (
            "algorithms = [\"RS256\"]\nclaims = { scopes = \"permissions\", roles = \"realm_access.roles\" }",
            "public_url = \"https://tools.example/shop/mcp\"",
        ),
    ] {
        let auth = format!(
            "{public_url}\n[auth]\nmode = \"external\"\n{RIGHTS}\n[auth.issuers.acme]\nurl = \
             \"https://acme.example/t\"\n{issuer}\n"
        );
        let (_folder, tried) = tried(&auth);
        tried
            .keeps_out(&EVERYWHERE)
            .keeps_out(&BY_ROLE)
            .keeps_out(&TOKENS);
    }
}

/// What an issuer is asked about only it can answer, and it is left alone.
#[test]
fn w15_an_issuer_that_is_asked_about_tokens_is_left_alone() {
    let issuer = Site::start(|_| Reply::only(500));
    let url = issuer.url();
    let auth = format!(
        "[auth]\nmode = \"external\"\n{RIGHTS}\n[auth.issuers.acme]\nurl = \"{url}\"\nintrospection = \
         \"{url}/introspect\"\nask_signed = true\nclient_id = \"a\"\nclient_secret = \"env:NO_SECRET_IS_NEEDED\"\n"
    );
    let (_folder, tried) = tried(&auth);
    tried.keeps_out(&EVERYWHERE).keeps_out(&TOKENS);
    let skipped = tried.ended("skipped");
    assert!(
        skipped.contains(&"tokens that the issuer is asked about"),
        "{skipped:?}"
    );
    assert!(issuer.paths().is_empty(), "{:?}", issuer.paths());
}

#[test]
fn u9_keys_and_several_issuers_are_tried_one_after_the_other() {
    let auth = format!(
        "[auth]\nmode = [\"keys\", \"external\"]\n{RIGHTS}\n[auth.issuers.acme]\nurl = \"https://acme.example\"\n\
         [auth.issuers.other]\nurl = \"https://other.example\"\nsubject_prefix = \"other:\"\n"
    );
    let (_folder, tried) = tried(&auth);
    tried.keeps_out(&[
        "key: that was revoked",
        "key: count_orders without its scopes",
        "acme: for another audience",
        "other: for another audience",
        "acme: in the name of other",
        "other: in the name of acme",
        "other: role editor taken away: count_orders in the list",
    ]);
}

/// A list of more than one page, so that there is a cursor.
#[test]
fn sec17_another_s_cursor_is_of_no_use() {
    let folder = tempfile::tempdir().unwrap();
    let prompts = (0..201).map(|number| {
        format!("[prompts.p{number}]\nscope = \"any\"\ndescription = \"Number {number}.\"\ntext = \"Say it.\"\n")
    });
    let file = format!(
        "[server]\nname = \"s\"\n[auth]\nmode = \"keys\"\n{}",
        prompts.collect::<String>()
    );
    fs::write(folder.path().join("tollhouse.toml"), file).unwrap();
    try_auth(folder.path(), &[]).keeps_out(&["another's cursor", "another's cursor, in a session"]);
}

/// Another system is not asked about keys that are wrong on purpose.
#[test]
fn a15_keys_that_another_system_keeps_are_not_tried() {
    let folder = tempfile::tempdir().unwrap();
    let asked = Site::start(|_| Reply::only(404));
    let url = asked.url();
    let file = format!(
        "[server]\nname = \"s\"\n[auth]\nmode = \"keys\"\n[auth.lookup]\nurl = \"{url}\"\n[sources.d]\ntype = \
         \"date\"\nscope = \"any\"\n"
    );
    fs::write(folder.path().join("tollhouse.toml"), file).unwrap();
    let tried = try_auth(folder.path(), &[]);
    tried.keeps_out(&["garbage"]);
    assert!(tried.ended("skipped").contains(&"keys of [auth.lookup]"));
    assert!(asked.paths().is_empty(), "{:?}", asked.paths());
}

#[test]
fn a_file_that_lets_everybody_in_is_told_what_it_would_need() {
    let folder = tempfile::tempdir().unwrap();
    let open = "[server]\nname = \"s\"\n[sources.d]\ntype = \"date\"\n";
    fs::write(folder.path().join("tollhouse.toml"), open).unwrap();
    let tried = try_auth(folder.path(), &[]);
    let told = &tried.done.ends(1).errors;
    assert!(
        told.contains("mode = \"keys\"") && told.contains("[auth.issuers.NAME]"),
        "{told}"
    );
}
