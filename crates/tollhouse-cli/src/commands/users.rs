//! `tollhouse users`: gives users roles, and keeps them out.

use std::{collections::BTreeMap, process::ExitCode};

use anyhow::{Result, anyhow};
use serde_json::{Value, json};
use tollhouse::{Clock as _, Keys as _, Presented, SystemClock, User, UserChange, Users as _};
use tollhouse_store::State;

use crate::{
    arguments::{
        Place, SetArguments, UsersArguments, UsersCommand, UsersListArguments, WhoArguments,
    },
    audit, client,
    commands::{
        keys::{done, place::Kept, said},
        listing::{NOTHING, columns, minute, names, nearest, second},
    },
    log::say,
    print,
};

/// Everybody of whom something is known: what, and how many living keys there are.
type Known = BTreeMap<String, (Option<User>, usize)>;

pub(crate) fn users(arguments: &UsersArguments) -> ExitCode {
    done(async {
        match &arguments.command {
            UsersCommand::List(arguments) => list(arguments).await,
            UsersCommand::Set(arguments) => set(arguments).await,
            UsersCommand::Block(arguments) => block(arguments).await,
            UsersCommand::Unblock(arguments) => unblock(arguments).await,
        }
    })
}

async fn list(arguments: &UsersListArguments) -> Result<()> {
    let kept = Kept::find(&arguments.place)?;
    let known = known(&kept.there()?).await?;
    if arguments.json {
        let users = known
            .iter()
            .map(|(subject, (user, keys))| as_json(subject, user.as_ref(), *keys));
        let users: Vec<_> = users.collect();
        print(&client::json(&json!({"users": users})));
    } else if known.is_empty() {
        say(&format!(
            "no users in {}; give one a role with `tollhouse users set USER --roles ROLE`",
            kept.path.display()
        ));
    } else {
        let mut rows = vec![HEAD.map(str::to_owned)];
        rows.extend(known.iter().map(|(subject, (user, keys))| {
            let nothing = || NOTHING.to_owned();
            let user = user.as_ref();
            let tenant = user.and_then(|user| user.tenant.clone());
            let blocked = user.and_then(|user| user.blocked_at_ms);
            [
                subject.clone(),
                names(user.and_then(|user| user.roles.as_ref())),
                tenant.unwrap_or_else(nothing),
                keys.to_string(),
                blocked.map_or_else(nothing, minute),
            ]
        }));
        print(&columns(&rows));
    }
    Ok(())
}

async fn set(arguments: &SetArguments) -> Result<()> {
    let change = UserChange {
        roles: said::roles(&arguments.roles)?,
        tenant: said::tenant(arguments.tenant.as_ref()),
    };
    let (kept, state, known) = before(&arguments.place).await?;
    let subject = &arguments.subject;
    let now_ms = SystemClock::default().unix_ms();
    audit::note(&state, "user_set", Some(subject), json!({})).await?;
    let user = state.set(subject, change, now_ms).await?;
    warn(&user, &known);
    if let Some(asked) = &kept.asked {
        asked.warn_of_roles(user.roles.as_deref().unwrap_or_default());
    }
    if arguments.json {
        return show(&user, &known);
    }
    let tenant = user.tenant.as_ref();
    say(&format!(
        "{subject}: roles {}{}; that counts within a second, for every key and token",
        names(user.roles.as_ref()),
        tenant.map_or_else(String::new, |tenant| format!(", tenant {tenant}")),
    ));
    Ok(())
}

async fn block(arguments: &WhoArguments) -> Result<()> {
    let (_, state, known) = before(&arguments.place).await?;
    let subject = &arguments.subject;
    let now_ms = SystemClock::default().unix_ms();
    audit::note(&state, "user_blocked", Some(subject), json!({})).await?;
    let user = state.block(subject, now_ms).await?;
    let is_new = user.blocked_at_ms == Some(now_ms);
    warn(&user, &known);
    if arguments.json {
        return show(&user, &known);
    }
    if is_new {
        say(&format!(
            "blocked {subject}, who has {}; within a second no call succeeds, with whatever key or token",
            counted(subject, &known)
        ));
    } else {
        let since = user.blocked_at_ms.map_or_else(String::new, minute);
        say(&format!("{subject} is blocked since {since}"));
    }
    Ok(())
}

async fn unblock(arguments: &WhoArguments) -> Result<()> {
    let kept = Kept::find(&arguments.place)?;
    let state = kept.there()?;
    let known = known(&state).await?;
    let subject = &arguments.subject;
    let now_ms = SystemClock::default().unix_ms();
    let is_blocked = |user: &Option<User>| user.as_ref().is_some_and(User::is_blocked);
    if known.get(subject).is_some_and(|(user, _)| is_blocked(user)) {
        audit::note(&state, "user_unblocked", Some(subject), json!({})).await?;
    }
    let Some(user) = state.unblock(subject, now_ms).await? else {
        let blocked = known.iter().filter(|(_, (user, _))| is_blocked(user));
        let nearest = nearest(subject, blocked.map(|(subject, _)| subject.as_str()));
        let mend = nearest.map_or_else(
            || "`tollhouse users list` shows who is".to_owned(),
            |name| format!("did you mean {name}?"),
        );
        return Err(anyhow!("{subject} is not blocked; {mend}"));
    };
    if arguments.json {
        return show(&user, &known);
    }
    say(&format!(
        "{subject} is let in again, with {}; that counts within a second",
        counted(subject, &known)
    ));
    Ok(())
}

/// The state, and who was known before it is changed. It is made if it is missing, but only where a server will look
/// for it: who is kept out elsewhere is not kept out.
async fn before(place: &Place) -> Result<(Kept, State, Known)> {
    let kept = Kept::find(place)?;
    let state = if kept.asked.is_some() {
        kept.open()?
    } else {
        kept.there()?
    };
    let known = known(&state).await?;
    Ok((kept, state, known))
}

async fn known(state: &State) -> Result<Known> {
    let now_ms = SystemClock::default().unix_ms();
    let mut known = Known::new();
    for user in state.users().await? {
        known.insert(user.subject.clone(), (Some(user), 0));
    }
    for key in state.list().await? {
        if let Presented::Living(key) = key.presented(now_ms) {
            known.entry(key.subject).or_default().1 += 1;
        }
    }
    Ok(known)
}

/// Tells that nobody was called so, which may be a slip.
fn warn(user: &User, known: &Known) {
    let subject = &user.subject;
    if known.contains_key(subject) {
        return;
    }
    let mend = nearest(subject, known.keys().map(String::as_str)).map_or_else(
        || "`tollhouse users list` shows who is known".to_owned(),
        |name| format!("did you mean {name}?"),
    );
    say(&format!(
        "warning: no key is of {subject}, and nothing was known of {subject} before; {mend}"
    ));
}

fn counted(subject: &str, known: &Known) -> String {
    match known.get(subject).map_or(0, |(_, keys)| *keys) {
        0 => "no key".to_owned(),
        1 => "one key".to_owned(),
        many => format!("{many} keys"),
    }
}

fn show(user: &User, known: &Known) -> Result<()> {
    let keys = known.get(&user.subject).map_or(0, |(_, keys)| *keys);
    let shown = as_json(&user.subject, Some(user), keys);
    print(&client::json(&shown));
    Ok(())
}

fn as_json(subject: &str, user: Option<&User>, keys: usize) -> Value {
    json!({
        "user": subject,
        "roles": user.and_then(|user| user.roles.as_ref()),
        "tenant": user.and_then(|user| user.tenant.as_ref()),
        "blocked": user.and_then(|user| user.blocked_at_ms).map(second),
        "changed": user.map(|user| second(user.changed_at_ms)),
        "keys": keys,
    })
}

const COLUMNS: usize = 5;
const HEAD: [&str; COLUMNS] = ["USER", "ROLES", "TENANT", "KEYS", "BLOCKED"];
