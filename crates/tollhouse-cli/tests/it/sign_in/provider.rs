//! The program with an issuer that others wrote: `oidc-provider`, as `tests/issuer` sets it up.

#[path = "../../../../tollhouse-oauth/tests/it/provider/running.rs"]
mod running;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use self::running::Running;
use super::{RESOURCE, caller::Caller, file, serving, soon};
use crate::operate::exchange;

const OPAQUE: &str = "https://tools.example.com/opaque";

/// The provider, and what runs it; none if this machine cannot.
struct Provider {
    runtime: Runtime,
    running: Running,
}

impl Provider {
    fn start() -> Option<Self> {
        let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
        let running = runtime.block_on(Running::start())?;
        Some(Self { runtime, running })
    }

    fn say(&mut self, line: &str) -> String {
        self.runtime.block_on(self.running.say(line))
    }

    /// Ends a token, as the client that may.
    fn revoke(&self, token: &str) {
        let address = self.running.at().parse().unwrap();
        let head = format!(
            "POST /token/revocation HTTP/1.1\r\nHost: {address}\r\nAuthorization: Basic {}\r\n\
             Content-Type: application/x-www-form-urlencoded",
            STANDARD.encode("app:app%20secret%3A%20100%25")
        );
        let (head, body) = exchange(address, &head, &format!("token={token}"));
        assert!(head.starts_with("HTTP/1.1 200 "), "{head} {body}");
    }
}

#[test]
fn n18_case20_case33_case43_u3_a_real_issuer_signs_users_in_and_out() {
    let Some(mut provider) = Provider::start() else {
        return;
    };
    let issuer = provider.running.url.clone();
    let url = format!("url = \"{issuer}\"");
    let asks = "introspection = true\nclient_id = \"app\"\nclient_secret = \"env:APP_SECRET\"";
    let text = file(&issuer).replace(&url, &format!("{url}\n{asks}"));
    let one = format!("\"{RESOURCE}\"");
    let text = text.replace(&one, &format!("[{one}, \"{OPAQUE}\"]"));
    let folder = crate::config::folder(&text);
    let process = serving(folder.path(), &[("APP_SECRET", "app secret: 100%")]);
    let address = process.address();
    let said = Caller::nobody(address).call("whoami", &json!({}));
    assert!(said.status == 401 && said.challenge().contains("resource_metadata="));

    let signed = |scopes: &str| format!("user alice {RESOURCE} {scopes}");
    let narrow = Caller::new(address, &provider.say(&signed("orders:read")));
    assert_eq!(narrow.subject(), "alice");
    assert_eq!(narrow.sees(), "get_order whoami");
    let ship = json!({"order_id": "ord_abc123", "status": "paid"});
    let refused = narrow.call("set_status", &ship);
    assert_eq!(refused.status, 403);
    assert!(
        refused
            .challenge()
            .contains("scope=\"orders:read orders:write\"")
    );
    let wide = Caller::new(address, &provider.say(&signed("orders:read orders:write")));
    assert_eq!(wide.call("set_status", &ship).status, 200);
    assert_eq!(
        wide.clone().at("/opaque").call("whoami", &json!({})).status,
        401
    );

    let opaque = provider.say(&format!("user bob {OPAQUE} orders:read"));
    let bob = Caller::new(address, &opaque);
    assert_eq!(bob.call("whoami", &json!({})).status, 401);
    let both = bob.at("/opaque").both();
    let mut streams = both.each_ref().map(Caller::listens);
    assert_eq!(both.each_ref().map(Caller::subject), ["bob", "bob"]);
    provider.revoke(&opaque);
    for (caller, stream) in both.iter().zip(&mut streams) {
        stream.ends();
        assert_eq!(soon(caller, 401).status, 401);
    }

    let mut listens = wide.listens();
    provider.say("keys second");
    let new = Caller::new(address, &provider.say(&signed("orders:read")));
    assert_eq!(new.subject(), "alice");
    listens.ends();
    for old in [&narrow, &wide] {
        soon(old, 401);
    }
}
