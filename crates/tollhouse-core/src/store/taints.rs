//! Who has read what is not trusted, as a port: noted for a while, in whatever process and revision it was read.

use std::fmt;

use futures_util::future::BoxFuture;

use super::StoreError;
use crate::{Principal, digest};

/// Notes who has read what others wrote.
///
/// Every verb is atomic, also among processes that share a store. Times are milliseconds since 1970, by the caller's
/// clock.
pub trait Taints: fmt::Debug + Send + Sync {
    /// Notes that a holder has read what is not trusted. Of several ends the latest holds.
    ///
    /// # Errors
    ///
    /// The store does not answer, or has no room. What was read must not be given out.
    fn mark(&self, taint: Taint) -> BoxFuture<'_, Result<(), StoreError>>;

    /// What a holder has read, if that still counts.
    ///
    /// # Errors
    ///
    /// The store does not answer. Then nobody knows, and it counts.
    fn look(
        &self,
        holder: Holder,
        now_ms: u64,
    ) -> BoxFuture<'_, Result<Option<Tainted>, StoreError>>;

    /// Takes it back, because a person says so. Whether there was something.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn forget(&self, holder: Holder) -> BoxFuture<'_, Result<bool, StoreError>>;

    /// Takes away what has expired. How much there was.
    ///
    /// # Errors
    ///
    /// The store does not answer.
    fn sweep(&self, now_ms: u64) -> BoxFuture<'_, Result<u64, StoreError>>;
}

/// Who reads: a digest that opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder(pub [u8; 32]);

impl Holder {
    /// Who reads under a key or a sign-in, whatever session it is in; else a user who is known; else whoever
    /// calls from one address, which a new session does not change; else a session. Callers of whom nothing of this is
    /// known are one.
    #[must_use]
    pub fn of(principal: &Principal, session: Option<&str>) -> Self {
        let mark = principal.mark();
        let parts: [&[u8]; 3] = match (principal.grant(), principal.address(), session) {
            (Some(grant), ..) => [b"grant", &mark, grant.as_bytes()],
            _ if principal.is_known() => [b"user", &mark, b""],
            (None, Some(address), _) => [b"address", &mark, address.as_bytes()],
            (None, None, Some(session)) => [b"session", &mark, session.as_bytes()],
            (None, None, None) => [b"user", &mark, b""],
        };
        Self(digest::of(&parts))
    }
}

/// That somebody has read what is not trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taint {
    /// Who.
    pub holder: Holder,
    /// What: the name of a tool, or a URI.
    pub by: String,
    /// The time now.
    pub now_ms: u64,
    /// Until when it counts.
    pub until_ms: u64,
}

/// What somebody has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tainted {
    /// Until when it counts.
    pub until_ms: u64,
    /// What it was, of that which counts longest.
    pub by: String,
}

#[cfg(test)]
mod tests {
    use super::Holder;
    use crate::Principal;

    #[test]
    fn a_grant_comes_before_a_user_before_a_session() {
        let ana = Principal::new("ana", []);
        let of = |principal: &Principal, session| Holder::of(principal, session);
        let key = ana.clone().under_grant("key_1");
        assert_eq!(of(&key, Some("a")), of(&key, None));
        assert_ne!(of(&key, None), of(&ana.clone().under_grant("key_2"), None));
        assert_ne!(of(&key, None), of(&ana, None));
        assert_eq!(of(&ana, Some("a")), of(&ana, None));
        assert_ne!(of(&ana, None), of(&Principal::new("bob", []), None));
        let anybody = Principal::anonymous();
        assert_ne!(of(&anybody, Some("a")), of(&anybody, Some("b")));
        assert_ne!(of(&anybody, Some("a")), of(&anybody, None));
        let (here, there) = (
            anybody.clone().from_address("10.0.0.1"),
            anybody.from_address("10.0.0.2"),
        );
        assert_eq!(
            of(&here, Some("a")),
            of(&here, Some("b")),
            "no new session is a way out"
        );
        assert_ne!(of(&here, Some("a")), of(&there, Some("a")));
    }
}
