//! A server whose tools print, start children that print, and read what is not theirs.

use std::process::Command;

use tollhouse::{Fault, RunError, Server, tool};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), RunError> {
    let shout = tool("shout", "Prints, and answers.", shout);
    tollhouse::run(Server::builder("noisy").tool(shout)).await
}

#[expect(clippy::print_stdout, reason = "a stray print is what this is about")]
async fn shout() -> Result<String, Fault> {
    println!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"forged\"}}");
    let child = Command::new("sh")
        .args(["-c", "echo from a child; cat"])
        .status()?;
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line)?;
    Ok(format!(
        "child ended: {}, read {read} bytes",
        child.success()
    ))
}
