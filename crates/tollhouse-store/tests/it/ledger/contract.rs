//! What every ledger does.

use tollhouse_core::ledger::{ANSWER_BYTES_MAX, Answer, Bid, End, Standing};

use super::{KEPT_MS, NOW_MS, RUNS_MS, answered, bid, done, everywhere, slot};

#[tokio::test]
async fn o2_a_key_is_claimed_once_and_answers_when_it_is_done() {
    for store in everywhere().1 {
        let one = slot(1, 1);
        let look = |arguments, now_ms| store.look(one, arguments, now_ms);
        assert_eq!(look([1; 32], NOW_MS).await.unwrap(), Standing::Free);
        let claimed = store.claim(bid(one, "a", NOW_MS)).await.unwrap();
        assert_eq!(claimed, Standing::Free);
        let running = Standing::Running { began_ms: NOW_MS };
        assert_eq!(look([1; 32], NOW_MS + 1).await.unwrap(), running);
        let twin = store.claim(bid(one, "b", NOW_MS + 1)).await.unwrap();
        assert_eq!(twin, running);
        assert!(!store.settle(one, "b".into(), done("theirs")).await.unwrap());
        assert!(store.settle(one, "a".into(), done("ours")).await.unwrap());
        assert!(!store.settle(one, "a".into(), End::Nothing).await.unwrap());
        assert_eq!(look([1; 32], NOW_MS + 2).await.unwrap(), answered("ours"));
        let late = store.claim(bid(one, "c", NOW_MS + 2)).await.unwrap();
        assert_eq!(late, answered("ours"));
    }
}

#[tokio::test]
async fn case_61_other_arguments_are_told_and_other_slots_are_free() {
    for store in everywhere().1 {
        let one = slot(1, 1);
        store.claim(bid(one, "a", NOW_MS)).await.unwrap();
        let other = Bid {
            arguments: [2; 32],
            ..bid(one, "b", NOW_MS)
        };
        for life in 0..2 {
            assert_eq!(
                store.look(one, [2; 32], NOW_MS).await.unwrap(),
                Standing::Reused
            );
            assert_eq!(store.claim(other.clone()).await.unwrap(), Standing::Reused);
            let changes = store.settle(one, "a".into(), done("ours")).await.unwrap();
            assert_eq!(changes, life == 0);
        }
        for other in [slot(2, 1), slot(1, 2)] {
            let claimed = store.claim(bid(other, "b", NOW_MS)).await.unwrap();
            assert_eq!(claimed, Standing::Free);
        }
    }
}

#[tokio::test]
async fn r12_what_nobody_settled_is_in_doubt_and_only_the_bold_go_on() {
    for store in everywhere().1 {
        let one = slot(1, 1);
        store.claim(bid(one, "gone", NOW_MS)).await.unwrap();
        let later_ms = NOW_MS + RUNS_MS;
        let doubt = Standing::InDoubt { began_ms: NOW_MS };
        assert_eq!(store.look(one, [1; 32], later_ms).await.unwrap(), doubt);
        assert_eq!(store.claim(bid(one, "b", later_ms)).await.unwrap(), doubt);
        let bold = Bid {
            is_bold: true,
            ..bid(one, "bold", later_ms)
        };
        assert_eq!(store.claim(bold.clone()).await.unwrap(), Standing::Free);
        // It runs now, also for the bold; and the one that had stopped has lost it for good.
        let running = Standing::Running { began_ms: later_ms };
        assert_eq!(store.claim(bold).await.unwrap(), running);
        assert!(
            !store
                .settle(one, "gone".into(), End::Nothing)
                .await
                .unwrap()
        );
        assert!(
            store
                .settle(one, "bold".into(), End::Unknown)
                .await
                .unwrap()
        );
        let doubt = Standing::InDoubt { began_ms: later_ms };
        assert_eq!(store.look(one, [1; 32], later_ms).await.unwrap(), doubt);
        // Who learns it after all may say so.
        assert!(
            store
                .settle(one, "bold".into(), done("after all"))
                .await
                .unwrap()
        );
        assert_eq!(
            store.look(one, [1; 32], later_ms).await.unwrap(),
            answered("after all")
        );
    }
}

#[tokio::test]
async fn o2_what_changed_nothing_is_free_again_and_what_is_old_is_forgotten() {
    for store in everywhere().1 {
        let one = slot(1, 1);
        store.claim(bid(one, "a", NOW_MS)).await.unwrap();
        assert!(store.settle(one, "a".into(), End::Nothing).await.unwrap());
        assert_eq!(
            store.look(one, [1; 32], NOW_MS).await.unwrap(),
            Standing::Free
        );
        store.claim(bid(one, "b", NOW_MS)).await.unwrap();
        store.settle(one, "b".into(), done("kept")).await.unwrap();
        let last_ms = NOW_MS + KEPT_MS - 1;
        assert_eq!(
            store.look(one, [1; 32], last_ms).await.unwrap(),
            answered("kept")
        );
        let over_ms = last_ms + 1;
        assert_eq!(
            store.look(one, [2; 32], over_ms).await.unwrap(),
            Standing::Free
        );
        let claimed = store.claim(bid(one, "c", over_ms)).await.unwrap();
        assert_eq!(claimed, Standing::Free);
    }
}

#[tokio::test]
async fn p30_answers_have_a_bound_and_what_had_to_go_is_still_known_as_done() {
    for store in everywhere().1 {
        let part = ANSWER_BYTES_MAX / 4;
        let text = "x".repeat(usize::try_from(part).unwrap());
        for key in 0..6 {
            let one = slot(1, key);
            store.claim(bid(one, "a", NOW_MS + key)).await.unwrap();
            assert!(store.settle(one, "a".into(), done(&text)).await.unwrap());
        }
        let gone = Standing::Done(Answer::Gone(part));
        let first = store.look(slot(1, 0), [1; 32], NOW_MS + 9).await.unwrap();
        assert_eq!(first, gone);
        let last = store.look(slot(1, 5), [1; 32], NOW_MS + 9).await.unwrap();
        assert_eq!(last, answered(&text));
    }
}

#[tokio::test]
async fn o2_what_is_old_is_swept_away_and_nothing_else() {
    for store in everywhere().1 {
        let (one, two) = (slot(1, 1), slot(1, 2));
        store.claim(bid(one, "a", NOW_MS)).await.unwrap();
        store.settle(one, "a".into(), done("kept")).await.unwrap();
        store.claim(bid(two, "b", NOW_MS + 1)).await.unwrap();
        let over_ms = NOW_MS + KEPT_MS;
        assert_eq!(store.sweep(over_ms - 1).await.unwrap(), 0);
        assert_eq!(store.sweep(over_ms).await.unwrap(), 1);
        let standing = store.look(two, [1; 32], NOW_MS + 1).await.unwrap();
        assert_ne!(standing, Standing::Free);
        assert_eq!(store.sweep(over_ms + 1).await.unwrap(), 1);
    }
}
