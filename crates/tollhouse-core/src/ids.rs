//! The only place that draws random numbers.

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

/// A short id that ties what a caller reads to a line of the log.
pub(crate) fn error_id() -> String {
    // An id only has to be findable, so a system without randomness still gets one.
    let bytes: [u8; 6] = random().unwrap_or_default();
    bytes.map(|byte| format!("{byte:02x}")).concat()
}
