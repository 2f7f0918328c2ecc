//! Reads a request's body: within a size and a time, and without a timer when it is already here.

use std::{pin::pin, task::Poll, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use futures_util::poll;
use http_body::Body as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::time::timeout;

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoBody {
    /// It is larger than it may be.
    TooLarge,
    /// It took too long.
    TooSlow,
    /// The peer broke off.
    BrokenOff,
}

pub(crate) async fn read(body: Body, bytes_max: usize, limit: Duration) -> Result<Bytes, NoBody> {
    let announced = body.size_hint().lower();
    if announced > u64::try_from(bytes_max).unwrap_or(u64::MAX) {
        return Err(NoBody::TooLarge);
    }
    let mut read = pin!(Limited::new(body, bytes_max).collect());
    let collected = match poll!(&mut read) {
        Poll::Ready(collected) => collected,
        Poll::Pending => timeout(limit, read)
            .await
            .map_err(|_elapsed| NoBody::TooSlow)?,
    };
    match collected {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(NoBody::TooLarge),
        Err(_error) => Err(NoBody::BrokenOff),
    }
}
