//! API keys: found by their digest, ended at once, called by one name.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;
use tollhouse_core::{Key, KeyChange, KeyError, KeyHash, Keys, Names, Presented, Setting};
use tollhouse_store::State;

use crate::house::House;

const DAY_MS: u64 = 86_400_000;
const NOW_MS: u64 = 1_800_000_000_000;

fn key(id: &str, name: &str) -> Key {
    Key {
        id: id.to_owned(),
        name: name.to_owned(),
        subject: "ana".to_owned(),
        client: Some("cursor".to_owned()),
        scopes: Some(vec!["orders:read".to_owned(), "odd \"scope\"".to_owned()]),
        roles: Some(vec!["clerk".to_owned()]),
        tenant: Some("acme".to_owned()),
        prefix: "th_ab12".to_owned(),
        created_at_ms: NOW_MS,
        expires_at_ms: Some(NOW_MS + DAY_MS),
        revoked_at_ms: None,
        last_used_at_ms: None,
    }
}

fn hash(byte: u8) -> KeyHash {
    KeyHash([byte; 32])
}

#[tokio::test]
async fn a_key_is_found_by_its_digest_until_its_time_has_come() {
    let state = State::in_memory().unwrap();
    let key = key("key_1", "laptop");
    state.create(key.clone(), hash(1)).await.unwrap();
    let at = async |now_ms| state.find(hash(1), now_ms).await.unwrap();
    assert_eq!(at(NOW_MS).await, Presented::Living(key.clone()));
    assert_eq!(
        at(NOW_MS + DAY_MS - 1).await,
        Presented::Living(key.clone())
    );
    assert_eq!(at(NOW_MS + DAY_MS).await, Presented::Expired(key.clone()));
    assert_eq!(
        state.find(hash(2), NOW_MS).await.unwrap(),
        Presented::Unknown
    );
    assert_eq!(state.list().await.unwrap(), [key]);
}

/// #43: other processes see it with the next call.
#[tokio::test]
async fn case_43_a_revoked_key_is_revoked_everywhere_at_once() {
    let house = House::new();
    let (here, there) = (house.open(), house.open());
    here.create(key("key_1", "laptop"), hash(1)).await.unwrap();
    here.create(key("key_2", "phone"), hash(2)).await.unwrap();
    let living = there.find(hash(1), NOW_MS).await.unwrap();
    assert!(matches!(living, Presented::Living(_)));
    let revoked = here.revoke("laptop", NOW_MS + 5).await.unwrap().unwrap();
    assert_eq!(
        (revoked.id.as_str(), revoked.revoked_at_ms),
        ("key_1", Some(NOW_MS + 5))
    );
    let found = there.find(hash(1), NOW_MS + 6).await.unwrap();
    assert_eq!(found, Presented::Revoked(revoked));
    let other = there.find(hash(2), NOW_MS + 6).await.unwrap();
    assert!(matches!(other, Presented::Living(_)));
    assert_eq!(there.revoke("laptop", NOW_MS).await.unwrap(), None);
    assert_eq!(there.revoke("nobody", NOW_MS).await.unwrap(), None);
    assert!(there.revoke("key_2", NOW_MS).await.unwrap().is_some());
}

/// Whoever takes the file away to end all keys, or ends one in a copy that was put back, is not to be disappointed.
#[cfg(unix)]
#[tokio::test]
async fn case_43_no_key_is_good_while_its_file_is_elsewhere() {
    let house = House::new();
    let state = house.open();
    state.create(key("key_1", "laptop"), hash(1)).await.unwrap();
    let living = Presented::Living(key("key_1", "laptop"));
    assert_eq!(state.find(hash(1), NOW_MS).await.unwrap(), living);
    let away = house.file().with_extension("away");
    std::fs::rename(house.file(), &away).unwrap();
    let why = state.find(hash(1), NOW_MS).await.unwrap_err();
    assert!(format!("{why:?}").contains("moved or replaced"), "{why:?}");
    std::fs::copy(&away, house.file()).unwrap();
    assert!(state.find(hash(1), NOW_MS).await.is_err());
    assert!(state.revoke("key_1", NOW_MS).await.is_err());
    std::fs::rename(&away, house.file()).unwrap();
    assert_eq!(state.find(hash(1), NOW_MS).await.unwrap(), living);
}

#[tokio::test]
async fn an_id_goes_before_a_name() {
    let state = State::in_memory().unwrap();
    state.create(key("key_1", "key_2"), hash(1)).await.unwrap();
    state.create(key("key_2", "other"), hash(2)).await.unwrap();
    let revoked = state.revoke("key_2", NOW_MS).await.unwrap().unwrap();
    assert_eq!(revoked.name, "other");
}

#[tokio::test]
async fn a_name_is_free_again_when_its_key_has_ended() {
    let state = State::in_memory().unwrap();
    let named = |id: &str, created_at_ms| Key {
        created_at_ms,
        expires_at_ms: Some(created_at_ms + DAY_MS),
        ..key(id, "laptop")
    };
    state.create(named("key_1", NOW_MS), hash(1)).await.unwrap();
    let early = state.create(named("key_2", NOW_MS + 1), hash(2)).await;
    assert!(matches!(early, Err(KeyError::NameTaken)));
    assert_eq!(
        state.find(hash(2), NOW_MS).await.unwrap(),
        Presented::Unknown
    );
    let later = NOW_MS + DAY_MS;
    state.create(named("key_3", later), hash(3)).await.unwrap();
    // It still counts as what it was.
    let first = state.find(hash(1), later).await.unwrap();
    assert!(matches!(first, Presented::Expired(_)));
    state.revoke("laptop", later + 1).await.unwrap().unwrap();
    state
        .create(named("key_4", later + 2), hash(4))
        .await
        .unwrap();
    assert_eq!(state.list().await.unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_keys_of_one_name_one_is_made() {
    let house = House::new();
    let states = [house.open(), house.open()];
    let made = join_all((0..20_u8).map(|number| {
        let state = &states[usize::from(number % 2)];
        state.create(key(&format!("key_{number}"), "laptop"), hash(number))
    }));
    let made = made.await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
    let taken = |made: &&Result<(), KeyError>| matches!(made, Err(KeyError::NameTaken));
    assert_eq!(made.iter().filter(taken).count(), 19);
    assert_eq!(states[0].list().await.unwrap().len(), 1);
}

/// #43, A15: what a key may do is otherwise at once, for other processes too, and what has ended stays ended.
#[tokio::test]
async fn a15_case_43_a_living_key_is_changed_everywhere_at_once() {
    let house = House::new();
    let (here, there) = (house.open(), house.open());
    let made = key("key_1", "laptop");
    here.create(made.clone(), hash(1)).await.unwrap();
    let change = KeyChange {
        scopes: Names {
            add: vec!["orders:write".to_owned()],
            remove: vec!["odd \"scope\"".to_owned()],
            ..Names::default()
        },
        roles: Names::exactly(Vec::new()),
        expires_at_ms: Setting::Is(NOW_MS + 2 * DAY_MS),
        ..KeyChange::default()
    };
    let expected = Key {
        scopes: Some(vec!["orders:read".to_owned(), "orders:write".to_owned()]),
        roles: Some(Vec::new()),
        expires_at_ms: Some(NOW_MS + 2 * DAY_MS),
        ..made
    };
    let changed = here.change("laptop", change.clone(), NOW_MS).await.unwrap();
    assert_eq!(changed.as_ref(), Some(&expected));
    let found = there.find(hash(1), NOW_MS + DAY_MS).await.unwrap();
    assert_eq!(found, Presented::Living(expected.clone()));
    let never = KeyChange {
        tenant: Setting::Nothing,
        expires_at_ms: Setting::Nothing,
        ..KeyChange::default()
    };
    let endless = there.change("key_1", never, NOW_MS).await.unwrap().unwrap();
    assert_eq!((endless.expires_at_ms, endless.tenant), (None, None));
    let short = KeyChange {
        expires_at_ms: Setting::Is(NOW_MS + 1),
        ..KeyChange::default()
    };
    let change = |now_ms| there.change("laptop", short.clone(), now_ms);
    assert!(change(NOW_MS).await.unwrap().is_some());
    assert_eq!(change(NOW_MS + 1).await.unwrap(), None);
    assert_eq!(
        there.change("nobody", short.clone(), NOW_MS).await.unwrap(),
        None
    );
    here.revoke("laptop", NOW_MS).await.unwrap().unwrap();
    assert_eq!(change(NOW_MS).await.unwrap(), None);
}

/// A15: of a key whose last scope is taken away something is said, unlike of one that never had any.
#[tokio::test]
async fn a15_what_was_never_said_of_a_key_is_not_the_same_as_nothing() {
    let state = State::in_memory().unwrap();
    let silent = Key {
        scopes: None,
        roles: None,
        tenant: None,
        ..key("key_1", "laptop")
    };
    state.create(silent.clone(), hash(1)).await.unwrap();
    assert_eq!(state.list().await.unwrap(), [silent]);
    let none = KeyChange {
        scopes: Names::exactly(Vec::new()),
        roles: Names::exactly(Vec::new()),
        ..KeyChange::default()
    };
    state.change("key_1", none, NOW_MS).await.unwrap().unwrap();
    let Presented::Living(key) = state.find(hash(1), NOW_MS).await.unwrap() else {
        panic!("the key has ended");
    };
    assert_eq!(
        (key.scopes, key.roles),
        (Some(Vec::new()), Some(Vec::new()))
    );
    let unsaid = KeyChange {
        scopes: Names {
            put: Setting::Nothing,
            ..Names::default()
        },
        ..KeyChange::default()
    };
    let key = state
        .change("key_1", unsaid, NOW_MS)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((key.scopes, key.roles), (None, Some(Vec::new())));
}

/// #43: whoever keeps what it read learns of every change, also by a release that knows nothing of the number, and
/// is not told of uses.
#[tokio::test]
async fn case_43_the_number_moves_with_every_change_and_with_nothing_else() {
    let house = House::new();
    let (here, there) = (house.open(), house.open());
    let mut last = there.changes().await.unwrap();
    let moved = async |last: &mut u64| {
        let number = there.changes().await.unwrap();
        std::mem::replace(last, number) != number
    };
    assert!(!moved(&mut last).await);
    here.create(key("key_1", "laptop"), hash(1)).await.unwrap();
    assert!(moved(&mut last).await);
    let taken = here.create(key("key_2", "laptop"), hash(2)).await;
    assert!(matches!(taken, Err(KeyError::NameTaken)));
    assert!(!moved(&mut last).await);
    here.find(hash(1), NOW_MS).await.unwrap();
    here.touch("key_1", NOW_MS + 1);
    here.create(key("key_3", "phone"), hash(3)).await.unwrap();
    noted(&here, [Some(NOW_MS + 1), None]).await;
    assert!(moved(&mut last).await);
    here.touch("key_3", NOW_MS + 1);
    noted(&here, [Some(NOW_MS + 1), Some(NOW_MS + 1)]).await;
    assert!(!moved(&mut last).await);
    here.change("laptop", KeyChange::default(), NOW_MS)
        .await
        .unwrap();
    assert!(moved(&mut last).await);
    here.revoke("nobody", NOW_MS).await.unwrap();
    assert!(!moved(&mut last).await);
    here.revoke("laptop", NOW_MS).await.unwrap();
    assert!(moved(&mut last).await);
    let by_hand = "UPDATE keys SET revoked_at_ms = 1 WHERE name = 'phone'";
    house.connect().execute(by_hand, []).unwrap();
    assert!(moved(&mut last).await);
    house.connect().execute("DELETE FROM keys", []).unwrap();
    assert!(moved(&mut last).await);
}

/// A digest that is there already is a fault of its maker, not a name that is taken.
#[tokio::test]
async fn two_keys_never_share_a_digest() {
    let state = State::in_memory().unwrap();
    state.create(key("key_1", "laptop"), hash(1)).await.unwrap();
    let again = state.create(key("key_2", "phone"), hash(1)).await;
    assert!(matches!(again, Err(KeyError::Store(_))), "{again:?}");
}

#[tokio::test]
async fn a_use_is_noted_once_a_minute() {
    let house = House::new();
    let state = house.open();
    state.create(key("key_1", "laptop"), hash(1)).await.unwrap();
    state.create(key("key_2", "phone"), hash(2)).await.unwrap();
    state.touch("key_1", NOW_MS + 1);
    state.touch("key_1", NOW_MS + 59_000);
    state.touch("key_2", NOW_MS + 2);
    noted(&state, [Some(NOW_MS + 1), Some(NOW_MS + 2)]).await;
    state.touch("key_1", NOW_MS + 60_001);
    state.touch("key_2", NOW_MS + 60_001);
    noted(&state, [Some(NOW_MS + 60_001), Some(NOW_MS + 2)]).await;
}

/// Notes are written behind the caller's back, so this looks until they are these.
async fn noted(state: &State, expected: [Option<u64>; 2]) {
    let look = async {
        loop {
            let keys = state.list().await.unwrap();
            if keys.iter().map(|key| key.last_used_at_ms).eq(expected) {
                return;
            }
        }
    };
    timeout(SOON, look).await.unwrap();
}

const SOON: Duration = Duration::from_secs(10);
