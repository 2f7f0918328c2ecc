//! `tollhouse test auth`: every known way to get in as somebody who may not.

use std::{io::stdout, process::ExitCode};

use reqwest::header::{AUTHORIZATION, HeaderMap};

mod holders;
mod inside;
mod signer;
mod stand_in;

use crate::{
    arguments::{AuthArguments, ReachArguments},
    client::{self, Paint, Target, Trouble},
    environment,
    exit::FAILED,
    intruder::{self, Passes, Table, Wire},
    print, wire,
};

pub(crate) fn auth(arguments: &AuthArguments) -> ExitCode {
    let table = match &arguments.url {
        Some(url) => client::run(outside(url, arguments)),
        None => {
            let file = arguments.file.as_deref();
            let runtime = tokio::runtime::Runtime::new();
            let table = runtime.map_err(|error| Trouble::Usage(error.to_string()));
            table.and_then(|runtime| {
                let file = file.unwrap_or(wire::DEFAULT_FILE.as_ref());
                if let Some(url) = file.to_str().filter(|text| text.contains("://")) {
                    let why =
                        format!("{url} is no file; a server that runs is tested with --url {url}");
                    return Err(Trouble::Usage(why));
                }
                let table = runtime.block_on(inside::inside(file));
                // What still blocks a thread is of the test alone.
                runtime.shutdown_background();
                table.map_err(Trouble::from)
            })
        }
    };
    match table {
        Ok(table) => ended(&table, arguments.json),
        Err(trouble) => client::tell(&trouble, arguments.json),
    }
}

fn ended(table: &Table, as_json: bool) -> ExitCode {
    let text = if as_json {
        let document = format!("{:#}\n", table.document());
        client::suited(&document, &stdout())
    } else {
        table.page(Paint::on(&stdout()))
    };
    let written = print(&text);
    if written == ExitCode::SUCCESS && !table.is_right() {
        return ExitCode::from(FAILED);
    }
    written
}

/// A server that runs already.
async fn outside(url: &str, arguments: &AuthArguments) -> Result<Table, Trouble> {
    let Some(Target::Url(url)) = Target::of(url)? else {
        return Err(Trouble::Usage(format!("{url} is no URL")));
    };
    let good = given(arguments.token.as_ref(), arguments.key.as_ref())?;
    let good = good.ok_or_else(|| {
        Trouble::Usage(
            "name a credential that is good there, with --token or --key: where nobody comes in, it says nothing \
             that intruders do not"
                .to_owned(),
        )
    })?;
    let other = given(arguments.other_token.as_ref(), arguments.other_key.as_ref())?;
    if other.as_ref() == Some(&good) {
        return Err(Trouble::Usage(
            "both credentials are the same; the other one has to be another user's".to_owned(),
        ));
    }
    let given = client::headers(
        &ReachArguments {
            header: arguments.header.clone(),
            bearer: Some(good.clone()),
            ..ReachArguments::default()
        },
        &url,
    )?;
    let wire = Wire::new(url, without_credential(given)).map_err(Trouble::Usage)?;
    let passes = Passes {
        wrong: intruder::damaged(&good),
        good,
        other,
        header: AUTHORIZATION,
    };
    let mut table = Table::default();
    let tried = intruder::try_all(&wire, &passes, &mut table).await;
    tried.map_err(|told| Trouble::Unreachable(format!("the server does not answer: {told}")))?;
    for (attempt, why) in INSIDE {
        table.skip(attempt, why);
    }
    Ok(table)
}

fn given(text: Option<&String>, variable: Option<&String>) -> Result<Option<String>, Trouble> {
    let given = match (text, variable) {
        (Some(text), _) => Some(text.clone()),
        (None, Some(variable)) => Some(environment(variable).ok_or_else(|| {
            Trouble::Usage(format!(
                "the variable {variable} is not set; put the credential there"
            ))
        })?),
        (None, None) => None,
    };
    Ok(given.map(|given| given.trim().to_owned()))
}

fn without_credential(mut headers: HeaderMap) -> HeaderMap {
    headers.remove(AUTHORIZATION);
    headers
}

/// What only who signs can try.
const INSIDE: [(&str, &str); 2] = [
    (
        "wrong audience, issuer or time",
        "needs the issuer's key: test the file instead",
    ),
    (
        "missing scopes, lost roles",
        "needs the server's rules: test the file instead",
    ),
];
