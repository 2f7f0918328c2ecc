//! Tools that ask before they answer.

#[cfg(target_os = "linux")]
use super::terminal::Terminal;
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
        let told = "error: the tool asks: What is your name?\nNobody is there to answer. \
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

#[cfg(target_os = "linux")]
#[test]
fn who_sits_at_a_terminal_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(tollhouse::http::Options::default());
    for (revision, typed, said) in [
        ("2026-07-28", "Ana\n\n", "Hello, Ana!"),
        ("2025-11-25", "Ana\ny\n", "Hello, Ana!"),
        // A field that is needed is asked for again.
        ("2026-07-28", "\nAna\n\n", "name is needed"),
        ("2026-07-28", "Ana\nn\n", "Hello, stranger!"),
        ("2026-07-28", "\u{4}", "Goodbye."),
        ("2025-11-25", "\u{4}", "Goodbye."),
    ] {
        let words = ["call", &peer.url(), "greet", "--revision", revision];
        let (code, shown) = Terminal::run(folder.path(), &words, typed);
        assert_eq!(code, Some(0), "{shown}");
        for part in ["the tool asks: What is your name?", "name (string): ", said] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }
    let (code, shown) = Terminal::run(
        folder.path(),
        &["call", &peer.url(), "book", "people=2"],
        "maybe\nyes\n\n",
    );
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("sure is boolean, and not maybe"), "{shown}");
    assert!(shown.contains("Booked inside."), "{shown}");
}

/// What a tool tells while it works is shown to who looks on, and text of strangers steers no terminal.
#[cfg(target_os = "linux")]
#[test]
fn who_looks_on_sees_progress_and_no_escapes() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(tollhouse::http::Options::default());
    let (code, shown) = Terminal::run(folder.path(), &["call", &peer.url(), "show"], "");
    assert_eq!(code, Some(0), "{shown}");
    for part in ["  1/2 half way", "a\\u001b[31mred"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let (_, shown) = Terminal::run(folder.path(), &["inspect", &peer.url()], "");
    assert!(shown.contains("\u{1b}[1mgreet\u{1b}[0m("), "{shown}");
}
