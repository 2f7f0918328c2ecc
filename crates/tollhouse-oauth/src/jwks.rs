//! An issuer's keys, kept current: fetched when they are needed first, renewed behind the back of whoever verifies, and
//! asked for once more if a token names a key that is not among them.

use std::time::Duration;

use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::sync::watch;
use tollhouse_outbound::{Outbound, Request};

use crate::{
    Algorithm, KeySet, Rejected,
    discovery::{Place, told, unavailable},
    kept::{Kept, Origin, Terms},
    surroundings::Surroundings,
};

/// What an issuer publishes to verify its tokens with.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) place: Place,
    /// The ways to sign that are accepted.
    pub(crate) accepted: Vec<Algorithm>,
    pub(crate) outbound: Outbound,
    /// Moves whenever the keys are others than before.
    pub(crate) changes: watch::Sender<u64>,
}

impl Keys {
    /// The keys, for as long as they are good.
    pub(crate) fn kept(self, surroundings: &Surroundings) -> Kept<KeySet> {
        Kept::new(self, TERMS, surroundings)
    }

    async fn ask(&self) -> Result<KeySet, Rejected> {
        let missing = "its metadata has no jwks_uri; name the address of its keys in `jwks`";
        let place = &self.place;
        let address = place.address(|it| it.jwks.as_ref(), missing).await?;
        // Servers of static files know the second name only.
        let accept = "application/jwk-set+json, application/json;q=0.9, */*;q=0.1";
        let request = Request::get(&address).header("accept", accept);
        let response = self.outbound.send(request).await;
        let response = response.map_err(|error| unavailable(error.to_string()))?;
        let address = told(&address);
        match response.status() {
            200 => KeySet::parse(response.body(), &self.accepted)
                .map_err(|error| unavailable(format!("what is at {address} are no keys: {error}"))),
            status => Err(unavailable(format!(
                "{address} answered with status {status} where the keys should be; name their address in `jwks`"
            ))),
        }
    }
}

impl Origin for Keys {
    type Document = KeySet;

    fn fetch(&self) -> BoxFuture<'_, Result<KeySet, Rejected>> {
        self.ask().boxed()
    }

    fn renewed(&self, before: &KeySet, now: &KeySet) {
        if before.generation() != now.generation() {
            let next = |number: &mut u64| *number = number.wrapping_add(1);
            self.changes.send_modify(next);
        }
    }
}

/// A key that the issuer withdraws is refused after five minutes of use, and after an hour even if the issuer cannot
/// be asked any more.
const TERMS: Terms = Terms {
    fresh: Duration::from_mins(5),
    good: Duration::from_hours(1),
    demanded: Duration::from_secs(30),
};
