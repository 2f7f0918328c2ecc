//! The number, over a state in a file that another handle changes.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use tokio::time::timeout;
use tollhouse::{Clock, Unauthenticated, Users as _};
use tollhouse_store::State;

use super::Pulse;

/// A clock that stands still until it is moved.
#[derive(Debug, Default)]
struct Hands(AtomicU64);

impl Hands {
    fn set(&self, ms: u64) {
        self.0.store(ms, Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn unix_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn ticks(&self) -> Duration {
        Duration::from_millis(self.unix_ms())
    }
}

fn pulse(file: &Path) -> (Pulse, Arc<Hands>) {
    let hands = Arc::<Hands>::default();
    let state = State::open(file).unwrap();
    let clock = Arc::clone(&hands);
    (Pulse::new(Arc::new(state), clock), hands)
}

#[tokio::test]
async fn the_number_is_relied_on_for_a_second_and_asked_for_again_by_who_comes_then() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let (pulse, hands) = pulse(&file);
    let elsewhere = State::open(&file).unwrap();
    let mut listens = pulse.listen();
    assert_eq!(pulse.current(), None);
    let first = pulse.number().await.unwrap();
    elsewhere.block("ana", 0).await.unwrap();
    hands.set(999);
    assert_eq!(pulse.current(), Some(first));
    assert_eq!(pulse.number().await.unwrap(), first);
    hands.set(1000);
    assert_eq!(pulse.current(), None);
    assert!(!listens.has_changed().unwrap());
    let second = pulse.number().await.unwrap();
    assert_ne!(first, second);
    assert!(listens.has_changed().unwrap());
    listens.mark_unchanged();
    hands.set(2000);
    assert_eq!(pulse.number().await.unwrap(), second);
    assert!(!listens.has_changed().unwrap());
}

/// #43: whoever holds a stream open hears of a change though no request comes.
#[tokio::test]
async fn case_43_who_listens_hears_of_a_change_without_asking() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let (pulse, _) = pulse(&file);
    let elsewhere = State::open(&file).unwrap();
    pulse.number().await.unwrap();
    let mut listens = pulse.listen();
    elsewhere.block("ana", 0).await.unwrap();
    let heard = async {
        tokio::select! {
            never = pulse.beat(|| true) => match never {},
            heard = listens.changed() => heard.unwrap(),
        }
    };
    // Three times what is promised.
    timeout(Duration::from_secs(3), heard).await.unwrap();
}

/// A server that nobody calls does not touch its disk.
#[tokio::test(start_paused = true)]
async fn a_state_on_which_nobody_relies_is_not_asked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let (pulse, _) = pulse(&file);
    let asked = || pulse.last().heard.is_some();
    let long = Duration::from_secs(60);
    assert!(timeout(long, pulse.beat(|| false)).await.is_err());
    assert!(!asked());
    assert_eq!(pulse.current(), None);
    assert!(timeout(long, pulse.beat(|| false)).await.is_err());
    assert!(asked());
}

/// Nobody is let in by what was known before the state was lost, and who listens is told that it was.
#[cfg(unix)]
#[tokio::test]
async fn case_43_a_number_that_cannot_be_had_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let away = folder.path().join("away.db");
    let (pulse, hands) = pulse(&file);
    let first = pulse.number().await.unwrap();
    let mut listens = pulse.listen();
    fs::rename(&file, &away).unwrap();
    hands.set(500);
    assert_eq!(pulse.number().await.unwrap(), first);
    assert!(pulse.ask().await.is_none());
    // It may come back before anybody has to know.
    assert_eq!(pulse.number().await.unwrap(), first);
    assert!(!listens.has_changed().unwrap());
    for ms in [1000, 2000] {
        hands.set(ms);
        let crowd = join_all((0..100).map(|_| pulse.number())).await;
        let is_turned_away = |answer: &Result<u64, _>| *answer == Err(Unauthenticated::Unavailable);
        assert!(crowd.iter().all(is_turned_away));
        // Told once.
        assert_eq!(listens.has_changed().unwrap(), ms == 1000);
        listens.mark_unchanged();
    }
    fs::rename(&away, &file).unwrap();
    hands.set(3000);
    assert_eq!(pulse.number().await.unwrap(), first);
    assert!(listens.has_changed().unwrap());
}
