//! How much of a result a caller gets, in which form, and what becomes of the rest.

use std::time::Duration;

/// How much of a result a caller gets, and in which form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// How many tokens at most, at four bytes each; else what [`Rules::tokens`](crate::Rules::tokens) says.
    pub tokens: Option<u32>,
    /// The only fields of each row or item that are given; none of them means all.
    pub pick: Vec<String>,
    /// Fields of each row or item that are left out.
    pub drop: Vec<String>,
    /// The form of the text.
    pub form: Form,
    /// Rows put together.
    pub rollup: Option<Rollup>,
}

impl Shape {
    /// The fewest tokens that a result may be given: less has no room for what is said of the rest.
    pub const TOKENS_MIN: u32 = 200;
    /// The most: hosts cut, or put into a file, what has 25,000.
    pub const TOKENS_MAX: u32 = 24_999;

    /// What is wrong with so many tokens for a result.
    pub(crate) fn tokens_problem(tokens: u32) -> Option<String> {
        let (least, most) = (Self::TOKENS_MIN, Self::TOKENS_MAX);
        (!(least..=most).contains(&tokens)).then(|| {
            format!("{tokens} tokens for a result: choose {least} to {most}, for hosts cut what has more")
        })
    }
}

/// The form of the text that a model reads. Data stays data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// JSON, as the tool gave it.
    #[default]
    Json,
    /// A table in Markdown.
    Markdown,
    /// Comma-separated values (RFC 4180).
    Csv,
}

/// Rows put together: one for each combination of some fields, with sums of others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rollup {
    /// The fields whose combinations are kept apart.
    pub by: Vec<String>,
    /// The fields that are added up.
    pub sum: Vec<String>,
}

/// What becomes of the rest of a result of which a caller got a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// For how long the whole result is kept, for the caller alone. What came of a call that changes something is kept
    /// for as long as its answer.
    pub lasts: Duration,
    /// How many bytes are kept for one caller.
    pub owner_bytes: u64,
    /// How many bytes are kept for all.
    pub bytes: u64,
    /// Whether there is a tool by which a model reads on, wherever a tool that only reads may have much to say. Without
    /// it the rest of a result is not kept.
    pub has_tool: bool,
}

impl Default for Rest {
    fn default() -> Self {
        Self {
            lasts: Duration::from_mins(15),
            owner_bytes: 64 * 1024 * 1024,
            bytes: 512 * 1024 * 1024,
            has_tool: true,
        }
    }
}
