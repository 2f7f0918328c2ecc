//! What was written: the attribute's words and the function under it, not yet judged.

pub(crate) mod documentation;
pub(crate) mod function;
pub(crate) mod parameter;
pub(crate) mod words;
