//! The revisions of the protocol that the client speaks.

/// All of them, newest first.
pub(crate) const ALL: [&str; 5] = [
    NEWEST,
    "2025-11-25",
    "2025-06-18",
    "2025-03-26",
    "2024-11-05",
];
/// Every request stands alone.
pub(crate) const NEWEST: &str = "2026-07-28";

/// A revision by its date, if it is spoken here.
pub(super) fn find(date: &str) -> Option<&'static str> {
    ALL.into_iter().find(|known| *known == date)
}

/// Those that begin with a handshake.
pub(super) fn with_handshake() -> impl Iterator<Item = &'static str> {
    ALL.into_iter().filter(|date| *date != NEWEST)
}

/// Whether HTTP requests after the handshake name their revision (2025-06-18, Transports).
pub(super) fn is_named_in_headers(date: &str) -> bool {
    date >= "2025-06-18"
}
