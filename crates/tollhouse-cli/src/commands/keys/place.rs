//! Where keys and users are kept, and what the file of the server says of them.

use std::path::{self, Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use tollhouse_store::State;

use crate::{
    arguments::Place,
    config::{Config, resolve},
    connect, data_folder, environment,
    log::say,
    rights::Rights,
    wire,
};

/// Where keys and users are kept.
pub(in crate::commands) struct Kept {
    pub(in crate::commands) path: PathBuf,
    /// What the server's file asks callers for, if it was read.
    pub(in crate::commands) asked: Option<Asked>,
}

/// What a server's file asks callers for.
pub(in crate::commands) struct Asked {
    file: PathBuf,
    for_keys: bool,
    scopes: Vec<String>,
    rights: Rights,
}

impl Kept {
    pub(in crate::commands) fn find(said: &Place) -> Result<Self> {
        let full = |path: &Path| {
            path::absolute(path).with_context(|| format!("{} has no full path", path.display()))
        };
        if let Some(state) = &said.state {
            return Ok(Self {
                path: full(state)?,
                asked: None,
            });
        }
        let file = said.file.as_deref().unwrap_or(wire::DEFAULT_FILE.as_ref());
        if said.file.is_none() && !file.is_file() {
            let beside = Path::new(data_folder::BESIDE).join(connect::STATE);
            return Ok(Self {
                path: full(&beside)?,
                asked: None,
            });
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
                "{} keeps its state in memory, where nothing outlives the server; take `state = \"memory\"` out",
                file.display()
            ),
            resolve::State::File(path) => path,
        };
        Ok(Self {
            path: full(&path)?,
            asked: Some(Asked {
                file: file.to_owned(),
                for_keys: resolved.site.door.keys.is_some(),
                scopes: resolved.scopes(),
                rights: resolved.rights.clone(),
            }),
        })
    }

    /// The state, which is made if it is missing.
    pub(in crate::commands) fn open(&self) -> Result<State> {
        Ok(State::open(&self.path)?)
    }

    /// The state, which has to be there.
    pub(in crate::commands) fn there(&self) -> Result<State> {
        if !self.path.exists() {
            bail!(
                "nothing was ever kept in {}; name the server's file, or where it keeps its state with --state",
                self.path.display()
            );
        }
        self.open()
    }
}

impl Asked {
    /// Tells what scopes let a caller do, where the file says it.
    pub(in crate::commands) fn explain(&self, scopes: &[String]) {
        for scope in scopes {
            if let Some(text) = self.rights.text_of(scope) {
                say(&format!("  {scope}: {text}"));
            }
        }
    }

    /// Tells of roles that the file does not name.
    pub(in crate::commands) fn warn_of_roles(&self, roles: &[String]) {
        let known: Vec<&str> = self.rights.roles().collect();
        let strange = roles.iter().filter(|role| !known.contains(&role.as_str()));
        for role in strange.filter(|_| !known.is_empty()) {
            let file = self.file.display();
            say(&format!(
                "warning: {role} is none of [auth.roles] in {file}"
            ));
        }
    }

    /// Tells what keeps a key from being of use.
    pub(in crate::commands) fn warn(&self, scopes: &[String]) {
        let file = self.file.display();
        if !self.for_keys {
            say(&format!(
                "warning: {file} does not ask callers for keys; write [auth] mode = \"keys\" into it"
            ));
        }
        for scope in scopes.iter().filter(|scope| !self.scopes.contains(scope)) {
            say(&format!(
                "warning: nothing in {file} asks for the scope {scope}"
            ));
        }
    }
}
