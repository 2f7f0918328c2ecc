//! Nothing is lost: what is shown and what is read on are the whole, byte for byte.

use serde_json::{Value, json};

use tollhouse_core::{Content, Reported, Resource, tool};

use super::caller::{Caller, lines, rows, server, told};

#[tokio::test]
async fn case_55_p8_a_text_of_500_kb_is_shown_in_part_and_read_on_to_its_end() {
    let server = server().build().unwrap();
    for caller in Caller::both(&server, "ana") {
        let result = caller.call("text", json!({"bytes": 500_000})).await;
        let whole = lines(500_000);
        let first = result["content"][0]["text"].as_str().unwrap();
        assert!(first.ends_with('\n'), "it ends with a line");
        let (rest, pages) = caller.pages(&result).await;
        assert_eq!(first.to_owned() + &rest, whole);
        assert!((16..40).contains(&pages), "{pages} pages");
        let note = result["content"][1]["text"].as_str().unwrap();
        let total = whole.len();
        let beginning = format!(
            "[Too long for one answer: {} of {total} bytes are shown.",
            first.len()
        );
        assert!(note.starts_with(&beginning), "{note}");
        assert!(note.contains("call read_more with cursor "), "{note}");
        assert!(note.contains("To get less, use `limit`"), "{note}");
        let meta = told(&result);
        assert_eq!(
            (&meta["shown"], &meta["total"]),
            (&json!(first.len()), &json!(total))
        );
        // The same as a resource, from its beginning.
        let uri = result["content"][2]["uri"].as_str().unwrap();
        assert_eq!(uri, meta["uri"]);
        assert_eq!(read(&caller, uri).await, whole);
    }
}

async fn read(caller: &Caller, uri: &str) -> String {
    let mut whole = String::new();
    let mut uri = uri.to_owned();
    loop {
        let page = caller.ask("resources/read", json!({"uri": uri})).await;
        let contents = &page["result"]["contents"][0];
        whole.push_str(contents["text"].as_str().unwrap());
        match contents["_meta"]["dev.tollhouse/truncated"]["next"].as_str() {
            Some(next) => next.clone_into(&mut uri),
            None => return whole,
        }
    }
}

#[tokio::test]
async fn case_55_p8_rows_are_cut_between_rows_and_read_on_as_lines() {
    let server = server().build().unwrap();
    for caller in Caller::both(&server, "ana") {
        let result = caller.call("list", json!({"bytes": 500_000})).await;
        let all = rows(500_000);
        let data = &result["structuredContent"];
        let shown = data["rows"].as_array().unwrap();
        assert!(shown.len() > 200, "{}", shown.len());
        assert_eq!(data["truncated"], true);
        let text: Value =
            serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(text["rows"], data["rows"], "text and data say the same");
        let (rest, _) = caller.pages(&result).await;
        let rest = rest
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let whole: Vec<Value> = shown.iter().cloned().chain(rest).collect();
        assert_eq!(whole, all);
        let meta = told(&result);
        assert_eq!(
            (&meta["shown"], &meta["total"]),
            (&json!(shown.len()), &json!(all.len()))
        );
        assert_eq!(meta["what"], "items");
    }
}

/// The most that the memory of this process has been, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok());
    kib.unwrap_or_default() * 1024
}

#[tokio::test]
async fn case_55_p8_50_mb_are_kept_once_and_read_to_their_end() {
    let server = server().build().unwrap();
    let [modern, legacy] = Caller::both(&server, "ana");
    let bytes = 50_000_000;
    let before = peak();
    let result = modern.call("text", json!({"bytes": bytes})).await;
    let grown = peak().saturating_sub(before);
    // The tool's own text, and nothing of its size beside it.
    assert!(grown < bytes + bytes / 2, "{grown} bytes more");
    let whole = lines(bytes);
    let first = result["content"][0]["text"].as_str().unwrap();
    let (rest, pages) = modern.pages(&result).await;
    assert!(
        first.to_owned() + &rest == whole,
        "the whole, byte for byte"
    );
    assert!(pages > 1_000);
    // The other era reads under the same cursor.
    let cursor = &told(&result)["cursor"];
    let page = legacy.call("read_more", json!({"cursor": cursor})).await;
    assert!(rest.starts_with(page["content"][0]["text"].as_str().unwrap()));
}

#[tokio::test]
async fn case_55_data_that_may_not_be_cut_is_an_error_that_says_how_to_go_on() {
    let server = server().build().unwrap();
    for caller in Caller::both(&server, "ana") {
        let result = caller.call("strict", json!({"bytes": 200_000})).await;
        assert_eq!(result["isError"], true);
        assert_eq!(result.get("structuredContent"), None);
        let (whole, _) = caller.pages(&result).await;
        assert_eq!(whole, "7\n".repeat(200_000));
    }
}

#[tokio::test]
async fn p8_a_picture_that_is_too_large_stands_elsewhere() {
    let server = server().build().unwrap();
    let caller = Caller::new(&server, "ana");
    let small = caller.call("blob", json!({"bytes": 500_000})).await;
    assert_eq!(small["content"][0]["type"], "image");
    let large = caller.call("blob", json!({"bytes": 2_000_000})).await;
    assert_eq!(large["content"][1]["type"], "resource_link", "{large}");
    let mut uri = large["content"][1]["uri"].as_str().unwrap().to_owned();
    let mut bytes = 0;
    loop {
        let page = caller.ask("resources/read", json!({"uri": uri})).await;
        let contents = &page["result"]["contents"][0];
        assert_eq!(contents["mimeType"], "image/png");
        bytes += contents["blob"]
            .as_str()
            .unwrap()
            .trim_end_matches('=')
            .len()
            * 3
            / 4;
        match contents["_meta"]["dev.tollhouse/truncated"]["next"].as_str() {
            Some(next) => next.clone_into(&mut uri),
            None => break,
        }
    }
    assert_eq!(bytes, 2_000_000);
}

#[tokio::test]
async fn p8_links_that_find_no_room_are_lines_of_what_is_read_on() {
    let links = tool("links", "Names many files.", || async {
        let link = |number: usize| {
            Content::Link(Box::new(Resource {
                uri: format!("file:///shared/reports/{number}.pdf"),
                name: format!("report {number}"),
                description: Some("What was sold in that month, and to whom.".to_owned()),
                ..Resource::default()
            }))
        };
        (0..1_000).map(link).collect::<Vec<_>>()
    });
    let server = server().tool(links.read_only()).build().unwrap();
    for caller in Caller::both(&server, "ana") {
        let result = caller.call("links", json!({})).await;
        let pieces = result["content"].as_array().unwrap().iter();
        let shown = pieces.filter(|piece| {
            let uri = piece["uri"].as_str();
            uri.is_some_and(|uri| uri.starts_with("file:"))
        });
        let shown = shown.count();
        assert!((100..999).contains(&shown), "{shown}");
        let (rest, _) = caller.pages(&result).await;
        let line = |number: usize| {
            format!(
                "report {number}: file:///shared/reports/{number}.pdf (What was sold in that month, and to whom.)"
            )
        };
        let lines: Vec<_> = rest.lines().map(str::to_owned).collect();
        assert_eq!(lines, (shown..1_000).map(line).collect::<Vec<_>>());
    }
}

/// A tool that says much in its own words besides much data: each is a whole.
#[tokio::test]
async fn p8_words_beside_data_are_read_on_too() {
    let both = tool("both", "Says and gives much.", || async {
        Reported {
            content: vec![Content::Text(lines(100_000))],
            structured: Some(json!({"rows": rows(100_000), "note": "as of today"})),
            ..Reported::default()
        }
    });
    let server = server().tool(both.read_only()).build().unwrap();
    for caller in Caller::both(&server, "ana") {
        let result = caller.call("both", json!({})).await;
        let data = &result["structuredContent"];
        let note = data["note"].as_str().unwrap();
        assert!(note.ends_with("as of today"), "{note}");
        let (rest, _) = caller.pages(&result).await;
        let shown = data["rows"].as_array().unwrap().len();
        assert_eq!(shown + rest.lines().count(), rows(100_000).len());
        let texts = result["content"].as_array().unwrap().iter();
        let texts: Vec<_> = texts.filter_map(|piece| piece["text"].as_str()).collect();
        let told = texts.last().unwrap();
        let (_, cursor) = told.split_once("with cursor ").unwrap();
        let cursor = cursor.split(' ').next().unwrap();
        let words = json!({"_meta": {"dev.tollhouse/truncated": {"cursor": cursor}}});
        let (rest, _) = caller.pages(&words).await;
        assert!(texts[0].to_owned() + &rest == lines(100_000));
    }
}
