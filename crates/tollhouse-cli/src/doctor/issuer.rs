//! Those who vouch for callers: whether clients can sign in there (RFC 8414; OpenID Connect Discovery).

use reqwest::Url;
use serde_json::{Map, Value};

use super::{
    Culprit, Round,
    document::{self, Missing},
    network,
    report::counted,
    resource::{Resource, text},
};

/// Looks at each that the server names. Gives where their documents are.
pub(super) async fn look(round: &mut Round<'_>, resource: Option<&Resource>) -> Vec<Url> {
    let named = resource.map_or(&[][..], |resource| &resource.issuers);
    if named.is_empty() {
        round
            .report
            .skip("issuer", "nobody is named who vouches for callers");
    }
    let mut found = Vec::new();
    for issuer in named.iter().take(ISSUERS_MAX) {
        found.extend(one(round, issuer).await);
    }
    found
}

async fn one(round: &mut Round<'_>, issuer: &str) -> Option<Url> {
    let Some(url) = issuer.parse::<Url>().ok().filter(is_web) else {
        round.report.bad(
            "issuer",
            Culprit::NoIssuer,
            &format!("{issuer} in authorization_servers is no URL"),
            "name the issuer as it names itself, with https://",
        );
        return None;
    };
    let (at, document) = match find(round, &url).await {
        Ok(found) => found,
        Err(why) => {
            round.report.bad("issuer", why.culprit, &why.text, why.mend);
            return None;
        }
    };
    let problems = Problems::of(issuer, &document);
    let keys = keys(round, &document).await;
    for (culprit, text, mend) in problems.list {
        round.report.bad("issuer", culprit, &text, mend);
    }
    match keys {
        Err((culprit, text, mend)) => round.report.bad("issuer", culprit, &text, mend),
        Ok(keys) => {
            let registration = registration(&document);
            if registration.is_empty() {
                round.report.odd(
                    "issuer",
                    Culprit::NoRegistration,
                    &format!("{issuer} lets no client register by itself"),
                    "offer client ID metadata documents, or give people a client ID by hand",
                );
            } else {
                let text = format!(
                    "{issuer}: clients come by {}; {keys}",
                    registration.join(", ")
                );
                round.report.good("issuer", &text);
            }
        }
    }
    Some(at)
}

/// The first document there is, in the order in which clients look.
async fn find(round: &Round<'_>, issuer: &Url) -> Result<(Url, Map<String, Value>), Missing> {
    let mut why: Option<Missing> = None;
    let forms = forms(issuer);
    for form in &forms {
        match document::get(&round.asker, form, None).await {
            Ok(document) => return Ok((form.clone(), document)),
            // What is there and wrong tells more than what is not there.
            Err(missing) if why.as_ref().is_none_or(|why| why.is_absent) => why = Some(missing),
            Err(_) => {}
        }
    }
    let tried: Vec<_> = forms.iter().map(Url::path).collect();
    let missing = why.filter(|why| !why.is_absent).unwrap_or_else(|| Missing {
        culprit: Culprit::IssuerMetadata,
        text: format!("{issuer} publishes no metadata: tried {}", tried.join(", ")),
        mend: "serve the metadata at one of these paths; where the server names the wrong issuer, mend \
               authorization_servers",
        is_absent: true,
    });
    Err(missing)
}

fn forms(issuer: &Url) -> Vec<Url> {
    let path = issuer.path().trim_end_matches('/');
    let mut paths = vec![
        format!("/.well-known/oauth-authorization-server{path}"),
        format!("/.well-known/openid-configuration{path}"),
    ];
    if !path.is_empty() {
        paths.push(format!("{path}/.well-known/openid-configuration"));
    }
    let at = |path: &String| {
        let mut at = issuer.clone();
        at.set_query(None);
        at.set_fragment(None);
        at.set_path(path);
        at
    };
    paths.iter().map(at).collect()
}

type Problem = (Culprit, String, &'static str);

/// What makes clients refuse an issuer.
struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    fn of(issuer: &str, document: &Map<String, Value>) -> Self {
        let mut problems = Self { list: Vec::new() };
        let got = text(document, "issuer").unwrap_or_default();
        if got != issuer {
            problems.add(
                Culprit::WrongIssuer,
                format!("issuer expected {issuer}, got {got}"),
                "write it byte for byte alike in authorization_servers and in the issuer's metadata, the last slash \
                 included",
            );
        }
        let methods = document
            .get("code_challenge_methods_supported")
            .and_then(Value::as_array);
        let has_s256 = methods.is_some_and(|methods| methods.iter().any(|method| method == "S256"));
        if !has_s256 {
            problems.add(
                Culprit::NoS256,
                format!("{issuer} does not name S256 in code_challenge_methods_supported: clients refuse it"),
                "support PKCE with S256, and say so",
            );
        }
        for (key, is_needed) in ENDPOINTS {
            let endpoint = text(document, key).map(str::parse::<Url>);
            match endpoint {
                Some(Ok(url)) if is_safe(&url) => {}
                None if !is_needed => {}
                None => problems.add(
                    Culprit::IssuerMetadata,
                    format!("{issuer} names no {key}"),
                    "name it in the metadata",
                ),
                Some(_) => problems.add(
                    Culprit::PlainEndpoint,
                    format!("{key} of {issuer} is not https"),
                    "tell the issuer its public URL, with https://",
                ),
            }
        }
        problems
    }

    fn add(&mut self, culprit: Culprit, text: String, mend: &'static str) {
        self.list.push((culprit, text, mend));
    }
}

/// Whether those who check tokens find the keys.
async fn keys(round: &Round<'_>, document: &Map<String, Value>) -> Result<String, Problem> {
    let Some(named) = text(document, "jwks_uri") else {
        return Ok("no keys are published".to_owned());
    };
    let mend = "publish the keys at jwks_uri, for everybody";
    let url: Url = named
        .parse()
        .map_err(|_| (Culprit::NoKeys, format!("jwks_uri {named} is no URL"), mend))?;
    let document = document::get(&round.asker, &url, None)
        .await
        .map_err(|why| (Culprit::NoKeys, why.text, mend))?;
    match document.get("keys").and_then(Value::as_array) {
        Some(keys) if !keys.is_empty() => Ok(counted(keys.len(), "key")),
        _ => Err((Culprit::NoKeys, format!("{url} holds no keys"), mend)),
    }
}

/// How clients that nobody knows come to be known.
fn registration(document: &Map<String, Value>) -> Vec<&'static str> {
    let by_document =
        document.get("client_id_metadata_document_supported") == Some(&Value::Bool(true));
    let by_request = document.contains_key("registration_endpoint");
    [
        by_document.then_some("client ID metadata documents"),
        by_request.then_some("dynamic registration"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// Whether nobody reads along: https, or this machine.
fn is_safe(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_here = host == "localhost"
        || host
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback() && network::is_private(ip));
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

/// What has an address, and whether it has to be there.
const ENDPOINTS: [(&str, bool); 4] = [
    ("authorization_endpoint", true),
    ("token_endpoint", true),
    ("registration_endpoint", false),
    ("jwks_uri", false),
];
/// More are not asked.
const ISSUERS_MAX: usize = 5;
