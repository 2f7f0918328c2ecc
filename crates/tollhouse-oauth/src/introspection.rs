//! Tokens that say nothing themselves: the issuer is asked about each (RFC 7662), again after a moment, so that one
//! that is revoked is soon refused.

use std::{fmt, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;
use tollhouse_outbound::{Outbound, Request, Response};

use crate::{
    Rejected,
    discovery::{Place, told, unavailable},
    json,
    recent::Recent,
    surroundings::Surroundings,
    turns::Turns,
};

/// How an issuer is asked about tokens.
#[derive(Clone, Debug)]
pub struct Introspection {
    /// The address to ask at; if none is given, the issuer's metadata says it.
    pub url: Option<String>,
    /// As whom this server asks.
    pub client_id: String,
    /// What it proves that with.
    pub client_secret: Secret,
    /// Where it says both.
    pub client_auth: ClientAuth,
    /// How the tokens of this issuer begin that are no signed ones. If none is given, every token that is nobody
    /// else's is asked about here.
    pub token_prefix: Option<String>,
    /// Whether the issuer is asked about its signed tokens too, instead of checking what they say. They end then as
    /// soon as others.
    pub asks_signed: bool,
    /// How long an answer counts: as long as a revoked token may still be good.
    pub kept: Duration,
}

impl Introspection {
    /// Asks as this client, in the usual way: an answer counts for a second.
    #[must_use]
    pub fn by_client(id: &str, secret: Secret) -> Self {
        Self {
            url: None,
            client_id: id.to_owned(),
            client_secret: secret,
            client_auth: ClientAuth::Header,
            token_prefix: None,
            asks_signed: false,
            kept: Duration::from_secs(1),
        }
    }
}

/// Where a client says who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// `client_secret_basic`: in the header `Authorization`.
    Header,
    /// `client_secret_post`: in the body.
    Body,
}

/// A secret that is read again each time it is needed, so that it can be changed. `Debug` does not show it.
#[derive(Clone)]
pub struct Secret {
    read: Arc<dyn Fn() -> Option<String> + Send + Sync>,
    doubt: Arc<dyn Fn() + Send + Sync>,
}

impl Secret {
    /// What this gives; none if there is no secret now.
    #[must_use]
    pub fn of(read: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        Self {
            read: Arc::new(read),
            doubt: Arc::new(|| {}),
        }
    }

    /// The same. Where it was not taken, this is told of it: what it gives may not be what it is now.
    #[must_use]
    pub fn doubted_by(mut self, doubt: impl Fn() + Send + Sync + 'static) -> Self {
        self.doubt = Arc::new(doubt);
        self
    }

    /// What it is now.
    pub(crate) fn read(&self) -> Option<String> {
        (self.read)()
    }

    /// It was not taken.
    pub(crate) fn doubt(&self) {
        (self.doubt)();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret")
    }
}

/// Asks one issuer.
#[derive(Clone, Debug)]
pub(crate) struct Inquiry(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Introspection,
    place: Place,
    outbound: Outbound,
    recent: Recent<Result<Arc<Map<String, Value>>, Rejected>>,
    /// How many questions are under way: whoever makes tokens up must not have the issuer flooded by us.
    turns: Turns,
}

impl Inquiry {
    pub(crate) fn new(
        settings: Introspection,
        place: Place,
        outbound: Outbound,
        surroundings: &Surroundings,
    ) -> Self {
        Self(Arc::new(Inner {
            recent: Recent::new(
                settings.kept,
                |answer| answer.as_ref().is_err_and(Rejected::is_unavailable),
                surroundings,
            ),
            turns: Turns::new(AT_ONCE_MAX),
            settings,
            place,
            outbound,
        }))
    }

    pub(crate) fn settings(&self) -> &Introspection {
        &self.0.settings
    }

    /// What the issuer says of an active token, and how long ago it was asked. The token is kept nowhere but as a digest.
    pub(crate) async fn ask(
        &self,
        token: &str,
    ) -> Result<(Arc<Map<String, Value>>, Duration), Rejected> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Rejected::Malformed("it is longer than 4 KiB"));
        }
        // RFC 6750, 2.1. What else comes is no token of anybody.
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        if token.is_empty() || !token.bytes().all(is_known) {
            return Err(Rejected::Malformed("it has other characters than a token"));
        }
        let inner = Arc::clone(&self.0);
        let digest: [u8; 32] = Sha256::digest(token).into();
        let question = move || {
            let token = token.to_owned();
            async move { inner.noted(&token, digest).await.map(Arc::new) }
        };
        let answered = self.0.recent.ask(digest, question).await;
        let (answer, age) = answered.ok_or_else(|| unavailable("asking it broke off"))?;
        Ok((answer?, age))
    }
}

impl Inner {
    async fn noted(&self, token: &str, digest: [u8; 32]) -> Result<Map<String, Value>, Rejected> {
        let Ok(Some(_turn)) = timeout(TURN, self.turns.take(&digest)).await else {
            return Err(unavailable("it is being asked about too many tokens"));
        };
        let answer = self.answer(token).await;
        match &answer {
            // That the issuer is in trouble says nothing of the token.
            Err(why) if why.is_unavailable() => {}
            answer => self.turns.note(digest, answer.is_ok()),
        }
        answer
    }

    async fn answer(&self, token: &str) -> Result<Map<String, Value>, Rejected> {
        let missing =
            "its metadata has no introspection_endpoint; name the address in `introspection`";
        let place = &self.place;
        let address = place
            .address(|it| it.introspection.as_ref(), missing)
            .await?;
        let request = self.request(&address, token)?;
        let response = self
            .outbound
            .send(request)
            .await
            .map_err(|error| unavailable(error.to_string()))?;
        if matches!(response.status(), 401 | 403) {
            self.settings.client_secret.doubt();
        }
        read(&response, &told(&address))
    }

    fn request(&self, address: &str, token: &str) -> Result<Request, Rejected> {
        let id = encoded(&self.settings.client_id);
        let secret = self.settings.client_secret.read().ok_or_else(|| {
            unavailable("there is no secret to ask it with; set the one that `client_secret` names")
        })?;
        let secret = encoded(&secret);
        let token = encoded(token);
        let mut body = format!("token={token}&token_type_hint=access_token");
        if self.settings.client_auth == ClientAuth::Body {
            body = format!("{body}&client_id={id}&client_secret={secret}");
        }
        let request = Request::post(address, "application/x-www-form-urlencoded", body)
            .header("accept", "application/json");
        Ok(match self.settings.client_auth {
            // Both are encoded as in a form first (RFC 6749, 2.3.1).
            ClientAuth::Header => {
                let both = STANDARD.encode(format!("{id}:{secret}"));
                request.header("authorization", format!("Basic {both}"))
            }
            ClientAuth::Body => request,
        })
    }
}

/// What was answered. Only a plain yes is one.
fn read(response: &Response, address: &str) -> Result<Map<String, Value>, Rejected> {
    match response.status() {
        200 => {}
        401 | 403 => {
            return Err(unavailable(format!(
                "{address} does not know this server; are `client_id` and `client_secret` right, and may this client \
                 ask about tokens?"
            )));
        }
        status => {
            return Err(unavailable(format!(
                "{address} answered with status {status} when it was asked about a token"
            )));
        }
    }
    let members = json::object(response.body()).ok();
    let is_active = members.as_ref().and_then(|it| it.get("active")?.as_bool());
    match (members, is_active) {
        (Some(members), Some(true)) => Ok(members),
        (_, Some(false)) => Err(Rejected::Inactive),
        _ => Err(unavailable(format!(
            "{address} does not say whether the token is active; is it the introspection endpoint?"
        ))),
    }
}

/// As in a form.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const TOKEN_BYTES_MAX: usize = 4096;
/// Of tokens that were good before, and of others.
const AT_ONCE_MAX: usize = 32;
/// How long a question may wait for others.
const TURN: Duration = Duration::from_secs(5);
