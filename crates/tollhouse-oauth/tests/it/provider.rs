//! With an issuer that others wrote: `oidc-provider`, as `tests/issuer` sets it up.

mod running;

use std::{
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use tokio::task::JoinSet;
use tollhouse_core::{Clock, SystemClock};
use tollhouse_oauth::{Introspection, Issuer, Issuers, Rejected, Secret};
use tollhouse_outbound::{Options, Outbound, Request};

use self::running::Running;
use crate::forge::RESOURCE;

const OPAQUE: &str = "https://mcp.example.com/opaque";
const SECRET: &str = "app secret: 100%";

/// The machine's clock, which can be put forward.
#[derive(Debug, Default)]
struct Ahead {
    clock: SystemClock,
    by_ms: AtomicU64,
}

impl Ahead {
    fn pass(&self, time: Duration) {
        let passed_ms = u64::try_from(time.as_millis()).unwrap();
        self.by_ms.fetch_add(passed_ms, Ordering::SeqCst);
    }
}

impl Clock for Ahead {
    fn unix_ms(&self) -> u64 {
        self.clock.unix_ms() + self.by_ms.load(Ordering::SeqCst)
    }

    fn ticks(&self) -> Duration {
        self.clock.ticks() + Duration::from_millis(self.by_ms.load(Ordering::SeqCst))
    }
}

/// As it would be set, with the client that may ask about tokens.
fn settings(running: &Running) -> Issuer {
    Issuer {
        exceptions: vec![running.at().parse().unwrap()],
        introspection: Some(Introspection::by_client(
            "app",
            Secret::of(|| Some(SECRET.to_owned())),
        )),
        ..Issuer::new("provider", &running.url)
    }
}

fn ready(running: &Running) -> (Arc<Issuers>, Arc<Ahead>) {
    let ahead = Arc::<Ahead>::default();
    let clock = Arc::clone(&ahead);
    let issuers = Issuers::new(vec![settings(running)], clock).unwrap();
    (Arc::new(issuers), ahead)
}

/// Asks the provider as the client `app`: one of its endpoints, with these words of a form.
async fn post(running: &Running, path: &str, form: String) -> Value {
    let options = Options {
        exceptions: vec![running.at().parse().unwrap()],
        ..Options::default()
    };
    let credentials = STANDARD.encode("app:app%20secret%3A%20100%25");
    let media_type = "application/x-www-form-urlencoded";
    let request = Request::post(format!("{}{path}", running.url), media_type, form)
        .header("authorization", format!("Basic {credentials}"));
    let response = Outbound::new(options).unwrap().send(request).await.unwrap();
    assert_eq!(response.status(), 200, "{:?}", response.body());
    serde_json::from_slice(response.body()).unwrap_or_default()
}

/// A token that the client got for itself, by the usual request.
async fn own_token(running: &Running, resource: &str) -> String {
    let form = format!(
        "grant_type=client_credentials&scope=orders%3Aread&resource={}",
        resource.replace(':', "%3A").replace('/', "%2F")
    );
    let granted = post(running, "/token", form).await;
    granted["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn n18_a_real_issuer_is_found_by_its_url_and_its_signed_tokens_are_good() {
    let Some(mut running) = Running::start().await else {
        return;
    };
    let (issuers, _) = ready(&running);
    issuers.reach().await.unwrap();
    let token = running
        .say(&format!("user alice {RESOURCE} orders:read orders:write"))
        .await;
    let verified = issuers.verify(&token, RESOURCE).await.unwrap();
    assert_eq!(
        (verified.subject.as_str(), verified.issuer.as_str()),
        ("alice", running.url.as_str())
    );
    assert_eq!(verified.client.as_deref(), Some("app"));
    let scopes = ["orders:read", "orders:write"].map(str::to_owned).to_vec();
    assert_eq!(verified.scopes, Some(scopes));

    let own = own_token(&running, RESOURCE).await;
    let verified = issuers.verify(&own, RESOURCE).await.unwrap();
    assert_eq!(verified.subject, "client:app");

    // For another server, and a person who has the name of a program.
    let refused = issuers.verify(&own, "https://mcp.example.com/mcp2").await;
    assert!(
        matches!(refused, Err(Rejected::Audience { .. })),
        "{refused:?}"
    );
    let named = running
        .say(&format!("user client:app {RESOURCE} orders:read"))
        .await;
    let refused = issuers.verify(&named, RESOURCE).await;
    assert!(
        matches!(refused, Err(Rejected::Claim { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn u3_a_real_issuer_rotates_its_keys_while_tokens_are_verified() {
    let Some(mut running) = Running::start().await else {
        return;
    };
    let (issuers, ahead) = ready(&running);
    let user = format!("user alice {RESOURCE} orders:read");
    let old = running.say(&user).await;
    issuers.verify(&old, RESOURCE).await.unwrap();

    // Whoever has the old token is let in all along.
    let mut busy = JoinSet::new();
    let (others, held) = (Arc::clone(&issuers), old.clone());
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    busy.spawn(async move {
        let mut verified = 0_usize;
        while stopped.try_recv().is_err() {
            others.verify(&held, RESOURCE).await.unwrap();
            verified += 1;
            tokio::task::yield_now().await;
        }
        verified
    });
    running.say("keys second first").await;
    let new = running.say(&user).await;
    issuers.verify(&new, RESOURCE).await.unwrap();
    stop.send(()).unwrap();
    assert!(busy.join_all().await[0] > 0);

    running.say("keys second").await;
    let mut changes = issuers.changes();
    ahead.pass(Duration::from_mins(5));
    issuers.verify(&new, RESOURCE).await.unwrap();
    changes.changed().await.unwrap();
    let refused = issuers.verify(&old, RESOURCE).await;
    assert_eq!(refused, Err(Rejected::UnknownKey));
    issuers.verify(&new, RESOURCE).await.unwrap();
}

#[tokio::test]
async fn w17_a_real_issuer_is_asked_about_tokens_and_revokes_one() {
    let Some(mut running) = Running::start().await else {
        return;
    };
    let (issuers, ahead) = ready(&running);
    let token = running
        .say(&format!("user alice {OPAQUE} orders:read"))
        .await;
    assert!(!token.contains('.') && issuers.are_for(&token));
    let verified = issuers.verify(&token, OPAQUE).await.unwrap();
    assert_eq!(verified.subject, "alice");
    assert_eq!(verified.scopes, Some(vec!["orders:read".to_owned()]));
    let own = own_token(&running, OPAQUE).await;
    assert_eq!(
        issuers.verify(&own, OPAQUE).await.unwrap().subject,
        "client:app"
    );
    let refused = issuers.verify(&token, RESOURCE).await;
    assert!(
        matches!(refused, Err(Rejected::Audience { .. })),
        "{refused:?}"
    );
    let unknown = issuers.verify("made-up", OPAQUE).await;
    assert_eq!(unknown, Err(Rejected::Inactive));

    post(&running, "/token/revocation", format!("token={token}")).await;
    ahead.pass(Duration::from_secs(1));
    let revoked = issuers.verify(&token, OPAQUE).await;
    assert_eq!(revoked, Err(Rejected::Inactive));
    issuers.verify(&own, OPAQUE).await.unwrap();

    let mut wrong = settings(&running);
    wrong.introspection = Some(Introspection::by_client(
        "app",
        Secret::of(|| Some("wrong".to_owned())),
    ));
    let issuers = Issuers::new(vec![wrong], ahead).unwrap();
    let refused = issuers.verify(&own, OPAQUE).await.unwrap_err();
    assert!(
        refused.is_unavailable() && refused.to_string().contains("`client_secret`"),
        "{refused}"
    );
}
