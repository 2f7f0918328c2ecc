//! What is said at the start: where the server is, what it costs, and what to try.

use std::{
    env,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::{
    catalogue::{self, Cost},
    sample::Sample,
    wire::Wired,
};

/// The one line over stdio, where a client shows it, if at all, as a log.
pub(crate) fn piped(wired: &Wired) -> String {
    format!(
        "tollhouse {} serves {} over stdio, from {}",
        env!("CARGO_PKG_VERSION"),
        wired.name,
        wired.made_of
    )
}

/// Over HTTP, for whoever started it at a terminal.
pub(crate) async fn listening(wired: &Wired, address: SocketAddr) -> Result<String> {
    let url = format!("http://{}/mcp", near(address));
    let key = wired.sign_in.shown_header();
    let costs = catalogue::costs(&wired.server, &wired.local).await?;
    let program = env::current_exe().context("the program does not know where it is")?;
    let header = key
        .as_ref()
        .map_or_else(String::new, |key| format!(" --header \"{key}\""));
    let public = wired.site.public_urls.first().map(ToString::to_string);
    let reached = public.as_deref().unwrap_or(&url);
    let mut steps = vec![
        (
            "from another shell",
            call(&program, &url, key.as_deref(), wired.sample.as_ref()),
        ),
        (
            "in Claude Code",
            format!(
                "claude mcp add {} --transport http {reached}{header}",
                word(&wired.name)
            ),
        ),
    ];
    // Over pipes nobody comes with a token.
    if wired.site.door.issuers.is_empty() {
        steps.push((
            "in a client that starts its servers itself (`tollhouse install` writes it for you)",
            entry(wired, &program),
        ));
    }
    let steps = steps.iter().zip(1..);
    let steps: String = steps
        .map(|((place, what), number)| format!("  {number}. {place}:\n     {what}\n"))
        .collect();
    let public = public.map_or_else(String::new, |url| format!("  public   {url}\n"));
    Ok(format!(
        "\
tollhouse {version}

  url      {url}
{public}  sign-in  {sign_in}
  serves   {made_of}
  tools    {tools}

Try it
{steps}  Then ask: {question}
",
        version = env!("CARGO_PKG_VERSION"),
        sign_in = wired.sign_in.shown(),
        made_of = wired.made_of,
        tools = tools(&costs),
        question = wired.question,
    ))
}

/// The address from here: no client can call the one that stands for all.
fn near(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn tools(costs: &[Cost]) -> String {
    let each = costs
        .iter()
        .map(|cost| format!("{} {}", cost.name, cost.tokens));
    let total: usize = costs.iter().map(|cost| cost.tokens).sum();
    format!(
        "{}; {total} tokens in all",
        each.collect::<Vec<_>>().join(", ")
    )
}

/// A call by hand; or, if none can be guessed, a look at all there is.
fn call(program: &Path, url: &str, key: Option<&str>, sample: Option<&Sample>) -> String {
    let mut words = vec![quoted(&program.to_string_lossy())];
    match sample {
        Some(Sample { tool, arguments }) => {
            words.extend(["call".to_owned(), quoted(url), quoted(tool)]);
            words.extend(given(arguments));
        }
        None => words.extend(["inspect".to_owned(), quoted(url)]),
    }
    words.extend(key.map(|key| format!("--header \"{key}\"")));
    words.join(" ")
}

/// Arguments as a shell takes them: `name=value` for texts, `name:=JSON` for all else.
fn given(arguments: &Value) -> Vec<String> {
    let pairs = arguments.as_object().into_iter().flatten();
    let word = |(name, value): (&String, &Value)| match value {
        Value::String(text) => quoted(&format!("{name}={text}")),
        other => quoted(&format!("{name}:={other}")),
    };
    pairs.map(word).collect()
}

/// A word of a shell, which takes it as it is.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./:=@%+,".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// An entry for a client's configuration. Clients start servers anywhere, so its paths are full ones.
fn entry(wired: &Wired, program: &Path) -> String {
    let command = json!({
        "command": program.to_string_lossy(),
        "args": wired.arguments
    });
    json!({"mcpServers": {word(&wired.name): command}}).to_string()
}

/// A name that a shell and every client take as it is.
pub(crate) fn word(name: &str) -> String {
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    name.chars()
        .map(|letter| if is_allowed(letter) { letter } else { '-' })
        .collect()
}
