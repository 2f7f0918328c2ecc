//! Who is behind a credential, as a port.

use std::fmt;

use futures_util::future::BoxFuture;

use crate::Principal;

/// Tells who calls.
///
/// An edge asks before it reads anything else of a request, and takes no answer but this one: there is no
/// caller whose credential failed.
pub trait Authenticate: fmt::Debug + Send + Sync {
    /// Who presents this credential, the value of `Authorization`; `None` is whoever presents none.
    ///
    /// # Errors
    ///
    /// Nobody who may call. A credential that is malformed, unknown or has expired is never the same as none.
    fn authenticate<'a>(
        &'a self,
        authorization: Option<&'a [u8]>,
    ) -> BoxFuture<'a, Result<Principal, Unauthenticated>>;
}

/// There is no caller: the credential is missing, or is not one that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a credential is needed that is known here")]
pub struct Unauthenticated;
