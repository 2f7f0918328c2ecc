//! A system of users that answers over HTTP.

use std::fmt;

use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};
use tollhouse_core::{Directory, NoAnswer, OutsideKey};
use tollhouse_outbound::{Outbound, OutboundError, Request};

use crate::{Secret, json as plain};

/// Asks by `POST` with `{"key": …}`. The answer is 200 with an object that says whom the key is for, or 401, 403 or
/// 404 if there is no such key. Whatever else is answered is no answer.
pub struct WebDirectory {
    url: String,
    /// The same for a log, without what may be a secret.
    shown: String,
    outbound: Outbound,
    /// What this server proves itself with, if it has to.
    token: Option<Secret>,
}

impl WebDirectory {
    /// Asks at this address, with `Authorization: Bearer` if there is a token.
    ///
    /// # Errors
    ///
    /// The address may not be called.
    pub fn new(
        url: &str,
        token: Option<Secret>,
        outbound: Outbound,
    ) -> Result<Self, OutboundError> {
        outbound.check(url)?;
        Ok(Self {
            url: url.to_owned(),
            shown: url.split('?').next().unwrap_or_default().to_owned(),
            outbound,
            token,
        })
    }

    async fn ask(&self, key: &OutsideKey) -> Result<Option<Map<String, Value>>, NoAnswer> {
        let body = json!({"key": key.secret}).to_string();
        let mut request =
            Request::post(&self.url, "application/json", body).header("accept", "application/json");
        if let Some(token) = &self.token {
            let token = token.read().ok_or_else(|| {
                NoAnswer("there is no token to ask with; set the one that the settings name".into())
            })?;
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let sent = self.outbound.send(request).await;
        let response = sent.map_err(|error| NoAnswer(Box::new(error)))?;
        if let (401 | 403, Some(token)) = (response.status(), &self.token) {
            token.doubt();
        }
        match response.status() {
            200 => plain::object(response.body()).map(Some).map_err(|_| {
                NoAnswer(
                    format!(
                        "{} did not answer with one JSON object that has every member once",
                        self.shown
                    )
                    .into(),
                )
            }),
            401 | 403 | 404 => Ok(None),
            status => Err(NoAnswer(
                format!(
                    "{} answered with status {status}; 200 tells of a key, 401, 403 or 404 that there is none",
                    self.shown
                )
                .into(),
            )),
        }
    }
}

impl Directory for WebDirectory {
    fn find<'a>(
        &'a self,
        key: &'a OutsideKey,
    ) -> BoxFuture<'a, Result<Option<Map<String, Value>>, NoAnswer>> {
        Box::pin(self.ask(key))
    }
}

impl fmt::Debug for WebDirectory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("WebDirectory")
            .field("url", &self.shown)
            .finish_non_exhaustive()
    }
}
