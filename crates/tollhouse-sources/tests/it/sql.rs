//! Any database as a source: what is accepted, what is refused at the start, how values look.

use serde_json::{Value, json};
use tollhouse_core::Effect;
use tollhouse_sources::sql::{SqlError, SqlSource, SqlTool, Statement};

use crate::house::{House, reading, tool};

const NOTES: &str = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT UNIQUE, size INTEGER);
    INSERT INTO notes (text, size) VALUES ('one', 1), ('two', 2), ('three', 3);";

fn problems(house: &House, tools: Vec<SqlTool>) -> Vec<String> {
    match SqlSource::open(&house.file(), tools).unwrap_err() {
        SqlError::Statements(problems) => problems.iter().map(ToString::to_string).collect(),
        other => panic!("{other}"),
    }
}

/// #45: a tool that says it reads and does not is refused before anybody can call it.
#[test]
fn case_45_statements_that_write_are_no_reading_tools() {
    let house = House::with(NOTES);
    for sql in [
        "SELECT 1 AS x; COMMIT; DROP TABLE notes",
        "SELECT 1 AS x; SELECT 2 AS y",
        "INSERT INTO notes (text) VALUES ('x') RETURNING id",
        "UPDATE notes SET text = 'x' RETURNING id",
        "DELETE FROM notes RETURNING id",
        "WITH all_notes AS (SELECT id FROM notes) DELETE FROM notes WHERE id IN all_notes RETURNING id",
        "EXPLAIN DELETE FROM notes",
        "EXPLAIN QUERY PLAN SELECT * FROM notes",
        "EXPLAIN ANALYZE DELETE FROM notes",
        "SET TRANSACTION READ WRITE",
        "DO $$ BEGIN DELETE FROM notes; END $$",
        "COPY notes TO PROGRAM 'sh'",
        "CREATE TEMP TABLE copy AS SELECT * FROM notes",
        "ATTACH 'other.db' AS other",
        "PRAGMA query_only = OFF",
        "VACUUM INTO 'copy.db'",
        "BEGIN",
        "SELECT load_extension('evil')",
        "",
        "-- nothing",
    ] {
        let found = problems(&house, vec![reading(Statement::many(sql))]);
        assert!(!found.is_empty(), "{sql}");
        assert!(
            found
                .iter()
                .all(|problem| problem.starts_with("tool `run`: ")),
            "{found:?}"
        );
    }
    assert_eq!(house.number("SELECT count(*) FROM notes"), 3);
}

#[test]
fn tools_that_write_change_rows_and_nothing_else() {
    let house = House::with(NOTES);
    let writing = |sql| vec![tool(Effect::Destroy, &json!({}), Statement::many(sql))];
    for sql in [
        "DROP TABLE notes",
        "CREATE TABLE more (x)",
        "ALTER TABLE notes ADD COLUMN y",
        "ATTACH 'other.db' AS other",
        "PRAGMA writable_schema = ON",
        "COMMIT",
        "SELECT 1 AS x",
    ] {
        assert!(!problems(&house, writing(sql)).is_empty(), "{sql}");
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let house = House::with(NOTES);
    let mut wrong = tool(
        Effect::Read,
        &json!({"known": {"type": "string"}, "idle": {"type": "string"}}),
        Statement {
            json_columns: vec!["missing".to_owned()],
            limit: Some("limit".to_owned()),
            not_found: "No {nobody}.".to_owned(),
            ..Statement::text(
                "SELECT id, id FROM notes WHERE text = :known AND size = :unknown AND id = ?7",
            )
        },
    );
    wrong.unless = Some("SELECT '{{x}}'".to_owned());
    let mut other = reading(Statement::one("SELECT gone FROM notes"));
    other.tool.name = "other".to_owned();
    let found = problems(&house, vec![wrong, other]).join("\n");
    for part in [
        "no argument `nobody`",
        "two columns are called `id`",
        "no column `missing`",
        "exactly one column",
        "no argument `unknown`",
        "the parameter ?",
        "the limit `limit` is no parameter",
        "`unless` is for tools that write",
        "tool `run`, `unless`: `{{` in SQL",
        "uses the argument `idle`",
        "tool `other`: no such column: gone",
    ] {
        assert!(found.contains(part), "{part} is not in\n{found}");
    }
}

#[tokio::test]
async fn values_keep_their_meaning() {
    let house = House::with("CREATE TABLE t (x)");
    let columns = "SELECT 7 AS small, 9007199254740993 AS large, 0.5 AS real, 'ä' AS text, NULL AS none, \
                   x'00ff' AS bytes, '{\"a\":[1]}' AS parsed, '{\"a\":[1]}' AS plain";
    let server = house.serve(vec![reading(Statement {
        json_columns: vec!["parsed".to_owned()],
        ..Statement::one(columns)
    })]);
    let reply = server.call("run", json!({})).await;
    let expected = json!({
        "small": 7, "large": "9007199254740993", "real": 0.5, "text": "ä", "none": null,
        "bytes": "AP8=", "parsed": {"a": [1]}, "plain": "{\"a\":[1]}"
    });
    assert_eq!(reply.result()["structuredContent"], expected);
}

#[tokio::test]
async fn arguments_are_bound_with_defaults_and_lists_as_json() {
    let house = House::with(NOTES);
    let properties = json!({
        "texts": {"type": "array", "items": {"type": "string"}},
        "size_min": {"type": "integer", "default": 2},
        "other": {"type": "string"}
    });
    let sql = "SELECT text, :other IS NULL AS other_is_null FROM notes
        WHERE size >= :size_min AND text IN (SELECT value FROM json_each(:texts)) ORDER BY id";
    let server = house.serve(vec![tool(Effect::Read, &properties, Statement::many(sql))]);
    let reply = server
        .call("run", json!({"texts": ["one", "two", "x'--"]}))
        .await;
    let expected = json!([{"text": "two", "other_is_null": 1}]);
    assert_eq!(reply.result()["structuredContent"]["rows"], expected);
    let all = server
        .call(
            "run",
            json!({"texts": ["one", "two"], "size_min": 0, "other": "o"}),
        )
        .await;
    let rows = &all.result()["structuredContent"]["rows"];
    assert_eq!(
        *rows,
        json!([{"text": "one", "other_is_null": 0}, {"text": "two", "other_is_null": 0}])
    );
}

#[tokio::test]
async fn full_text_tables_can_be_searched() {
    let house = House::with(
        "CREATE VIRTUAL TABLE pages USING fts5(title, body);
         INSERT INTO pages VALUES ('Tea', 'green and black'), ('Coffee', 'black, no sugar');",
    );
    let properties = json!({"words": {"type": "string"}});
    let sql = "SELECT title, snippet(pages, 1, '[', ']', '…', 8) AS found FROM pages
        WHERE pages MATCH :words ORDER BY rank";
    let server = house.serve(vec![tool(Effect::Read, &properties, Statement::many(sql))]);
    let reply = server.call("run", json!({"words": "sugar"})).await;
    let expected = json!([{"title": "Coffee", "found": "black, no [sugar]"}]);
    assert_eq!(reply.result()["structuredContent"]["rows"], expected);
}

#[tokio::test]
async fn writes_say_what_they_changed_and_broken_rules_are_explained() {
    let house = House::with(NOTES);
    let properties = json!({"text": {"type": "string"}});
    let insert = Statement::one("INSERT INTO notes (text) VALUES (:text)");
    let server = house.serve(vec![tool(Effect::Write, &properties, insert)]);
    let reply = server.call("run", json!({"text": "four"})).await;
    assert_eq!(reply.result()["structuredContent"], json!({"changed": 1}));
    let again = server.call("run", json!({"text": "four"})).await;
    assert!(again.is_error());
    assert!(
        again
            .text()
            .starts_with("This would break a rule of the data"),
        "{}",
        again.text()
    );
    let remove = Statement::one("DELETE FROM notes WHERE text = :text");
    let server = house.serve(vec![tool(Effect::Destroy, &properties, remove)]);
    let missed = server.call("run", json!({"text": "five"})).await;
    assert_eq!(
        (missed.is_error(), missed.text().as_str()),
        (true, "Nothing was found.")
    );
    assert_eq!(house.number("SELECT count(*) FROM notes"), 4);
}

#[tokio::test]
async fn the_database_s_own_words_stay_inside() {
    let house = House::with(NOTES);
    let broken = Statement::one("SELECT abs(-9223372036854775808) AS a");
    let server = house.serve(vec![reading(broken)]);
    let reply = server.call("run", json!({})).await;
    assert!(reply.is_error());
    assert!(
        reply.text().starts_with("internal error (id "),
        "{}",
        reply.text()
    );
    let broken = Statement::one("SELECT json_extract(text, '$.a') AS a FROM notes");
    let reply = house
        .serve(vec![reading(broken)])
        .call("run", json!({}))
        .await;
    assert!(reply.is_error());
    assert!(!reply.text().contains("malformed"), "{}", reply.text());
}

#[tokio::test]
async fn a_locked_database_is_told_and_then_served_again() {
    let house = House::with(NOTES);
    let properties = json!({"text": {"type": "string"}});
    let insert = Statement::one("INSERT INTO notes (text) VALUES (:text)");
    let server = house.serve(vec![tool(Effect::Write, &properties, insert)]);
    let other = house.connect();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let reply = server.call("run", json!({"text": "late"})).await;
    assert!(
        reply.text().starts_with("The database is busy"),
        "{}",
        reply.text()
    );
    other.execute_batch("ROLLBACK").unwrap();
    let reply = server.call("run", json!({"text": "late"})).await;
    assert_eq!(reply.result()["structuredContent"], json!({"changed": 1}));
}

#[test]
fn a_missing_file_is_not_made() {
    let house = House::empty();
    let error = SqlSource::open(&house.file(), Vec::<SqlTool>::new()).unwrap_err();
    assert!(matches!(error, SqlError::Open(_)), "{error}");
    assert!(!house.file().exists());
}

#[tokio::test]
async fn what_is_not_there_any_more_is_null_not_text() {
    let house = House::with(NOTES);
    let server = house.serve(vec![reading(Statement::text(
        "SELECT max(size) FROM notes WHERE size > 9",
    ))]);
    let reply = server.call("run", json!({})).await;
    assert!(reply.is_error());
    assert_eq!(reply.result()["structuredContent"], Value::Null);
}

#[tokio::test]
async fn a_table_names_its_columns_once_and_a_final_limit_looks_further() {
    let house = House::with(NOTES);
    let properties = json!({"limit": {"type": "integer", "default": 2}});
    let sql = "SELECT id, text FROM notes ORDER BY id LIMIT :limit -- the first";
    let statement = Statement::table(sql).looking_further();
    let server = house.serve(vec![tool(Effect::Read, &properties, statement)]);
    let first = server.call("run", json!({})).await;
    let expected = json!({
        "columns": ["id", "text"],
        "rows": [[1, "one"], [2, "two"]],
        "truncated": true,
        "note": "There are more than 2. Raise `limit` or ask more narrowly."
    });
    assert_eq!(first.result()["structuredContent"], expected);
    let all = server.call("run", json!({"limit": 3})).await;
    assert_eq!(all.result()["structuredContent"]["truncated"], false);
    let none = server.call("run", json!({"limit": 0})).await;
    let shown = &none.result()["structuredContent"];
    assert_eq!(
        (&shown["rows"], &shown["truncated"]),
        (&json!([]), &json!(true))
    );
}

#[test]
fn problems_say_where_they_are_and_what_may_be_meant() {
    let house = House::with(NOTES);
    for (sql, at, nearest) in [
        ("SELECT txt FROM notes", Some("txt"), Some("text")),
        (
            "SELECT 'notse', id FROM notse",
            Some("notse"),
            Some("notes"),
        ),
        ("SELECT note.id FROM notes", Some("note"), Some("notes")),
        ("SELECT id FROM notes WHERE", None, None),
        ("SELECT ':x', id FROM notes WHERE id = :x", Some(":x"), None),
    ] {
        let tools = vec![reading(Statement::many(sql))];
        let Err(SqlError::Statements(problems)) = SqlSource::open(&house.file(), tools) else {
            panic!("{sql}");
        };
        let problem = problems.first().unwrap();
        let place = problem.place.clone().map(|place| &sql[place]);
        assert_eq!(
            (place, problem.nearest.as_deref()),
            (at, nearest),
            "{problem:?}"
        );
    }
}

#[test]
fn a_file_that_is_no_database_is_told_as_such() {
    let house = House::empty();
    std::fs::write(
        house.file(),
        "milk, bread, and much more than a header".repeat(99),
    )
    .unwrap();
    let tools = vec![reading(Statement::many("SELECT 1 AS x"))];
    let error = SqlSource::open(&house.file(), tools).unwrap_err();
    assert!(matches!(error, SqlError::Open(_)), "{error}");
}
