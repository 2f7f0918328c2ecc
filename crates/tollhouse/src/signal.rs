//! The wish to stop, as an event.

use std::io;

/// Comes when the process is asked to stop: Ctrl-C, and SIGTERM where there is one.
///
/// The handlers stay from the first call on, so a second signal is seen only by who waits again.
///
/// # Errors
///
/// The system refuses to tell of signals.
pub async fn shutdown_signal() -> io::Result<()> {
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
