//! Reading the file again while it is served: when it changes, and when the process is told to (SIGHUP).
//!
//! A file with errors leaves everything as it was. Calls under way end on what they began on.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fs,
    io::stderr,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde_json::json;
use tokio::{runtime::Handle, task, time};
use tollhouse::{Server, http::ProtectedResource};

use crate::{
    audit,
    config::{
        Config,
        resolve::{self, Door, Resolved, Site},
    },
    connect::{Kept, Purpose, connect},
    house,
    log::say,
    sign_in::{SignIn, resource},
};

/// A file that is served, as it was read last.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    file: PathBuf,
    /// What was read, and the folders where more could be, as they were before.
    marks: Marks,
    /// The tools, as they are to be told apart.
    tools: BTreeMap<String, String>,
    site: Site,
    /// What clients are told of signing in, since the start.
    resource: ProtectedResource,
    kept: Kept,
    sign_in: SignIn,
    /// How the audit is kept, and since the start whether it is and where it goes besides.
    audit: resolve::Audit,
}

/// What tells files from those that were there before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marks(BTreeMap<PathBuf, Option<(SystemTime, u64)>>);

impl Live {
    /// What was read. The marks are of before, so that no change falls between the two.
    pub(crate) fn new(
        file: &Path,
        before: Marks,
        (config, resolved): (&Config, &Resolved),
        (kept, sign_in): (Kept, SignIn),
    ) -> Self {
        let tools = resolved.sources.iter().flat_map(|source| &source.tools);
        Self {
            file: file.to_owned(),
            marks: before.of_these(config.files.seen()),
            tools: tools
                .map(|tool| (tool.written.of.clone(), format!("{:?}", tool.offered)))
                .collect(),
            site: resolved.site.clone(),
            resource: resource(resolved),
            kept,
            sign_in,
            audit: resolved.general.audit.clone(),
        }
    }

    /// Reads the file again whenever there is a reason to. Dropping the future ends that.
    pub(crate) async fn watch(mut self, server: &Server) -> Infallible {
        let mut hangups = Hangups::catch();
        let mut last = self.marks.clone();
        loop {
            let is_told = tokio::select! {
                () = hangups.next() => true,
                () = time::sleep(PAUSE) => false,
            };
            let now = self.marks.again();
            // What changes from look to look is still being written.
            let is_settled = now == last;
            last = now.clone();
            if is_told || is_settled && now != self.marks {
                self = self.again(now, server).await;
                last = self.marks.clone();
            }
        }
    }

    /// Reads the file, on a thread that may block.
    async fn again(mut self, marks: Marks, server: &Server) -> Self {
        // What could not be read is not read again before it changes.
        self.marks = marks;
        let kept = self.clone();
        let server = server.clone();
        let read = task::spawn_blocking(move || {
            let next = self.read(&server);
            self.kept.book.reloaded(next.is_some());
            next.unwrap_or(self)
        });
        read.await.unwrap_or(kept)
    }

    fn read(&self, server: &Server) -> Option<Self> {
        let mut config = Config::read(&self.file, &crate::environment);
        config.learn_secrets();
        if let Some(resolved) = &config.resolved
            && !config.problems.has_errors()
            && !resolved.site.door.is_like(&self.site.door)
        {
            // The door stays as it is. What the file offers behind another one must not be served behind this.
            say(&format!("error: {DOOR}\n{NOT_RELOADED}"));
            return None;
        }
        let sources = connect(&mut config, &self.kept, Purpose::Serve);
        let shown = config.shown(&stderr());
        let resolved = config.resolved.as_ref();
        let Some(resolved) = resolved.filter(|_| !config.problems.has_errors()) else {
            say(&format!("{shown}\n{NOT_RELOADED}"));
            return None;
        };
        let post = match self.sign_in.prepare(resolved) {
            Ok(post) => post,
            Err(error) => {
                say(&format!("error: {error:#}\n{NOT_RELOADED}"));
                return None;
            }
        };
        if let Err(error) = server.renew(house::builder(resolved, sources)) {
            say(&format!("error: {error}\n{NOT_RELOADED}"));
            return None;
        }
        self.sign_in.renew(post);
        if !shown.is_empty() {
            say(&shown);
        }
        let mut next = Self::new(
            &self.file,
            self.marks.clone(),
            (&config, resolved),
            (self.kept.clone(), self.sign_in.clone()),
        );
        let difference = next.difference(self);
        self.note(&difference);
        say(&difference);
        self.kept.book.keep(&next.audit);
        next.resource = self.resource.clone();
        next.audit.is_on = self.audit.is_on;
        next.audit.sinks.clone_from(&self.audit.sinks);
        Some(next)
    }

    /// Who reads the file again is whoever runs the server. Only on a thread that may block.
    fn note(&self, difference: &str) {
        let said = json!({"file": self.file, "told": difference});
        let Some(noted) = self.kept.book.note(audit::deed("reloaded", None, said)) else {
            return;
        };
        if let Err(error) = Handle::current().block_on(noted) {
            tracing::error!(%error, "that the file was read again is not written into the audit");
        }
    }

    /// What is other than before, in a line.
    fn difference(&self, before: &Self) -> String {
        let added = |one: &Self, other: &Self| {
            let names = one.tools.keys();
            names
                .filter(|name| !other.tools.contains_key(*name))
                .count()
        };
        let changed = self.tools.iter().filter(|(name, tool)| {
            before
                .tools
                .get(*name)
                .is_some_and(|before| before != *tool)
        });
        let mut line = format!(
            "reloaded: +{} ~{} −{} tools",
            added(self, before),
            changed.count(),
            added(before, self)
        );
        let place = |site: &Site| Site {
            door: Door::default(),
            ..site.clone()
        };
        if place(&self.site) != place(&before.site) {
            line.push_str("; where the server is reached and by whom counts from the next start");
        }
        if (self.audit.is_on, &self.audit.sinks) != (before.audit.is_on, &before.audit.sinks) {
            line.push_str(
                "; whether there is an audit and its second place count from the next start",
            );
        }
        if !self.site.door.issuers.is_empty() && self.resource != before.resource {
            line.push_str("; what clients are told of signing in counts from the next start");
        }
        line
    }
}

impl Marks {
    pub(crate) fn of(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let mark = |path: PathBuf| {
            let about = fs::metadata(&path).ok();
            let mark = about.and_then(|about| Some((about.modified().ok()?, about.len())));
            (path, mark)
        };
        Self(paths.into_iter().map(mark).collect())
    }

    /// The same files, looked at now.
    fn again(&self) -> Self {
        Self::of(self.0.keys().cloned())
    }

    /// These files: those that are known as they were, the others as they are now.
    fn of_these(mut self, paths: Vec<PathBuf>) -> Self {
        let mut these = Self::of(paths);
        for (path, mark) in &mut these.0 {
            if let Some(known) = self.0.remove(path) {
                *mark = known;
            }
        }
        these
    }
}

/// The signal that says "read again". A terminal says with it that it closes, and then it ends the process as ever.
struct Hangups {
    #[cfg(unix)]
    caught: Option<tokio::signal::unix::Signal>,
}

impl Hangups {
    #[cfg(unix)]
    fn catch() -> Self {
        use std::io::{IsTerminal as _, stdin};

        use tokio::signal::unix::{SignalKind, signal};

        let is_at_terminal = stdin().is_terminal() || stderr().is_terminal();
        let caught = (!is_at_terminal).then(|| signal(SignalKind::hangup()).ok());
        Self {
            caught: caught.flatten(),
        }
    }

    #[cfg(not(unix))]
    const fn catch() -> Self {
        Self {}
    }

    /// Comes with the next signal.
    #[cfg(unix)]
    async fn next(&mut self) {
        if let Some(caught) = &mut self.caught
            && caught.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }

    /// Never comes.
    #[cfg(not(unix))]
    async fn next(&mut self) {
        std::future::pending().await
    }
}

const NOT_RELOADED: &str = "not reloaded: what was served before goes on";
const DOOR: &str = "[auth] mode is another one, or names other headers or issuers, and how callers come in is settled \
     at the start; start again, or write it as it was";
/// Between two looks at the files: long for a disk, short for a person.
const PAUSE: Duration = Duration::from_millis(300);
