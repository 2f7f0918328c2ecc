//! What the program ends with, and what it says then.

use std::net::TcpListener;

use super::{PROGRAM, peer::Peer, run};

/// Each line: the words, with URL for the peer's; what the program ends with; part of what it says.
fn check(table: &[(&str, i32, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(tollhouse::http::Options::default());
    // A port that was free a moment ago.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let nobody = format!("http://{}/mcp", nobody.unwrap());
    for (line, code, told) in table {
        let words = line.split(' ').map(|word| match word {
            "URL" => peer.url(),
            "OTHER" => peer.url().replace("/mcp", "/other"),
            "NOBODY" => nobody.clone(),
            word => word.replace("PROGRAM", PROGRAM),
        });
        let words: Vec<String> = words.collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let done = run(folder.path(), &words);
        assert_eq!(done.code, Some(*code), "{line}: {}", done.errors);
        assert!(done.errors.contains(told), "{line}: {}", done.errors);
        assert!(done.output.is_empty(), "{line}: {}", done.output);
    }
}

#[test]
fn a_command_line_that_has_to_change_is_code_1() {
    check(&[
        ("call", 1, "Usage: tollhouse call"),
        ("call URL", 1, "which tool?"),
        (
            "call 127.0.0.1:80/mcp greet",
            1,
            "write http://127.0.0.1:80/mcp",
        ),
        ("call ftp://x/y greet", 1, "use http:// or https://"),
        ("call http://a:b@x/y greet", 1, "use --header"),
        ("call http://:80/ greet", 1, "is no URL"),
        ("call URL greet --revision 1999-01-01", 1, "possible values"),
        ("call URL greet --timeout 0", 1, "whole seconds"),
        ("call URL greet --header nonsense", 1, "'NAME: VALUE'"),
        (
            "call URL greet --key NO_SUCH",
            1,
            "the variable NO_SUCH is not set",
        ),
        (
            "call orders get_order --bearer x",
            1,
            "headers and keys go with a URL",
        ),
        ("call URL greet --as ana", 1, "--as is for files and packs"),
        ("inspect ordres", 1, "no built-in pack such as orders"),
        ("inspect orders -- x", 1, "not both"),
    ]);
}

#[test]
fn names_that_are_nearly_right_are_told_with_the_signature() {
    check(&[
        (
            "call URL gret",
            1,
            "no tool gret; did you mean greet? It has greet, book, ",
        ),
        (
            "call URL greet tims=1",
            1,
            "no argument tims; did you mean times?\n  greet(times: integer = 1)",
        ),
        (
            "call URL book",
            1,
            "the argument people is missing\n  book(people: integer, place?: string, clientRequestId?: string)",
        ),
        (
            "call URL book people=two",
            1,
            "people is integer, and not two",
        ),
        ("inspect URL --schema gret", 1, "did you mean greet?"),
    ]);
}

#[test]
fn where_no_server_answers_it_is_code_4() {
    check(&[
        ("call NOBODY greet", 4, "is `tollhouse run` running?"),
        ("inspect NOBODY", 4, "error: nothing listens on 127.0.0.1:"),
        (
            "call http://tollhouse.invalid/mcp greet",
            4,
            "tollhouse.invalid:80 cannot be reached",
        ),
        (
            "call OTHER greet",
            4,
            "answers with 404 Not Found. Is this the address",
        ),
        (
            "call greet -- no-such-program",
            4,
            "there is no program no-such-program",
        ),
        (
            "call greet -- PROGRAM version",
            4,
            "no message of the protocol",
        ),
        (
            "call greet -- PROGRAM run missing.toml --stdio",
            4,
            "missing.toml cannot be read",
        ),
    ]);
}

/// What is sent as one object is the server's to judge.
#[test]
fn a_tool_that_fails_is_code_5() {
    check(&[
        (r#"call URL book {"people":"two"}"#, 5, "people"),
        (
            "call orders get_order order_id=ord_zzz",
            5,
            "No order found: ord_zzz.",
        ),
    ]);
}
