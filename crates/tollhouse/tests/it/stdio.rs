//! Over standard input and output.

use crate::program::{Program, call};

#[test]
fn e77_g7_what_a_tool_prints_or_reads_does_not_touch_the_protocol() {
    let mut server = Program::start(&["--stdio"]);
    for id in 1..=3 {
        server.write(&call(id, "shout"));
    }
    server.close_input();
    for id in 1..=3 {
        let message = server.message().unwrap();
        assert_eq!(message["id"], id);
        let text = &message["result"]["content"][0]["text"];
        assert_eq!(text, "child ended: true, read 0 bytes");
    }
    assert_eq!(server.message(), None);
    let (status, errors) = server.ends();
    assert!(status.success());
    assert_eq!(errors.matches("forged").count(), 3);
    assert_eq!(errors.matches("from a child").count(), 3);
}

#[test]
fn a_program_without_arguments_serves_who_pipes() {
    let mut server = Program::start(&[]);
    server.write(&call(1, "shout"));
    let message = server.message().unwrap().to_string();
    assert!(message.contains("child ended"), "{message}");
    server.close_input();
    assert!(server.ends().0.success());
}
