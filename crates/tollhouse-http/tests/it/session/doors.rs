//! A clock that tests turn, and a way to tell callers apart.

use futures_util::future::{BoxFuture, pending, ready};
use tollhouse_core::{Authenticate, Credentials, Header, Principal, Unauthenticated};

/// Lets in alice and bob, and whoever presents nothing as a guest; of somebody else it never makes up its mind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doors;

impl Authenticate for Doors {
    fn authenticate<'a>(
        &'a self,
        presented: Credentials<'a>,
    ) -> BoxFuture<'a, Result<Principal, Unauthenticated>> {
        let known = match presented.header("authorization") {
            Header::Absent => Ok("guest"),
            Header::One(b"Bearer of alice") => Ok("alice"),
            Header::One(b"Bearer of bob") => Ok("bob"),
            Header::One(b"Bearer of somebody else") => return Box::pin(pending()),
            Header::One(_) => Err(Unauthenticated::InvalidToken),
            Header::Several => Err(Unauthenticated::Unclear),
        };
        Box::pin(ready(known.map(|subject| Principal::new(subject, []))))
    }
}
