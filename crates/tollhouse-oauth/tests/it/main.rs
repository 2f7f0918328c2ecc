//! Tokens of outside issuers, from outside: good ones, forged ones, and whoever signs them.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod elsewhere;
mod forge;
mod forged;
mod good;
mod hands;
mod issuers;
mod provider;
mod stub;
mod warm;

#[test]
fn only_an_issuer_that_cannot_be_asked_may_say_otherwise_in_a_moment() {
    use tollhouse_oauth::Rejected;

    assert!(Rejected::Unavailable("no answer in 5 s".to_owned()).is_unavailable());
    assert!(!Rejected::Expired.is_unavailable());
}
