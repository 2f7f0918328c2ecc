//! Reading as a whole, without databases.

use std::{collections::BTreeSet, fs};

use proptest::{
    collection::vec,
    prelude::{any, proptest},
    sample,
};
use serde_json::Value;

use super::{
    Config,
    codes::Code,
    fields::Fields,
    files::Span,
    json,
    node::{Table, Value as Node},
    problem::Problems,
    raw::File,
    reference,
    schema::schema,
    toml,
};

fn config(text: &str) -> Config {
    named("tollhouse.toml", text)
}

fn named(name: &str, text: &str) -> Config {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    Config::read(&path, &|_| None)
}

fn codes(config: &Config) -> Vec<&'static str> {
    let problems = config.problems.in_order().into_iter();
    problems.map(|problem| problem.code.id()).collect()
}

const SHOP: &str = "
    [sources.shop]
    type = 'sqlite'
    path = 'shop.db'

    [tools.get_order]
    source = 'shop'
    description = { text = 'Get one order.', use_when = 'you have its id', examples = ['Where is ord_1?'] }
    sql = 'SELECT * FROM orders WHERE id = :id'
    params.id = { pattern = '^ord_', description = 'Its id' }
    returns = 'one'
    deadline = '5s'

    [tools.list_orders]
    source = 'shop'
    description = 'List the latest orders by status.'
    sql = 'SELECT id FROM orders LIMIT :limit'
    params.limit = { type = 'integer', min = 1, default = 10 }
";

#[test]
fn a_file_becomes_tools_in_its_order() {
    let config = config(SHOP);
    assert_eq!(codes(&config), [""; 0]);
    let resolved = config.resolved.unwrap();
    let [source] = resolved.sources.as_slice() else {
        panic!("{resolved:?}");
    };
    let [get, list] = source.tools.as_slice() else {
        panic!("{source:?}");
    };
    assert_eq!(get.written.name.value, "get_order");
    assert_eq!(get.offered.tool.policy.deadline.as_secs(), 5);
    assert_eq!(
        get.offered.tool.description,
        "Get one order.\nUse when: you have its id\nExamples: Where is ord_1?"
    );
    let expected = serde_json::json!({
        "type": "object",
        "properties": {"id": {"type": "string", "description": "Its id", "pattern": "^ord_"}},
        "required": ["id"],
        "additionalProperties": false
    });
    assert_eq!(get.offered.tool.input, expected);
    assert!(list.offered.statement.sql.ends_with("LIMIT :limit + 1"));
    assert_eq!(list.offered.statement.limit.as_deref(), Some("limit"));
}

/// The same in JSON, with the places of what is wrong.
#[test]
fn json_is_read_by_the_same_rules() {
    let text = r#"{"$schema": "x", "sources": {"s": {"type": "sqlite", "path": "a.db"}},
  "tools": {"t": {"source": "s", "description": "Get what is there for now.", "sql": "SELECT 1 AS x",
    "retuns": "one", "params": {"a": {"default": null}}}}}"#;
    let config = named("shop.json", text);
    assert_eq!(codes(&config), ["E021", "E022"]);
    let shown = config.problems.in_order();
    let span = shown.first().and_then(|problem| problem.span).unwrap();
    assert_eq!(config.files.text_at(span), "\"retuns\"");
    assert_eq!(config.files.get(span).unwrap().position(span.start), (3, 5));
    assert_eq!(codes(&named("shop.json", "{\n  \"a\": }")), ["E002"]);
    assert_eq!(codes(&named("shop.json", "[]")), ["E022"]);
}

#[test]
fn files_include_others_and_paths_are_relative_to_the_file_they_stand_in() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("more")).unwrap();
    write("tollhouse.toml", "include = ['more/*.toml']");
    write(
        "more/b.toml",
        "version = 1\n[tools.t]\nsource = 's'\nsql = 'SELECT 1 AS x'\ndescription = 'Say the number one.'",
    );
    write("more/a.toml", "[sources.s]\ntype = 'sqlite'\npath = 'a.db'");
    let config = Config::read(&folder.path().join("tollhouse.toml"), &|_| None);
    assert_eq!(codes(&config), ["E004"]);
    let resolved = config.resolved.unwrap();
    let source = resolved.sources.first().unwrap();
    assert_eq!(
        source.path.as_ref().unwrap().value,
        folder.path().join("more/a.db")
    );
    assert_eq!(source.tools.len(), 1);
}

#[test]
fn a_secret_is_told_and_not_shown() {
    let key = "ghp_0123456789abcdefghij";
    let config = config(&format!("{SHOP}\nscope = '{key}'\ntoken = 'abc'\n"));
    let shown = config.shown(&fs::File::open("/dev/null").unwrap());
    assert!(shown.contains("W201"), "{shown}");
    assert!(!shown.contains(key) && !shown.contains("'abc'"), "{shown}");
}

/// Every key that is read has its place in the schema, and the other way round.
#[test]
fn the_schema_has_the_keys_that_are_read() {
    let schema = schema();
    let unknown = |text: &str| {
        let mut problems = Problems::default();
        let tree = toml::read(text, 0, &mut problems);
        let Node::Table(table) = tree.value else {
            return Vec::new();
        };
        let span = Span::new(0, &(0..0));
        File::read(Fields::new(table, String::new(), span, &mut problems));
        let mut told = problems.in_order().into_iter();
        let told = told
            .find(|problem| problem.code == Code::UnknownKey)
            .unwrap();
        let names = told.fix.split('`').skip(1).step_by(2).map(str::to_owned);
        let names: BTreeSet<String> = names.collect();
        names.into_iter().collect()
    };
    for (text, definition) in [
        ("qqqqqqqqqqqqqqqqqqq = 1", ""),
        ("server.qqqqqqqqqqqqqqqqqqq = 1", "Server"),
        ("sources.a.qqqqqqqqqqqqqqqqqqq = 1", "Source"),
        ("tools.a.qqqqqqqqqqqqqqqqqqq = 1", "Tool"),
        ("tools.a.description.qqqqqqqqqqqqqqqqqqq = 1", "Parts"),
        ("tools.a.params.b.qqqqqqqqqqqqqqqqqqq = 1", "Param"),
    ] {
        let table = match definition {
            "" => &schema,
            name => &schema["definitions"][name],
        };
        let keys = table["properties"].as_object().unwrap().keys();
        let listed: BTreeSet<String> = keys.cloned().collect();
        let listed: Vec<String> = listed.into_iter().collect();
        assert_eq!(unknown(text), listed, "{definition}");
        assert_eq!(
            table["additionalProperties"],
            Value::Bool(false),
            "{definition}"
        );
    }
}

#[test]
fn the_reference_names_every_code() {
    let page = reference::reference();
    for code in Code::ALL {
        assert!(page.contains(&format!("| {} |", code.id())), "{page}");
    }
}

/// Whatever comes is read to an end, with problems inside the text.
#[test]
fn broken_texts_are_told_and_nothing_else_happens() {
    let mut texts: Vec<String> = (0..SHOP.len())
        .filter(|end| SHOP.is_char_boundary(*end))
        .map(|end| SHOP.chars().take(end).collect())
        .collect();
    texts.extend(
        [
            "\u{0}",
            "[[tools]]",
            "tools = 1",
            "tools.a = []",
            "a.b.c = {",
            "é = 'é",
        ]
        .map(str::to_owned),
    );
    for text in texts {
        for name in ["a.toml", "a.json"] {
            let config = named(name, &text);
            let spans = config.problems.in_order();
            let mut spans = spans.iter().filter_map(|problem| problem.span);
            assert!(
                spans.all(|span| span.start <= span.end && span.end <= text.len()),
                "{text}"
            );
            config.shown(&fs::File::open("/dev/null").unwrap());
        }
    }
    let mut problems = Problems::default();
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    let tree = json::read(&deep, 0, &mut problems);
    assert!(problems.has_errors() || !matches!(tree.value, Node::Table(Table(_))));
}

proptest! {
    /// Pieces of the format in any order, so that more than its beginning is reached.
    #[test]
    fn whatever_comes_is_read(pieces in vec(sample::select(PIECES), 0..40), odd in any::<String>()) {
        let text = format!("{}{odd}", pieces.concat());
        for name in ["a.toml", "a.json"] {
            named(name, &text).shown(&fs::File::open("/dev/null").unwrap());
        }
    }
}

const PIECES: &[&str] = &[
    "[sources.s]\n",
    "[tools.t]\n",
    "[tools.t.params]\n",
    "[tools.t.description]\n",
    "include = ['*.toml']\n",
    "sql = '''SELECT :a LIMIT :a'''\n",
    "a = { type = 'integer', min = 1, max = 0, default = 'x' }\n",
    "path = \"${HOME:-${file:\"\n",
    "text = \"",
    "description = ",
    "'",
    "\"",
    "{",
    "}",
    "[",
    "]",
    "1e999",
    "= ",
    "ä",
    "\n",
    "\r\n",
    "\u{0}",
    "tools.t.sql = \"a\\u0041\"\n",
    "{\"tools\": {\"t\": {\"sql\": null}}}",
];
