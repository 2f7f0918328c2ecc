//! Tells somebody's own service that a call waits for a person.
//!
//! The road hands over and goes on: what is to be told stands in a bounded queue, and what finds no place there is told
//! to the log alone. One thread sends, and tries again for as long as the call waits. What is sent says who calls what,
//! and what it would be called with only if the file wants that; it is signed as Standard Webhooks has it.

use std::{
    fmt,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result};
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokio::{
    runtime::{Builder, Runtime},
    time::sleep,
};
use tollhouse::{
    Clock as _, SystemClock,
    approvals::{Approval, Tell},
};
use tollhouse_outbound::{Exception, Options, Outbound, Request};

use crate::{commands::listing::second, config::resolve, log};

/// The queue to the thread that sends.
pub(crate) struct Webhook {
    queue: SyncSender<Approval>,
}

/// What the thread has.
struct Sender {
    said: resolve::Webhook,
    outbound: Outbound,
    runtime: Runtime,
    clock: SystemClock,
    /// The server's name.
    name: String,
}

impl Webhook {
    /// Begins to tell this service. It ends when it is dropped.
    ///
    /// # Errors
    ///
    /// The address cannot be called, or there is no thread.
    pub(crate) fn open(said: &resolve::Webhook, name: &str) -> Result<Self> {
        // Who wrote the address wants it called, wherever it is.
        let own = Exception::of(&said.url)?;
        let outbound = Outbound::new(Options {
            exceptions: vec![own],
            bytes_max: REPLY_BYTES_MAX,
            ..Options::default()
        })?;
        let called = outbound.check(&said.url);
        called.context("confirm.webhook is not one that can be called")?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let sender = Sender {
            said: said.clone(),
            outbound,
            runtime: runtime.context("no threads to work with")?,
            clock: SystemClock::default(),
            name: name.to_owned(),
        };
        let (queue, waiting) = sync_channel(QUEUE_MAX);
        let thread = thread::Builder::new().name("webhook".to_owned());
        let started = thread.spawn(move || sender.send_all(&waiting));
        drop(started.context("no thread to tell the webhook from")?);
        Ok(Self { queue })
    }
}

impl Tell for Webhook {
    fn waits(&self, approval: &Approval) {
        if self.queue.try_send(approval.clone()).is_err() {
            tracing::warn!(id = %approval.id, "the webhook is behind, and is not told that a call waits");
        }
    }
}

impl Sender {
    fn send_all(&self, waiting: &Receiver<Approval>) {
        for approval in waiting {
            let id = approval.id.clone();
            if let Err(error) = self.runtime.block_on(self.send(&approval)) {
                let error = format!("{error:#}");
                tracing::warn!(%id, error, "the webhook could not be told that a call waits");
            }
        }
    }

    /// Sends it, and again after longer and longer pauses, until it is taken, of no use, or was tried often enough.
    async fn send(&self, approval: &Approval) -> Result<()> {
        let body = self.body(approval).to_string();
        let mut pauses = PAUSES.into_iter();
        loop {
            let failed = match self.outbound.send(self.request(approval, &body)).await {
                Ok(response) if (200..300).contains(&response.status()) => return Ok(()),
                Ok(response) => anyhow::anyhow!("it answers {}", response.status()),
                Err(error) => error.into(),
            };
            match pauses.next() {
                Some(pause) if self.clock.unix_ms() < approval.until_ms => sleep(pause).await,
                Some(_) | None => return Err(failed),
            }
        }
    }

    fn request(&self, approval: &Approval, body: &str) -> Request {
        let id = format!("msg_{}", approval.id);
        let at_s = self.clock.unix_ms() / 1000;
        let request = Request::post(&*self.said.url, "application/json", body.to_owned())
            .header("webhook-id", &*id)
            .header("webhook-timestamp", at_s.to_string());
        let Some(secret) = &self.said.secret else {
            return request;
        };
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let tag = hmac::sign(&key, format!("{id}.{at_s}.{body}").as_bytes());
        request.header("webhook-signature", format!("v1,{}", STANDARD.encode(tag)))
    }

    fn body(&self, approval: &Approval) -> Value {
        let (id, plea) = (&approval.id, &approval.plea);
        let until = second(approval.until_ms);
        let mut body = json!({
            "type": "approval.waiting",
            "timestamp": second(approval.since_ms),
            "text": format!(
                "{}, called by {}, waits for a yes until {until}: tollhouse approvals show {id}",
                plea.target, plea.subject
            ),
            "data": {
                "id": id.as_str(),
                "server": self.name,
                "tool": plea.target,
                "caller": plea.subject,
                "client": plea.client,
                "tenant": plea.tenant,
                "until": until,
            },
        });
        if self.said.has_arguments
            && let Some(data) = body.get_mut("data").and_then(Value::as_object_mut)
        {
            let redactor = log::redactor();
            for (name, text) in [("question", &plea.question), ("arguments", &plea.arguments)] {
                let known = redactor.known(text).into_owned();
                data.insert(name.to_owned(), Value::String(known));
            }
        }
        body
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Webhook").finish_non_exhaustive()
    }
}

/// As many as one caller's calls wait at once, several times.
const QUEUE_MAX: usize = 64;
const PAUSES: [Duration; 4] = [
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_secs(60),
];
const REPLY_BYTES_MAX: usize = 64 * 1024;
