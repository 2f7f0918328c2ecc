//! An issuer's keys, kept current: fetched when they are needed first, renewed behind the back of whoever verifies, and
//! asked for once more if a token names a key that is not among them.

use std::{sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use tokio::sync::watch;
use tollhouse_outbound::{Outbound, Request};

use crate::{
    Algorithm, KeySet, Rejected,
    discovery::{Place, unavailable},
    kept::{Kept, Terms},
    surroundings::Surroundings,
};

/// The keys of one issuer. `changed` moves whenever they are others than before.
pub(crate) fn keys(
    place: Place,
    accepted: Vec<Algorithm>,
    outbound: Outbound,
    changed: watch::Sender<u64>,
    surroundings: &Surroundings,
) -> Kept<KeySet> {
    let known = Arc::new(watch::Sender::new(None));
    let fetch = move || {
        let (place, outbound, accepted) = (place.clone(), outbound.clone(), accepted.clone());
        let (known, changed) = (Arc::clone(&known), changed.clone());
        async move {
            let keys = fetched(place, &outbound, &accepted).await?;
            let generation = Some(keys.generation());
            let before = known.send_replace(generation);
            if before.is_some() && before != generation {
                changed.send_modify(|number| *number = number.wrapping_add(1));
            }
            Ok(keys)
        }
        .boxed()
    };
    Kept::new(TERMS, surroundings, Box::new(fetch))
}

async fn fetched(
    place: Place,
    outbound: &Outbound,
    accepted: &[Algorithm],
) -> Result<KeySet, Rejected> {
    let missing = "its metadata has no jwks_uri; name the address of its keys in `jwks`";
    let address = place.address(|it| it.jwks.as_ref(), missing).await?;
    // Servers of static files know the second name only.
    let accept = "application/jwk-set+json, application/json;q=0.9, */*;q=0.1";
    let request = Request::get(&address).header("accept", accept);
    let response = outbound
        .send(request)
        .await
        .map_err(|error| unavailable(error.to_string()))?;
    match response.status() {
        200 => KeySet::parse(response.body(), accepted)
            .map_err(|error| unavailable(format!("what is at {address} are no keys: {error}"))),
        status => Err(unavailable(format!(
            "{address} answered with status {status} where the keys should be; name their address in `jwks`"
        ))),
    }
}

/// A key that the issuer withdraws is refused after five minutes of use, and after an hour even if the issuer cannot
/// be asked any more.
const TERMS: Terms = Terms {
    fresh: Duration::from_mins(5),
    good: Duration::from_hours(1),
    demanded: Duration::from_secs(30),
};
