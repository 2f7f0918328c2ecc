//! What is published for clients to sign in: each mistake in it is named.

use serde_json::json;

use super::visit;
use crate::site::{ISSUER, RESOURCE_AT_ROOT, RESOURCE_BY_PATH, Reply, Request, Site, good};

type Broken = fn(&Request) -> Reply;

fn is_resource(request: &Request) -> bool {
    matches!(request.path.as_str(), RESOURCE_BY_PATH | RESOURCE_AT_ROOT)
}

#[test]
fn p52_a_server_that_calls_itself_otherwise_is_told_expected_and_got() {
    let table: [(Broken, &str, &str); 4] = [
        (
            |request| match is_resource(request) {
                true => good(request).changed("resource", Some(json!(request.base))),
                false => good(request),
            },
            "/mcp, got http://127.0.0.1",
            "without the path of its endpoint",
        ),
        (
            |request| match is_resource(request) {
                true => {
                    let other = request.base.replace("http:", "https:") + "/mcp";
                    good(request).changed("resource", Some(json!(other)))
                }
                false => good(request),
            },
            "got https://127.0.0.1",
            "a proxy in front of it ends TLS",
        ),
        (
            |request| match is_resource(request) {
                true => good(request).changed("resource", Some(json!("http://internal:3000/mcp"))),
                false => good(request),
            },
            "got http://internal:3000/mcp",
            "by another name than its callers do",
        ),
        (
            |request| match is_resource(request) {
                true => good(request).changed("resource", None),
                false => good(request),
            },
            "got ",
            "name the whole address",
        ),
    ];
    for (broken, got, mend) in table {
        let site = Site::start(broken);
        let expected = format!("resource expected {}", site.url());
        visit(&site.url(), &[]).blames(2, "wrong-resource", &[&expected, got, mend]);
    }
}

const WELL_KNOWNS: [(Broken, &str, &str); 7] = [
    (
        |request| match request.path.starts_with("/.well-known/") {
            true => Reply::page(200),
            false => good(request),
        },
        "login-page",
        "past the login page",
    ),
    (
        |request| match request.path.starts_with("/.well-known/") {
            true => Reply::only(302).with("Location", "https://login.example/"),
            false => good(request),
        },
        "redirect",
        "https://login.example/",
    ),
    (
        |request| match request.path.starts_with("/.well-known/") {
            true => Reply::only(403),
            false => good(request),
        },
        "forbidden",
        "let everybody read it",
    ),
    (
        |request| match is_resource(request) {
            true => Reply::json(&json!(["no object"])),
            false => good(request),
        },
        "not-json",
        "application/json",
    ),
    (
        |request| match is_resource(request) {
            true => good(request).changed("authorization_servers", Some(json!([]))),
            false => good(request),
        },
        "no-issuer",
        "at least one issuer",
    ),
    (
        |request| match is_resource(request) {
            true => Reply::only(404),
            false => good(request),
        },
        "no-resource-metadata",
        "where the challenge says",
    ),
    (
        |request| {
            let agent = request.header("user-agent").unwrap_or_default();
            match is_resource(request) && agent.starts_with("Claude") {
                true => Reply::page(403),
                false => good(request),
            }
        },
        "bot-blocker",
        "Claude-User/1.0 is not answered as others are",
    ),
];

#[test]
fn p53_well_knowns_that_cannot_be_read_are_named() {
    for (broken, culprit, part) in WELL_KNOWNS {
        let site = Site::start(broken);
        visit(&site.url(), &[]).blames(2, culprit, &[part]);
    }
}

/// Behind a proxy that ends TLS, a server that does not know it sends its clients where nobody answers.
#[test]
fn p52_a_challenge_that_leads_elsewhere_is_told() {
    let site = Site::start(|request| {
        let reply = good(request);
        if reply.0 == 401 {
            let place = "Bearer resource_metadata=\"http://127.0.0.1:1/.well-known/oauth-protected-resource/mcp\"";
            reply
                .without("WWW-Authenticate")
                .with("WWW-Authenticate", place)
        } else {
            reply
        }
    });
    visit(&site.url(), &[]).blames(
        2,
        "wrong-resource",
        &[
            "of the challenge: http://127.0.0.1:1/",
            "tell it its public URL",
        ],
    );
}

#[test]
fn p52_the_path_form_is_missed() {
    // The challenge names another place, so that clients that read it find the way.
    let site = Site::start(|request| match request.path.as_str() {
        RESOURCE_BY_PATH => Reply::only(404),
        "/mcp" if request.method == "POST" && request.header("authorization").is_none() => {
            let place = format!(
                "Bearer resource_metadata=\"{}{RESOURCE_AT_ROOT}\"",
                request.base
            );
            let reply = good(request).without("WWW-Authenticate");
            if reply.0 == 401 {
                reply.with("WWW-Authenticate", &place)
            } else {
                reply
            }
        }
        _ => good(request),
    });
    visit(&site.url(), &[]).warns("path-form", &["path form: ", "is not there (404)"]);
}

#[test]
fn u10_a_server_that_only_takes_keys_is_told_who_does_not_come_in() {
    let site = Site::start(|request| {
        if request.method == "GET" {
            return Reply::only(404);
        }
        let reply = good(request);
        if reply.0 == 401 {
            reply
                .without("WWW-Authenticate")
                .with("WWW-Authenticate", "Bearer")
        } else {
            reply
        }
    });
    visit(&site.url(), &[]).warns("no-resource-metadata", &["Claude's connectors"]);
}

const ISSUERS: [(Broken, &str, &str); 7] = [
    (
        |request| match request.path.as_str() {
            ISSUER => {
                good(request).changed("issuer", Some(json!(format!("{}/issuer/", request.base))))
            }
            _ => good(request),
        },
        "wrong-issuer",
        "/issuer, got http://127.0.0.1",
    ),
    (
        |request| match request.path.as_str() {
            ISSUER => {
                good(request).changed("code_challenge_methods_supported", Some(json!(["plain"])))
            }
            _ => good(request),
        },
        "no-s256",
        "PKCE with S256",
    ),
    (
        |request| match request.path.as_str() {
            ISSUER => good(request).changed("token_endpoint", Some(json!("http://internal/token"))),
            _ => good(request),
        },
        "plain-endpoint",
        "token_endpoint of",
    ),
    (
        |request| match request.path.as_str() {
            ISSUER => good(request).changed("authorization_endpoint", None),
            _ => good(request),
        },
        "issuer-metadata",
        "names no authorization_endpoint",
    ),
    (
        |request| match request.path.as_str() {
            ISSUER => Reply::only(404),
            _ => good(request),
        },
        "issuer-metadata",
        "tried /.well-known/oauth-authorization-server/issuer, /.well-known/openid-configuration/issuer, \
             /issuer/.well-known/openid-configuration",
    ),
    (
        |request| match request.path.as_str() {
            ISSUER => Reply::page(200),
            _ => good(request),
        },
        "login-page",
        "is an HTML page (200)",
    ),
    (
        |request| match request.path.as_str() {
            "/keys" => Reply::only(404),
            _ => good(request),
        },
        "no-keys",
        "publish the keys",
    ),
];

#[test]
fn p53_an_issuer_that_clients_refuse_is_named() {
    for (broken, culprit, part) in ISSUERS {
        let site = Site::start(broken);
        visit(&site.url(), &[]).blames(2, culprit, &[part]);
    }
}

/// The last of the three forms is enough, and asked for last.
#[test]
fn an_issuer_is_looked_for_in_every_form() {
    let site = Site::start(|request| match request.path.as_str() {
        ISSUER | "/.well-known/openid-configuration/issuer" => Reply::only(404),
        "/issuer/.well-known/openid-configuration" => good(&request.at(ISSUER)),
        _ => good(request),
    });
    visit(&site.url(), &[]).is_fine();
    let paths = site.paths();
    let place = |path: &str| paths.iter().position(|asked| asked == path).unwrap();
    assert!(place(ISSUER) < place("/.well-known/openid-configuration/issuer"));
    assert!(
        place("/.well-known/openid-configuration/issuer")
            < place("/issuer/.well-known/openid-configuration")
    );
}

#[test]
fn an_issuer_that_registers_nobody_is_told() {
    let site = Site::start(|request| match request.path.as_str() {
        ISSUER => good(request)
            .changed("registration_endpoint", None)
            .changed("client_id_metadata_document_supported", None),
        _ => good(request),
    });
    visit(&site.url(), &[]).warns("no-registration", &["by hand"]);
}
