//! Long and heavy tests, which print their figures: `cargo xtask soak`.

mod crowd;
mod descriptors;
mod idle_streams;
mod restarts;
mod sessions;
mod slowloris;

/// Shows the figures of a test.
#[expect(
    clippy::print_stdout,
    reason = "figures are what these tests are run for"
)]
fn report(figures: &str) {
    println!("{figures}");
}
