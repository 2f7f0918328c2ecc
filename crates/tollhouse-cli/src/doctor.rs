//! What is wrong with a server, looked at from outside: one probe after the other, each with what it found, whose
//! fault that is, and the mend.
//!
//! A probe is a module below with one step; the order stands in `examine`. A new one adds its findings to the
//! report, and what it blames to `culprit`.

use std::time::Duration;

use reqwest::{
    Url,
    header::{AUTHORIZATION, HeaderMap},
};

mod agents;
mod challenge;
mod clock;
mod credential;
mod culprit;
mod deadline;
mod document;
mod fetch;
mod front;
mod issuer;
mod knock;
mod network;
mod origins;
mod pages;
mod report;
mod resource;
mod talk;
mod tls;
mod token;

pub(crate) use culprit::Culprit;
pub(crate) use report::{Report, State};

use credential::Credential;
use deadline::Deadline;
use fetch::Asker;

/// Whom to look at, and with what.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) url: Url,
    /// What goes with every request to the server itself, credentials among it.
    pub(crate) headers: HeaderMap,
    /// The origins of pages that are to reach the server; none for those that most people use.
    pub(crate) origins: Vec<String>,
    /// For everything together.
    pub(crate) limit: Duration,
}

/// One visit: who is asked, and what was found so far.
struct Round<'a> {
    visit: &'a Visit,
    asker: Asker,
    credential: Option<Credential>,
    report: Report,
}

/// Looks at a server. Whatever cannot be looked at because of what was found before is left out, and said so.
pub(crate) async fn examine(visit: &Visit) -> Report {
    let mut report = Report::new(&visit.headers);
    let deadline = Deadline::new(visit.limit);
    let Some(addresses) = network::look(visit, deadline, &mut report).await else {
        return report;
    };
    if !tls::look(visit, (&addresses, deadline), &mut report).await {
        return report;
    }
    let asker = match Asker::new(visit, &addresses, deadline) {
        Ok(asker) => asker,
        Err(told) => {
            report.skip("http", &told);
            return report;
        }
    };
    let mut round = Round {
        visit,
        asker,
        credential: Credential::of(&visit.headers),
        report,
    };
    let Some(first) = front::knock(&mut round).await else {
        return round.report;
    };
    round.report.reached();
    clock::look(&mut round, &first);
    let let_in = agents::look(&mut round, &first).await;
    agents::without_headers(&mut round, let_in.as_ref().unwrap_or(&first)).await;
    let gate = front::look(&mut round, &let_in.unwrap_or(first)).await;
    let resource = resource::look(&mut round, &gate).await;
    let issuers = issuer::look(&mut round, resource.as_ref()).await;
    pages::look(&mut round, &gate, resource.as_ref(), &issuers).await;
    origins::look(&mut round, &gate).await;
    token::look(&mut round, &gate, resource.as_ref()).await;
    talk::look(&mut round, &gate).await;
    round.report
}

impl Visit {
    /// What goes with every request, without what says who asks.
    fn plain_headers(&self) -> HeaderMap {
        let mut headers = self.headers.clone();
        headers.remove(AUTHORIZATION);
        headers.remove(credential::KEY_HEADER);
        headers
    }

    fn host(&self) -> &str {
        let host = self.url.host_str().unwrap_or_default();
        host.trim_start_matches('[').trim_end_matches(']')
    }
}
