//! What the command line is answered.

use crate::program::Program;

#[test]
fn what_cannot_be_served_is_told_with_its_mend() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (arguments, told) in [
        (
            &["--http", address.as_str()][..],
            "Choose another with --http",
        ),
        (&["--http", "0.0.0.0:0"], "Listen on 127.0.0.1"),
        (&["--htp"], "usage: [--stdio | --http ADDRESS]"),
        (&["--http"], "--http needs an address"),
    ] {
        let (status, errors) = Program::start(arguments).ends();
        assert!(!status.success());
        assert!(errors.contains(told), "{errors}");
    }
}

#[test]
fn help_and_version_are_answered_on_standard_output() {
    for (word, told) in [
        ("--help", "usage: [--stdio | --http ADDRESS]"),
        ("-h", "usage: [--stdio | --http ADDRESS]"),
        ("--version", "noisy 1.2.3"),
    ] {
        let mut program = Program::start(&[word]);
        let line = program.line().unwrap();
        assert!(line.starts_with(told), "{line}");
        assert!(program.ends().0.success());
    }
}
