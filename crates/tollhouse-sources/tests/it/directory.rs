//! Keys that stand in somebody's own database.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tollhouse_core::{Directory as _, OutsideKey, SystemClock, Unauthenticated};
use tollhouse_oauth::Elsewhere;
use tollhouse_sources::sql::{SqlDirectory, SqlError, Trouble};

use crate::house::House;

/// A system of users as many are: keys as digests, some ended, roles beside them.
const USERS: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, login TEXT, team TEXT);
    CREATE TABLE api_keys (digest TEXT, plain TEXT, user_id INTEGER, scopes TEXT, revoked_at TEXT, ends TEXT);
    CREATE TABLE memberships (user_id INTEGER, role TEXT);
    INSERT INTO users VALUES (1, 'ann', 'red'), (2, 'bob', NULL);
    INSERT INTO memberships VALUES (1, 'admin'), (1, 'clerk');";

const BY_DIGEST: &str =
    "SELECT u.login AS subject, k.scopes, u.team AS tenant, k.ends AS expires_at,
    (SELECT json_group_array(role) FROM memberships m WHERE m.user_id = u.id) AS roles
    FROM api_keys k JOIN users u ON u.id = k.user_id
    WHERE k.digest = :key_sha256 AND k.revoked_at IS NULL";

fn key(secret: &str) -> OutsideKey {
    let digest = Sha256::digest(secret);
    OutsideKey {
        secret: secret.to_owned(),
        sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

fn house() -> House {
    let house = House::with(USERS);
    let connection = house.connect();
    for (secret, user, scopes) in [("ann's", 1, "orders:read orders:write"), ("bob's", 2, "")] {
        let digest = key(secret).sha256;
        let insert = "INSERT INTO api_keys VALUES (?1, ?2, ?3, ?4, NULL, NULL)";
        let values = (digest, secret, user, scopes);
        connection.execute(insert, values).unwrap();
    }
    house
}

async fn find(directory: &SqlDirectory, secret: &str) -> Option<Map<String, Value>> {
    directory.find(&key(secret)).await.unwrap()
}

/// A15: key, user, roles, as they are now and not as they were when the file was opened.
#[tokio::test]
async fn a15_a_key_is_found_with_its_user_and_roles_as_they_are_now() {
    let house = house();
    let directory = SqlDirectory::open(&house.file(), BY_DIGEST).unwrap();
    let ann = find(&directory, "ann's").await.unwrap();
    let expected = json!({
        "subject": "ann", "scopes": "orders:read orders:write", "tenant": "red", "expires_at": null,
        "roles": "[\"admin\",\"clerk\"]",
    });
    assert_eq!(Value::Object(ann), expected);
    assert_eq!(find(&directory, "bob's").await.unwrap()["roles"], "[]");

    let connection = house.connect();
    connection
        .execute("DELETE FROM memberships WHERE role = 'admin'", ())
        .unwrap();
    let roles = find(&directory, "ann's").await.unwrap();
    assert_eq!(roles["roles"], "[\"clerk\"]");
    connection
        .execute(
            "UPDATE api_keys SET revoked_at = 'now' WHERE user_id = 1",
            (),
        )
        .unwrap();
    assert_eq!(find(&directory, "ann's").await, None);
}

#[tokio::test]
async fn p12_a_key_is_a_value_and_never_text_of_the_statement() {
    let house = house();
    let by_text = "SELECT user_id AS subject FROM api_keys WHERE plain = :key";
    let directory = SqlDirectory::open(&house.file(), by_text).unwrap();
    assert_eq!(find(&directory, "bob's").await.unwrap()["subject"], 2);
    for secret in ["' OR 1=1 --", "ann", "ANN'S", "ann's ", "%", "*", ""] {
        assert_eq!(find(&directory, secret).await, None, "{secret}");
    }
}

#[tokio::test]
async fn a15_two_holders_of_one_key_are_none() {
    let house = house();
    let all = "SELECT login AS subject FROM users WHERE :key = 'x'";
    let directory = SqlDirectory::open(&house.file(), all).unwrap();
    assert_eq!(find(&directory, "y").await, None);
    let error = directory.find(&key("x")).await.unwrap_err();
    assert!(error.to_string().contains("more than one row"), "{error}");
}

#[tokio::test]
async fn a15_a_database_that_has_gone_or_changed_is_no_answer() {
    let house = house();
    let directory = SqlDirectory::open(&house.file(), BY_DIGEST).unwrap();
    let connection = house.connect();
    connection
        .execute_batch("ALTER TABLE api_keys RENAME COLUMN revoked_at TO gone_at")
        .unwrap();
    let error = directory.find(&key("ann's")).await.unwrap_err();
    assert!(error.to_string().contains("no longer fits"), "{error}");
    connection
        .execute_batch("ALTER TABLE api_keys RENAME COLUMN gone_at TO revoked_at")
        .unwrap();
    assert!(find(&directory, "ann's").await.is_some());
    std::fs::remove_file(house.file()).unwrap();
    let error = directory.find(&key("ann's")).await.unwrap_err();
    assert!(!error.to_string().contains("ann's"), "{error}");
}

#[test]
fn a15_a_query_that_cannot_find_anybody_is_refused_with_its_mend() {
    let house = house();
    for (sql, trouble, says) in [
        (
            "SELECT login AS subject FROM users",
            Trouble::Argument,
            ":key_sha256",
        ),
        (
            "SELECT login FROM users WHERE login = :key",
            Trouble::Columns,
            "`subject`",
        ),
        (
            "SELECT login AS subject, team AS scope FROM users WHERE login = :key",
            Trouble::Columns,
            "`scope`",
        ),
        (
            "SELECT login AS subject FROM users WHERE login = :token",
            Trouble::Argument,
            "`token`",
        ),
        (
            "SELECT login AS subject FROM users WHERE login = :user.id OR login = :key",
            Trouble::Identity,
            "nobody signs in",
        ),
        (
            "UPDATE users SET login = :key RETURNING login AS subject",
            Trouble::Effect,
            "read",
        ),
        (
            "SELECT login AS subject FROM nobody WHERE login = :key",
            Trouble::Statement,
            "nobody",
        ),
    ] {
        let error = SqlDirectory::open(&house.file(), sql).unwrap_err();
        let SqlError::Statements(problems) = error else {
            panic!("{sql}: {error}");
        };
        let found = problems.iter().find(|problem| problem.trouble == trouble);
        let text = found
            .unwrap_or_else(|| panic!("{sql}: {problems:?}"))
            .to_string();
        assert!(text.contains(says), "{text}");
        assert!(text.starts_with("the lookup of keys: "), "{text}");
    }
    let missing = house.folder().join("nothing.db");
    let error = SqlDirectory::open(&missing, BY_DIGEST).unwrap_err();
    assert!(matches!(error, SqlError::Open(_)), "{error}");
    assert!(!missing.exists());
}

/// W30: what is revoked in the other system is refused here within a second, while it is asked about without end.
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "a bound in real time")]
async fn w30_a_key_that_is_revoked_elsewhere_is_soon_refused() {
    let house = house();
    let directory = SqlDirectory::open(&house.file(), BY_DIGEST).unwrap();
    let kept = Duration::from_secs(1);
    let clock = Arc::new(SystemClock::default());
    let elsewhere = Elsewhere::new(Arc::new(directory), kept, clock);
    let ann = elsewhere.holder("ann's").await.unwrap();
    assert_eq!(ann.subject, "ann");
    assert_eq!(ann.roles.as_deref().unwrap(), ["admin", "clerk"]);
    let never = elsewhere.holder("nobody's").await;
    assert_eq!(never.unwrap_err(), Unauthenticated::UnknownKey);

    house
        .connect()
        .execute(
            "UPDATE api_keys SET revoked_at = 'now' WHERE user_id = 1",
            (),
        )
        .unwrap();
    let revoked = Instant::now();
    let refused = loop {
        match elsewhere.holder("ann's").await {
            Ok(_) => assert!(revoked.elapsed() < 3 * kept, "still good"),
            Err(refused) => break refused,
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(refused, Unauthenticated::UnknownKey);
    assert!(elsewhere.holder("bob's").await.is_ok());
}
