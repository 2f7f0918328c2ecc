//! What a call says while it runs: how far it is, and lines for its caller's log.

use serde_json::Value;

use super::{Ctx, Others};
use crate::{Event, Level, Trust, fence, ids};

impl Ctx {
    /// Says how far the work is. `progress` must grow; what does not is left out (MCP, "Progress").
    ///
    /// Does not wait: a caller who did not ask for progress hears none, one who reads slowly misses some.
    pub fn progress(&self, progress: f64, total: Option<f64>, message: Option<&str>) {
        if !self.call().events.wants_progress() {
            return;
        }
        let mut desk = self.desk();
        if desk.progress.is_some_and(|last| progress <= last) || !progress.is_finite() {
            return;
        }
        desk.progress = Some(progress);
        // Under the lock, or another thread's step could overtake this one; sending does not wait.
        self.tell(Event::Progress {
            progress,
            total,
            message: message.map(str::to_owned),
        });
    }

    /// Tells the caller a log line, if it asked for lines of this level. No secrets.
    pub fn log(&self, level: Level, data: impl Into<Value>) {
        let call = self.call();
        if call.events.wants_log(level) {
            self.tell(Event::Log {
                level,
                logger: Some(call.target.name().to_owned()),
                data: data.into(),
            });
        }
    }

    /// Says under which rules its target speaks from now on.
    pub(crate) fn speaks_under(&self, trust: &Trust) {
        if trust.is_untrusted() && self.0.masks.is_some() {
            drop(self.0.speaker.set(Box::new(trust.clone())));
        }
    }

    fn tell(&self, mut event: Event) {
        fence::event(&mut event);
        if let Some(redactor) = &self.0.masks {
            redactor.mask_event(&mut event);
        }
        let trust = self.0.speaker.get();
        let is_foreign = trust.is_some() || self.others() != Others::Nothing;
        if is_foreign && fence::has_words(&event) {
            let Ok(nonce) = ids::nonce() else {
                tracing::error!("no randomness for the marks of a fence, so a line is not sent");
                return;
            };
            let hosts = trust.map_or(&[][..], |trust| &trust.link_hosts);
            fence::foreign_event(&mut event, hosts, &nonce);
            self.heard(trust.map_or(Others::Nothing, |trust| Others::at_most(trust)));
        }
        self.call().events.send(event);
    }
}
