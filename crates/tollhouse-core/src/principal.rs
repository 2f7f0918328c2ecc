//! Who calls.

use std::{collections::BTreeSet, sync::Arc};

use sha2::{Digest as _, Sha256};

use crate::digest;

/// An authenticated caller. Only an edge makes one, from a credential that it checked.
///
/// Cloning is cheap: its parts are shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    who: Arc<Who>,
    rights: Arc<Rights>,
    until_ms: Option<u64>,
}

/// What does not change about a caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Who {
    subject: String,
    client: Option<String>,
    tenant: Option<String>,
    email: Option<String>,
    grant: Option<String>,
    is_known: bool,
    /// Where one calls from of whom nothing else is known.
    whence: Option<String>,
}

/// What a caller may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Rights {
    scopes: BTreeSet<String>,
    roles: BTreeSet<String>,
    are_all: bool,
}

impl Principal {
    /// A caller with a stable subject and the scopes it was granted.
    #[must_use]
    pub fn new(subject: &str, scopes: impl IntoIterator<Item = String>) -> Self {
        let who = Who {
            subject: subject.to_owned(),
            is_known: true,
            ..Who::default()
        };
        let rights = Rights {
            scopes: scopes.into_iter().collect(),
            ..Rights::default()
        };
        Self {
            who: Arc::new(who),
            rights: Arc::new(rights),
            until_ms: None,
        }
    }

    /// The caller of a server without sign-in: it holds no scope.
    #[must_use]
    pub fn anonymous() -> Self {
        let who = Who {
            subject: ANONYMOUS.to_owned(),
            ..Who::default()
        };
        Self {
            who: Arc::new(who),
            rights: Arc::default(),
            until_ms: None,
        }
    }

    /// The same caller, who calls from here: a network address, say. It tells strangers from each other, and means nothing
    /// of one who is known.
    #[must_use]
    pub fn from_address(mut self, address: &str) -> Self {
        if !self.is_known() {
            Arc::make_mut(&mut self.who).whence = Some(address.to_owned());
        }
        self
    }

    /// The same caller, who holds every scope and role that there is or will be: whoever runs the server, say.
    #[must_use]
    pub fn holding_all(mut self) -> Self {
        Arc::make_mut(&mut self.rights).are_all = true;
        self
    }

    /// The same caller, by this program: an id that was checked like the caller, or that the operator gave.
    #[must_use]
    pub fn by_client(mut self, client: &str) -> Self {
        Arc::make_mut(&mut self.who).client = Some(client.to_owned());
        self
    }

    /// The same caller, of this tenant: the organisation whose data it is about.
    #[must_use]
    pub fn of_tenant(mut self, tenant: &str) -> Self {
        Arc::make_mut(&mut self.who).tenant = Some(tenant.to_owned());
        self
    }

    /// The same caller, with an address that whoever signed it in vouches for.
    #[must_use]
    pub fn with_email(mut self, email: &str) -> Self {
        Arc::make_mut(&mut self.who).email = Some(email.to_owned());
        self
    }

    /// The same caller, under this grant: what was given at once and is taken back at once, such as one key, or all
    /// tokens of one sign-in.
    #[must_use]
    pub fn under_grant(mut self, grant: &str) -> Self {
        Arc::make_mut(&mut self.who).grant = Some(grant.to_owned());
        self
    }

    /// The same caller, who holds these scopes too.
    #[must_use]
    pub fn holding(mut self, scopes: impl IntoIterator<Item = String>) -> Self {
        Arc::make_mut(&mut self.rights).scopes.extend(scopes);
        self
    }

    /// The same caller, in these roles too.
    #[must_use]
    pub fn in_roles(mut self, roles: impl IntoIterator<Item = String>) -> Self {
        Arc::make_mut(&mut self.rights).roles.extend(roles);
        self
    }

    /// The same caller, known to be one until this time, in milliseconds since 1970. Then whoever keeps it asks again.
    #[must_use]
    pub const fn until(mut self, unix_ms: u64) -> Self {
        self.until_ms = Some(unix_ms);
        self
    }

    /// Whether anybody knows who it is.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.who.is_known
    }

    /// The program that calls for the subject, if it has an id. What a client says of itself is none.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        self.who.client.as_deref()
    }

    /// The organisation whose data it is about, if there are several.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.who.tenant.as_deref()
    }

    /// An address that whoever signed it in vouches for.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.who.email.as_deref()
    }

    /// Under what it calls: the id of a key, or of a sign-in. No secret.
    #[must_use]
    pub fn grant(&self) -> Option<&str> {
        self.who.grant.as_deref()
    }

    /// Where one calls from of whom nothing else is known.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        self.who.whence.as_deref()
    }

    /// When whoever keeps it has to ask again, in milliseconds since 1970; `None` if nothing but a change ends it.
    #[must_use]
    pub const fn until_ms(&self) -> Option<u64> {
        self.until_ms
    }

    /// The stable subject: the same person or program has the same one tomorrow.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.who.subject
    }

    /// What tells it from every other caller, whatever they may do: a digest of subject and tenant. What is sealed
    /// for one caller is bound to it.
    #[must_use]
    pub fn mark(&self) -> [u8; MARK_BYTES] {
        let mut digest = Sha256::new();
        digest.update([u8::from(self.is_known())]);
        for part in [self.tenant().unwrap_or_default(), self.subject()] {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        let mut mark = [0; MARK_BYTES];
        for (to, from) in mark.iter_mut().zip(digest.finalize()) {
            *to = from;
        }
        mark
    }

    /// Whose it is what is kept for this caller: of one who is known its [`mark`](Self::mark), so that it is found again
    /// wherever that one calls from; of one whom nobody knows also the address, so that no stranger gets what is
    /// another's. Sessions do not count: who loses one comes back and sends its call again.
    pub(crate) fn owner(&self) -> [u8; MARK_BYTES] {
        let mark = self.mark();
        let Some(address) = self.address().filter(|_| !self.is_known()) else {
            return mark;
        };
        let mut owner = [0; MARK_BYTES];
        let digest = digest::of(&[b"address", &mark, address.as_bytes()]);
        for (to, from) in owner.iter_mut().zip(digest) {
            *to = from;
        }
        owner
    }

    /// Whether the caller holds this scope.
    #[must_use]
    pub fn holds(&self, scope: &str) -> bool {
        self.rights.are_all || self.rights.scopes.contains(scope)
    }

    /// Whether the caller is in this role.
    #[must_use]
    pub fn is_in(&self, role: &str) -> bool {
        self.rights.are_all || self.rights.roles.contains(role)
    }

    /// Whether nothing is kept from it.
    #[must_use]
    pub fn holds_all(&self) -> bool {
        self.rights.are_all
    }

    /// The scopes that it was granted, in order. Whoever holds all is not asked for them.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.rights.scopes.iter().map(String::as_str)
    }

    /// The roles that it is in, in order.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.rights.roles.iter().map(String::as_str)
    }

    /// Whether it is the same caller with the same rights, however long either is known to be one.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.who == other.who && self.rights == other.rights
    }
}

/// The subject of whoever is not known.
const MARK_BYTES: usize = 16;
const ANONYMOUS: &str = "anonymous";
