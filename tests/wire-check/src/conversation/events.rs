//! Notifications: which may be sent now, and what they change.

use serde_json::Value;

use super::{Conversation, Open, Side, level, other, text};
use crate::judge;

impl Conversation {
    pub(super) fn hear_notification(&mut self, side: Side, message: &Value) -> Vec<String> {
        let mut problems = judge::problems(self.revision, side, None, message);
        let params = message.get("params").unwrap_or(&Value::Null);
        let method = text(message, "/method");
        let problem = match (side, method) {
            (Side::Client, "notifications/initialized") => {
                self.is_ready = true;
                None
            }
            (_, "notifications/cancelled") => self.cancel(side, params),
            (_, "notifications/progress") => self.progress(side, params),
            (Side::Server, "notifications/message") => self.log(params),
            (Side::Server, "notifications/subscriptions/acknowledged") => self.acknowledge(params),
            (Side::Server, _) => self.change(method, params),
            (Side::Client, _) => None,
        };
        problems.extend(problem);
        problems
    }

    /// One's own request will have no answer; of a request that is not open, nothing is said.
    fn cancel(&mut self, side: Side, params: &Value) -> Option<String> {
        let id = params.get("requestId")?.to_string();
        let is_modern = self.revision.is_modern();
        // A server ends a stream of changes by naming the client's request (2026-07-28).
        let asker = if is_modern { Side::Client } else { side };
        let speaker = self.speaker(asker);
        if is_modern && side == Side::Server && speaker.used.get(&id) == Some(&true) {
            return Some(format!("the request {id} was cancelled"));
        }
        let open = speaker.open.get(&id)?;
        if is_modern && side == Side::Server && open.method != "subscriptions/listen" {
            return Some("a server cancels nothing but streams of changes".to_owned());
        }
        if open.method == "initialize" {
            return Some("a handshake is not cancelled".to_owned());
        }
        // The end of a stream may still be told by its result.
        if !is_modern || side == Side::Client {
            speaker.open.remove(&id);
            speaker.used.insert(id, true);
        }
        None
    }

    fn progress(&mut self, side: Side, params: &Value) -> Option<String> {
        let token = params.get("progressToken")?;
        let speaker = self.speaker(other(side));
        let mut open = speaker.open.values_mut();
        let Some(open) =
            open.find(|open| open.params.pointer("/_meta/progressToken") == Some(token))
        else {
            return Some(format!("nothing is under way with the token {token}"));
        };
        let progress = params.get("progress").and_then(Value::as_f64);
        let grows = open.progress < progress;
        open.progress = progress;
        (!grows).then(|| "progress only grows".to_owned())
    }

    fn log(&self, params: &Value) -> Option<String> {
        let told = level(text(params, "/level"));
        if self.revision.is_modern() {
            let wanted = |open: &Open| {
                level(text(
                    &open.params,
                    "/_meta/io.modelcontextprotocol~1logLevel",
                ))
            };
            let lowest = self.client.open.values().filter_map(wanted).min();
            let is_wanted = lowest.is_some() && told >= lowest;
            return (!is_wanted).then(|| "nobody asked for such lines".to_owned());
        }
        if self.server.capabilities.get("logging").is_none() {
            return Some("the server did not say that it logs".to_owned());
        }
        (self.level.is_some() && told < self.level).then(|| "below the level asked for".to_owned())
    }

    fn acknowledge(&mut self, params: &Value) -> Option<String> {
        let Some(open) = self.stream(params) else {
            return Some("there is no such stream of changes".to_owned());
        };
        let again = open.acknowledged;
        open.acknowledged = true;
        again.then(|| "a stream of changes is acknowledged once".to_owned())
    }

    /// Something changed that the client may want to know.
    fn change(&mut self, method: &str, params: &Value) -> Option<String> {
        let uri = text(params, "/uri").to_owned();
        if self.revision.is_modern() {
            let Some(open) = self.stream(params) else {
                return Some("there is no such stream of changes".to_owned());
            };
            if !open.acknowledged {
                return Some("the first word of a stream is its acknowledgement".to_owned());
            }
            let is_wanted = wants(&open.params, method, &uri);
            return (!is_wanted).then(|| "the client did not ask for this change".to_owned());
        }
        let declared = match method {
            "notifications/tools/list_changed" => "/tools/listChanged",
            "notifications/prompts/list_changed" => "/prompts/listChanged",
            "notifications/resources/list_changed" => "/resources/listChanged",
            "notifications/resources/updated" => {
                let is_wanted = self.subscribed.contains(&uri);
                return (!is_wanted).then(|| format!("nobody subscribed to {uri}"));
            }
            _ => return None,
        };
        let is_declared = self.server.capabilities.pointer(declared) == Some(&Value::Bool(true));
        (!is_declared || !self.is_ready)
            .then(|| format!("the server did not declare {declared}, or it is too early"))
    }

    /// The stream of changes that a message belongs to.
    fn stream(&mut self, params: &Value) -> Option<&mut Open> {
        let id = params.pointer("/_meta/io.modelcontextprotocol~1subscriptionId")?;
        let open = self.client.open.get_mut(&id.to_string())?;
        (open.method == "subscriptions/listen").then_some(open)
    }
}

/// Whether a stream of changes was asked for this one.
fn wants(params: &Value, method: &str, uri: &str) -> bool {
    let asked = |name: &str| params.pointer(&format!("/notifications/{name}"));
    match method {
        "notifications/tools/list_changed" => asked("toolsListChanged"),
        "notifications/prompts/list_changed" => asked("promptsListChanged"),
        "notifications/resources/list_changed" => asked("resourcesListChanged"),
        "notifications/resources/updated" => {
            let uris = asked("resourceSubscriptions").and_then(Value::as_array);
            return uris.is_some_and(|uris| uris.iter().any(|known| known == uri));
        }
        _ => return true,
    }
    .is_some_and(|asked| asked == true)
}
