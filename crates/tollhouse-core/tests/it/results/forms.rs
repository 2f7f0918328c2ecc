//! Fields, roll-ups and tables: what callers get of rows, and in which form.

use serde_json::{Value, json};
use tollhouse_core::{Form, Json, Limits, Reported, Server, ToolFn, tool};

use super::caller::{Caller, rows, server, texts, told};

#[derive(serde::Serialize, schemars::JsonSchema)]
struct Row {
    id: u64,
    day: &'static str,
    said: &'static str,
    kcal: i64,
}

fn meals() -> ToolFn {
    let rows = [
        ("mon", "a | b\nc", 100),
        ("tue", "=HYPERLINK(\"x\")", -50),
        ("mon", "say \"hi\", all", 20),
        ("tue", "-5", 0),
    ];
    let rows = (1..).zip(rows);
    let rows = rows.map(|(id, (day, said, kcal))| Row {
        id,
        day,
        said,
        kcal,
    });
    let rows: Vec<Row> = rows.collect();
    let rows = std::sync::Arc::new(rows);
    tool("meals", "Gives meals.", move || {
        let rows = std::sync::Arc::clone(&rows);
        async move {
            let data = serde_json::to_value(rows.as_slice()).unwrap();
            Reported {
                structured: Some(data),
                ..Reported::default()
            }
        }
    })
    .read_only()
}

async fn text(tool: ToolFn) -> (String, Value) {
    let server = Server::builder("meals")
        .limits(Limits::NONE)
        .tool(tool)
        .build()
        .unwrap();
    let result = Caller::new(&server, "ana").call("meals", json!({})).await;
    let text = result["content"][0]["text"].as_str().unwrap().to_owned();
    (text, result["structuredContent"].clone())
}

#[tokio::test]
async fn a20_no_cell_leaves_a_table_in_markdown() {
    let (text, data) = text(meals().form(Form::Markdown)).await;
    let expected = "| id | day | said | kcal |\n| --- | --- | --- | --- |\n\
                    | 1 | mon | a \\| b c | 100 |\n\
                    | 2 | tue | =HYPERLINK(\"x\") | -50 |\n\
                    | 3 | mon | say \"hi\", all | 20 |\n\
                    | 4 | tue | -5 | 0 |\n";
    assert_eq!(text, expected);
    assert_eq!(data[0]["said"], "a | b\nc", "data stays data");
}

#[tokio::test]
async fn a20_no_cell_is_a_formula_in_comma_separated_values() {
    let (text, _) = text(meals().form(Form::Csv)).await;
    let expected = "id,day,said,kcal\n1,mon,\"a | b\nc\",100\n2,tue,\"'=HYPERLINK(\"\"x\"\")\",-50\n\
                    3,mon,\"say \"\"hi\"\", all\",20\n4,tue,'-5,0\n";
    assert_eq!(text, expected);
}

#[tokio::test]
async fn a20_t19_fields_are_picked_dropped_and_rolled_up() {
    let (_, data) = text(meals().pick(["id", "day"])).await;
    assert_eq!(data[1], json!({"id": 2, "day": "tue"}));
    let (_, data) = text(meals().drop_fields(["said"])).await;
    assert_eq!(data[1], json!({"id": 2, "day": "tue", "kcal": -50}));
    let (text, data) = text(meals().rollup(["day"], ["kcal"]).form(Form::Csv)).await;
    assert_eq!(data[0], json!({"day": "mon", "kcal": 120, "count": 2}));
    assert_eq!(text, "day,kcal,count\nmon,120,2\ntue,-50,2\n");
}

#[tokio::test]
async fn a20_the_listed_schema_is_that_of_what_is_given() {
    let typed = || {
        tool("typed", "Gives meals.", || async {
            Json(Vec::<Row>::new())
        })
    };
    let server = Server::builder("meals")
        .tool(typed().pick(["id"]))
        .build()
        .unwrap();
    let list = Caller::new(&server, "ana")
        .ask("tools/list", json!({}))
        .await;
    let listed = &list["result"]["tools"][0]["outputSchema"];
    let fields = listed["items"]["properties"].as_object().unwrap();
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["id"]);
    assert_eq!(listed["items"]["required"], json!(["id"]));
    let problem = |tool: ToolFn| {
        let built = Server::builder("meals").tool(tool).build();
        built.unwrap_err().to_string()
    };
    let why = problem(typed().pick(["price"]));
    assert_eq!(why, "tool `typed`: its results have no field `price`");
    let why = problem(typed().rollup(["day"], ["day"]));
    assert_eq!(
        why,
        "tool `typed`: a roll-up names a field twice; name it once"
    );
    let why = problem(typed().result_tokens(25_000));
    assert!(
        why.starts_with("tool `typed`: 25000 tokens for a result: choose"),
        "{why}"
    );
}

#[tokio::test]
async fn p8_p30_a_long_table_is_cut_between_rows_and_read_on() {
    for (form, head) in [(Form::Markdown, 2), (Form::Csv, 1)] {
        let list = tool("list", "Gives rows.", || async {
            Reported {
                structured: Some(json!({"rows": rows(300_000), "truncated": false})),
                ..Reported::default()
            }
        });
        let list = list.read_only().form(form).result_tokens(2_000);
        let server = Server::builder("tables")
            .limits(Limits::NONE)
            .tool(list)
            .build()
            .unwrap();
        for caller in Caller::both(&server, "ana") {
            let result = caller.call("list", json!({})).await;
            let first = result["content"][0]["text"].as_str().unwrap();
            assert!((2_000..8_400).contains(&first.len()), "{}", first.len());
            let rows_shown = &result["structuredContent"]["rows"];
            let shown = rows_shown.as_array().unwrap().len();
            let (rest, _) = caller.pages(&result).await;
            let all = first.lines().count() - head + rest.lines().count();
            assert_eq!(all, rows(300_000).len());
            assert_eq!(told(&result)["shown"], shown);
            assert_eq!(first.lines().count(), head + shown);
        }
    }
}

#[tokio::test]
async fn p30_a_smaller_budget_holds_for_every_page() {
    let text = tool("small", "Says much.", || async {
        super::caller::lines(50_000)
    });
    let text = text.read_only().result_tokens(500);
    let server = server().tool(text).build().unwrap();
    for caller in Caller::both(&server, "ana") {
        let mut result = caller.call("small", json!({})).await;
        let mut pages = 0;
        while told(&result)["cursor"].is_string() {
            assert!(texts(&result) <= 2_100, "{}", texts(&result));
            let cursor = &told(&result)["cursor"];
            result = caller.call("read_more", json!({"cursor": cursor})).await;
            pages += 1;
        }
        assert!(texts(&result) <= 2_100 && pages > 25, "{pages}");
    }
}
