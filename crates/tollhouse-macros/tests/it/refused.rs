//! What does not compile, and what the programmer reads then: `tests/refused/*.rs`, each with its `.stderr`.
//!
//! `TRYBUILD=overwrite` in the environment renews them; read the difference. Those with `E0277` are put into
//! words by the compiler around ours, and may change with it.

#[test]
fn what_makes_no_sense_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/refused/*.rs");
}
