//! Every state that a credential can be in, and what whoever presents it reads.

use crate::language::Request;

/// One state.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub(super) name: &'static str,
    /// The headers that carry it.
    headers: &'static [(&'static str, &'static str)],
    /// Where else it stands.
    elsewhere: Elsewhere,
    pub(super) answer: Answer,
}

#[derive(Clone, Copy, Debug)]
enum Elsewhere {
    Nowhere,
    Query,
    Form,
}

/// What the state is called, the headers, and how they are taken.
type Row = (
    &'static str,
    &'static [(&'static str, &'static str)],
    Answer,
);

/// How it is taken.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    /// The caller is let in.
    In,
    /// The caller is not: status, body, and the word in the challenge, if a challenge comes.
    Out(u16, &'static str, Option<&'static str>),
}

/// All of them.
pub(super) fn states() -> impl Iterator<Item = State> {
    let headers = IN_HEADERS.iter().map(|&(name, headers, answer)| State {
        name,
        headers,
        elsewhere: Elsewhere::Nowhere,
        answer,
    });
    let elsewhere = [("the query", Elsewhere::Query), ("a form", Elsewhere::Form)];
    headers.chain(elsewhere.map(|(name, elsewhere)| State {
        name,
        headers: &[],
        elsewhere,
        answer: NOTHING,
    }))
}

impl State {
    /// The request, with the credential.
    pub(super) fn present(self, request: &Request) -> Request {
        let request = request.clone();
        match self.elsewhere {
            Elsewhere::Nowhere => {}
            Elsewhere::Query => return request.ask("access_token=right"),
            Elsewhere::Form => {
                return request
                    .with("Content-Type", "application/x-www-form-urlencoded")
                    .body("access_token=right");
            }
        }
        let headers = self.headers.iter();
        headers.fold(request, |request, (name, value)| {
            request.header(name, value)
        })
    }
}

const NOTHING: Answer = Answer::Out(401, r#"{"error":"missing_api_key"}"#, None);
const BAD_KEY: Answer = Answer::Out(401, r#"{"error":"invalid_api_key"}"#, Some("invalid_token"));
const BAD_TOKEN: Answer = Answer::Out(401, r#"{"error":"invalid_token"}"#, Some("invalid_token"));
const UNCLEAR: Answer = Answer::Out(401, r#"{"error":"unauthorized"}"#, Some("invalid_token"));
const TWICE: Answer = Answer::Out(
    400,
    r#"{"error":"invalid_request"}"#,
    Some("invalid_request"),
);
const UNSET: Answer = Answer::Out(503, r#"{"error":"MCP_API_KEY not configured"}"#, None);
const DOWN: Answer = Answer::Out(503, r#"{"error":"unavailable"}"#, None);
/// What comes in headers.
const IN_HEADERS: &[Row] = &[
    ("nothing", &[], NOTHING),
    ("a key", &[("Authorization", "Bearer right")], Answer::In),
    (
        "a key in its own header",
        &[("MEMCONTEXT-API-KEY", "right")],
        Answer::In,
    ),
    (
        "the same key in two headers",
        &[
            ("Authorization", "Bearer right"),
            ("MEMCONTEXT-API-KEY", "right"),
        ],
        Answer::In,
    ),
    (
        "a key that may do little",
        &[("Authorization", "Bearer narrow")],
        Answer::In,
    ),
    (
        "a header that nobody reads",
        &[("X-Unknown-Key", "right")],
        NOTHING,
    ),
    (
        "a cookie",
        &[("Cookie", "access_token=right; authorization=right")],
        NOTHING,
    ),
    (
        "an unknown key",
        &[("Authorization", "Bearer wrong")],
        BAD_KEY,
    ),
    (
        "a mistyped key",
        &[("MEMCONTEXT-API-KEY", "mistyped")],
        BAD_KEY,
    ),
    (
        "no key behind Bearer",
        &[("Authorization", "Bearer")],
        BAD_KEY,
    ),
    ("an empty key", &[("MEMCONTEXT-API-KEY", "")], BAD_KEY),
    (
        "an expired token",
        &[("Authorization", "Bearer expired")],
        BAD_TOKEN,
    ),
    (
        "another scheme",
        &[("Authorization", "Basic cmlnaHQ6")],
        UNCLEAR,
    ),
    ("an empty header", &[("Authorization", "")], UNCLEAR),
    ("no scheme", &[("Authorization", "right")], UNCLEAR),
    (
        "two that differ",
        &[
            ("Authorization", "Bearer right"),
            ("MEMCONTEXT-API-KEY", "wrong"),
        ],
        UNCLEAR,
    ),
    (
        "a bad one first",
        &[
            ("Authorization", "Bearer wrong"),
            ("MEMCONTEXT-API-KEY", "right"),
        ],
        UNCLEAR,
    ),
    (
        "the same header twice",
        &[
            ("Authorization", "Bearer right"),
            ("authorization", "Bearer right"),
        ],
        TWICE,
    ),
    (
        "two Authorization headers",
        &[
            ("Authorization", "Bearer right"),
            ("Authorization", "Bearer wrong"),
        ],
        TWICE,
    ),
    (
        "its own header twice",
        &[
            ("MEMCONTEXT-API-KEY", "right"),
            ("MEMCONTEXT-API-KEY", "wrong"),
        ],
        TWICE,
    ),
    (
        "none that could be right",
        &[("Authorization", "Bearer unset")],
        UNSET,
    ),
    (
        "one that cannot be asked about",
        &[("Authorization", "Bearer down")],
        DOWN,
    ),
];
