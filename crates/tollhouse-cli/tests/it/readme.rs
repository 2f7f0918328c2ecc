//! The README, run from its own text: what it tells its reader to do is done here, word by word.
//!
//! The built program stands for `cargo run --release --` and for what `cargo install` would put onto the path, a
//! free port for 8080, a temporary folder for `/home/ana`, and `--yes` for a reader who agrees. A line of a shell
//! that is not in [`LINES`] fails, and so does one in it that the README has no more.

mod commands;
mod house;
mod page;
mod runbook;

use std::{collections::BTreeSet, fs, net::SocketAddr};

use serde_json::Value;

use self::house::{House, KEY, PROGRAM};
use crate::{
    config::{checked, text},
    process::Process,
};

/// What becomes of a line.
#[derive(Clone, Copy)]
enum Step {
    /// It succeeds, and this is in what it prints.
    Prints(&'static str),
    /// It serves until it is stopped.
    Serves,
    /// It adds a server to a client, which then starts it.
    Installs(&'static str),
    /// It needs Claude Code. What that would be told is done instead: the server is started, or reached.
    Claude,
    /// It goes somewhere.
    Goes(&'static str),
    /// It is not run here: why.
    Elsewhere(&'static str),
}

use Step::{Claude, Elsewhere, Goes, Installs, Prints, Serves};

const LINES: [(&str, Step); 16] = [
    ("cargo run --release -- run", Serves),
    (
        "cargo run --release -- call get_order order_id=ord_abc123",
        Prints("shipped"),
    ),
    (
        "cargo install --locked --path crates/tollhouse-cli",
        Elsewhere("it builds for minutes what is built already"),
    ),
    ("cd ~/shop", Goes("shop")),
    (
        "tollhouse init sqlite shop.db",
        Prints("made tollhouse.toml"),
    ),
    ("tollhouse check", Prints("ok: 6 tools")),
    ("tollhouse inspect", Prints("search_orders(query?: string")),
    (
        "tollhouse call search_orders query=ord_abc",
        Prints("ord_abc123"),
    ),
    ("tollhouse run", Serves),
    (
        "tollhouse install claude-desktop",
        Installs(".config/Claude/claude_desktop_config.json"),
    ),
    (
        "claude mcp add orders tollhouse --env DATABASE_URL=sqlite:shop.db",
        Claude,
    ),
    (
        "claude mcp add orders --transport http http://localhost:8080/mcp",
        Claude,
    ),
    (
        "claude mcp add memcontext --transport http http://localhost:8080/mcp --header \"MEMCONTEXT-API-KEY:$ORDERS_KEY\"",
        Claude,
    ),
    (
        "npx @modelcontextprotocol/inspector tollhouse",
        Elsewhere(NPX),
    ),
    (
        "npx @modelcontextprotocol/inspector --cli --method tools/list -- tollhouse",
        Elsewhere(NPX),
    ),
    ("npx mcp-remote http://localhost:8080/mcp", Elsewhere(NPX)),
];

const NPX: &str = "it needs Node and its packages: `cargo xtask readme` runs it";

#[test]
#[expect(clippy::print_stdout, reason = "what is not run is told")]
fn k9_every_line_for_a_shell_works_in_its_turn() {
    let lines = page::shell_lines();
    let known: BTreeSet<&str> = LINES.iter().map(|(line, _)| *line).collect();
    let said: BTreeSet<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(said, known);
    let mut house = House::new();
    let mut served = None;
    for line in &lines {
        let (_, step) = LINES.iter().find(|(known, _)| known == line).unwrap();
        match step {
            Prints(part) => prints(&house, line, part),
            Serves => served = Some(serve(&house)),
            Installs(file) => installs(&house, line, file),
            Claude => claude(&house, line, served.as_ref().unwrap().1),
            Goes(folder) => house.here = house.home().join(folder),
            Elsewhere(why) => println!("not run: {line}: {why}"),
        }
    }
}

fn prints(house: &House, line: &str, part: &str) {
    let done = house.shell(line);
    let said = text(&done.stdout) + &text(&done.stderr);
    assert!(done.status.success(), "{line}: {said}");
    assert!(said.contains(part), "{line}: {said}");
}

fn serve(house: &House) -> (Process, SocketAddr) {
    let process = house.start(&["run", "--http", "127.0.0.1:0"], &[]);
    let address = process.address();
    (process, address)
}

/// The entry that is written is one that starts the server.
fn installs(house: &House, line: &str, file: &str) {
    prints(house, &format!("{line} --yes"), "installed");
    let written = fs::read_to_string(house.home().join(file)).unwrap();
    let written: Value = serde_json::from_str(&written).unwrap();
    let entries = written["mcpServers"].as_object().unwrap();
    assert_eq!(entries.len(), 1);
    for entry in entries.values() {
        let tools = house.started(entry);
        assert!(tools.contains(&"search_orders".to_owned()), "{tools:?}");
    }
}

/// Reads the words as a shell gives them to Claude Code, and does what Claude Code would do with the server.
fn claude(house: &House, line: &str, address: SocketAddr) {
    let words = house.shell(&format!(
        "ORDERS_KEY={KEY}; claude() {{ printf '%s\\n' \"$@\"; }}; {line}"
    ));
    let words = text(&words.stdout);
    let words: Vec<&str> = words.lines().collect();
    let (_, rest) = words.split_at(3);
    match *rest {
        [command, "--env", pair] => {
            let (name, value) = pair.split_once('=').unwrap();
            house.write_file();
            let env = serde_json::json!({ name: value });
            let entry = serde_json::json!({"command": command, "args": [], "env": env});
            let tools = house.started(&entry);
            assert!(tools.contains(&"ship_order".to_owned()), "{tools:?}");
        }
        ["--transport", "http", url] => reaches(house, url, address),
        ["--transport", "http", url, "--header", header] => {
            let (name, value) = header.split_once(':').unwrap();
            reaches_with_key(house, url, (name, value));
        }
        _ => unreachable!("{line}: {rest:?}"),
    }
}

fn reaches(house: &House, url: &str, address: SocketAddr) {
    let url = url.replace("8080", &address.port().to_string());
    assert_eq!(house.reached(&url, &[]), Some(0), "{url}");
}

/// The README's own file asks for the key, in the header that is given, and lets nobody in without.
fn reaches_with_key(house: &House, url: &str, header: (&str, &str)) {
    house.write_file();
    let words = ["run", "--http", "127.0.0.1:0"];
    let keyed = house.start(&words, &[("MCP_API_KEY", KEY)]);
    let url = url.replace("8080", &keyed.address().port().to_string());
    let header = (header.0.to_owned(), header.1.to_owned());
    assert_eq!(house.reached(&url, &[header]), Some(0), "{url}");
    assert_eq!(house.reached(&url, &[]), Some(3), "{url}");
}

/// The terminal picture: a line that ends with `…` is the beginning of one.
#[test]
fn the_picture_is_what_run_prints() {
    let house = House::new();
    let process = house.start(&["run", "--http", "127.0.0.1:0"], &[]);
    let printed = process.hears_up_to("Then ask").join("\n");
    let (_, port) = printed.split_once("127.0.0.1:").unwrap();
    let (port, _) = port.split_once('/').unwrap();
    let printed = printed
        .replace(&format!("127.0.0.1:{port}"), "127.0.0.1:8080")
        .replace(PROGRAM, "/home/ana/tollhouse/target/release/tollhouse")
        .replace(house.home().to_str().unwrap(), "/home/ana");
    let [picture] = page::of_kind("text").try_into().unwrap();
    assert_eq!(
        picture.lines().count(),
        printed.lines().count(),
        "{printed}"
    );
    for (shown, line) in picture.lines().zip(printed.lines()) {
        match shown.strip_suffix('…') {
            Some(beginning) => assert!(line.starts_with(beginning.trim_end()), "{line}"),
            None => assert_eq!(shown, line),
        }
    }
}

#[test]
fn c2_c4_c6_every_entry_starts_the_server_or_reaches_it() {
    let mut house = House::new();
    house.here = house.home().join("shop");
    let mut seen = 0;
    for block in page::of_kind("json") {
        let block = block
            .replace("/home/ana/.cargo/bin/tollhouse", PROGRAM)
            .replace("/home/ana", house.home().to_str().unwrap())
            .replace("${env:ORDERS_KEY}", KEY);
        let block: Value = serde_json::from_str(&block).unwrap();
        for entry in block["mcpServers"].as_object().unwrap().values() {
            entry_works(&house, entry);
            seen += 1;
        }
    }
    assert_eq!(seen, 4);
}

fn entry_works(house: &House, entry: &Value) {
    let file = house.here.join("tollhouse.toml");
    let Some(url) = entry["url"].as_str() else {
        house.write_file();
        assert!(!house.started(entry).is_empty(), "{entry}");
        return;
    };
    let headers = entry["headers"].as_object();
    for (name, value) in headers.into_iter().flatten() {
        reaches_with_key(house, url, (name, value.as_str().unwrap()));
    }
    if headers.is_none() {
        // Without a file it is the demo, which asks for no key.
        drop(fs::remove_file(file));
        let (_process, address) = serve(house);
        reaches(house, url, address);
    }
}

/// The comparison says of figures only what the measurements hold.
#[test]
fn what_is_said_beside_rmcp_was_measured() {
    let page = include_str!("../../../../docs/benchmarks.md");
    let ratios = |title: &str| {
        let (_, rest) = page.split_once(title).unwrap();
        let (_, row) = rest.split_once("| ours ÷ rmcp-echo |").unwrap();
        let cells = row.lines().next().unwrap().split('|');
        cells
            .map_while(|cell| cell.trim().parse().ok())
            .collect::<Vec<f64>>()
    };
    let small = ratios("### HTTP, a call with 64 bytes\n");
    assert!(small[0] > 2.0 && small[1] < 0.5, "{small:?}");
    let idle = ratios("### Memory, KiB resident\n")[0];
    let start = ratios("### Cold start, ms\n");
    assert!(idle > 1.0, "{idle}");
    assert!(start.iter().all(|ratio| *ratio > 1.0), "{start:?}");
}

#[test]
fn the_file_is_good_and_every_block_is_of_a_kind_that_is_tried() {
    let house = House::new();
    house.write_file();
    let report = checked(&house.home().join("shop"), "tollhouse.toml");
    assert_eq!(report["problems"], Value::Array(Vec::new()));
    // The documentation tests of the library compile those in Rust.
    let tried = ["json", "rust,no_run", "sh", "text", "toml"].map(str::to_owned);
    let kinds = page::blocks().into_iter().map(|block| block.kind);
    assert_eq!(kinds.collect::<BTreeSet<_>>(), BTreeSet::from(tried));
}
