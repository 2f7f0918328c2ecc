//! The revisions of the protocol, oldest first, and which shapes each one knows.

/// One revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Revision {
    V2024_11_05,
    V2025_03_26,
    V2025_06_18,
    V2025_11_25,
    V2026_07_28,
}

impl Revision {
    /// The one that new clients speak.
    pub(crate) const NEWEST: Self = Self::V2026_07_28;

    /// All of them, newest first, as clients are told.
    pub(crate) const ALL: [Self; 5] = [
        Self::V2026_07_28,
        Self::V2025_11_25,
        Self::V2025_06_18,
        Self::V2025_03_26,
        Self::V2024_11_05,
    ];

    /// Its name on the wire.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|revision| revision.name() == name)
    }

    /// Audio, hints about tools, a capability for completion, and words beside progress.
    pub(crate) fn has_audio(self) -> bool {
        self >= Self::V2025_03_26
    }

    /// Titles, `_meta` on things, links to resources, structured results that are objects, and forms.
    pub(crate) fn has_titles(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// Icons, more about the server, pages to open, and forms with titled choices, several choices and
    /// defaults.
    pub(crate) fn has_icons(self) -> bool {
        self >= Self::V2025_11_25
    }

    /// Structured results of any kind.
    pub(crate) fn has_any_result(self) -> bool {
        self >= Self::V2026_07_28
    }

    /// Several messages in one array.
    pub(crate) fn has_batches(self) -> bool {
        self == Self::V2025_03_26
    }
}
