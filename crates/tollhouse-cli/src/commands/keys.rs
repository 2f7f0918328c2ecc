//! `tollhouse keys`: makes, lists and ends the keys that callers show.

use std::{
    io::{self, Write as _},
    path::{self, Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use tokio::runtime::Builder;
use tollhouse::{Clock as _, Key, KeyError, Keys as _, SystemClock, draw};
use tollhouse_store::State;

use crate::{
    arguments::{
        CreateArguments, End, KeysArguments, KeysCommand, ListArguments, Place, RevokeArguments,
    },
    config::{
        Config,
        resolve::{self, Door},
    },
    connect, data_folder, environment,
    exit::USAGE,
    keys::Secret,
    log::say,
    print, wire,
};

mod table;

/// What a server's file asks callers for.
struct Asked {
    file: PathBuf,
    for_keys: bool,
    scopes: Vec<String>,
}

pub(crate) fn keys(arguments: &KeysArguments) -> ExitCode {
    // The store's work is done on threads of the runtime.
    let runtime = Builder::new_current_thread()
        .build()
        .context("no threads to work with");
    let done = runtime.and_then(|runtime| {
        runtime.block_on(async {
            match &arguments.command {
                KeysCommand::Create(arguments) => create(arguments).await,
                KeysCommand::List(arguments) => list(arguments).await,
                KeysCommand::Revoke(arguments) => revoke(arguments).await,
            }
        })
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::from(USAGE)
        }
    }
}

async fn create(arguments: &CreateArguments) -> Result<()> {
    let now_ms = SystemClock::default().unix_ms();
    let expires_at_ms = arguments
        .expires
        .map(|end| end_ms(end, now_ms))
        .transpose()?;
    let (place, asked) = place(&arguments.place)?;
    let state = State::open(&place)?;
    let no_randomness = "the system has no randomness to give";
    let secret = Secret::draw().context(no_randomness)?;
    let number: [u8; 6] = draw().context(no_randomness)?;
    let mut scopes = arguments.scopes.clone();
    scopes.sort_unstable();
    scopes.dedup();
    let key = Key {
        id: format!("key_{}", number.map(|byte| format!("{byte:02x}")).concat()),
        name: arguments.name.clone(),
        subject: arguments.user.as_ref().unwrap_or(&arguments.name).clone(),
        client: None,
        scopes: Some(scopes).filter(|scopes| !scopes.is_empty()),
        roles: None,
        tenant: None,
        prefix: secret.prefix(),
        created_at_ms: now_ms,
        expires_at_ms,
        revoked_at_ms: None,
        last_used_at_ms: None,
    };
    match state.create(key.clone(), secret.hash()).await {
        Ok(()) => {}
        Err(KeyError::NameTaken) => bail!(
            "a living key is called {0}; take another name, or end that one with `tollhouse keys revoke {0}`",
            key.name
        ),
        Err(error) => {
            return Err(error).with_context(|| format!("no key was kept in {}", place.display()));
        }
    }
    if arguments.json {
        let mut shown = table::as_json(&key, now_ms);
        if let Some(members) = shown.as_object_mut() {
            members.insert("key".to_owned(), json!(secret.reveal()));
        }
        show(&format!("{shown:#}\n"))
    } else {
        // Alone on standard output, so that it can be piped to where it is needed.
        show(&format!("{}\n", secret.reveal()))?;
        say(&advice(&key, now_ms, &place));
        if let Some(asked) = asked {
            asked.warn(&key);
        }
        Ok(())
    }
    .context("nobody read the key; end it with `tollhouse keys revoke` and make another")
}

fn advice(key: &Key, now_ms: u64, place: &Path) -> String {
    let scopes = key.scopes.as_ref().map_or_else(
        || "no scopes".to_owned(),
        |scopes| format!("scopes {}", scopes.join(" ")),
    );
    format!(
        "\nKey {name} for {user}, {scopes}, ends: {end}; kept in {place}.\n\
         This is the only time that it is shown. Clients send it in a header:\n  \
         claude mcp add NAME --transport http URL --header \"Authorization: Bearer KEY\"",
        name = key.name,
        user = key.subject,
        end = table::end(key, now_ms),
        place = place.display(),
    )
}

impl Asked {
    /// Tells what keeps a key from being of use.
    fn warn(&self, key: &Key) {
        let file = self.file.display();
        if !self.for_keys {
            say(&format!(
                "warning: {file} does not ask callers for keys; write [auth] mode = \"keys\" into it"
            ));
        }
        for scope in key
            .scopes
            .iter()
            .flatten()
            .filter(|scope| !self.scopes.contains(scope))
        {
            say(&format!(
                "warning: nothing in {file} asks for the scope {scope}"
            ));
        }
    }
}

async fn list(arguments: &ListArguments) -> Result<()> {
    let now_ms = SystemClock::default().unix_ms();
    let (place, _) = place(&arguments.place)?;
    let mut keys = there(&place)?.list().await?;
    keys.retain(|key| arguments.all || key.revoked_at_ms.is_none());
    if arguments.json {
        let keys: Vec<_> = keys.iter().map(|key| table::as_json(key, now_ms)).collect();
        print(&format!("{:#}\n", json!({"keys": keys})));
    } else if keys.is_empty() {
        say(&format!(
            "no keys in {}; make one with `tollhouse keys create NAME`",
            place.display()
        ));
    } else {
        print(&table::table(&keys, now_ms));
    }
    Ok(())
}

async fn revoke(arguments: &RevokeArguments) -> Result<()> {
    let (place, _) = place(&arguments.place)?;
    let state = there(&place)?;
    let which = &arguments.which;
    let now_ms = SystemClock::default().unix_ms();
    if let Some(key) = state.revoke(which, now_ms).await? {
        say(&format!(
            "revoked {} ({}, of {}); within a second no call with it succeeds",
            key.name, key.id, key.subject
        ));
        return Ok(());
    }
    let keys = state.list().await?;
    let living = keys.iter().filter(|key| key.revoked_at_ms.is_none());
    let nearest = living
        .map(|key| (strsim::jaro_winkler(which, &key.name), &key.name))
        .filter(|(likeness, _)| *likeness > ALIKE)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    let mend = nearest.map_or_else(
        || "`tollhouse keys list` shows all that are".to_owned(),
        |(_, name)| format!("did you mean {name}?"),
    );
    bail!(
        "no living key in {} is called {which}; {mend}",
        place.display()
    )
}

/// The state of a server, which has to be there.
fn there(place: &Path) -> Result<State> {
    if !place.exists() {
        bail!(
            "no key was ever made in {}; name the server's file, or where it keeps its state with --state",
            place.display()
        );
    }
    Ok(State::open(place)?)
}

/// Where the keys are kept, and what the server's file asks callers for, if it was read.
fn place(said: &Place) -> Result<(PathBuf, Option<Asked>)> {
    let full = |path: &Path| {
        path::absolute(path).with_context(|| format!("{} has no full path", path.display()))
    };
    if let Some(state) = &said.state {
        return Ok((full(state)?, None));
    }
    let file = said.file.as_deref().unwrap_or(wire::DEFAULT_FILE.as_ref());
    if said.file.is_none() && !file.is_file() {
        let beside = Path::new(data_folder::BESIDE).join(connect::STATE);
        return Ok((full(&beside)?, None));
    }
    let config = Config::read(file, &environment);
    let Some(resolved) = &config.resolved else {
        bail!(
            "{0} cannot be read as a server's file; `tollhouse check {0}` tells why",
            file.display()
        );
    };
    let path = match connect::state_of(&config) {
        resolve::State::Memory => bail!(
            "{} keeps its state in memory, where no key outlives the server; take `state = \"memory\"` out",
            file.display()
        ),
        resolve::State::File(path) => path,
    };
    let asked = Asked {
        file: file.to_owned(),
        for_keys: matches!(resolved.site.door, Door::Keys { .. }),
        scopes: resolved.scopes(),
    };
    Ok((full(&path)?, Some(asked)))
}

/// In milliseconds since 1970.
fn end_ms(end: End, now_ms: u64) -> Result<u64> {
    let now = i64::try_from(now_ms)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let now = now.context("the clock of this machine is wrong; set it")?;
    let ends = match end {
        End::After(span) => now
            .to_zoned(TimeZone::UTC)
            .checked_add(span)
            .map(|at| at.timestamp()),
        End::On(day) => day.to_zoned(TimeZone::UTC).map(|at| at.timestamp()),
    };
    let ends = ends.ok().filter(|ends| *ends > now);
    let ends = ends.context(
        "--expires: the end has to come, within a few thousand years; write for example 90d",
    )?;
    Ok(u64::try_from(ends.as_millisecond())?)
}

fn show(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    output.write_all(text.as_bytes())?;
    output.flush()
}

/// How alike two names have to be for the one to be meant by the other.
const ALIKE: f64 = 0.8;
