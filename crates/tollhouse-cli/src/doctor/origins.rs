//! Whether the server turns away what a strange web page sends through its visitor's browser (MCP 2026-07-28,
//! "Streamable HTTP", security).

use reqwest::header::{HOST, HeaderName, ORIGIN};

use super::{
    Culprit, Round,
    front::Gate,
    knock::{greeting, knock},
};

pub(super) async fn look(round: &mut Round<'_>, gate: &Gate) {
    if matches!(gate, Gate::Closed) {
        return;
    }
    one(
        round,
        Culprit::OriginUnchecked,
        (ORIGIN, "https://evil.example"),
        "refuse origins that are not known, with 403: any web page can call this server through its visitor",
    )
    .await;
    // Elsewhere another name may lead to another server.
    if round.asker.is_here() {
        one(
            round,
            Culprit::HostUnchecked,
            (HOST, "evil.example"),
            "refuse names that are not the server's own, with 403: a web page can rebind its name to this machine",
        )
        .await;
    }
}

async fn one(
    round: &mut Round<'_>,
    culprit: Culprit,
    (name, value): (HeaderName, &str),
    mend: &str,
) {
    let url = &round.visit.url;
    let said = format!("{name}: {value}");
    match knock(&round.asker, url, greeting(url).with(name, value)).await {
        Ok(answer) if answer.is_good() => {
            let text = format!("{said} is served ({})", answer.status);
            round.report.odd("origin", culprit, &text, mend);
        }
        Ok(answer) => {
            let text = format!("{said} is turned away ({})", answer.status);
            round.report.good("origin", &text);
        }
        Err(failed) => {
            let text = format!("{said}: {failed}");
            round.report.skip("origin", &text);
        }
    }
}
