//! The published revisions of the protocol, in the order in which they came.

use crate::official;
use serde_json::Value;

/// A revision of the protocol; a later one is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Revision {
    /// The first: handshake, and events on a stream beside the requests.
    R2024_11_05,
    /// Streamable HTTP, batches, sound.
    R2025_03_26,
    /// Structured content, titles, elicitation.
    R2025_06_18,
    /// Icons, tasks, better forms; the last with a handshake.
    R2025_11_25,
    /// Every request stands on its own.
    R2026_07_28,
}

impl Revision {
    /// All of them, the oldest first.
    pub const ALL: [Self; 5] = [
        Self::R2024_11_05,
        Self::R2025_03_26,
        Self::R2025_06_18,
        Self::R2025_11_25,
        Self::R2026_07_28,
    ];

    /// How messages name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::R2024_11_05 => "2024-11-05",
            Self::R2025_03_26 => "2025-03-26",
            Self::R2025_06_18 => "2025-06-18",
            Self::R2025_11_25 => "2025-11-25",
            Self::R2026_07_28 => "2026-07-28",
        }
    }

    /// Whether requests stand on their own, without a handshake.
    #[must_use]
    pub const fn is_modern(self) -> bool {
        matches!(self, Self::R2026_07_28)
    }

    /// What keeps a value from being this definition of the revision's schema as it was published.
    ///
    /// # Panics
    ///
    /// There is no such definition.
    #[must_use]
    pub fn fits(self, definition: &str, value: &Value) -> Vec<String> {
        official::published_problems(self, definition, value)
    }

    /// The definition of a whole message that carries a result.
    pub(crate) const fn result_envelope(self) -> &'static str {
        match self {
            Self::R2024_11_05 | Self::R2025_03_26 | Self::R2025_06_18 => "JSONRPCResponse",
            Self::R2025_11_25 | Self::R2026_07_28 => "JSONRPCResultResponse",
        }
    }

    /// The definition of a whole message that carries an error.
    pub(crate) const fn error_envelope(self) -> &'static str {
        match self {
            Self::R2024_11_05 | Self::R2025_03_26 | Self::R2025_06_18 => "JSONRPCError",
            Self::R2025_11_25 | Self::R2026_07_28 => "JSONRPCErrorResponse",
        }
    }

    /// Its schema, as it was published.
    pub(crate) const fn schema(self) -> &'static str {
        match self {
            Self::R2024_11_05 => include_str!("../../schema/2024-11-05/schema.json"),
            Self::R2025_03_26 => include_str!("../../schema/2025-03-26/schema.json"),
            Self::R2025_06_18 => include_str!("../../schema/2025-06-18/schema.json"),
            Self::R2025_11_25 => include_str!("../../schema/2025-11-25/schema.json"),
            Self::R2026_07_28 => include_str!("../../schema/2026-07-28/schema.json"),
        }
    }
}
