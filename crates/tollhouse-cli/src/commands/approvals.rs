//! `tollhouse approvals`: a person says yes or no to calls that wait for one.
//!
//! Whoever may write the state of a server may answer; what they answer is written into its audit.

use std::{
    io::{IsTerminal as _, stdin},
    process::ExitCode,
};

use anyhow::{Result, anyhow, bail};
use serde_json::{Value, json};
use tollhouse::{
    Clock as _, SystemClock,
    approvals::{Answered, Approval, ApprovalId, Approvals, Stage},
};
use tollhouse_store::State;

use crate::{
    arguments::{
        AllowArguments, ApprovalsArguments, ApprovalsCommand, ApprovalsListArguments,
        WhichArguments,
    },
    audit,
    client::{self, clean, one_line as line},
    commands::{
        keys::{done, place::Kept},
        listing::{NOTHING, columns, minute, second},
    },
    log::say,
    print,
};

pub(crate) fn approvals(arguments: &ApprovalsArguments) -> ExitCode {
    done(async {
        match &arguments.command {
            ApprovalsCommand::List(arguments) => list(arguments).await,
            ApprovalsCommand::Show(arguments) => show(arguments).await,
            ApprovalsCommand::Allow(arguments) => allow(arguments).await,
            ApprovalsCommand::Deny(arguments) => answer(arguments, false).await,
        }
    })
}

async fn list(arguments: &ApprovalsListArguments) -> Result<()> {
    let kept = Kept::find(&arguments.place)?;
    let now_ms = now_ms();
    let all = Approvals::list(&kept.there()?).await?;
    let is_listed = |one: &Approval| arguments.all || one.stage(now_ms) == Stage::Waiting;
    let listed: Vec<Approval> = all.into_iter().filter(is_listed).collect();
    if arguments.json {
        let listed: Vec<Value> = listed.iter().map(|one| as_json(one, now_ms)).collect();
        print(&client::json(&json!({"approvals": listed})));
    } else if listed.is_empty() {
        say(&format!(
            "nothing waits for a yes in {}",
            kept.path.display()
        ));
    } else {
        let mut rows = vec![HEAD.map(str::to_owned)];
        rows.extend(listed.iter().map(|one| {
            [
                one.id.to_string(),
                one.stage(now_ms).name().to_owned(),
                line(&one.plea.subject),
                line(one.plea.client.as_deref().unwrap_or(NOTHING)),
                line(&one.plea.target),
                minute(one.until_ms),
            ]
        }));
        print(&columns(&rows));
    }
    Ok(())
}

async fn show(arguments: &WhichArguments) -> Result<()> {
    let state = Kept::find(&arguments.place)?.there()?;
    let found = find(&state, &arguments.id).await?;
    if arguments.json {
        print(&client::json(&as_json(&found, now_ms())));
    } else {
        print(&told(&found));
    }
    Ok(())
}

async fn allow(arguments: &AllowArguments) -> Result<()> {
    if !arguments.yes {
        let state = Kept::find(&arguments.which.place)?.there()?;
        let found = waiting(&state, &arguments.which.id).await?;
        if !stdin().is_terminal() {
            bail!("nobody is there to be asked again; look at it with `show`, then say --yes");
        }
        say(told(&found).trim_end());
        say("Allow this call, once? [y/N]");
        let mut answer = String::new();
        stdin().read_line(&mut answer)?;
        if !matches!(answer.trim(), "y" | "Y" | "yes") {
            say("nothing was answered; it still waits");
            return Ok(());
        }
    }
    answer(&arguments.which, true).await
}

/// Writes an answer into the audit, and then gives it: what cannot be written down is not allowed.
async fn answer(arguments: &WhichArguments, is_allowed: bool) -> Result<()> {
    let state = Kept::find(&arguments.place)?.there()?;
    let found = waiting(&state, &arguments.id).await?;
    let at_ms = now_ms();
    note(&state, &found, is_allowed).await?;
    let answered = state.answer(&arguments.id, is_allowed, at_ms).await?;
    let answered = match answered.ok_or_else(|| unknown(&arguments.id))? {
        Answered::Now(answered) => answered,
        Answered::Before(found) => return Err(too_late(&found, at_ms)),
    };
    if arguments.json {
        print(&client::json(&as_json(&answered, at_ms)));
        return Ok(());
    }
    let (id, plea) = (&answered.id, &answered.plea);
    let (subject, target) = (line(&plea.subject), line(&plea.target));
    if is_allowed {
        let until = minute(answered.until_ms);
        say(&format!(
            "allowed {id}: {target} runs once when {subject} calls it again with the same arguments, until {until}"
        ));
    } else {
        say(&format!("denied {id}: {target} does not run for {subject}"));
    }
    Ok(())
}

async fn note(state: &State, found: &Approval, is_allowed: bool) -> Result<()> {
    let said = json!({
        "approval": found.id.as_str(),
        "target": found.plea.target,
        "definition": found.plea.definition,
    });
    let verb = match is_allowed {
        true => "approval_allowed",
        false => "approval_denied",
    };
    audit::note(state, verb, Some(&found.plea.subject), said).await
}

async fn find(state: &State, id: &ApprovalId) -> Result<Approval> {
    state.look(id).await?.ok_or_else(|| unknown(id))
}

/// One that can be answered.
async fn waiting(state: &State, id: &ApprovalId) -> Result<Approval> {
    let (found, now_ms) = (find(state, id).await?, now_ms());
    match found.stage(now_ms) {
        Stage::Waiting => Ok(found),
        _ => Err(too_late(&found, now_ms)),
    }
}

fn unknown(id: &ApprovalId) -> anyhow::Error {
    anyhow!("no call waits as {id}; `tollhouse approvals list --all` shows those of the last day")
}

fn too_late(found: &Approval, now_ms: u64) -> anyhow::Error {
    let (id, how) = (&found.id, found.stage(now_ms).name());
    anyhow!(
        "{id} does not wait any longer, it is {how}; the same call waits anew when it is made again"
    )
}

/// For a person who has to decide: nothing of it steers the terminal.
fn told(found: &Approval) -> String {
    let plea = &found.plea;
    let mut text = format!(
        "{} ({}), until {}\nuser    {}\n",
        found.id,
        found.stage(now_ms()).name(),
        minute(found.until_ms),
        line(&plea.subject),
    );
    for (name, value) in [("client", &plea.client), ("tenant", &plea.tenant)] {
        if let Some(value) = value {
            text.push_str(&format!("{name}  {}\n", line(value)));
        }
    }
    let arguments = serde_json::from_str::<Value>(&plea.arguments);
    let arguments = arguments.map_or_else(|_| plea.arguments.clone(), |it| format!("{it:#}"));
    text.push_str(&format!(
        "tool    {}\nasks    {}\narguments, all of them:\n{}\n",
        line(&plea.target),
        clean(&plea.question),
        clean(&arguments),
    ));
    text
}

fn as_json(found: &Approval, now_ms: u64) -> Value {
    let plea = &found.plea;
    json!({
        "id": found.id.as_str(),
        "stage": found.stage(now_ms).name(),
        "user": plea.subject,
        "client": plea.client,
        "tenant": plea.tenant,
        "tool": plea.target,
        "definition": plea.definition,
        "question": plea.question,
        "arguments": serde_json::from_str::<Value>(&plea.arguments).unwrap_or_default(),
        "since": second(found.since_ms),
        "until": second(found.until_ms),
        "answered": found.answered_at_ms.map(second),
    })
}

fn now_ms() -> u64 {
    SystemClock::default().unix_ms()
}

const COLUMNS: usize = 6;
const HEAD: [&str; COLUMNS] = ["ID", "STAGE", "USER", "CLIENT", "TOOL", "UNTIL"];
