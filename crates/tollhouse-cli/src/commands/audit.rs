//! `tollhouse audit`: what was called, by whom, and that nothing of it was changed since.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::runtime::Builder;
use tollhouse::{Clock as _, SystemClock};
use tollhouse_store::{Erased, Verified};

use crate::{
    arguments::{AuditArguments, AuditCommand, EraseArguments, ShowArguments, VerifyArguments},
    audit::by_command,
    client,
    commands::keys::place::Kept,
    exit::{FAILED, USAGE},
    log::say,
    print,
};

mod export;
mod list;
mod record;
mod told;

pub(crate) fn audit(arguments: &AuditArguments) -> ExitCode {
    let runtime = Builder::new_current_thread().enable_time().build();
    let done = runtime
        .context("no threads to work with")
        .and_then(|runtime| runtime.block_on(perform(arguments)));
    done.unwrap_or_else(|error| {
        say(&format!("error: {error:#}"));
        ExitCode::from(USAGE)
    })
}

async fn perform(arguments: &AuditArguments) -> Result<ExitCode> {
    match &arguments.command {
        None => list::list(&arguments.list).await?,
        Some(AuditCommand::List(arguments)) => list::list(arguments).await?,
        Some(AuditCommand::Show(arguments)) => show(arguments).await?,
        Some(AuditCommand::Export(arguments)) => export::export(arguments).await?,
        Some(AuditCommand::Verify(arguments)) => return verify(arguments).await,
        Some(AuditCommand::Erase(arguments)) => erase(arguments).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(arguments: &ShowArguments) -> Result<()> {
    let kept = Kept::find(&arguments.place)?;
    let state = kept.there()?;
    let which = arguments.which.as_str();
    let is_it = |one: &Value| record::number(one) == which || record::text(one, "call") == which;
    let (mut place, mut found) = (0, Vec::new());
    loop {
        let page = state.audit_after(place).await?;
        let Some(last) = page.last else { break };
        found.extend(page.records.into_iter().filter(is_it));
        place = last;
    }
    if found.is_empty() {
        bail!(
            "no record in {} is called {which}; `tollhouse audit list` shows the newest, with their numbers",
            kept.path.display()
        );
    }
    for one in found {
        print(&client::json(&one));
    }
    Ok(())
}

async fn verify(arguments: &VerifyArguments) -> Result<ExitCode> {
    let mut told = Vec::new();
    for path in &arguments.checkpoint {
        told.append(&mut told::checkpoints(path)?);
    }
    let kept = Kept::find(&arguments.place)?;
    let verified = match kept.there()?.audit_verify(told).await {
        Ok(verified) => verified,
        Err(error) => {
            // What cannot be read is no proof of anything.
            let path = kept.path.display();
            say(&format!("error: {path} cannot be read to its end: {error}"));
            return Ok(ExitCode::from(FAILED));
        }
    };
    if arguments.json {
        print(&client::json(&as_json(&verified)));
    } else {
        print(&sentence(&verified));
    }
    if verified.unproved > 0 {
        let key = kept.path.with_file_name(KEY);
        say(&format!(
            "error: {} is missing or broken, so that nobody can tell whether this server made the checkpoints; put it \
             back from a copy. If there is none, what they say proves nothing, and whoever took the key away may have \
             made them up; the next start of the server with a second place makes another key",
            key.display()
        ));
    }
    Ok(match is_good(&verified) {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(FAILED),
    })
}

/// Whether nothing is wrong, and all that was compared could be.
const fn is_good(verified: &Verified) -> bool {
    verified.findings.is_empty() && verified.unproved == 0
}

fn as_json(verified: &Verified) -> Value {
    let findings = verified.findings.iter().map(|finding| {
        json!({
            "record": format!("{}-{}", finding.writer, finding.seq),
            "writer": finding.writer, "seq": finding.seq, "what": finding.what,
        })
    });
    json!({
        "ok": is_good(verified), "records": verified.records, "writers": verified.writers,
        "texts": verified.texts, "erased": verified.erased, "lost": verified.lost,
        "checkpoints": verified.checkpoints, "unproved": verified.unproved, "findings": findings.collect::<Vec<_>>(),
    })
}

fn sentence(verified: &Verified) -> String {
    let mut said = String::new();
    for finding in &verified.findings {
        let (writer, seq, what) = (finding.writer, finding.seq, &finding.what);
        said.push_str(&format!("bad record {writer}-{seq}: {what}\n"));
    }
    let word = if is_good(verified) { "ok" } else { "NOT ok" };
    let mut parts = vec![
        counted(verified.records, "record"),
        counted(verified.writers, "writer"),
    ];
    if verified.checkpoints > 0 {
        parts.push(counted(verified.checkpoints, "checkpoint"));
    }
    if verified.unproved > 0 {
        let unproved = counted(verified.unproved, "checkpoint");
        parts.push(format!("{unproved} of nobody knows whom"));
    }
    if verified.erased > 0 {
        parts.push(format!("{} erased", counted(verified.erased, "text")));
    }
    if verified.lost > 0 {
        let lost = counted(verified.lost, "record");
        parts.push(format!("{lost} never written for want of room"));
    }
    said.push_str(&format!("{word} {}\n", parts.join(", ")));
    said
}

/// A number with its noun, with commas between thousands.
fn counted(number: u64, noun: &str) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    let ending = if number == 1 { "" } else { "s" };
    format!("{shown} {noun}{ending}")
}

async fn erase(arguments: &EraseArguments) -> Result<()> {
    let kept = Kept::find(&arguments.place)?;
    let state = kept.there()?;
    let now_ms = SystemClock::default().unix_ms();
    let before_ms = arguments.before.map(|then| then.ms(now_ms));
    let audit = by_command(&state)?;
    let user = &arguments.user;
    let erased = audit.erase(&state, user, (before_ms, now_ms)).await?;
    audit.close();
    let path = kept.path.display();
    if erased.is_in_log {
        bail!(
            "another process reads an older state of {path}, so that {path}-wal still has what was erased; do the same \
             again when that is over"
        );
    }
    let others = erased.answers + erased.approvals + erased.results;
    if erased.records + others == 0 && !erased.is_nameless {
        bail!("nothing in {path} is of {user}, or nothing of it is left");
    }
    if arguments.json {
        let said = json!({
            "records": erased.records, "answers": erased.answers, "approvals": erased.approvals,
            "results": erased.results, "is_nameless": erased.is_nameless,
        });
        print(&client::json(&said));
        return Ok(());
    }
    say(&sentence_of(&erased, user));
    Ok(())
}

fn sentence_of(erased: &Erased, user: &str) -> String {
    let name = match erased.is_nameless {
        true => ", and whose they were",
        false => "",
    };
    let mut beside: Vec<String> = [
        (erased.answers, "kept answer"),
        (erased.approvals, "approval"),
        (erased.results, "whole result"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, noun)| counted(number, noun))
    .collect();
    beside.insert(
        0,
        format!("the texts of {}{name}", counted(erased.records, "record")),
    );
    format!(
        "erased {}; the records stay, one of them says what was erased, and `tollhouse audit verify` is as good as \
         before. What a second place has is for its owner to erase; keys, roles and memories of {user} stay",
        beside.join(", ")
    )
}

/// Beside the state.
const KEY: &str = "audit.key";

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!(counted(1, "writer"), "1 writer");
        assert_eq!(counted(18_204, "record"), "18,204 records");
        assert_eq!(counted(1_000_000, "record"), "1,000,000 records");
    }
}
