//! What does not compile, and what the programmer reads then: `tests/refused/*.rs`, each with its `.stderr`.

#[test]
fn what_makes_no_sense_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/refused/*.rs");
}
