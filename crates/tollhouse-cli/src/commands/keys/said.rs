//! What a command line says of keys and users, as a change of what is kept.

use anyhow::{Context as _, Result, bail};
use jiff::{Timestamp, tz::TimeZone};
use tollhouse::{Names, Setting};

use crate::{
    arguments::{End, RoleArguments},
    commands::listing::NONE,
};

/// All names that there are to be; nothing said leaves them as they are.
pub(in crate::commands) fn whole(said: &[String]) -> Result<Setting<Vec<String>>> {
    match said {
        [] => Ok(Setting::Same),
        [word] if word == NONE => Ok(Setting::Is(Vec::new())),
        [word] if word == BY_ROLE => Ok(Setting::Nothing),
        names => {
            if let Some(word) = names.iter().find(|name| *name == NONE || *name == BY_ROLE) {
                bail!("`{word}` stands alone; name it, or the others");
            }
            let mut names = names.to_vec();
            names.sort_unstable();
            names.dedup();
            Ok(Setting::Is(names))
        }
    }
}

pub(in crate::commands) fn scopes(
    all: &[String],
    add: &[String],
    remove: &[String],
) -> Result<Names> {
    Ok(Names {
        put: whole(all)?,
        add: add.to_vec(),
        remove: remove.to_vec(),
    })
}

pub(in crate::commands) fn roles(said: &RoleArguments) -> Result<Names> {
    scopes(&said.roles, &said.add_roles, &said.remove_roles)
}

pub(in crate::commands) fn tenant(said: Option<&String>) -> Setting<String> {
    match said {
        None => Setting::Same,
        Some(word) if word == NONE => Setting::Nothing,
        Some(tenant) => Setting::Is(tenant.clone()),
    }
}

/// When a key ends, in milliseconds since 1970.
pub(in crate::commands) fn end(said: Option<End>, now_ms: u64) -> Result<Setting<u64>> {
    let now = i64::try_from(now_ms)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let now = now.context("the clock of this machine is wrong; set it")?;
    let ends = match said {
        None => return Ok(Setting::Same),
        Some(End::Never) => return Ok(Setting::Nothing),
        Some(End::After(span)) => now
            .to_zoned(TimeZone::UTC)
            .checked_add(span)
            .map(|at| at.timestamp()),
        Some(End::On(day)) => day.to_zoned(TimeZone::UTC).map(|at| at.timestamp()),
    };
    let ends = ends.ok().filter(|ends| *ends > now);
    let ends = ends.context(
        "--expires: the end has to come, within a few thousand years; write for example 90d",
    )?;
    Ok(Setting::Is(u64::try_from(ends.as_millisecond())?))
}

/// Nothing of its own: what the roles say.
const BY_ROLE: &str = "by-role";
