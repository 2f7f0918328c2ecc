//! Every row of the table, and what challenges say.

use super::{Credentials, Header, Place, Unauthenticated, scope_list};

#[test]
fn a6_every_failure_has_its_row() {
    for (why, status, body, begins) in ROWS {
        assert_eq!((why.status(), why.body().as_str()), (status, body));
        let challenge = why.challenge(Place::default());
        assert_eq!(challenge.is_some(), begins.is_some(), "{why:?}");
        let challenge = challenge.unwrap_or_default();
        assert!(challenge.starts_with(begins.unwrap_or_default()), "{why:?}");
        // What RFC 6750 lets a description say; a quote would end it.
        let text = why.to_string();
        let is_plain = |c: char| (' '..='~').contains(&c) && !matches!(c, '"' | '\\');
        assert!(text.chars().all(is_plain), "{text}");
    }
}

#[test]
fn rs04_rs05_a_challenge_says_where_to_sign_in_and_for_what() {
    let place = Place {
        resource_metadata: Some("https://h/.well-known/oauth-protected-resource/mcp"),
        scope: Some("a b"),
    };
    let begins = concat!(
        r#"Bearer realm="mcp", "#,
        r#"resource_metadata="https://h/.well-known/oauth-protected-resource/mcp", scope="a b""#
    );
    let nothing = Unauthenticated::MissingKey.challenge(place);
    assert_eq!(nothing.as_deref(), Some(begins));
    let failed = Unauthenticated::InvalidToken.challenge(place).unwrap();
    let rest = failed.strip_prefix(begins).unwrap();
    assert!(rest.starts_with(r#", error="invalid_token", error_description=""#));
    assert_eq!(Unauthenticated::Unavailable.challenge(place), None);
}

#[test]
fn rs06_rs07_a_step_up_names_all_scopes_and_nothing_that_would_end_its_quotes() {
    let scopes = [
        "b",
        "a",
        "b",
        "offline_access",
        "x\"y",
        "x\\y",
        "x y",
        "",
        "é",
    ];
    assert_eq!(scope_list(scopes).as_deref(), Some("b a"));
    assert_eq!(scope_list(["offline_access"]), None);
    let told = Place::default().step_up(&["users:delete".to_owned()]);
    let begins = r#"Bearer error="insufficient_scope", scope="users:delete", error_description="#;
    assert!(told.starts_with(begins), "{told}");
}

#[test]
fn p10_what_is_presented_is_not_shown() {
    let headers = [("authorization", Header::One(b"Bearer of a secret"))];
    let shown = format!("{:?}", Credentials::new(&headers));
    assert_eq!(shown, r#"{"authorization": "one"}"#);
}

const FAILED: &str = r#"Bearer realm="mcp", error="invalid_token", error_description="#;

/// A failure, its status, its body, and how its challenge begins if it has one.
type Row = (Unauthenticated, u16, &'static str, Option<&'static str>);

const ROWS: [Row; 9] = [
    (
        Unauthenticated::MissingKey,
        401,
        r#"{"error":"missing_api_key"}"#,
        Some(r#"Bearer realm="mcp""#),
    ),
    (
        Unauthenticated::MistypedKey,
        401,
        r#"{"error":"invalid_api_key"}"#,
        Some(FAILED),
    ),
    (
        Unauthenticated::UnknownKey,
        401,
        r#"{"error":"invalid_api_key"}"#,
        Some(FAILED),
    ),
    (
        Unauthenticated::MissingToken,
        401,
        r#"{"error":"unauthorized"}"#,
        Some(r#"Bearer realm="mcp""#),
    ),
    (
        Unauthenticated::InvalidToken,
        401,
        r#"{"error":"invalid_token"}"#,
        Some(FAILED),
    ),
    (
        Unauthenticated::Unclear,
        401,
        r#"{"error":"unauthorized"}"#,
        Some(FAILED),
    ),
    (
        Unauthenticated::Repeated,
        400,
        r#"{"error":"invalid_request"}"#,
        Some(r#"Bearer realm="mcp", error="invalid_request", error_description="#),
    ),
    (
        Unauthenticated::NotConfigured,
        503,
        r#"{"error":"MCP_API_KEY not configured"}"#,
        None,
    ),
    (
        Unauthenticated::Unavailable,
        503,
        r#"{"error":"unavailable"}"#,
        None,
    ),
];
