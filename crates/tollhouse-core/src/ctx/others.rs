//! How much of what a call gives somebody else wrote, who may want to be obeyed by a model.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use super::Ctx;
use crate::{Trust, Untrusted, taints::Holder};

/// How much of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Others {
    /// None.
    #[default]
    Nothing,
    /// Some.
    Part,
    /// All.
    Everything,
}

impl Others {
    /// How much of what a target says others may have written, at most.
    pub(crate) const fn at_most(trust: &Trust) -> Self {
        match trust.untrusted {
            Untrusted::Nothing => Self::Nothing,
            Untrusted::All => Self::Everything,
            Untrusted::Fields(_) => Self::Part,
        }
    }
}

impl Ctx {
    /// Says that others wrote what this call gives, who may want to be obeyed by a model: it is treated like that of a
    /// tool that is not trusted. For a source that learns it only now.
    pub fn foreign(&self) {
        self.others_wrote(Others::Everything);
    }

    /// Who counts as having read what this call gives, for a source that keeps what callers say.
    #[must_use]
    pub fn holder(&self) -> Holder {
        let call = self.call();
        Holder::of(&call.principal, call.session.as_deref())
    }

    /// Says how much of what this call gives others wrote. It never becomes less.
    pub(crate) fn others_wrote(&self, how_much: Others) {
        self.0.others.raise(how_much);
    }

    /// Notes that the caller was told what others wrote before the call has ended: however that ends, it has read it.
    pub(super) fn heard(&self, how_much: Others) {
        self.others_wrote(how_much);
        self.0.others.is_heard.store(true, Ordering::Relaxed);
    }

    /// Whether the caller was told what others wrote before the call ended.
    pub(crate) fn has_heard(&self) -> bool {
        self.0.others.is_heard.load(Ordering::Relaxed)
    }

    /// How much of what this call gives others wrote, as far as is known.
    pub(crate) fn others(&self) -> Others {
        self.0.others.get()
    }
}

/// The most that was said of a call so far. It never becomes less.
#[derive(Debug, Default)]
pub(super) struct Told {
    most: AtomicU8,
    is_heard: AtomicBool,
}

impl Told {
    pub(super) fn raise(&self, others: Others) {
        if others > self.get() {
            self.most.fetch_max(others as u8, Ordering::Relaxed);
        }
    }

    pub(super) fn get(&self) -> Others {
        match self.most.load(Ordering::Relaxed) {
            0 => Others::Nothing,
            1 => Others::Part,
            _ => Others::Everything,
        }
    }
}
