//! Users: their roles, and who is kept out.

use tollhouse_core::{Keys as _, Names, Setting, User, UserChange, Users as _};
use tollhouse_store::State;

use crate::house::House;

const NOW_MS: u64 = 1_800_000_000_000;

fn roles_of(names: &[&str]) -> Names {
    Names::exactly(names.iter().map(|&name| name.to_owned()).collect())
}

fn ana() -> User {
    User {
        subject: "ana".to_owned(),
        roles: Some(vec!["clerk".to_owned(), "reader".to_owned()]),
        tenant: Some("acme".to_owned()),
        blocked_at_ms: None,
        created_at_ms: NOW_MS,
        changed_at_ms: NOW_MS,
    }
}

async fn set(state: &State, at_ms: u64) -> User {
    let change = UserChange {
        roles: roles_of(&["reader", "clerk", "reader"]),
        tenant: Setting::Is("acme".to_owned()),
    };
    state.set("ana", change, at_ms).await.unwrap()
}

#[tokio::test]
async fn a15_a_user_is_kept_as_it_was_set_and_what_is_not_said_stays() {
    let state = State::in_memory().unwrap();
    assert_eq!(state.user("ana").await.unwrap(), None);
    assert_eq!(set(&state, NOW_MS).await, ana());
    let more = UserChange {
        roles: Names {
            add: vec!["admin".to_owned()],
            ..Names::default()
        },
        ..UserChange::default()
    };
    let after = state.set("ana", more, NOW_MS + 1).await.unwrap();
    let roles = after.roles.as_deref().unwrap();
    assert_eq!(roles, ["admin", "clerk", "reader"]);
    assert_eq!(after.tenant.as_deref(), Some("acme"));
    assert_eq!(
        (after.created_at_ms, after.changed_at_ms),
        (NOW_MS, NOW_MS + 1)
    );
    assert_eq!(state.user("ana").await.unwrap(), Some(after.clone()));
    let none = UserChange {
        roles: roles_of(&[]),
        ..UserChange::default()
    };
    let without = state.set("ana", none, NOW_MS + 1).await.unwrap();
    assert_eq!(without.roles, Some(Vec::new()));
    // Subjects are compared whole, as they stand in a token.
    for other in ["Ana", "ana ", "an"] {
        assert_eq!(state.user(other).await.unwrap(), None);
    }
}

/// #43: other processes see it with the next look.
#[tokio::test]
async fn case_43_who_is_blocked_is_blocked_everywhere_until_it_is_taken_back() {
    let house = House::new();
    let (here, there) = (house.open(), house.open());
    set(&here, NOW_MS).await;
    let blocked = here.block("ana", NOW_MS + 1).await.unwrap();
    assert_eq!(blocked.blocked_at_ms, Some(NOW_MS + 1));
    let again = there.block("ana", NOW_MS + 2).await.unwrap();
    assert_eq!(again.blocked_at_ms, Some(NOW_MS + 1));
    // Who was never heard of can be kept out before the first call.
    let unheard = there.block("bob", NOW_MS).await.unwrap();
    assert!(unheard.is_blocked() && unheard.roles.is_none());
    let users = here.users().await.unwrap();
    let blocked = users
        .iter()
        .map(|user| (user.subject.as_str(), user.is_blocked()));
    assert!(blocked.eq([("ana", true), ("bob", true)]));
    // To give roles lets nobody in.
    assert!(set(&here, NOW_MS + 3).await.is_blocked());
    let back = there.unblock("ana", NOW_MS + 4).await.unwrap().unwrap();
    assert_eq!(
        back,
        User {
            changed_at_ms: NOW_MS + 4,
            ..ana()
        }
    );
    assert_eq!(there.unblock("ana", NOW_MS).await.unwrap(), None);
    assert_eq!(there.unblock("carl", NOW_MS).await.unwrap(), None);
    assert!(!here.user("ana").await.unwrap().unwrap().is_blocked());
    assert_eq!(here.user("carl").await.unwrap(), None);
}

#[tokio::test]
async fn case_43_the_number_moves_with_every_change_of_a_user() {
    let house = House::new();
    let (here, there) = (house.open(), house.open());
    let mut last = there.changes().await.unwrap();
    let moved = async |last: &mut u64| {
        let number = there.changes().await.unwrap();
        std::mem::replace(last, number) != number
    };
    set(&here, NOW_MS).await;
    assert!(moved(&mut last).await);
    set(&here, NOW_MS).await;
    assert!(moved(&mut last).await);
    here.block("ana", NOW_MS).await.unwrap();
    assert!(moved(&mut last).await);
    here.unblock("ana", NOW_MS).await.unwrap();
    assert!(moved(&mut last).await);
    here.unblock("ana", NOW_MS).await.unwrap();
    here.user("ana").await.unwrap();
    here.users().await.unwrap();
    assert!(!moved(&mut last).await);
    let by_hand = "DELETE FROM users";
    house.connect().execute(by_hand, []).unwrap();
    assert!(moved(&mut last).await);
}
