//! Reads a request's body: within a size and a time, and without a timer when it is already here.

use std::{pin::pin, task::Poll, time::Duration};

use bytes::{Bytes, BytesMut};
use futures_util::poll;
use http_body::Body;
use http_body_util::BodyExt as _;
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

pub(crate) async fn read<B>(body: B, bytes_max: usize, limit: Duration) -> Result<Bytes, NoBody>
where
    B: Body<Data = Bytes> + Unpin,
{
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > bytes_max {
        return Err(NoBody::TooLarge);
    }
    let mut gathered = pin!(gather(body, bytes_max, announced));
    match poll!(&mut gathered) {
        Poll::Ready(gathered) => gathered,
        Poll::Pending => timeout(limit, gathered)
            .await
            .map_err(|_elapsed| NoBody::TooSlow)?,
    }
}

async fn gather<B>(mut body: B, bytes_max: usize, announced: usize) -> Result<Bytes, NoBody>
where
    B: Body<Data = Bytes> + Unpin,
{
    let Some(first) = piece(&mut body, bytes_max).await? else {
        return Ok(Bytes::new());
    };
    // Most bodies come in one piece, which is taken as it is.
    if body.is_end_stream() {
        return Ok(first);
    }
    // Every other piece is copied: kept as it came, a piece of one byte would keep the whole buffer alive
    // that it was read into.
    let mut whole = BytesMut::with_capacity(announced.clamp(first.len(), ROOM_MAX));
    whole.extend_from_slice(&first);
    drop(first);
    while let Some(next) = piece(&mut body, bytes_max.saturating_sub(whole.len())).await? {
        whole.extend_from_slice(&next);
    }
    Ok(whole.freeze())
}

/// The next piece, if it is not larger than this.
async fn piece<B>(body: &mut B, bytes_max: usize) -> Result<Option<Bytes>, NoBody>
where
    B: Body<Data = Bytes> + Unpin,
{
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_error| NoBody::BrokenOff)?;
        match frame.into_data() {
            Ok(data) if data.len() > bytes_max => return Err(NoBody::TooLarge),
            Ok(data) => return Ok(Some(data)),
            // Trailers say nothing here.
            Err(_trailers) => {}
        }
    }
    Ok(None)
}

/// How much room is made before anything has come to fill it.
const ROOM_MAX: usize = 128 * 1024;
