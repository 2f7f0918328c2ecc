//! How many were not let in, and why: figures for whoever looks after the server.

use std::sync::atomic::{AtomicU64, Ordering};

use tollhouse::Unauthenticated;

/// How many were not let in.
#[derive(Debug, Default)]
pub(super) struct Refusals([AtomicU64; REASONS.len()]);

impl Refusals {
    pub(super) fn count(&self, why: Unauthenticated) {
        let name = name(why);
        let place = REASONS.iter().position(|reason| *reason == name);
        if let Some(number) = place.and_then(|place| self.0.get(place)) {
            number.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// All of them, by why.
    pub(super) fn counted(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let numbers = self.0.iter().map(|number| number.load(Ordering::Relaxed));
        REASONS.into_iter().zip(numbers)
    }
}

const fn name(why: Unauthenticated) -> &'static str {
    match why {
        Unauthenticated::MissingKey | Unauthenticated::MissingToken => "missing",
        Unauthenticated::MistypedKey => "mistyped_key",
        Unauthenticated::UnknownKey => "unknown_key",
        Unauthenticated::InvalidToken => "invalid_token",
        Unauthenticated::NotConfigured => "not_configured",
        Unauthenticated::Unavailable => "unavailable",
        _ => "unclear",
    }
}

const REASONS: [&str; 7] = [
    "missing",
    "mistyped_key",
    "unknown_key",
    "invalid_token",
    "unclear",
    "not_configured",
    "unavailable",
];
