//! How a tool's own code says that something went wrong.

use std::{borrow::Cow, error::Error, fmt};

/// Why a handler or a source gave no output.
///
/// Any error converts into [`Fault::Internal`], so `?` is safe: the caller only reads
/// "internal error (id …)", and the cause goes to the log under that id.
/// What the model should read is said with [`fail`].
#[non_exhaustive]
pub enum Fault {
    /// For the model to read: what is wrong and what to do instead.
    Fail(String),
    /// There is nothing under the URI, or no such thing under the template.
    NotFound,
    /// Ours to mend.
    Internal(Box<dyn Error + Send + Sync>),
}

/// A failure that the model should read: what is wrong, and what to do instead.
///
/// ```
/// fn find(id: &str) -> Result<u32, tollhouse_core::Fault> {
///     Err(tollhouse_core::fail(format!("No order {id}. Use search_orders to find the right id.")))
/// }
/// assert!(find("ord_1").is_err());
/// ```
#[must_use]
pub fn fail(text: impl Into<String>) -> Fault {
    Fault::Fail(text.into())
}

impl<E: Error + Send + Sync + 'static> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Internal(Box::new(error))
    }
}

// Errors often quote what a caller sent: quoted and cut, no text can look like a line of the log.
impl fmt::Debug for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fail(text) => write!(out, "Fail({:?})", cut(text, LOGGED_CHARS_MAX)),
            Self::NotFound => out.write_str("NotFound"),
            Self::Internal(error) => {
                let text = error.to_string();
                write!(out, "Internal({:?})", cut(&text, LOGGED_CHARS_MAX))
            }
        }
    }
}

/// A text from outside, cut to so many characters.
pub(crate) fn cut(text: &str, chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

const LOGGED_CHARS_MAX: usize = 1000;
