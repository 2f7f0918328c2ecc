//! Reading the file again while it is served: when it changes, and when the process is told to (SIGHUP).
//!
//! A file with errors leaves everything as it was. Calls under way end on what they began on.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fs,
    io::stderr,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::{task, time};
use tollhouse::{Server, Source};

use crate::{
    config::{Config, resolve::Resolved},
    log::say,
    wire,
};

/// A file that is served, as it was read last.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    file: PathBuf,
    /// What was read, and the folders where more could be.
    seen: Vec<PathBuf>,
    /// The tools, as they are to be told apart.
    tools: BTreeMap<String, String>,
    identity: String,
}

/// What tells a file from the one that was there before.
type Marks = Vec<Option<(SystemTime, u64)>>;

impl Live {
    pub(crate) fn new(file: &Path, config: &Config, resolved: &Resolved) -> Self {
        let tools = resolved.sources.iter().flat_map(|source| &source.tools);
        Self {
            file: file.to_owned(),
            seen: config.files.seen(),
            tools: tools
                .map(|tool| (tool.name.value.clone(), format!("{:?}", tool.offered)))
                .collect(),
            identity: format!("{:?}", resolved.server),
        }
    }

    /// Reads the file again whenever there is a reason to. Dropping the future ends that.
    pub(crate) async fn watch(mut self, server: &Server) -> Infallible {
        let mut hangups = Hangups::catch();
        let mut served = marks(&self.seen);
        let mut before = served.clone();
        loop {
            let is_told = tokio::select! {
                () = hangups.next() => true,
                () = time::sleep(PAUSE) => false,
            };
            let now = marks(&self.seen);
            // What changes from look to look is still being written.
            let is_settled = now == before;
            if is_told || is_settled && now != served {
                self = self.again(server).await;
                served = marks(&self.seen);
                before.clone_from(&served);
            } else {
                before = now;
            }
        }
    }

    /// Reads the file, on a thread that may block.
    async fn again(self, server: &Server) -> Self {
        let kept = self.clone();
        let server = server.clone();
        let read = task::spawn_blocking(move || {
            let next = self.read(&server);
            next.unwrap_or(self)
        });
        read.await.unwrap_or(kept)
    }

    fn read(&self, server: &Server) -> Option<Self> {
        let mut config = Config::read(&self.file, &crate::environment);
        let sources = wire::connect(&mut config);
        let shown = config.shown(&stderr());
        let resolved = config.resolved.as_ref();
        let Some(resolved) = resolved.filter(|_| !config.problems.has_errors()) else {
            say(&format!(
                "{shown}\nnot reloaded: what was served before goes on"
            ));
            return None;
        };
        let sources = sources
            .into_iter()
            .map(|source| Arc::new(source) as Arc<dyn Source>);
        if let Err(error) = server.swap(&sources.collect::<Vec<_>>()) {
            say(&format!(
                "error: {error}\nnot reloaded: what was served before goes on"
            ));
            return None;
        }
        if !shown.is_empty() {
            say(&shown);
        }
        let next = Self::new(&self.file, &config, resolved);
        say(&next.difference(self));
        Some(next)
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
        if self.identity != before.identity {
            line.push_str("; what [server] says counts from the next start");
        }
        line
    }
}

fn marks(paths: &[PathBuf]) -> Marks {
    let mark = |path: &PathBuf| {
        let about = fs::metadata(path).ok()?;
        Some((about.modified().ok()?, about.len()))
    };
    paths.iter().map(mark).collect()
}

/// The signal that says "read again". A terminal says with it that it closes, and then it ends the process as ever.
struct Hangups {
    #[cfg(unix)]
    caught: Option<tokio::signal::unix::Signal>,
}

impl Hangups {
    #[cfg(unix)]
    fn catch() -> Self {
        use std::io::IsTerminal as _;

        use tokio::signal::unix::{SignalKind, signal};

        let caught = (!stderr().is_terminal()).then(|| signal(SignalKind::hangup()).ok());
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

/// Between two looks at the files: long for a disk, short for a person.
const PAUSE: Duration = Duration::from_millis(300);
