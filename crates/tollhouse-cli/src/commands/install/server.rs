//! Which server is meant, and how a client comes to it.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{self, Path},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    arguments::InstallArguments,
    banner,
    config::{Config, secret},
    environment,
    install::{
        client::{Client, Local},
        entry::{Key, Way},
    },
    log::say,
    pack::{self, Pack},
    wire,
};

/// The name to give it, and the way to it.
pub(super) fn server(client: &Client, arguments: &InstallArguments) -> Result<(String, Way)> {
    let (name, way) = match &arguments.url {
        Some(url) => {
            check_url(url)?;
            let key = arguments.key.as_ref().map(|variable| Key {
                variable: variable.clone(),
                header: arguments.key_header.clone(),
            });
            let url = url.clone();
            (name_of(&url), Way::Reach { url, key })
        }
        None => started(client, arguments)?,
    };
    let name = arguments.name.clone().unwrap_or(name);
    Ok((name, way))
}

/// The program that the client starts. It starts it anywhere, so all paths are full ones.
fn started(client: &Client, arguments: &InstallArguments) -> Result<(String, Way)> {
    if let Local::Never(instead) = &client.local {
        bail!("{instead}");
    }
    let program = env::current_exe().context("the program does not know where it is")?;
    let usual = Path::new(wire::DEFAULT_FILE);
    let (name, rest) = match arguments.what.as_deref() {
        Some(what) => match what.to_str().and_then(Pack::named) {
            Some(pack) => of_pack(pack)?,
            None if what.is_file() => of_file(what, &arguments.env)?,
            None => bail!(
                "{} is not there. Name a file, or `{}` for the demo",
                what.display(),
                pack::FIRST.name
            ),
        },
        None if usual.is_file() => of_file(usual, &arguments.env)?,
        None => bail!(
            "there is no {} here. Name a file, `{}` for the demo, or --url for a server that runs elsewhere",
            wire::DEFAULT_FILE,
            pack::FIRST.name
        ),
    };
    for (name, value) in &arguments.env {
        if secret::looks_secret(value)
            || secret::has_password(value)
            || secret::is_for_secrets(name)
        {
            say(&format!(
                "warning: {name} stands in the client's file for everybody who reads it. \
                 ${{file:PATH}} in your own file keeps it out of there"
            ));
        }
    }
    let way = Way::Start {
        program: program.to_string_lossy().into_owned(),
        arguments: rest,
        environment: arguments.env.clone(),
    };
    Ok((name, way))
}

fn of_file(file: &Path, given: &[(String, String)]) -> Result<(String, Vec<String>)> {
    let full = path::absolute(file).context("the file has no full path")?;
    let text = fs::read_to_string(file).unwrap_or_default();
    let missing = needed(&text).filter(|name| !given.iter().any(|(known, _)| known == name));
    for name in missing.collect::<BTreeSet<_>>() {
        say(&format!(
            "note: {} reads {name}, and clients hand on few variables: give --env {name}=VALUE",
            file.display()
        ));
    }
    let config = Config::read(file, &environment);
    if config.problems.has_errors() {
        say(&format!(
            "warning: {} has errors, and is not served before they are mended: tollhouse check {}",
            file.display(),
            file.display()
        ));
    }
    let name = config.resolved.map(|resolved| resolved.server.name);
    let name = name.unwrap_or_else(|| "tollhouse".to_owned());
    let rest = ["run", &full.to_string_lossy(), "--stdio"].map(str::to_owned);
    Ok((banner::word(&name), rest.to_vec()))
}

/// The variables that have to be set before a file is served.
fn needed(text: &str) -> impl Iterator<Item = &str> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let inside = lines.flat_map(|line| line.split("${").skip(1));
    let names = inside.filter_map(|part| part.split_once('}').map(|(name, _)| name));
    names.filter(|name| !name.contains(':'))
}

fn of_pack(pack: Pack) -> Result<(String, Vec<String>)> {
    let data = path::absolute(".tollhouse").context("this folder has no full path")?;
    let rest = [
        "run",
        pack.name,
        "--stdio",
        "--data",
        &data.to_string_lossy(),
    ];
    Ok((pack.name.to_owned(), rest.map(str::to_owned).to_vec()))
}

fn check_url(url: &str) -> Result<()> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
        .filter(|rest| !rest.is_empty() && !rest.starts_with('/'));
    let is_odd = |letter: char| {
        letter.is_whitespace() || letter.is_control() || "\"<>\\^`{|}".contains(letter)
    };
    if rest.is_none() || url.contains(is_odd) {
        bail!(
            "{url:?} is not a URL that a client can call. Write it like https://tools.example.com/mcp"
        );
    }
    if authority(url).contains('@') || has_secret_query(url) {
        bail!(
            "this URL has a secret in it, which would stand in the client's file and in every log. \
             Give --key VARIABLE, and the key goes into a header"
        );
    }
    if url.starts_with("http://") && !is_loopback(url) {
        say(
            "warning: over http:// everybody on the way reads what is sent, a key too. Use https://",
        );
    }
    Ok(())
}

fn has_secret_query(url: &str) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split(['&', '#']).any(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or(("", pair));
        let key = key.to_ascii_lowercase();
        secret::looks_secret(value)
            || secret::is_for_secrets(&key)
            || key.ends_with("key")
            || key == "auth"
    })
}

/// Between the scheme and the path.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn host(url: &str) -> &str {
    let authority = authority(url);
    match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// Whether a URL leads to this machine.
pub(super) fn is_loopback(url: &str) -> bool {
    let host = host(url);
    let address = host.parse::<std::net::IpAddr>();
    host == "localhost"
        || host.ends_with(".localhost")
        || address.is_ok_and(|address| address.is_loopback())
}

/// A name for what is at a URL.
fn name_of(url: &str) -> String {
    let host = host(url);
    if is_loopback(url) || host.parse::<std::net::IpAddr>().is_ok() {
        return "tollhouse".to_owned();
    }
    banner::word(host)
}
