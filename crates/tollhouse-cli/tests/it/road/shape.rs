//! Shape: what is too long is cut where it may be, kept whole for its caller alone, and read on to its end.

use serde_json::{Value, json};

use super::{
    Keeps, Way,
    door::{Door, Heard},
    everywhere,
    library::{self, Library},
    ways,
};

const FILE: &str = r#"
[limits]
identical = "off"
key = "1000/min"

[tools.list_numbers]
source = "shop"
scope = "any"
description = "List numbers up to one."
sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) SELECT i, 'number ' || i AS name FROM n"
params.count = { type = "integer", max = 400 }
result_tokens = 1000
"#;
/// How many bytes a model reads of an answer: 8,000 tokens, and the five parts in a hundred that are allowed.
const BYTES_MAX: usize = 8_000 * 4 * 105 / 100;

fn told(heard: &Heard) -> &Value {
    &heard.result()["_meta"]["dev.tollhouse/truncated"]
}

fn fits(heard: &Heard) -> &Heard {
    heard.is_done();
    let parts = heard.result()["content"].as_array().unwrap().iter();
    let texts: usize = parts
        .filter_map(|part| part["text"].as_str())
        .map(str::len)
        .sum();
    let data = heard.data().to_string().len();
    assert!(
        texts <= BYTES_MAX && data <= BYTES_MAX,
        "{texts} and {data} bytes"
    );
    heard
}

/// All that `read_more` gives behind a result.
fn rest(door: &mut Door, first: &Heard) -> String {
    let mut whole = String::new();
    let mut cursor = told(first)["cursor"].clone();
    while cursor.is_string() {
        let page = door.call("read_more", &json!({"cursor": cursor}));
        whole += fits(&page).result()["content"][0]["text"].as_str().unwrap();
        cursor = told(&page)["cursor"].clone();
    }
    whole
}

/// The whole, as a resource.
fn resource(door: &mut Door, uri: &str) -> String {
    let (mut whole, mut uri) = (String::new(), uri.to_owned());
    loop {
        let page = door.read(&uri);
        let contents = &page.result()["contents"][0];
        whole += contents["text"]
            .as_str()
            .unwrap_or_else(|| panic!("{page:?}"));
        match contents["_meta"]["dev.tollhouse/truncated"]["next"].as_str() {
            Some(next) => next.clone_into(&mut uri),
            None => return whole,
        }
    }
}

#[test]
fn p8_case_55_half_a_megabyte_is_cut_and_all_of_it_can_be_read() {
    ways(|way, keeps| {
        let mut library = Library::open(way, keeps);
        let mut door = library.door();
        let whole = library::lines(500_000);
        let heard = door.call("text", &json!({"bytes": 500_000}));
        let first = fits(&heard).result()["content"][0]["text"]
            .as_str()
            .unwrap();
        assert!(
            heard.text().contains("call read_more with cursor"),
            "{heard:?}"
        );
        assert_eq!(told(&heard)["total"], whole.len());
        assert!(
            first.to_owned() + &rest(&mut door, &heard) == whole,
            "byte for byte"
        );
        let uri = told(&heard)["uri"].as_str().unwrap();
        assert!(
            resource(&mut door, uri) == whole,
            "and so it is as a resource"
        );
    });
}

#[test]
fn p8_case_55_rows_are_cut_between_rows() {
    ways(|way, keeps| {
        let mut library = Library::open(way, keeps);
        let mut door = library.door();
        let heard = door.call("rows", &json!({"count": 12_000}));
        let shown = fits(&heard).data()["rows"].as_array().unwrap();
        assert_eq!(told(&heard)["shown"], shown.len());
        assert_eq!(told(&heard)["total"], 12_000);
        let rest = rest(&mut door, &heard);
        let rest = rest.lines().map(|line| serde_json::from_str(line).unwrap());
        let all: Vec<Value> = shown.iter().cloned().chain(rest).collect();
        assert_eq!(all.len(), 12_000);
        for (id, row) in all.iter().enumerate() {
            assert_eq!(row["id"], id);
        }
    });
}

/// Once: it is the same road, and 1,700 pages take a while.
#[test]
fn case_55_fifty_megabytes_are_read_to_their_end() {
    let mut library = Library::open(Way::ModernPipe, Keeps::File);
    let mut door = library.door();
    let whole = library::lines(50_000_000);
    let heard = door.call("text", &json!({"bytes": 50_000_000}));
    let first = fits(&heard).result()["content"][0]["text"]
        .as_str()
        .unwrap();
    assert!(
        first.to_owned() + &rest(&mut door, &heard) == whole,
        "byte for byte"
    );
}

#[test]
fn case_55_nobody_else_reads_on() {
    everywhere(FILE, |house| {
        let mut door = house.door();
        let heard = door.call("list_numbers", &json!({"count": 400}));
        heard.is_done();
        let shown = heard.data()["rows"].as_array().unwrap().len();
        let more = rest(&mut door, &heard);
        assert_eq!(shown + more.lines().count(), 400);
        let (cursor, uri) = (&told(&heard)["cursor"], &told(&heard)["uri"]);
        let uri = uri.as_str().unwrap();
        assert_eq!(resource(&mut door, uri).lines().count(), 400);
        if let Some(mut bob) = house.bob() {
            let refused = bob.call("read_more", &json!({"cursor": cursor}));
            assert!(
                refused.is_error() && !refused.text().contains("number 3"),
                "{refused:?}"
            );
            let (hidden, absent) = (
                bob.read(uri),
                bob.read("tollhouse://results/0123456789abcdef"),
            );
            assert!(hidden.code().is_some(), "{hidden:?}");
            assert_eq!(hidden.code(), absent.code(), "as if it had never been");
        }
        let mut edited = cursor.as_str().unwrap().to_owned();
        edited.truncate(edited.len() - 2);
        let refused = door.call("read_more", &json!({"cursor": edited}));
        assert!(refused.is_error(), "{refused:?}");
    });
}
