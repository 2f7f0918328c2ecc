//! Whether all programs are answered alike: what keeps robots away often keeps clients away too.

use std::fmt::Write as _;

use reqwest::header::{HeaderName, SERVER};

use super::{
    Culprit, Round,
    fetch::{Answer, Failed},
    knock::{greeting, knock},
};

/// Knocks as others do. Where only they are let in, it is as one of them that everything else is asked.
pub(super) async fn look(round: &mut Round<'_>, first: &Answer) -> Option<Answer> {
    let url = &round.visit.url;
    let mut knocks = vec![Knock::of("tollhouse", Some(first))];
    let mut let_in = None;
    for (name, agent) in AGENTS {
        let answer = knock(&round.asker, url, greeting(url).agent(agent)).await;
        if matches!(answer, Err(Failed::NoTime)) {
            break;
        }
        knocks.push(Knock::of(name, answer.as_ref().ok()));
        if let Ok(answer) = answer
            && let_in.is_none()
            && !is_refusal(&answer)
        {
            let_in = Some((agent, answer));
        }
    }
    tell(round, &knocks);
    let (agent, answer) = let_in.filter(|_| is_refusal(first))?;
    round.asker.agent = agent;
    Some(answer)
}

/// Knocks without the headers that were given: hosted clients cannot send any.
pub(super) async fn without_headers(round: &mut Round<'_>, first: &Answer) {
    if !round.asker.has_headers() {
        return;
    }
    let url = &round.visit.url;
    let answer = knock(&round.asker, url, greeting(url).bare()).await;
    let got = match answer {
        Ok(answer) if answer.status == first.status => {
            let text = "the headers that were given are not needed to come this far";
            round.report.good("headers", text);
            return;
        }
        Ok(answer) => answer.status.to_string(),
        Err(failed) => failed.to_string(),
    };
    round.report.odd(
        "headers",
        Culprit::HeaderNeeded,
        &format!("without the headers that were given: {got}, and {} with them", first.status),
        "let clients in without: hosted ones such as Claude's connectors cannot send headers of one's own",
    );
}

/// One who knocked, and how it went.
struct Knock {
    name: &'static str,
    /// None without an answer.
    status: Option<u16>,
    is_refused: bool,
    blocker: Option<&'static str>,
}

impl Knock {
    fn of(name: &'static str, answer: Option<&Answer>) -> Self {
        Self {
            name,
            status: answer.map(|answer| answer.status),
            is_refused: answer.is_none_or(is_refusal),
            blocker: answer.and_then(blocker),
        }
    }
}

fn tell(round: &mut Round<'_>, knocks: &[Knock]) {
    let status = |knock: &Knock| match knock.status {
        Some(status) => status.to_string(),
        None => "nothing".to_owned(),
    };
    let first = knocks.first().map(status).unwrap_or_default();
    if knocks.iter().all(|knock| status(knock) == first) {
        let text = format!(
            "{} kinds of programs are answered alike ({first})",
            knocks.len()
        );
        round.report.good("agents", &text);
        return;
    }
    let mut text = String::new();
    for knock in knocks {
        let comma = if text.is_empty() { "" } else { ", " };
        // Writing to a string does not fail.
        let _ = write!(text, "{comma}{} gets {}", knock.name, status(knock));
    }
    let refused = || knocks.iter().filter(|knock| knock.is_refused);
    if refused().count() > 0 && refused().all(|knock| knock.status == Some(429)) {
        let mend = "allow more requests for one caller; clients send several at once";
        round
            .report
            .odd("agents", Culprit::TooManyRequests, &text, mend);
        return;
    }
    let who = refused().find_map(|knock| knock.blocker);
    let who = who.unwrap_or("the proxy or firewall in front of the server");
    let kept: Vec<_> = refused().map(|knock| knock.name).collect();
    if kept.is_empty() {
        let mend = "answer every program alike";
        round.report.odd("agents", Culprit::BotBlocker, &text, mend);
        return;
    }
    round.report.bad(
        "agents",
        Culprit::BotBlocker,
        &format!("a bot blocker keeps programs away: {text}"),
        &format!(
            "in {who}, let {} through to this path and to /.well-known/",
            kept.join(", ")
        ),
    );
}

/// No answer of a server of the protocol to who is not known yet.
fn is_refusal(answer: &Answer) -> bool {
    matches!(answer.status, 403 | 406 | 418 | 429 | 503) || answer.is_page()
}

/// Who stands in front, if it says so.
fn blocker(answer: &Answer) -> Option<&'static str> {
    let server = answer
        .header(&SERVER)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let by_name = BLOCKERS.iter().find(|(part, _)| server.contains(part));
    let by_header = MARKS
        .iter()
        .find(|(name, _)| answer.headers.contains_key(HeaderName::from_static(name)));
    by_header.or(by_name).map(|(_, who)| *who)
}

/// As they introduce themselves.
const AGENTS: [(&str, &str); 5] = [
    ("Claude-User", "Claude-User/1.0"),
    ("claude-code", "claude-code/2.1.252 (cli)"),
    ("python-httpx", "python-httpx/0.28.1"),
    ("node", "node"),
    (
        "a browser",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    ),
];
const MARKS: [(&str, &str); 5] = [
    ("cf-mitigated", "Cloudflare (Security, Bots)"),
    ("cf-ray", "Cloudflare (Security, Bots)"),
    ("x-amzn-waf-action", "AWS WAF (Bot Control)"),
    ("x-vercel-mitigated", "Vercel (Firewall)"),
    ("x-sucuri-id", "Sucuri"),
];
const BLOCKERS: [(&str, &str); 3] = [
    ("cloudflare", "Cloudflare (Security, Bots)"),
    ("akamaighost", "Akamai (Bot Manager)"),
    ("awselb", "AWS WAF (Bot Control)"),
];
