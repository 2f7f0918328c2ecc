//! `tollhouse doctor`: what is wrong with a server, looked at from outside.

use std::{io::stdout, process::ExitCode};

use reqwest::Url;

use crate::{
    arguments::{DoctorArguments, OtherCommand, ReachArguments},
    client::{self, Paint, Target, Trouble},
    doctor::{self, Culprit, Report, State, Visit},
    exit::{FAILED, SIGN_IN, UNREACHABLE},
    print,
};

mod auth_reset;

pub(crate) fn doctor(arguments: &DoctorArguments) -> ExitCode {
    if let Some(OtherCommand::AuthReset) = arguments.other {
        return auth_reset::auth_reset(arguments.json);
    }
    let report = visit(arguments).and_then(|visit| {
        let looked = async { Ok(doctor::examine(&visit).await) };
        client::run(looked).map(|report| (visit.url.clone(), report))
    });
    match report {
        Ok((url, report)) => {
            let text = text(&url, &report, arguments.json);
            let written = print(&text);
            if written == ExitCode::SUCCESS {
                ending(&report)
            } else {
                written
            }
        }
        Err(trouble) => client::tell(&trouble, arguments.json),
    }
}

fn visit(arguments: &DoctorArguments) -> Result<Visit, Trouble> {
    let word = arguments.url.as_deref().unwrap_or_default();
    let Some(Target::Url(mut url)) = Target::of(word)? else {
        return Err(Trouble::Usage(format!(
            "{word} is no URL; name the address that clients are given, for example https://tools.example/mcp"
        )));
    };
    url.set_fragment(None);
    for origin in &arguments.origin {
        let parsed: Option<Url> = origin.parse().ok();
        if parsed.is_none_or(|parsed| parsed.origin().ascii_serialization() != *origin) {
            return Err(Trouble::Usage(format!(
                "{origin} is no origin; write it as a browser does: https://app.example, without a path"
            )));
        }
    }
    let reach = ReachArguments {
        header: arguments.header.clone(),
        bearer: arguments.token.clone(),
        key: arguments.key.clone(),
        ..ReachArguments::default()
    };
    Ok(Visit {
        headers: client::headers(&reach, &url)?,
        url,
        origins: arguments.origin.clone(),
        limit: arguments.timeout,
    })
}

fn text(url: &Url, report: &Report, as_json: bool) -> String {
    if as_json {
        let document = format!("{:#}\n", report.document(url.as_str()));
        client::suited(&document, &stdout())
    } else {
        report.page(url.as_str(), Paint::on(&stdout()))
    }
}

fn ending(report: &Report) -> ExitCode {
    if !report.is_reached() {
        ExitCode::from(UNREACHABLE)
    } else if report.count(State::Bad) == 0 {
        ExitCode::SUCCESS
    } else if report.blames_only(Culprit::TokenRefused) {
        ExitCode::from(SIGN_IN)
    } else {
        ExitCode::from(FAILED)
    }
}
