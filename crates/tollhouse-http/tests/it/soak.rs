//! Long and heavy tests, which print their figures: `cargo xtask soak`.

mod crowd;
mod idle_streams;
mod restarts;
mod slowloris;
