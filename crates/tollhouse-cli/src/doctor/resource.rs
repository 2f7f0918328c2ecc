//! What the server publishes of itself: its name as a resource, and who vouches for its callers (RFC 9728).

use reqwest::Url;
use serde_json::{Map, Value};

use super::{
    Culprit, Round,
    document::{self, Missing},
    front::Gate,
};

/// What was published.
#[derive(Debug)]
pub(super) struct Resource {
    /// Where it was found.
    pub(super) at: Url,
    /// As the server calls itself.
    pub(super) name: Option<String>,
    pub(super) issuers: Vec<String>,
}

/// Where a document may be.
struct Place {
    form: &'static str,
    url: Url,
}

pub(super) async fn look(round: &mut Round<'_>, gate: &Gate) -> Option<Resource> {
    let places = places(round, gate);
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for place in places {
        match document::get(&round.asker, &place.url, None).await {
            Ok(document) => found.push((place, document)),
            Err(why) => missing.push((place, why)),
        }
    }
    if found.is_empty() && missing.iter().all(|(_, why)| why.is_absent) && !asks_by_metadata(gate) {
        nowhere(round, gate);
        return None;
    }
    for (place, why) in missing {
        absent(round, &place, &why, !found.is_empty());
    }
    for (place, document) in &found {
        name(round, place, document);
    }
    let (place, document) = found.into_iter().next()?;
    let resource = Resource {
        at: place.url,
        name: text(&document, "resource").map(str::to_owned),
        issuers: issuers(&document),
    };
    if resource.issuers.is_empty() {
        round.report.bad(
            "resource",
            Culprit::NoIssuer,
            "authorization_servers is empty: nobody is named who vouches for callers",
            "name at least one issuer in authorization_servers",
        );
    }
    as_hosted(round, &resource, &document).await;
    Some(resource)
}

/// Where clients look, in their order (MCP 2026-07-28, "Protected Resource Metadata Discovery").
fn places(round: &mut Round<'_>, gate: &Gate) -> Vec<Place> {
    let url = &round.visit.url;
    let mut places = Vec::new();
    if let Gate::Asks(challenge) = gate
        && let Some(named) = &challenge.metadata
    {
        match named.parse::<Url>() {
            Ok(named) if matches!(named.scheme(), "http" | "https") => places.push(Place {
                form: "of the challenge",
                url: named,
            }),
            _ => round.report.bad(
                "resource",
                Culprit::NoChallenge,
                &format!("resource_metadata={named} is no URL"),
                "write the whole address, with https://",
            ),
        }
    }
    let path = url.path().trim_end_matches('/');
    let forms = [("path form", path), ("root form", "")];
    for (form, path) in forms {
        let mut at = url.clone();
        at.set_query(None);
        at.set_path(&format!("{WELL_KNOWN}{path}"));
        if places.iter().all(|place| place.url != at) {
            places.push(Place { form, url: at });
        }
    }
    places
}

fn asks_by_metadata(gate: &Gate) -> bool {
    matches!(gate, Gate::Asks(challenge) if challenge.metadata.is_some())
}

fn nowhere(round: &mut Round<'_>, gate: &Gate) {
    match gate {
        Gate::Asks(_) => round.report.odd(
            "resource",
            Culprit::NoResourceMetadata,
            "no metadata says where to sign in: only clients that are given a key or a header come in, and hosted \
             ones such as Claude's connectors do not",
            "where people are to sign in by themselves, serve /.well-known/oauth-protected-resource and name it in \
             the challenge",
        ),
        Gate::Open => round.report.skip("resource", "no metadata, and none is needed without sign-in"),
        Gate::Closed => round.report.skip("resource", "no metadata"),
    }
}

fn absent(round: &mut Round<'_>, place: &Place, why: &Missing, is_found_elsewhere: bool) {
    let Missing {
        culprit,
        text,
        mend,
        is_absent,
    } = why;
    let text = format!("{}: {text}", place.form);
    match (place.form, is_absent) {
        ("root form", true) if is_found_elsewhere => {
            round.report.skip(
                "resource",
                &format!("{text}; only older clients look there"),
            );
        }
        ("path form", true) if is_found_elsewhere => round.report.odd(
            "resource",
            Culprit::PathForm,
            &format!("{text}, where clients look that do not read the challenge"),
            "serve the same document there too",
        ),
        ("path form", true) => round.report.bad(
            "resource",
            Culprit::PathForm,
            &text,
            "serve the document there",
        ),
        ("root form", true) => round.report.skip("resource", &text),
        // Where the server thinks that it is, nobody else finds it.
        ("of the challenge", _) if place.url.origin() != round.visit.url.origin() => {
            let mend = self::mend(&round.visit.url, Some(&place.url));
            round
                .report
                .bad("resource", Culprit::WrongResource, &text, mend);
        }
        (_, true) => {
            let mend = "serve the document where the challenge says, or mend the challenge";
            round
                .report
                .bad("resource", Culprit::NoResourceMetadata, &text, mend);
        }
        (_, false) => round.report.bad("resource", *culprit, &text, mend),
    }
}

/// Whether the server calls itself as it was called.
fn name(round: &mut Round<'_>, place: &Place, document: &Map<String, Value>) {
    let expected = &round.visit.url;
    let got = text(document, "resource").unwrap_or_default();
    let parsed = got.parse::<Url>().ok();
    let is_same = parsed
        .as_ref()
        .is_some_and(|got| plain(got) == plain(expected));
    if is_same {
        let text = format!("{}: resource {got}", place.form);
        round.report.good("resource", &text);
        return;
    }
    round.report.bad(
        "resource",
        Culprit::WrongResource,
        &format!("{}: resource expected {expected}, got {got}", place.form),
        mend(expected, parsed.as_ref()),
    );
}

/// Why one is not the other.
fn mend(expected: &Url, got: Option<&Url>) -> &'static str {
    let Some(got) = got else {
        return "name the whole address of the endpoint in resource";
    };
    let same_host = got.host_str() == expected.host_str();
    if same_host && got.scheme() != expected.scheme() {
        "the server does not know that a proxy in front of it ends TLS: tell it its public URL, with the scheme that \
         callers use"
    } else if !same_host || got.port_or_known_default() != expected.port_or_known_default() {
        "the server calls itself by another name than its callers do: tell it its public URL, or give people that name"
    } else if expected.path().starts_with(got.path()) {
        "the server names itself without the path of its endpoint, so tokens are made for another audience: name the \
         whole URL, path included"
    } else {
        "the server names another path: make its public URL the one that clients are given"
    }
}

/// Whether hosted clients read the same.
async fn as_hosted(round: &mut Round<'_>, resource: &Resource, document: &Map<String, Value>) {
    let again = document::get(&round.asker, &resource.at, Some(HOSTED)).await;
    let what = match again {
        Ok(again) if again.get("resource") == document.get("resource") => return,
        Ok(_) => "gets another resource".to_owned(),
        Err(why) => why.text,
    };
    round.report.bad(
        "resource",
        Culprit::BotBlocker,
        &format!("{HOSTED} is not answered as others are: {what}"),
        "let this user agent through to /.well-known/ too",
    );
}

fn issuers(document: &Map<String, Value>) -> Vec<String> {
    let named = document
        .get("authorization_servers")
        .and_then(Value::as_array);
    let named = named.into_iter().flatten().filter_map(Value::as_str);
    named.map(str::to_owned).collect()
}

pub(super) fn text<'a>(document: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    document.get(key)?.as_str()
}

/// What addresses are compared by: case of the host, usual port and one last slash make no difference.
pub(super) fn plain(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    let path = url.path();
    let path = path.strip_suffix('/').unwrap_or(path).to_owned();
    format!(
        "{}{path}?{}",
        url.origin().ascii_serialization(),
        url.query().unwrap_or_default()
    )
}

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
const HOSTED: &str = "Claude-User/1.0";
