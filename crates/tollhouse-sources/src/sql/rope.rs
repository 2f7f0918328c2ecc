//! What ties a call to the connection that it got: its brake, and its place in the pool.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::OwnedSemaphorePermit;

use super::session::Brake;

/// What ties a call to the brake of the connection that it got, for as long as it has it.
pub(super) struct Rope {
    state: Mutex<State>,
    place: Mutex<Place>,
}

#[derive(Default)]
enum State {
    #[default]
    Waiting,
    Tied(Arc<Brake>),
    Pulled,
    Over,
}

/// Whether the work still has its place in the pool.
enum Place {
    Taken(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit),
    /// It was given to others, as the work does not end.
    Lost,
    /// The work has ended.
    Left,
}

impl Rope {
    pub(super) fn new(seat: OwnedSemaphorePermit) -> Self {
        Self {
            state: Mutex::default(),
            place: Mutex::new(Place::Taken(seat)),
        }
    }

    /// False if the caller has left already.
    pub(super) fn tie(&self, brake: Arc<Brake>) -> bool {
        let mut state = self.state();
        if matches!(*state, State::Pulled) {
            return false;
        }
        *state = State::Tied(brake);
        true
    }

    /// Stops the work. True if it runs and has to see that for itself.
    pub(super) fn pull(&self) -> bool {
        let mut state = self.state();
        match &*state {
            State::Waiting => *state = State::Pulled,
            State::Tied(brake) => {
                brake.pull();
                return true;
            }
            State::Pulled | State::Over => {}
        }
        false
    }

    /// From here on a pull does not reach the connection, which the next call may have.
    pub(super) fn untie(&self) {
        let mut state = self.state();
        if let State::Tied(brake) = &*state {
            brake.release();
        }
        *state = State::Over;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is one assignment, so a panic cannot leave it half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the place, and says what it was. A permit that comes out is free when it is dropped.
    fn put(&self, place: Place) -> Place {
        let mut now = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *now, place)
    }
}

/// The calls of a pool whose callers have left and whose work goes on.
#[derive(Default)]
pub(super) struct Stuck(Mutex<Calls>);

#[derive(Default)]
struct Calls {
    /// Those that still have their place. Most end before anybody looks.
    left: Vec<Left>,
    /// How many have lost it and have not ended.
    lost: usize,
}

struct Left {
    rope: Weak<Rope>,
    /// Whether somebody who waited for long has seen it already.
    is_seen: bool,
}

impl Stuck {
    /// Keeps an eye on a call whose caller has left.
    pub(super) fn watch(&self, rope: &Arc<Rope>) {
        let mut calls = self.calls();
        calls.left.retain(|left| left.rope.strong_count() > 0);
        calls.left.push(Left {
            rope: Arc::downgrade(rope),
            is_seen: false,
        });
    }

    /// Gives away the places of those that were seen before and still go on, while no more than so many have lost
    /// theirs. One that ends meanwhile has given up a place that it needs no more.
    pub(super) fn free(&self, lost_max: usize) {
        let mut calls = self.calls();
        let Calls { left, lost } = &mut *calls;
        left.retain_mut(|left| {
            let Some(rope) = left.rope.upgrade() else {
                return false;
            };
            if !left.is_seen || *lost >= lost_max {
                left.is_seen = true;
                return true;
            }
            match rope.put(Place::Lost) {
                Place::Taken(_) => {
                    *lost += 1;
                    tracing::warn!(
                        lost,
                        "a statement goes on that was told to stop; its connection is no longer counted"
                    );
                }
                Place::Lost | Place::Left => drop(rope.put(Place::Left)),
            }
            false
        });
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        // Numbers and lists are changed at once, so a panic cannot leave them half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of the work, however it ends: its place is free.
pub(super) struct Ending<'a>(pub(super) &'a Stuck, pub(super) &'a Rope);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let Self(stuck, rope) = self;
        let mut calls = stuck.calls();
        if matches!(rope.put(Place::Left), Place::Lost) {
            calls.lost = calls.lost.saturating_sub(1);
        }
    }
}
