//! A caller who makes up keys without end.

use futures_util::future::join_all;
use tollhouse_core::ledger::{KEYS_MAX, Standing};

use super::{NOW_MS, answered, bid, done, everywhere, slot};

/// What has ended makes room, the oldest first; what runs does not, and one more is refused. Others have their
/// own room in a state; the memory of a process has one room for all.
#[tokio::test(flavor = "multi_thread")]
async fn p30_o2_the_keys_of_one_caller_have_a_bound_and_are_not_those_of_others() {
    for (place, store) in everywhere().1.into_iter().enumerate() {
        let is_state = place > 0;
        let others = slot(2, 0);
        let mut ended = vec![(slot(1, 0), "oldest"), (slot(1, 1), "older")];
        if is_state {
            ended.push((others, "theirs"));
        }
        for (ended, name) in ended {
            store.claim(bid(ended, name, NOW_MS)).await.unwrap();
            assert!(store.settle(ended, name.into(), done(name)).await.unwrap());
        }
        let claim = |key: u64| store.claim(bid(slot(1, key), "run", NOW_MS + key));
        let all: Vec<u64> = (2..KEYS_MAX as u64).collect();
        for some in all.chunks(1_000) {
            let claimed = join_all(some.iter().map(|key| claim(*key))).await;
            let is_free = |one: &_| matches!(one, Ok(Standing::Free));
            assert!(claimed.iter().all(is_free));
        }
        let now_ms = NOW_MS + KEYS_MAX as u64;
        let looks = |slot| store.look(slot, [1; 32], now_ms);
        assert_eq!(looks(slot(1, 0)).await.unwrap(), answered("oldest"));
        let one_more = claim(KEYS_MAX as u64).await;
        assert_eq!(one_more.unwrap(), Standing::Free);
        assert_eq!(looks(slot(1, 0)).await.unwrap(), Standing::Free);
        assert_eq!(looks(slot(1, 1)).await.unwrap(), answered("older"));
        if is_state {
            assert_eq!(looks(others).await.unwrap(), answered("theirs"));
        }
        claim(KEYS_MAX as u64 + 1).await.unwrap();
        claim(KEYS_MAX as u64 + 2).await.unwrap_err();
        assert_eq!(
            looks(slot(1, KEYS_MAX as u64 + 2)).await.unwrap(),
            Standing::Free
        );
        let theirs = store.claim(bid(slot(2, 1), "run", now_ms)).await;
        assert_eq!(theirs.is_ok(), is_state);
    }
}
