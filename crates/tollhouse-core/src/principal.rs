//! Who calls.

use std::{collections::BTreeSet, sync::Arc};

/// An authenticated caller. Only an edge makes one, from a credential that it checked.
///
/// Cloning is cheap: its parts are shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    subject: Arc<str>,
    client: Option<Arc<str>>,
    scopes: Scopes,
    is_known: bool,
}

/// What a caller was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Scopes {
    These(Arc<BTreeSet<String>>),
    All,
}

impl Principal {
    /// A caller with a stable subject and the scopes it was granted.
    #[must_use]
    pub fn new(subject: &str, scopes: impl IntoIterator<Item = String>) -> Self {
        Self {
            subject: subject.into(),
            client: None,
            scopes: Scopes::These(Arc::new(scopes.into_iter().collect())),
            is_known: true,
        }
    }

    /// The caller of a server without sign-in: it holds no scope.
    #[must_use]
    pub fn anonymous() -> Self {
        Self {
            is_known: false,
            ..Self::new(ANONYMOUS, [])
        }
    }

    /// The same caller, who holds every scope that there is or will be: whoever runs the server, say.
    #[must_use]
    pub fn holding_all(mut self) -> Self {
        self.scopes = Scopes::All;
        self
    }

    /// The same caller, by this program: an id that was checked like the caller, or that the operator gave.
    #[must_use]
    pub fn by_client(mut self, client: &str) -> Self {
        self.client = Some(client.into());
        self
    }

    /// Whether anybody knows who it is.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        self.is_known
    }

    /// The program that calls for the subject, if it has an id. What a client says of itself is none.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// The stable subject: the same person or program has the same one tomorrow.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Whether the caller holds this scope.
    #[must_use]
    pub fn holds(&self, scope: &str) -> bool {
        match &self.scopes {
            Scopes::These(scopes) => scopes.contains(scope),
            Scopes::All => true,
        }
    }
}

/// The subject of whoever is not known.
const ANONYMOUS: &str = "anonymous";
