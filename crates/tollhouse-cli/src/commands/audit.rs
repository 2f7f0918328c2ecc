//! `tollhouse audit`: what was called, by whom, and that nothing of it was changed since.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::runtime::Builder;
use tollhouse::{Clock as _, SystemClock};
use tollhouse_store::Verified;

use crate::{
    arguments::{AuditArguments, AuditCommand, EraseArguments, ShowArguments, VerifyArguments},
    audit::by_command,
    commands::keys::place::Kept,
    exit::{FAILED, USAGE},
    log::say,
    print,
};

mod export;
mod list;
mod record;

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
        print(&format!("{one:#}\n"));
    }
    Ok(())
}

async fn verify(arguments: &VerifyArguments) -> Result<ExitCode> {
    let mut told = Vec::new();
    for path in &arguments.checkpoint {
        told.append(&mut checkpoints(path)?);
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
        print(&format!("{:#}\n", as_json(&verified)));
    } else {
        print(&sentence(&verified));
    }
    Ok(match verified.findings.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(FAILED),
    })
}

/// The lines of a second place that may be checkpoints.
fn checkpoints(path: &Path) -> Result<Vec<String>> {
    let unreadable = || format!("cannot read {}", path.display());
    let file = File::open(path).with_context(unreadable)?;
    let mut told = Vec::new();
    for line in BufReader::new(file).lines() {
        let line = line.with_context(unreadable)?;
        if line.contains("\"checkpoint\"") {
            told.push(line);
        }
    }
    if told.is_empty() {
        bail!(
            "{} has no checkpoints; name the file that audit.sink.file writes",
            path.display()
        );
    }
    Ok(told)
}

fn as_json(verified: &Verified) -> Value {
    let findings = verified.findings.iter().map(|finding| {
        json!({
            "record": format!("{}-{}", finding.writer, finding.seq),
            "writer": finding.writer, "seq": finding.seq, "what": finding.what,
        })
    });
    json!({
        "ok": verified.findings.is_empty(), "records": verified.records, "writers": verified.writers,
        "texts": verified.texts, "erased": verified.erased, "lost": verified.lost,
        "checkpoints": verified.checkpoints, "findings": findings.collect::<Vec<_>>(),
    })
}

fn sentence(verified: &Verified) -> String {
    let mut said = String::new();
    for finding in &verified.findings {
        let (writer, seq, what) = (finding.writer, finding.seq, &finding.what);
        said.push_str(&format!("bad record {writer}-{seq}: {what}\n"));
    }
    let word = if said.is_empty() { "ok" } else { "NOT ok" };
    let mut parts = vec![
        counted(verified.records, "record"),
        counted(verified.writers, "writer"),
    ];
    if verified.checkpoints > 0 {
        parts.push(counted(verified.checkpoints, "checkpoint"));
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
    if erased.records == 0 && !erased.is_nameless {
        let path = kept.path.display();
        bail!("nothing in {path} is of {user}, or nothing of it is left");
    }
    if arguments.json {
        let said = json!({"records": erased.records, "is_nameless": erased.is_nameless});
        print(&format!("{said:#}\n"));
        return Ok(());
    }
    let name = match erased.is_nameless {
        true => ", and whose they were",
        false => "",
    };
    say(&format!(
        "erased the texts of {}{name}; the records stay, one of them says what was erased, and \
         `tollhouse audit verify` is as good as before. What a second place has is for its owner to erase; \
         keys and roles of {user} stay",
        counted(erased.records, "record")
    ));
    Ok(())
}

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
