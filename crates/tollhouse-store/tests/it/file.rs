//! The file: made for its owner alone, upgraded once, and never taken for what it is not.

use std::{fs, thread};

use tollhouse_core::{Keys as _, Users as _};
use tollhouse_store::{State, StateError};

use crate::house::House;

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_for_its_owner_alone_and_ignored_by_git() {
    use std::os::unix::fs::PermissionsExt as _;

    let house = House::new();
    let state = house.open();
    // The companions of the file are there from the first write on.
    state.revoke("nobody", 0).await.unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = house.file().parent().unwrap().to_owned();
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(
        fs::read_to_string(folder.join(".gitignore")).unwrap(),
        "*\n"
    );
    for name in ["state.db", "state.db-wal", "state.db-shm"] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
    drop(state);
    fs::set_permissions(house.file(), fs::Permissions::from_mode(0o644)).unwrap();
    let _state = house.open();
    assert_eq!(mode(&house.file()), 0o600);
}

#[test]
fn a_newer_file_is_refused_with_both_versions_and_left_alone() {
    let house = House::new();
    drop(house.open());
    let other = house.connect();
    let newest: i64 = other
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    let newer = newest + 3;
    other.pragma_update(None, "user_version", newer).unwrap();
    let error = house.try_open().unwrap_err();
    let text = error.to_string();
    // A connection that is still open keeps pages in the log.
    let log = "PRAGMA wal_checkpoint(TRUNCATE)";
    other.query_row(log, [], |_| Ok(())).unwrap();
    let looked = State::look(&house.file()).unwrap_err();
    assert_eq!(looked.to_string(), text);
    assert!(
        matches!(error, StateError::Newer { found, known, .. } if (found, known) == (newer, newest)),
        "{text}"
    );
    for part in [format!("version {newer} of"), format!("up to {newest};")] {
        assert!(text.contains(&part), "{text}");
    }
    let found: i64 = other
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(found, newer);
}

#[test]
fn what_is_something_else_is_refused_and_left_alone() {
    let house = House::new();
    house
        .connect()
        .execute_batch("CREATE TABLE mine (x)")
        .unwrap();
    let before = fs::read(house.file()).unwrap();
    let looked = State::look(&house.file());
    assert!(matches!(looked, Err(StateError::Foreign(_))), "{looked:?}");
    assert!(matches!(house.try_open(), Err(StateError::Foreign(_))));
    assert_eq!(fs::read(house.file()).unwrap(), before);
    let text = "milk, bread, and more than a header has room for; ".repeat(99);
    fs::write(house.file(), &text).unwrap();
    assert!(matches!(house.try_open(), Err(StateError::Foreign(_))));
    assert_eq!(fs::read_to_string(house.file()).unwrap(), text);
}

/// Whoever is killed in the middle of a step leaves the file as it was before the step.
#[tokio::test]
async fn a_half_upgraded_file_heals() {
    let made = House::new();
    let mut connection = made.connect();
    let first = include_str!("../../src/migrations/0001_keys.sql");
    connection.execute_batch(first).unwrap();
    connection.execute(OLD_KEY, []).unwrap();
    connection
        .pragma_update(None, "application_id", 0x544f_5354)
        .unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    // Without room for changed pages they reach the file before the commit, as in a large step.
    connection.pragma_update(None, "cache_size", 1).unwrap();
    let transaction = connection.transaction().unwrap();
    let second = include_str!("../../src/migrations/0002_memory.sql");
    transaction.execute_batch(second).unwrap();
    transaction.execute("DELETE FROM keys", []).unwrap();
    let filler = "CREATE TABLE filler (text TEXT);
        INSERT INTO filler SELECT hex(zeroblob(2000)) FROM json_each('[1,2,3,4,5,6,7,8,9]');";
    transaction.execute_batch(filler).unwrap();
    let killed = House::new();
    drop(killed.connect());
    let journal = |house: &House| house.file().with_file_name("state.db-journal");
    fs::copy(made.file(), killed.file()).unwrap();
    fs::copy(journal(&made), journal(&killed)).unwrap();
    let state = killed.open();
    let keys = state.list().await.unwrap();
    assert_eq!(keys.first().map(|key| key.name.as_str()), Some("laptop"));
    let left = "SELECT count(*) FROM sqlite_schema WHERE name = 'filler'";
    let left: i64 = killed
        .connect()
        .query_row(left, [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0);
}

/// The file of the release before: its keys are what they were, and its program may still be running on it.
#[tokio::test]
async fn a_file_of_the_version_before_is_upgraded_and_its_release_goes_on() {
    let house = House::new();
    let old = house.connect();
    for step in [
        include_str!("../../src/migrations/0001_keys.sql"),
        include_str!("../../src/migrations/0002_memory.sql"),
    ] {
        old.execute_batch(step).unwrap();
    }
    old.execute(OLD_KEY, []).unwrap();
    old.pragma_update(None, "application_id", 0x544f_5354)
        .unwrap();
    old.pragma_update(None, "user_version", 2).unwrap();
    let state = house.open();
    let keys = state.list().await.unwrap();
    let [key] = &keys[..] else { panic!("{keys:?}") };
    assert_eq!((key.name.as_str(), key.subject.as_str()), ("laptop", "ana"));
    assert!(key.scopes.is_none() && key.roles.is_none() && key.tenant.is_none());
    assert_eq!(state.users().await.unwrap(), []);
    let before = state.changes().await.unwrap();
    let made = OLD_KEY.replace("key_1", "key_2").replace("laptop", "phone");
    old.execute(&made, []).unwrap();
    let after = state.changes().await.unwrap();
    assert_ne!(before, after);
    let ended = "UPDATE keys SET revoked_at_ms = 2 WHERE id = 'key_2' RETURNING *";
    old.query_row(ended, [], |_| Ok(())).unwrap();
    assert_ne!(state.changes().await.unwrap(), after);
    let keys = state.list().await.unwrap();
    // A release that cannot say whether scopes were named has named them.
    assert_eq!(keys.last().unwrap().scopes, Some(Vec::new()));
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let house = House::new();
    fs::write(house.file().parent().unwrap(), "in the way").unwrap();
    let error = house.try_open().unwrap_err();
    assert!(matches!(error, StateError::Unwritable(..)), "{error}");
    assert!(error.to_string().contains(".tollhouse"), "{error}");
}

#[tokio::test]
async fn many_may_be_first_at_the_same_time() {
    let house = House::new();
    let states: Vec<_> = thread::scope(|scope| {
        let openers: Vec<_> = (0..8).map(|_| scope.spawn(|| house.open())).collect();
        openers
            .into_iter()
            .map(|opener| opener.join().unwrap())
            .collect()
    });
    for state in states {
        assert_eq!(state.list().await.unwrap(), []);
    }
}

const OLD_KEY: &str = "INSERT INTO keys (id, hash, name, subject, scopes, prefix, created_at_ms)
    VALUES ('key_1', randomblob(32), 'laptop', 'ana', '[]', 'th_ab', 1)";

#[test]
fn processes_on_one_file_open_each_others_seals() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let (one, two) = (State::open(&path).unwrap(), State::open(&path).unwrap());
    assert_eq!(one.seals(), two.seals());
    assert_eq!(one.seals().len(), 1);
    drop((one, two));
    let later = State::open(&path).unwrap();
    let other = State::in_memory().unwrap();
    assert_eq!(later.seals().len(), 1);
    assert_ne!(later.seals(), other.seals());
}
