//! Secrets that stand elsewhere: `env:NAME`, `file:PATH`, `exec:COMMAND`.
//!
//! A [`Reference`] says where. A [`Watched`] secret is what was there when it was last looked at, and is looked at again while
//! the program runs, so that a secret is exchanged without a restart. Neither is ever shown.

use std::{
    fmt, fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use tokio::{io::AsyncReadExt as _, process::Command, runtime, time::timeout};
use tollhouse::Clock;

use crate::environment;

/// Where a secret stands.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Reference {
    /// In a variable of the environment.
    Variable(String),
    /// In a file.
    File(PathBuf),
    /// In what a program writes: its name, and what it is told.
    Program(String, Vec<String>),
    /// In the configuration itself.
    Text(String),
}

/// A secret as it was when it was last looked at. Cloning gives the same one.
#[derive(Clone)]
pub(crate) struct Watched(Arc<Inner>);

struct Inner {
    reference: Reference,
    clock: Arc<dyn Clock>,
    last: Mutex<Look>,
    is_looking: AtomicBool,
}

struct Look {
    value: Arc<str>,
    at: Duration,
    has_failed: bool,
    /// Whether somebody did not take it.
    is_doubted: bool,
}

impl Reference {
    /// What a text refers to. One that begins with none of the three words is the secret itself. `beside` makes a path
    /// of one that may be relative.
    ///
    /// # Errors
    ///
    /// It begins with one of the words, and what follows names nothing; or there is nothing at all.
    pub(crate) fn read(
        text: &str,
        beside: impl FnOnce(&str) -> PathBuf,
    ) -> Result<Self, &'static str> {
        if let Some(name) = text.strip_prefix("env:") {
            let is_name = !name.is_empty() && !name.contains(['=', '\0']);
            return is_name
                .then(|| Self::Variable(name.to_owned()))
                .ok_or("write the name of a variable: env:NAME");
        }
        if let Some(path) = text.strip_prefix("file:") {
            let is_path = !path.is_empty() && !path.contains('\0');
            return is_path
                .then(|| Self::File(beside(path)))
                .ok_or("write the path of a file: file:PATH");
        }
        if let Some(line) = text.strip_prefix("exec:") {
            let mut words = shlex::split(line).unwrap_or_default().into_iter();
            let program = words.next().filter(|program| !program.is_empty());
            return program
                .map(|program| Self::Program(program, words.collect()))
                .ok_or("write a program and its arguments, as in a shell: exec:vault kv get -field=key secret/x");
        }
        // Whoever shows nothing must not have shown the secret.
        if text.trim().is_empty() {
            return Err("write where it stands: env:NAME, file:PATH or exec:COMMAND");
        }
        Ok(Self::Text(text.to_owned()))
    }

    /// Whether a text is a reference, and no secret itself.
    pub(crate) fn is_one(text: &str) -> bool {
        BEGINNINGS.iter().any(|word| text.starts_with(word))
    }

    /// What stands there now.
    ///
    /// # Errors
    ///
    /// Nothing that could be a secret. The sentence says what to mend, and holds nothing of what was there.
    pub(crate) fn look(&self) -> Result<String, String> {
        match self {
            Self::Program(program, arguments) => {
                // A thread of its own, since whoever asks may be on one that must not block on another runtime.
                let run = || {
                    let runtime = runtime::Builder::new_current_thread().enable_all().build();
                    let runtime =
                        runtime.map_err(|error| format!("no program can be run: {error}"))?;
                    runtime.block_on(written_by(program, arguments))
                };
                thread::scope(|scope| scope.spawn(run).join())
                    .unwrap_or_else(|_| Err(format!("{program} could not be waited for")))
            }
            Self::Variable(name) => {
                let value = environment(name);
                usable(
                    value.ok_or_else(|| format!("the variable {name} is not set; set it"))?,
                    name,
                )
            }
            Self::File(path) => contents(path),
            Self::Text(text) => usable(text.clone(), "the text"),
        }
    }

    /// How long what was found there is taken for what is there; for good if nothing is given.
    const fn good_for(&self) -> Option<Duration> {
        match self {
            Self::File(_) => Some(Duration::from_millis(500)),
            Self::Program(..) => Some(Duration::from_secs(30)),
            Self::Variable(_) | Self::Text(_) => None,
        }
    }
}

impl Watched {
    /// The secret that stands there. Waits for a program that writes it.
    ///
    /// # Errors
    ///
    /// There is none.
    pub(crate) fn open(reference: Reference, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let value: Arc<str> = reference.look()?.into();
        crate::log::learn(&value);
        let at = clock.ticks();
        Ok(Self(Arc::new(Inner {
            reference,
            clock,
            last: Mutex::new(Look {
                value,
                at,
                has_failed: false,
                is_doubted: false,
            }),
            is_looking: AtomicBool::new(false),
        })))
    }

    /// How long it is taken for what it was; for good if nothing is given.
    pub(crate) fn good_for(&self) -> Option<Duration> {
        self.0.reference.good_for()
    }

    /// It was not taken by whom it was shown to, so that it is looked at again when it is needed next. Not more often
    /// than once a second.
    pub(crate) fn doubt(&self) {
        let now = self.0.clock.ticks();
        let mut last = self.0.last();
        last.is_doubted |= now.saturating_sub(last.at) >= DOUBT_EVERY;
    }

    /// What it is now: what a file holds, and what a program wrote not long ago. A program is run beside, so that
    /// nobody waits for it. If nothing can be had, it is what it was.
    pub(crate) fn value(&self) -> Arc<str> {
        let inner = &self.0;
        let now = inner.clock.ticks();
        let (value, age, is_doubted) = {
            let last = inner.last();
            let age = now.saturating_sub(last.at);
            (Arc::clone(&last.value), age, last.is_doubted)
        };
        let is_good = self.good_for().is_none_or(|time| age < time && !is_doubted);
        if is_good || inner.is_looking.swap(true, Ordering::AcqRel) {
            return value;
        }
        match &inner.reference {
            Reference::Program(..) => {
                let looker = Arc::clone(inner);
                let look = move || looker.again();
                if let Ok(runtime) = runtime::Handle::try_current() {
                    drop(runtime.spawn_blocking(look));
                } else {
                    look();
                }
                value
            }
            _ => {
                inner.again();
                Arc::clone(&inner.last().value)
            }
        }
    }
}

impl Inner {
    fn again(&self) {
        let found = self.reference.look();
        let mut last = self.last();
        last.at = self.clock.ticks();
        last.is_doubted = false;
        match found {
            Ok(value) => {
                last.has_failed = false;
                if *last.value != *value {
                    crate::log::learn(&value);
                    last.value = value.into();
                    tracing::info!(secret = %self.reference, "a secret was exchanged");
                }
            }
            Err(why) if !last.has_failed => {
                last.has_failed = true;
                tracing::warn!(secret = %self.reference, why, "a secret cannot be read again; the last one is used");
            }
            Err(_) => {}
        }
        drop(last);
        self.is_looking.store(false, Ordering::Release);
    }

    fn last(&self) -> MutexGuard<'_, Look> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where it stands, which is no secret. Of a program only its name: its arguments might be one.
impl fmt::Display for Reference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(out, "env:{name}"),
            Self::File(path) => write!(out, "file:{}", path.display()),
            Self::Program(program, _) => write!(out, "exec:{program} …"),
            Self::Text(_) => out.write_str("…"),
        }
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Reference({self})")
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Watched({})", self.0.reference)
    }
}

fn contents(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let unread = |error: io::Error| {
        format!("{shown} cannot be read ({error}); name a file that this user can read")
    };
    // Nobody might ever write into a pipe, and whoever calls would wait for it.
    if !fs::metadata(path).map_err(unread)?.is_file() {
        return Err(format!(
            "{shown} is no file; write the secret into one, or name a program that writes it, exec:COMMAND"
        ));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(unread)?;
    text(bytes, &shown.to_string())
}

async fn written_by(program: &str, arguments: &[String]) -> Result<String, String> {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    let mut child = child.map_err(|error| {
        format!("{program} cannot be run ({error}); name a program that is there")
    })?;
    let mut bytes = Vec::new();
    let ended = timeout(PATIENCE, async {
        if let Some(output) = child.stdout.take() {
            output.take(BYTES_MAX + 1).read_to_end(&mut bytes).await?;
        }
        child.wait().await
    });
    match ended.await {
        Ok(Ok(status)) if status.success() => text(bytes, program),
        Ok(Ok(status)) => Err(format!(
            "{program} failed ({status}); run it by hand to see why"
        )),
        Ok(Err(error)) => Err(format!("{program} cannot be read from ({error})")),
        Err(_elapsed) => Err(format!(
            "{program} took longer than {} seconds; it must not ask anybody",
            PATIENCE.as_secs()
        )),
    }
}

fn text(bytes: Vec<u8>, place: &str) -> Result<String, String> {
    if bytes.len() as u64 > BYTES_MAX {
        return Err(format!("what {place} holds is longer than a secret"));
    }
    let text = String::from_utf8(bytes).map_err(|_| format!("what {place} holds is no text"))?;
    usable(text.trim_end_matches(['\r', '\n']).to_owned(), place)
}

fn usable(text: String, place: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err(format!("{place} holds nothing; write the secret into it"));
    }
    Ok(text)
}

const BEGINNINGS: [&str; 3] = ["env:", "file:", "exec:"];
const DOUBT_EVERY: Duration = Duration::from_secs(1);
const BYTES_MAX: u64 = 64 * 1024;
/// For a program that asks another machine; a person would be too slow.
const PATIENCE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests;
