//! A server whose tools print, start children that print, read what is not theirs, and stay for long.
//! Its journal goes to standard error.

use std::{process::Command, time::Duration};

use tollhouse::{Ctx, Fault, Journal, Record, RunError, Server, tool};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), RunError> {
    let shout = tool("shout", "Prints, and answers.", shout);
    let stay = tool("stay", "Says that it began, and stays.", stay);
    let server = Server::builder("noisy").version("1.2.3").journal(Told);
    tollhouse::run(server.tool(shout).tool(stay)).await
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

async fn stay(ctx: Ctx) {
    ctx.progress(0.0, None, None);
    tokio::time::sleep(Duration::from_secs(60)).await;
}

#[derive(Debug)]
struct Told;

impl Journal for Told {
    #[expect(clippy::print_stderr, reason = "the journal of an example")]
    fn write(&self, record: Record) {
        let line = format!("journal: {} {:?}\n", record.target, record.ending);
        eprint!("{line}");
    }
}
