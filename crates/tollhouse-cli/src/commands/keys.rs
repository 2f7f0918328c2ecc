//! `tollhouse keys`: makes, changes, lists and ends the keys that callers show.

use std::{
    collections::BTreeSet,
    future::Future,
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, Error, Result, anyhow};
use serde_json::json;
use tokio::runtime::Builder;
use tollhouse::{Clock as _, Key, KeyChange, KeyError, Keys as _, SystemClock, Users as _, draw};
use tollhouse_store::State;

use crate::{
    arguments::{
        ChangeArguments, CreateArguments, KeysArguments, KeysCommand, ListArguments,
        RevokeArguments,
    },
    audit, client,
    commands::listing::{names, nearest},
    exit::USAGE,
    keys::Secret,
    log::say,
    print,
};
use place::Kept;

pub(super) mod place;
pub(super) mod said;
mod table;

pub(crate) fn keys(arguments: &KeysArguments) -> ExitCode {
    done(async {
        match &arguments.command {
            KeysCommand::Create(arguments) => create(arguments).await,
            KeysCommand::Change(arguments) => change(arguments).await,
            KeysCommand::List(arguments) => list(arguments).await,
            KeysCommand::Revoke(arguments) => revoke(arguments).await,
        }
    })
}

/// Does something with the state, whose work is done on threads of a runtime.
pub(super) fn done(work: impl Future<Output = Result<()>>) -> ExitCode {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .build()
        .context("no threads to work with");
    match runtime.and_then(|runtime| runtime.block_on(work)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::from(USAGE)
        }
    }
}

async fn create(arguments: &CreateArguments) -> Result<()> {
    let now_ms = SystemClock::default().unix_ms();
    let expires_at_ms = said::end(arguments.expires, now_ms)?.of(None);
    let scopes = said::whole(&arguments.scopes)?.of(None);
    let roles = said::whole(&arguments.roles)?.of(None);
    let kept = Kept::find(&arguments.place)?;
    let state = kept.open()?;
    let no_randomness = "the system has no randomness to give";
    let secret = Secret::draw().context(no_randomness)?;
    let number: [u8; 6] = draw().context(no_randomness)?;
    let key = Key {
        id: format!("key_{}", number.map(|byte| format!("{byte:02x}")).concat()),
        name: arguments.name.clone(),
        subject: arguments.user.as_ref().unwrap_or(&arguments.name).clone(),
        client: None,
        scopes,
        roles,
        tenant: said::tenant(arguments.tenant.as_ref()).of(None),
        prefix: secret.prefix(),
        created_at_ms: now_ms,
        expires_at_ms,
        revoked_at_ms: None,
        last_used_at_ms: None,
    };
    if living(&state, &key.name, now_ms)
        .await?
        .is_some_and(|one| one.name == key.name)
    {
        return Err(taken(&key.name));
    }
    note(&state, "key_created", &key).await?;
    match state.create(key.clone(), secret.hash()).await {
        Ok(()) => {}
        Err(KeyError::NameTaken) => return Err(taken(&key.name)),
        Err(error) => {
            return Err(error)
                .with_context(|| format!("no key was kept in {}", kept.path.display()));
        }
    }
    if arguments.json {
        let mut shown = table::as_json(&key, &blocked(&state).await?, now_ms);
        if let Some(members) = shown.as_object_mut() {
            members.insert("key".to_owned(), json!(secret.reveal()));
        }
        show(&client::json(&shown))
    } else {
        // Alone on standard output, so that it can be piped to where it is needed.
        show(&format!("{}\n", secret.reveal()))?;
        say(&advice(&key, now_ms, &kept.path));
        warn(&kept, &state, &key).await;
        Ok(())
    }
    .context("nobody read the key; end it with `tollhouse keys revoke` and make another")
}

fn taken(name: &str) -> Error {
    anyhow!(
        "a living key is called {name}; take another name, change it with `tollhouse keys change {name}`, or end it \
         with `tollhouse keys revoke {name}`"
    )
}

/// The living key with this name or number.
async fn living(state: &State, which: &str, now_ms: u64) -> Result<Option<Key>> {
    let keys = state.list().await?.into_iter();
    let mut living = keys.filter(|key| table::is_living(key, now_ms));
    Ok(living.find(|key| key.id == which || key.name == which))
}

/// Writes down what is about to be done with a key.
async fn note(state: &State, verb: &'static str, key: &Key) -> Result<()> {
    let said = json!({"key": key.id});
    audit::note(state, verb, Some(&key.subject), said).await
}

fn advice(key: &Key, now_ms: u64, place: &Path) -> String {
    format!(
        "\nKey {name} for {user}, {may}, ends: {end}; kept in {place}.\n\
         This is the only time that it is shown. Clients send it in a header:\n  \
         claude mcp add NAME --transport http URL --header \"Authorization: Bearer KEY\"",
        name = key.name,
        user = key.subject,
        may = may(key),
        end = table::end(key, now_ms),
        place = place.display(),
    )
}

/// What a key may do, in a few words.
fn may(key: &Key) -> String {
    let mut parts = match (&key.scopes, &key.roles) {
        (Some(scopes), _) if scopes.is_empty() => vec!["no scopes".to_owned()],
        (Some(_), _) => vec![format!("scopes {}", names(key.scopes.as_ref()))],
        (None, _) => vec!["scopes by role".to_owned()],
    };
    if key.roles.is_some() {
        parts.push(format!("roles {}", names(key.roles.as_ref())));
    }
    parts.extend(key.tenant.iter().map(|tenant| format!("tenant {tenant}")));
    parts.join(", ")
}

/// Tells what keeps a key from being of use.
async fn warn(kept: &Kept, state: &State, key: &Key) {
    if let Some(asked) = &kept.asked {
        let scopes = key.scopes.as_deref().unwrap_or_default();
        asked.explain(scopes);
        asked.warn(scopes);
        asked.warn_of_roles(key.roles.as_deref().unwrap_or_default());
    }
    if let Ok(Some(user)) = state.user(&key.subject).await
        && user.is_blocked()
    {
        say(&format!(
            "warning: {0} is blocked, so that the key is of no use; `tollhouse users unblock {0}` ends that",
            key.subject
        ));
    }
}

async fn change(arguments: &ChangeArguments) -> Result<()> {
    let now_ms = SystemClock::default().unix_ms();
    let change = KeyChange {
        scopes: said::scopes(
            &arguments.scopes,
            &arguments.add_scopes,
            &arguments.remove_scopes,
        )?,
        roles: said::roles(&arguments.roles)?,
        tenant: said::tenant(arguments.tenant.as_ref()),
        expires_at_ms: said::end(arguments.expires, now_ms)?,
    };
    let kept = Kept::find(&arguments.place)?;
    let state = kept.there()?;
    let which = &arguments.which;
    if let Some(key) = living(&state, which, now_ms).await? {
        note(&state, "key_changed", &key).await?;
    }
    let Some(key) = state.change(which, change, now_ms).await? else {
        return Err(no_such_key(&kept, &state, which).await?);
    };
    if arguments.json {
        return show_json(&key, &state, now_ms).await;
    }
    say(&format!(
        "changed {} ({}, of {}): {}, ends: {}; that counts within a second",
        key.name,
        key.id,
        key.subject,
        may(&key),
        table::end(&key, now_ms)
    ));
    warn(&kept, &state, &key).await;
    Ok(())
}

async fn list(arguments: &ListArguments) -> Result<()> {
    let now_ms = SystemClock::default().unix_ms();
    let kept = Kept::find(&arguments.place)?;
    let state = kept.there()?;
    let mut keys = state.list().await?;
    keys.retain(|key| arguments.all || key.revoked_at_ms.is_none());
    let blocked = blocked(&state).await?;
    if arguments.json {
        let keys = keys.iter().map(|key| table::as_json(key, &blocked, now_ms));
        let keys: Vec<_> = keys.collect();
        print(&client::json(&json!({"keys": keys})));
    } else if keys.is_empty() {
        say(&format!(
            "no keys in {}; make one with `tollhouse keys create NAME`",
            kept.path.display()
        ));
    } else {
        print(&table::table(&keys, &blocked, now_ms));
    }
    Ok(())
}

async fn revoke(arguments: &RevokeArguments) -> Result<()> {
    let kept = Kept::find(&arguments.place)?;
    let state = kept.there()?;
    let which = &arguments.which;
    let now_ms = SystemClock::default().unix_ms();
    if let Some(key) = living(&state, which, now_ms).await? {
        note(&state, "key_revoked", &key).await?;
    }
    let Some(key) = state.revoke(which, now_ms).await? else {
        return Err(no_such_key(&kept, &state, which).await?);
    };
    if arguments.json {
        return show_json(&key, &state, now_ms).await;
    }
    say(&format!(
        "revoked {} ({}, of {}); within a second no call with it succeeds",
        key.name, key.id, key.subject
    ));
    Ok(())
}

/// Why there is nothing to change or to end, with the key that was probably meant.
async fn no_such_key(kept: &Kept, state: &State, which: &str) -> Result<Error> {
    let now_ms = SystemClock::default().unix_ms();
    let keys = state.list().await?;
    if let Some(key) = keys
        .iter()
        .find(|key| key.id == which || key.name == which)
        .filter(|key| !table::is_living(key, now_ms))
    {
        let end = table::end(key, now_ms);
        return Ok(anyhow!(
            "the key {which} has ended: {end}; make another with `tollhouse keys create`"
        ));
    }
    let living = keys.iter().filter(|key| table::is_living(key, now_ms));
    let nearest = nearest(which, living.map(|key| key.name.as_str()));
    let mend = nearest.map_or_else(
        || "`tollhouse keys list` shows all that are".to_owned(),
        |name| format!("did you mean {name}?"),
    );
    Ok(anyhow!(
        "no living key in {} is called {which}; {mend}",
        kept.path.display()
    ))
}

async fn show_json(key: &Key, state: &State, now_ms: u64) -> Result<()> {
    let shown = table::as_json(key, &blocked(state).await?, now_ms);
    print(&client::json(&shown));
    Ok(())
}

/// The users whose keys let nobody in.
async fn blocked(state: &State) -> Result<BTreeSet<String>> {
    let users = state.users().await?.into_iter();
    let blocked = users.filter(|user| user.is_blocked());
    Ok(blocked.map(|user| user.subject).collect())
}

fn show(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(text.as_bytes())?;
    output.flush()
}
