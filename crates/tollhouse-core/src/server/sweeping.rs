//! Forgetting what has expired, also where nobody calls.

use std::{convert::Infallible, time::Duration};

use super::Server;
use crate::StoreError;

impl Server {
    /// Takes away what has expired in the stores, once a minute. Stores forget by themselves only when they are used.
    ///
    /// Whoever serves runs this beside it, inside a tokio runtime; it never comes to an end.
    pub async fn sweep(&self) -> Infallible {
        loop {
            match self.sweep_once().await {
                Ok(0) => {}
                Ok(count) => tracing::debug!(count, "what had expired was forgotten"),
                Err(error) => tracing::warn!(%error, "what has expired could not be forgotten"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn sweep_once(&self) -> Result<u64, StoreError> {
        let stores = &self.inner.stores;
        let now_ms = self.inner.clock.unix_ms();
        Ok(stores.spills.sweep(now_ms).await?
            + stores.approvals.sweep(now_ms).await?
            + stores.ledger.sweep(now_ms).await?
            + stores.taints.sweep(now_ms).await?)
    }
}

const PAUSE: Duration = Duration::from_mins(1);
