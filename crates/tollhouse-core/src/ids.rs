//! The only place that draws random numbers.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Fills an array from the operating system's generator.
///
/// # Errors
///
/// The system has no randomness to give; nothing that must be unguessable may go on.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// Bytes that nobody can guess. `None` only if the system has no randomness to give.
#[must_use]
pub fn draw<const N: usize>() -> Option<[u8; N]> {
    random().ok()
}

/// A name that nobody can guess and nothing else has, in hexadecimal.
///
/// # Errors
///
/// The system has no randomness to give.
pub(crate) fn name() -> Result<String, getrandom::Error> {
    let bytes: [u8; 16] = random()?;
    Ok(bytes.map(|byte| format!("{byte:02x}")).concat())
}

/// What one result alone is marked with: 96 bits that nobody guesses, in hexadecimal.
///
/// # Errors
///
/// The system has no randomness to give.
pub(crate) fn nonce() -> Result<String, getrandom::Error> {
    let bytes: [u8; 12] = random()?;
    Ok(crate::digest::hex(&bytes))
}

/// A short id that ties what a caller reads to a line of the log.
pub(crate) fn error_id() -> String {
    // An id only has to be findable, so a system without randomness still gets one.
    let bytes: [u8; 6] = random().unwrap_or_default();
    bytes.map(|byte| format!("{byte:02x}")).concat()
}

/// Names for calls: what tells a process from others, drawn once, and a number.
#[derive(Debug)]
pub(crate) struct Calls {
    process: [u8; 8],
    next: AtomicU64,
}

impl Calls {
    /// # Errors
    ///
    /// The system has no randomness to give.
    pub(crate) fn open() -> Result<Self, getrandom::Error> {
        Ok(Self {
            process: random()?,
            next: AtomicU64::new(0),
        })
    }

    /// The name of the next call.
    pub(crate) fn name(&self) -> Arc<str> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let process = u64::from_be_bytes(self.process);
        format!("{process:016x}{number:08x}").into()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn case_76_no_nonce_comes_twice() {
        let drawn: BTreeSet<String> = (0..1_000_000).map(|_| super::nonce().unwrap()).collect();
        assert_eq!(drawn.len(), 1_000_000);
        assert!(drawn.iter().all(|nonce| nonce.len() * 4 >= 96));
    }
}
