//! What whoever knocks is told: nothing, to go elsewhere, to sign in, or to come in.

use reqwest::{
    Url,
    header::{ACCEPT, CONTENT_TYPE, WWW_AUTHENTICATE},
};

use super::{
    Culprit, Round,
    challenge::{self, Challenge},
    fetch::{Answer, Question},
    knock::{discovery, greeting, knock as ask},
};

/// How a server takes who comes without a word about themselves.
#[derive(Debug)]
pub(super) enum Gate {
    /// Nobody has to sign in.
    Open,
    Asks(Challenge),
    /// There is no way to tell.
    Closed,
}

/// The first answer; none if there is no HTTP.
pub(super) async fn knock(round: &mut Round<'_>) -> Option<Answer> {
    let url = &round.visit.url;
    let answer = match ask(&round.asker, url, greeting(url)).await {
        Ok(answer) => answer,
        Err(failed) => {
            round.report.bad(
                "http",
                Culprit::NoAnswer,
                &format!("the connection stands, but no HTTP answer comes: {failed}"),
                "look at the server's log, and at the proxy in front of it",
            );
            return None;
        }
    };
    if let Some(to) = answer.moved() {
        let (text, mend) = elsewhere(url, answer.status, &to);
        round.report.bad("http", Culprit::Redirect, &text, &mend);
    } else if answer.is_page() && answer.is_good() {
        round.report.bad(
            "http",
            Culprit::LoginPage,
            "an HTML page for people answers, not the MCP server",
            "let this path through, past the login page or web site in front of it; often the path ends with /mcp",
        );
    } else {
        let text = format!("answers with {}", answer.status);
        round.report.good("http", &text);
    }
    Some(answer)
}

/// Whether somebody has to sign in, by the answer to who did not.
pub(super) async fn look(round: &mut Round<'_>, first: &Answer) -> Gate {
    if first.moved().is_some() || (first.is_page() && first.is_good()) {
        round
            .report
            .skip("sign-in", "it is another address that answers");
        return Gate::Closed;
    }
    match first.status {
        401 => challenged(round, first),
        200..=299 => open(round, "whoever comes is served without sign-in"),
        400 if first.object().is_some() => newest(round, first).await,
        404 | 405 if is_older(round).await => older(round),
        _ => refused(round, first).await,
    }
}

/// A server that knows no greeting may know the newest revision.
async fn newest(round: &mut Round<'_>, first: &Answer) -> Gate {
    let url = &round.visit.url;
    match ask(&round.asker, url, discovery(url)).await {
        Ok(answer) if answer.status == 401 => challenged(round, &answer),
        Ok(answer) if answer.is_good() => open(
            round,
            "whoever comes is served without sign-in, in the newest revision",
        ),
        _ => {
            let said = round.report.excerpt(&first.text());
            let text = format!("a greeting is refused with 400: {said}");
            round.report.bad(
                "sign-in",
                Culprit::NoMcp,
                &text,
                "make the server answer initialize, or server/discover",
            );
            Gate::Closed
        }
    }
}

/// Whether the transport of two addresses answers, which has a stream where others take messages (2024-11-05).
async fn is_older(round: &Round<'_>) -> bool {
    let question = Question::get(round.visit.url.clone()).with(ACCEPT, EVENTS);
    let answer = round.asker.ask(question).await;
    answer.is_ok_and(|answer| {
        let kind = answer.header(&CONTENT_TYPE).unwrap_or_default();
        answer.is_good() && kind.to_ascii_lowercase().starts_with(EVENTS)
    })
}

fn older(round: &mut Round<'_>) -> Gate {
    round.report.odd(
        "sign-in",
        Culprit::OldTransport,
        "only the transport of 2024-11-05 answers here, without sign-in",
        "serve Streamable HTTP too; newer clients do not come in otherwise",
    );
    Gate::Open
}

fn open(round: &mut Round<'_>, text: &str) -> Gate {
    if round.asker.is_public() {
        round.report.odd(
            "sign-in",
            Culprit::NoSignIn,
            text,
            "set up sign-in, if what the tools do is not for everybody in the world",
        );
    } else {
        round.report.good("sign-in", text);
    }
    Gate::Open
}

fn challenged(round: &mut Round<'_>, answer: &Answer) -> Gate {
    let Some(challenge) = challenge::bearer(&answer.headers) else {
        let said = answer.header(&WWW_AUTHENTICATE);
        let text = match said {
            Some(said) => format!("401 asks for what MCP clients do not have: {said}"),
            None => "401 without WWW-Authenticate: clients do not begin to sign in".to_owned(),
        };
        round.report.bad(
            "sign-in",
            Culprit::NoChallenge,
            &text,
            "answer with 401 and WWW-Authenticate: Bearer resource_metadata=\"…\"; if the server does, the proxy \
             in front of it takes the header away",
        );
        return Gate::Asks(Challenge::default());
    };
    let metadata = match &challenge.metadata {
        Some(url) => format!("resource_metadata={url}"),
        None => "without resource_metadata".to_owned(),
    };
    let scope = match challenge.scopes.as_slice() {
        [] => String::new(),
        scopes => format!(", scope={}", scopes.join(" ")),
    };
    let text = format!("401 Bearer {metadata}{scope}");
    round.report.good("sign-in", &text);
    Gate::Asks(challenge)
}

async fn refused(round: &mut Round<'_>, answer: &Answer) -> Gate {
    let Answer { status, .. } = answer;
    let said = match round.report.excerpt(&answer.text()) {
        said if said.is_empty() || answer.is_page() => String::new(),
        said => format!(": {said}"),
    };
    let text =
        format!("401 was expected from who did not sign in, or an answer; got {status}{said}");
    let (culprit, mend) = match status {
        403 => (
            Culprit::Forbidden,
            format!(
                "find out who refuses: a firewall in front, or the server's own check of Host and Origin, which has \
                 to know the name {}",
                round.visit.host()
            ),
        ),
        404 | 405 | 410 => (Culprit::WrongPath, nearby(round).await),
        429 => (
            Culprit::TooManyRequests,
            "wait, and allow more requests for one caller".to_owned(),
        ),
        502..=504 => (
            Culprit::ServerError,
            "the proxy does not reach the server behind it: start it, or mend the proxy's address for it".to_owned(),
        ),
        500..=599 => (Culprit::ServerError, "look at the server's log".to_owned()),
        _ => (
            Culprit::NoMcp,
            "name the address of an MCP server; often its path is /mcp".to_owned(),
        ),
    };
    round.report.bad("sign-in", culprit, &text, &mend);
    Gate::Closed
}

/// Where the server may be instead.
async fn nearby(round: &Round<'_>) -> String {
    let url = &round.visit.url;
    for path in ["/mcp", "/sse", "/"] {
        let mut other = url.clone();
        other.set_path(path);
        if other == *url {
            continue;
        }
        let Ok(answer) = ask(&round.asker, &other, greeting(&other)).await else {
            continue;
        };
        if answer.status == 401 || (answer.is_good() && !answer.is_page()) {
            return format!("use {other}, which answers with {}", answer.status);
        }
    }
    "name the path of the MCP endpoint (often /mcp); POST has to reach it".to_owned()
}

/// What a redirect changes, and what to do.
fn elsewhere(from: &Url, status: u16, to: &str) -> (String, String) {
    let text = format!("redirected ({status}) to {to}");
    let Ok(target) = from.join(to) else {
        return (text, "answer at this address itself".to_owned());
    };
    let slashed = |url: &Url| url.path().trim_end_matches('/').to_owned();
    let same_path = slashed(from) == slashed(&target);
    let same_host = from.host_str() == target.host_str();
    let mend = if same_host && same_path && from.scheme() == "http" && target.scheme() == "https" {
        format!("give people {target}; who is redirected has sent the key in clear already")
    } else if same_host && same_path && from.scheme() == target.scheme() {
        format!(
            "give people {target}: only a slash differs, and many clients lose the body or the key on the way"
        )
    } else if same_host {
        "a login page or web site stands in front: let this path through to the MCP server"
            .to_owned()
    } else {
        format!("if that is the server, give people {target}; clients take their key nowhere else")
    };
    (text, mend)
}

const EVENTS: &str = "text/event-stream";
