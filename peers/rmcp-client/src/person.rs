//! The client's own side: it answers the one question, and hears of progress and changes.

use std::sync::{Mutex, PoisonError};

use rmcp::ClientHandler;
use rmcp::model::{
    ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult, ElicitationAction,
    ElicitationCapability, ErrorData, FormElicitationCapability, Implementation,
    ProgressNotificationParam,
};
use rmcp::service::{NotificationContext, RequestContext, RoleClient};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::fixture::Elicitation;

/// Remembers what it was asked and told.
pub(crate) struct Person {
    elicitation: Option<Elicitation>,
    asked: Mutex<Vec<(String, Value)>>,
    progress: Mutex<Vec<(f64, Option<f64>)>>,
    progressed: Notify,
    changed: Notify,
}

impl Person {
    pub(crate) fn new(elicitation: Option<Elicitation>) -> Self {
        Self {
            elicitation,
            asked: Mutex::default(),
            progress: Mutex::default(),
            progressed: Notify::new(),
            changed: Notify::new(),
        }
    }

    /// The questions since the last time: message and requested schema.
    pub(crate) fn take_asked(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The progress since the last time: how far, of how much.
    pub(crate) fn take_progress(&self) -> Vec<(f64, Option<f64>)> {
        std::mem::take(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until there has been progress since the last time.
    pub(crate) async fn progressed(&self) {
        while self
            .progress
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty()
        {
            self.progressed.notified().await;
        }
    }

    /// Waits until the server told of a change of its tools.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    fn answer(&self, request: ElicitRequestParams) -> Option<ElicitResult> {
        let elicitation = self.elicitation.as_ref()?;
        let ElicitRequestParams::FormElicitationParams {
            message,
            requested_schema,
            ..
        } = request
        else {
            return None;
        };
        let schema = serde_json::to_value(requested_schema).ok()?;
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.push((message, schema));
        let content = json!({ &elicitation.field: elicitation.answer });
        Some(ElicitResult::new(ElicitationAction::Accept).with_content(content))
    }
}

impl ClientHandler for Person {
    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::default();
        let form = FormElicitationCapability::new();
        capabilities.elicitation = Some(ElicitationCapability::new().with_form(form));
        ClientConfig::new(
            capabilities,
            Implementation::new("tollhouse-driver", "1.0.0"),
        )
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let declined = ElicitResult::new(ElicitationAction::Decline);
        Ok(self.answer(request).unwrap_or(declined))
    }

    async fn on_progress(
        &self,
        step: ProgressNotificationParam,
        _context: NotificationContext<RoleClient>,
    ) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.push((step.progress, step.total));
        self.progressed.notify_one();
    }

    async fn on_tool_list_changed(&self, _context: NotificationContext<RoleClient>) {
        self.changed.notify_one();
    }
}
