//! The wish to stop, as an event.

/// Comes when the process is asked to stop: Ctrl-C, and SIGTERM where there is one.
///
/// The handlers stay from the first call on, so a second signal is seen only by who waits again. Where the
/// system refuses to tell of signals, this never comes, and a signal ends the process by itself.
pub async fn shutdown_signal() {
    if asked().await.is_err() {
        std::future::pending().await
    }
}

async fn asked() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
