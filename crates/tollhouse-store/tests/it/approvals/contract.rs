//! What every store of approvals does.

use tollhouse_core::approvals::{
    Answered, ApprovalId, Approvals, KEPT_MS, KNOWN_MAX, Stage, Standing, WAITING_MAX,
};

use super::{LASTS_MS, NOW_MS, begun, everywhere, wish};

async fn answered(store: &dyn Approvals, id: &ApprovalId, is_allowed: bool, at_ms: u64) -> Stage {
    match store.answer(id, is_allowed, at_ms).await.unwrap() {
        Some(Answered::Now(approval)) => approval.stage,
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn o1_the_same_call_finds_the_one_that_waits() {
    for store in everywhere().1 {
        let id = begun(&*store, wish(1, 1, NOW_MS)).await;
        match store.open(wish(1, 1, NOW_MS + 1)).await.unwrap() {
            Standing::Waiting(approval) => {
                assert_eq!(approval.id, id);
                assert_eq!(approval.since_ms, NOW_MS);
                assert_eq!(approval.until_ms, NOW_MS + LASTS_MS);
            }
            other => unreachable!("{other:?}"),
        }
        // Another call, and the same call of somebody else.
        assert_ne!(begun(&*store, wish(1, 2, NOW_MS)).await, id);
        assert_ne!(begun(&*store, wish(2, 1, NOW_MS)).await, id);
        assert_eq!(store.list().await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn o1_a_yes_is_redeemed_once_for_its_own_call() {
    for store in everywhere().1 {
        let (mine, other) = (wish(1, 1, NOW_MS), wish(1, 2, NOW_MS));
        let (binding, foreign) = (mine.binding, other.binding);
        let id = begun(&*store, mine).await;
        assert!(!store.redeem(&id, binding, NOW_MS).await.unwrap());
        assert_eq!(answered(&*store, &id, true, NOW_MS).await, Stage::Allowed);
        let standing = store.open(wish(1, 1, NOW_MS)).await.unwrap();
        assert_eq!(standing, Standing::Allowed(id.clone()));
        assert!(!store.redeem(&id, foreign, NOW_MS).await.unwrap());
        assert!(store.redeem(&id, binding, NOW_MS).await.unwrap());
        assert!(!store.redeem(&id, binding, NOW_MS).await.unwrap());
        let used = store.look(&id).await.unwrap().unwrap();
        assert_eq!(used.stage, Stage::Used);
        // The same call once more is a new one.
        assert_ne!(begun(&*store, wish(1, 1, NOW_MS)).await, id);
    }
}

#[tokio::test]
async fn o1_a_yes_lasts_as_long_as_the_wait_might_have() {
    for store in everywhere().1 {
        let wish = wish(1, 1, NOW_MS);
        let binding = wish.binding;
        let id = begun(&*store, wish).await;
        let late = NOW_MS + LASTS_MS - 1;
        answered(&*store, &id, true, late).await;
        let end = late + LASTS_MS;
        assert_eq!(store.look(&id).await.unwrap().unwrap().until_ms, end);
        assert!(!store.redeem(&id, binding, end).await.unwrap());
        assert!(store.redeem(&id, binding, end - 1).await.unwrap());
    }
}

#[tokio::test]
async fn o1_a_no_and_an_end_are_told_once() {
    for store in everywhere().1 {
        let id = begun(&*store, wish(1, 1, NOW_MS)).await;
        assert_eq!(answered(&*store, &id, false, NOW_MS).await, Stage::Denied);
        let told = store.open(wish(1, 1, NOW_MS)).await.unwrap();
        assert_eq!(told, Standing::Denied(id));
        let next = begun(&*store, wish(1, 1, NOW_MS)).await;
        let end = NOW_MS + LASTS_MS;
        let told = store.open(wish(1, 1, end)).await.unwrap();
        assert_eq!(told, Standing::Expired(next.clone()));
        assert_ne!(begun(&*store, wish(1, 1, end)).await, next);
    }
}

#[tokio::test]
async fn o1_who_comes_too_late_or_second_answers_nothing() {
    for store in everywhere().1 {
        let id = begun(&*store, wish(1, 1, NOW_MS)).await;
        let end = NOW_MS + LASTS_MS;
        for is_allowed in [true, false] {
            let late = store.answer(&id, is_allowed, end).await.unwrap();
            assert!(matches!(late, Some(Answered::Before(_))));
        }
        answered(&*store, &id, false, end - 1).await;
        match store.answer(&id, true, end - 1).await.unwrap() {
            Some(Answered::Before(approval)) => assert_eq!(approval.stage, Stage::Denied),
            other => unreachable!("{other:?}"),
        }
        let nobody = ApprovalId::random().unwrap();
        assert_eq!(store.answer(&nobody, true, NOW_MS).await.unwrap(), None);
        assert_eq!(store.look(&nobody).await.unwrap(), None);
    }
}

#[tokio::test]
async fn o1_one_caller_cannot_have_many_waiting() {
    for store in everywhere().1 {
        let many = u16::try_from(WAITING_MAX).unwrap();
        for call in 0..many {
            begun(&*store, wish(1, call, NOW_MS)).await;
        }
        let full = store.open(wish(1, many, NOW_MS)).await.unwrap();
        assert_eq!(full, Standing::Full);
        begun(&*store, wish(2, 0, NOW_MS)).await;
        // Those that ended take no place.
        begun(&*store, wish(1, many, NOW_MS + LASTS_MS)).await;
    }
}

/// What is over makes room, what waits does not.
#[tokio::test]
async fn o1_the_store_is_bounded() {
    let (_house, stores) = everywhere();
    // A file takes a commit for each, which the store in memory shows as well.
    for store in stores.into_iter().take(2) {
        let waiting = u16::try_from(WAITING_MAX).unwrap();
        let callers = u8::try_from(KNOWN_MAX / WAITING_MAX).unwrap();
        let mut denied = None;
        let all = (0..callers).flat_map(|owner| (0..waiting).map(move |call| (owner, call)));
        for (owner, call) in all {
            let id = begun(&*store, wish(owner, call, NOW_MS)).await;
            denied.get_or_insert(id);
        }
        let full = store.open(wish(callers, 0, NOW_MS)).await.unwrap();
        assert_eq!(full, Standing::Full);
        let denied = denied.unwrap();
        answered(&*store, &denied, false, NOW_MS).await;
        begun(&*store, wish(callers, 0, NOW_MS)).await;
        assert_eq!(store.look(&denied).await.unwrap(), None);
        // A day after their end all are forgotten.
        begun(&*store, wish(callers, 1, NOW_MS + LASTS_MS + KEPT_MS)).await;
        assert_eq!(store.list().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn o1_what_is_spent_stays_spent_until_it_is_of_no_use() {
    for store in everywhere().1 {
        let until_ms = NOW_MS + LASTS_MS;
        assert!(store.spend([1; 16], until_ms, NOW_MS).await.unwrap());
        assert!(!store.spend([1; 16], until_ms, NOW_MS).await.unwrap());
        assert!(store.spend([2; 16], until_ms, NOW_MS).await.unwrap());
        assert!(!store.spend([1; 16], until_ms, until_ms - 1).await.unwrap());
    }
}

#[tokio::test]
async fn o1_what_ended_long_ago_is_swept_away_and_nothing_else() {
    for store in everywhere().1 {
        let id = begun(&*store, wish(1, 1, NOW_MS)).await;
        let end = NOW_MS + LASTS_MS;
        store.spend([1; 16], end, NOW_MS).await.unwrap();
        assert_eq!(store.sweep(end - 1).await.unwrap(), 0);
        assert_eq!(store.sweep(end).await.unwrap(), 1);
        assert!(store.look(&id).await.unwrap().is_some());
        assert_eq!(store.sweep(end + KEPT_MS).await.unwrap(), 1);
        assert!(store.look(&id).await.unwrap().is_none());
    }
}
