//! Who calls.

use std::{collections::BTreeSet, sync::Arc};

/// An authenticated caller. Only an edge makes one, from a credential that it checked.
///
/// Cloning is cheap: both parts are shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    subject: Arc<str>,
    scopes: Arc<BTreeSet<String>>,
}

impl Principal {
    /// A caller with a stable subject and the scopes it was granted.
    #[must_use]
    pub fn new(subject: &str, scopes: impl IntoIterator<Item = String>) -> Self {
        Self {
            subject: subject.into(),
            scopes: Arc::new(scopes.into_iter().collect()),
        }
    }

    /// The caller of a server without sign-in: it holds no scope.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::new("anonymous", [])
    }

    /// The stable subject: the same person or program has the same one tomorrow.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Whether the caller holds this scope.
    #[must_use]
    pub fn holds(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }
}
