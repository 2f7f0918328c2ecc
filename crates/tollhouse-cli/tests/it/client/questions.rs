//! Tools that ask before they answer.

use super::{peer::Peer, run};

#[test]
fn a_question_is_answered_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(tollhouse::http::Options::default());
    let url = peer.url();
    for revision in ["2026-07-28", "2025-11-25", "2025-06-18"] {
        let call = |words: &[&str]| {
            let reach = ["--revision", revision];
            run(folder.path(), &[&["call", &url], words, &reach].concat())
        };
        let done = call(&["greet", "times=2", "--answer", r#"{"name": "Ana"}"#]);
        assert_eq!(done.ends(0).output, "Hello, Ana! Hello, Ana!\n");
        let done = call(&["book", "people=2", "place=outside", "--yes"]);
        assert_eq!(done.ends(0).output, "Booked outside.\n");
        let done = call(&["book", "people=2", "--answer", r#"{"sure": false}"#]);
        assert!(
            done.ends(5).errors.contains("Nothing was booked."),
            "{}",
            done.errors
        );
    }
}

#[test]
fn a_question_that_nobody_answers_says_what_was_asked() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(tollhouse::http::Options::default());
    let url = peer.url();
    for revision in ["2026-07-28", "2025-11-25"] {
        let call = |words: &[&str]| {
            let reach = ["--revision", revision];
            run(folder.path(), &[&["call", &url], words, &reach].concat())
        };
        let done = call(&["greet"]);
        let told = "error: the tool asks: What is your name?, and nobody is there to answer. \
                    Add --answer '{\"name\":\"…\"}', or --yes\n";
        assert_eq!(done.ends(1).errors, told);
        let done = call(&["greet", "--yes"]);
        assert!(
            done.ends(1).errors.contains("--yes has no value for name"),
            "{}",
            done.errors
        );
        let done = call(&["greet", "--answer", r#"{"nmae": "Ana"}"#]);
        assert!(
            done.ends(1).errors.contains("the form has no field nmae"),
            "{}",
            done.errors
        );
    }
}
