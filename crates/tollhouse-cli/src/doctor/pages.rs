//! Whether web pages may reach the server: clients that are one are stopped by their browser otherwise (CORS).

use reqwest::{
    Method, Url,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS,
        ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN,
    },
};

use super::{
    Culprit, Round,
    fetch::{Answer, Failed, Question},
    front::Gate,
    knock::{SESSION, greeting, knock},
    resource::Resource,
};

pub(super) async fn look(
    round: &mut Round<'_>,
    gate: &Gate,
    resource: Option<&Resource>,
    issuers: &[Url],
) {
    if matches!(gate, Gate::Closed) {
        round.report.skip("pages", "the server does not answer yet");
        return;
    }
    let given = &round.visit.origins;
    let is_wanted = !given.is_empty();
    // What anybody on this machine may use is not for pages from elsewhere.
    let is_own = round.asker.is_here() && matches!(gate, Gate::Open);
    let usual = USUAL
        .into_iter()
        .filter(|usual| !is_own || *usual == INSPECTOR);
    let origins: Vec<String> = if is_wanted {
        given.clone()
    } else {
        usual.map(str::to_owned).collect()
    };
    let documents: Vec<_> = resource
        .map(|resource| resource.at.clone())
        .into_iter()
        .collect();
    let documents = [&documents, issuers].concat();
    for origin in &origins {
        let found = endpoint(round, gate, origin).await;
        tell(round, origin, is_wanted, found);
        if documents.is_empty() {
            continue;
        }
        let found = published(round, &documents, origin).await;
        tell(round, origin, is_wanted, found);
    }
}

/// What is said of one origin: fine, or whose fault and the mend.
type Found = Result<String, (Culprit, String, String)>;

fn tell(round: &mut Round<'_>, origin: &str, is_wanted: bool, found: Found) {
    match found {
        Ok(text) => round.report.good("pages", &format!("{origin}: {text}")),
        Err((Culprit::NoTime, text, _)) => {
            round.report.skip("pages", &format!("{origin}: {text}"));
        }
        // Who lets no page in may mean that. Who lets it in by half does not.
        Err((Culprit::CorsMissing, text, mend)) if !is_wanted => {
            let text = format!("{origin}: {text}");
            round
                .report
                .odd("pages", Culprit::CorsMissing, &text, &mend);
        }
        Err((culprit, text, mend)) => {
            round
                .report
                .bad("pages", culprit, &format!("{origin}: {text}"), &mend);
        }
    }
}

/// What a browser asks before it sends what a client writes, and what it shows of the answer.
async fn endpoint(round: &Round<'_>, gate: &Gate, origin: &str) -> Found {
    let url = &round.visit.url;
    let asks = matches!(gate, Gate::Asks(_));
    let needed = NEEDED
        .iter()
        .filter(|name| asks || **name != "authorization");
    let needed: Vec<&str> = needed.copied().collect();
    let question = Question::other(Method::OPTIONS, url.clone())
        .with(ORIGIN, origin)
        .with(ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .with(ACCESS_CONTROL_REQUEST_HEADERS, &needed.join(", "));
    let answer = round.asker.ask(question).await;
    let answer = answer.map_err(|failed| unanswered("the preflight", &failed))?;
    if !allows(&answer, origin) || !answer.is_good() {
        let text = format!(
            "a page may not call the server (preflight: {})",
            answer.status
        );
        return Err(missing(origin, &text));
    }
    let methods = list(&answer, &ACCESS_CONTROL_ALLOW_METHODS);
    if !methods
        .iter()
        .any(|method| method == "post" || method == "*")
    {
        let text = "the preflight does not allow POST".to_owned();
        let mend = "add Access-Control-Allow-Methods: GET, POST, DELETE".to_owned();
        return Err((Culprit::CorsHeaders, text, mend));
    }
    let allowed = list(&answer, &ACCESS_CONTROL_ALLOW_HEADERS);
    let is_allowed = |name: &str| {
        // The star does not stand for this one (Fetch, "CORS-preflight fetch").
        let by_star = name != "authorization" && allowed.iter().any(|allowed| allowed == "*");
        by_star || allowed.iter().any(|allowed| allowed == name)
    };
    let lacking: Vec<&str> = needed
        .into_iter()
        .filter(|name| !is_allowed(name))
        .collect();
    if !lacking.is_empty() {
        let lacking = lacking.join(", ");
        let text = format!("the preflight does not allow the headers {lacking}");
        let mend = format!("add to Access-Control-Allow-Headers: {lacking}");
        return Err((Culprit::CorsHeaders, text, mend));
    }
    let answer = knock(&round.asker, url, greeting(url).with(ORIGIN, origin)).await;
    let answer = answer.map_err(|failed| unanswered("the call of a page", &failed))?;
    exposed(&answer, origin, asks)
}

fn exposed(answer: &Answer, origin: &str, asks: bool) -> Found {
    if !allows(answer, origin) {
        let text = format!(
            "the preflight is fine, but the answer ({}) is kept from the page",
            answer.status
        );
        return Err(missing(origin, &text));
    }
    let shown = list(answer, &ACCESS_CONTROL_EXPOSE_HEADERS);
    let is_needed = |name: &&str| match *name {
        "www-authenticate" => asks && answer.status == 401,
        _ => answer.headers.contains_key(SESSION),
    };
    let is_shown = |name: &str| shown.iter().any(|shown| shown == name || shown == "*");
    let lacking: Vec<&str> = EXPOSED
        .into_iter()
        .filter(is_needed)
        .filter(|name| !is_shown(name))
        .collect();
    if lacking.is_empty() {
        return Ok("a page can call the server".to_owned());
    }
    let lacking = lacking.join(", ");
    Err((
        Culprit::CorsExposed,
        format!("the answer keeps {lacking} from the page, which then cannot sign in or go on"),
        format!("add Access-Control-Expose-Headers: {lacking}"),
    ))
}

/// Whether a page can read what is published.
async fn published(round: &Round<'_>, documents: &[Url], origin: &str) -> Found {
    for url in documents {
        let question = Question::get(url.clone()).with(ORIGIN, origin);
        let answer = round.asker.ask(question).await;
        let answer = answer.map_err(|failed| unanswered(url.as_str(), &failed))?;
        if !allows(&answer, origin) {
            return Err((
                Culprit::CorsMissing,
                format!("a page may not read {url}"),
                "answer there with Access-Control-Allow-Origin: *, which is right for what everybody may read".to_owned(),
            ));
        }
    }
    Ok("a page can read the metadata".to_owned())
}

fn unanswered(what: &str, failed: &Failed) -> (Culprit, String, String) {
    let culprit = match failed {
        Failed::NoTime => Culprit::NoTime,
        Failed::Private => Culprit::PrivateAddress,
        Failed::Slow(_) | Failed::Broken(_) => Culprit::NoAnswer,
    };
    let mend = "make it answer; a page waits, and gives up".to_owned();
    (culprit, format!("{what}: {failed}"), mend)
}

fn missing(origin: &str, text: &str) -> (Culprit, String, String) {
    let mend = format!(
        "if clients that are web pages are to come in, let this origin in: answer preflights without sign-in, and \
         everything with Access-Control-Allow-Origin: {origin}"
    );
    (Culprit::CorsMissing, text.to_owned(), mend)
}

fn allows(answer: &Answer, origin: &str) -> bool {
    let allowed = answer
        .header(&ACCESS_CONTROL_ALLOW_ORIGIN)
        .unwrap_or_default();
    allowed == "*" || allowed == origin
}

/// All that the headers of this name list, in small letters.
fn list(answer: &Answer, name: &HeaderName) -> Vec<String> {
    let values = answer.headers.get_all(name).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    let items = texts.flat_map(|text| text.split(','));
    items.map(|item| item.trim().to_ascii_lowercase()).collect()
}

/// Where people most often look at servers from: the web client, and the Inspector on their own machine.
const USUAL: [&str; 2] = ["https://claude.ai", INSPECTOR];
const INSPECTOR: &str = "http://localhost:6274";
/// What clients send that no page may send by itself.
const NEEDED: [&str; 4] = [
    "authorization",
    "content-type",
    "mcp-protocol-version",
    "mcp-session-id",
];
/// What clients read that no page is shown by itself.
const EXPOSED: [&str; 2] = ["www-authenticate", "mcp-session-id"];
