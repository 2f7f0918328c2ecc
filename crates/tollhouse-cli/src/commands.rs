//! What the program can do: one verb, one file.

pub(crate) mod run;
