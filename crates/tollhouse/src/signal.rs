//! The wish to stop, as an event.

use std::{
    future::{Future, pending},
    io,
};

/// Comes when the process is asked to stop: Ctrl-C, and SIGTERM where there is one.
///
/// Signals are caught from the call on, not only once the future is polled, so a caller can be ready for
/// them before it says that it serves. They stay caught: a second signal is seen only by who calls again.
/// Where the system refuses to tell of signals, this never comes, and a signal ends the process by itself.
pub fn shutdown_signal() -> impl Future<Output = ()> + Send {
    let caught = catch();
    async move {
        match caught {
            Ok(asked) => asked.await,
            Err(_refused) => pending().await,
        }
    }
}

#[cfg(unix)]
fn catch() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn catch() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    })
}
