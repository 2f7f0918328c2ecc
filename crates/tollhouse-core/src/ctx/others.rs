//! How much of what a call gives somebody else wrote, who may want to be obeyed by a model.

use std::sync::atomic::{AtomicU8, Ordering};

use super::Ctx;
use crate::taints::Holder;

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

    /// How much of what this call gives others wrote, as far as is known.
    pub(crate) fn others(&self) -> Others {
        self.0.others.get()
    }
}

/// The most that was said of a call so far. It never becomes less.
#[derive(Debug, Default)]
pub(super) struct Told(AtomicU8);

impl Told {
    pub(super) fn raise(&self, others: Others) {
        if others > self.get() {
            self.0.fetch_max(others as u8, Ordering::Relaxed);
        }
    }

    pub(super) fn get(&self) -> Others {
        match self.0.load(Ordering::Relaxed) {
            0 => Others::Nothing,
            1 => Others::Part,
            _ => Others::Everything,
        }
    }
}
