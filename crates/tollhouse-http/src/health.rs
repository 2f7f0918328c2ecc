//! What is told to whoever looks after the process: that it lives, and whether it can serve.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::State, http::StatusCode, routing::get};
use tokio::{sync::Semaphore, task, time::timeout};
use tollhouse_core::Server;

/// Whether requests are taken and could be answered.
#[derive(Debug)]
pub(crate) struct Health {
    server: Server,
    is_closing: AtomicBool,
    /// What the last look at the sources told.
    was_ready: AtomicBool,
    /// One look at a time, however many ask.
    turn: Semaphore,
}

impl Health {
    pub(crate) fn new(server: Server) -> Arc<Self> {
        Arc::new(Self {
            server,
            is_closing: AtomicBool::new(false),
            was_ready: AtomicBool::new(true),
            turn: Semaphore::new(1),
        })
    }

    pub(crate) fn close(&self) {
        self.is_closing.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::Relaxed)
    }

    async fn is_ready(&self) -> bool {
        if self.is_closing() {
            return false;
        }
        let Ok(_turn) = self.turn.try_acquire() else {
            return self.was_ready.load(Ordering::Relaxed);
        };
        let server = self.server.clone();
        let look = timeout(LOOK, task::spawn_blocking(move || server.is_ready()));
        let is_ready = matches!(look.await, Ok(Ok(true)));
        self.was_ready.store(is_ready, Ordering::Relaxed);
        is_ready && !self.is_closing()
    }
}

/// Bodies are constant: whoever asks has shown nothing.
pub(crate) fn routes(health: Arc<Health>) -> Router {
    Router::new()
        .route(LIVES, get(|| async { "ok\n" }))
        .route(READY, get(ready))
        .with_state(health)
}

async fn ready(State(health): State<Arc<Health>>) -> (StatusCode, &'static str) {
    if health.is_ready().await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    }
}

/// Whether a path is for whoever looks after the process.
pub(crate) fn is_at(path: &str) -> bool {
    matches!(path, LIVES | READY)
}

const LIVES: &str = "/healthz";
const READY: &str = "/readyz";
/// Sources that take longer are not ready.
const LOOK: Duration = Duration::from_secs(1);
