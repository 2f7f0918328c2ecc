//! What the token says of itself, beside what the server publishes; and that it is taken from the header alone.

use jiff::Timestamp;
use serde_json::{Map, Value};
use tollhouse::{Clock as _, SystemClock};

use super::{
    Culprit, Round,
    credential::Credential,
    front::Gate,
    knock::{greeting, knock},
    resource::{Resource, plain, text},
};

pub(super) async fn look(round: &mut Round<'_>, gate: &Gate, resource: Option<&Resource>) {
    let Some(credential) = round.credential.take() else {
        round
            .report
            .skip("token", "none was given; --token or --key looks further");
        return;
    };
    let Credential { bearer, claims } = &credential;
    match (bearer, claims) {
        (_, Some(claims)) => compare(round, claims, gate, resource),
        (Some(_), None) => round
            .report
            .skip("token", "it is no JWT: only the server can read it"),
        (None, None) => round.report.skip("token", "a key, not a bearer"),
    }
    if let (Some(bearer), Gate::Asks(_)) = (bearer, gate) {
        in_query(round, bearer).await;
    }
    round.credential = Some(credential);
}

fn compare(
    round: &mut Round<'_>,
    claims: &Map<String, Value>,
    gate: &Gate,
    resource: Option<&Resource>,
) {
    let mut wrong = Vec::new();
    wrong.extend(ended(claims));
    wrong.extend(issuer(claims, resource));
    wrong.extend(audience(claims, round, resource));
    if wrong.is_empty() {
        let issuer = text(claims, "iss").unwrap_or("an issuer that it does not name");
        let text = format!("a JWT of {issuer}, for this server{}", left(claims));
        round.report.good("token", &text);
    }
    for (culprit, text, mend) in wrong {
        round.report.bad("token", culprit, &text, mend);
    }
    let Gate::Asks(challenge) = gate else { return };
    let scopes = scopes(claims);
    let lacking = challenge
        .scopes
        .iter()
        .filter(|scope| !scopes.contains(scope));
    let lacking: Vec<&str> = lacking.map(String::as_str).collect();
    if !lacking.is_empty() {
        let text = format!(
            "the server asks for {}; the token has not {}",
            challenge.scopes.join(" "),
            lacking.join(" ")
        );
        let mend = "ask the issuer for these scopes, unless one that the token has includes them";
        round.report.odd("token", Culprit::TokenScope, &text, mend);
    }
}

type Problem = (Culprit, String, &'static str);

fn ended(claims: &Map<String, Value>) -> Option<Problem> {
    let Some(exp) = claims.get("exp").and_then(Value::as_f64) else {
        return Some((
            Culprit::TokenExpired,
            "exp expected, a number; got none".to_owned(),
            "make the issuer say until when the token is good",
        ));
    };
    let now = now();
    (exp <= now).then(|| {
        (
            Culprit::TokenExpired,
            format!(
                "it has expired: exp {}, and now it is {}",
                moment(exp),
                moment(now)
            ),
            "get a new one; if it is new, one of the clocks is wrong",
        )
    })
}

fn issuer(claims: &Map<String, Value>, resource: Option<&Resource>) -> Option<Problem> {
    let known = &resource
        .filter(|resource| !resource.issuers.is_empty())?
        .issuers;
    let got = text(claims, "iss").unwrap_or_default();
    (!known.iter().any(|known| known == got)).then(|| {
        (
            Culprit::TokenIssuer,
            format!("iss expected {}, got {got}", known.join(" or ")),
            "get the token from an issuer that the server names; they are compared byte for byte",
        )
    })
}

fn audience(
    claims: &Map<String, Value>,
    round: &Round<'_>,
    resource: Option<&Resource>,
) -> Option<Problem> {
    // Without metadata nobody says which audience is meant.
    let resource = resource?;
    let expected = resource.name.as_deref();
    let expected = expected.unwrap_or(round.visit.url.as_str());
    let got: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let compared = |text: &str| {
        text.parse()
            .map_or_else(|_| text.to_owned(), |url| plain(&url))
    };
    let is_meant = got.iter().any(|got| compared(got) == compared(expected));
    (!is_meant).then(|| {
        (
            Culprit::TokenAudience,
            format!("aud expected {expected}, got {}", if got.is_empty() { "none".to_owned() } else { got.join(", ") }),
            "ask the issuer for a token with resource= this server; if the server takes another audience by its \
             configuration, this is fine",
        )
    })
}

fn scopes(claims: &Map<String, Value>) -> Vec<String> {
    let named = ["scope", "scp"]
        .into_iter()
        .filter_map(|key| claims.get(key));
    let texts = named.flat_map(|value| match value {
        Value::String(text) => vec![text.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    });
    texts
        .flat_map(str::split_whitespace)
        .map(str::to_owned)
        .collect()
}

/// A token in a URL ends up in logs and histories, so no server may take it there (RFC 9700, 4.3.2).
async fn in_query(round: &mut Round<'_>, bearer: &str) {
    let mut url = round.visit.url.clone();
    url.query_pairs_mut().append_pair("access_token", bearer);
    match knock(&round.asker, &url, greeting(&url)).await {
        Ok(answer) if answer.is_good() => round.report.bad(
            "query",
            Culprit::TokenInQuery,
            &format!(
                "a token in the URL is taken ({}): it ends up in logs",
                answer.status
            ),
            "take tokens from the Authorization header alone",
        ),
        Ok(answer) => {
            let text = format!("a token in the URL is not taken ({})", answer.status);
            round.report.good("query", &text);
        }
        Err(failed) => round.report.skip("query", &failed.to_string()),
    }
}

fn left(claims: &Map<String, Value>) -> String {
    let exp = claims
        .get("exp")
        .and_then(Value::as_f64)
        .unwrap_or_default();
    let minutes = (exp - now()) / 60.0;
    format!(", {minutes:.0} min left")
}

fn now() -> f64 {
    // Milliseconds of this age are exact in it.
    SystemClock::default().unix_ms() as f64 / 1000.0
}

fn moment(seconds: f64) -> String {
    // What does not fit is cut to the ends of the range.
    let moment = Timestamp::from_second(seconds as i64);
    moment.map_or_else(|_| seconds.to_string(), |moment| moment.to_string())
}
