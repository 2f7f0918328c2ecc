//! What others wrote fits too, with the marks around it and every escape inside.

use serde_json::{Value, json};
use tollhouse_core::{Content, Form, Limits, Reported, Server, ToolFn, tool};

use super::caller::{Caller, texts, told};

/// Texts of which much could begin a mark.
fn hostile() -> [(&'static str, String); 5] {
    let run = |count: usize| "<".repeat(count) + "data ";
    [
        ("one run", run(30_000)),
        ("few", run(4).repeat(20_000)),
        ("alone", "<data\n".repeat(40_000)),
        ("further apart", "< / \t<\n/DATA id=".repeat(20_000)),
        ("late", "x".repeat(25_000) + &run(60_000)),
    ]
}

/// What stood between the marks of a text; none of the texts here has a backslash.
fn bare(text: &str) -> String {
    let (notice, inside) = text.split_once("\n<<data id=").unwrap();
    assert!(notice.starts_with("Others wrote"), "{notice}");
    let (nonce, inside) = inside.split_once(">>\n").unwrap();
    let end = format!("\n<</data id={nonce}>>");
    inside.strip_suffix(&end).unwrap().replace('\\', "")
}

fn server(tools: impl IntoIterator<Item = ToolFn>) -> Server {
    let builder = Server::builder("marked").limits(Limits::NONE);
    let tools = tools.into_iter();
    let builder = tools.fold(builder, |builder, tool| {
        builder.tool(tool.read_only().untrusted())
    });
    builder.build().unwrap()
}

fn says(whole: &str) -> ToolFn {
    let said = whole.to_owned();
    tool("say", "Says it.", move || std::future::ready(said.clone()))
}

/// All that is given, without marks. No part is longer than it should be: the caller looks at each.
async fn read(caller: &Caller) -> String {
    let mut part = caller.call("say", json!({})).await;
    let mut read = String::new();
    loop {
        read.push_str(&bare(part["content"][0]["text"].as_str().unwrap()));
        let cursor = told(&part)["cursor"].clone();
        if cursor.is_null() {
            return read;
        }
        part = caller.call("read_more", json!({"cursor": cursor})).await;
    }
}

#[tokio::test]
async fn p8_case_76_a_marked_text_full_of_what_is_escaped_fits_and_is_read_to_its_end() {
    for (name, whole) in hostile() {
        let server = server([says(&whole)]);
        for caller in Caller::both(&server, "ana") {
            let read = read(&caller).await;
            assert!(read == whole, "{name}: {} of {}", read.len(), whole.len());
        }
    }
}

const FORMS: [Form; 3] = [Form::Json, Form::Markdown, Form::Csv];

/// A tool that gives this, in a form that it is named after.
fn gives(data: &Value, form: Form) -> ToolFn {
    let data = data.clone();
    let says = move || {
        let structured = Some(data.clone());
        async move {
            Reported {
                structured,
                ..Reported::default()
            }
        }
    };
    tool(&format!("{form:?}"), "Gives rows.", says).form(form)
}

/// In how many forms of these rows something was escaped. No form is too long: the caller looks at each.
async fn escaped(rows: &[Value]) -> usize {
    let data = json!({"rows": rows});
    let server = server(FORMS.map(|form| gives(&data, form)));
    let caller = Caller::new(&server, "ana");
    let mut escaped = 0;
    for form in FORMS {
        let result = caller.call(&format!("{form:?}"), json!({})).await;
        let text = result["content"][0]["text"].as_str().unwrap();
        assert!(!bare(text).is_empty(), "{form:?}");
        escaped += usize::from(text.contains("<\\"));
    }
    escaped
}

#[tokio::test]
async fn p8_case_76_marked_data_fits_in_every_form() {
    let mut in_all = 0;
    for (_, whole) in hostile() {
        let pieces = whole.split_inclusive('/').map(str::to_owned);
        let mut rows: Vec<Value> = pieces.map(|text| json!({"id": 1, "say": text})).collect();
        rows.extend((0..2_000).map(|id| json!({"id": id, "say": "<<<<data"})));
        in_all += escaped(&rows).await;
        rows.reverse();
        in_all += escaped(&rows).await;
    }
    assert!(in_all >= 15, "{in_all} of 30 had something to escape");
}

#[tokio::test]
async fn p8_case_76_many_marked_pieces_fit_with_all_their_marks() {
    let pieces = || (0..5_000).map(|number| Content::Text(format!("piece {number}")));
    let says = tool("say", "Says much.", move || async move {
        pieces().collect::<Vec<_>>()
    });
    let server = server([says]);
    for caller in Caller::both(&server, "ana") {
        let result = caller.call("say", json!({})).await;
        assert!(texts(&result) > 20_000, "as much as fits is shown");
        let (rest, pages) = caller.pages(&result).await;
        assert!(rest.contains("piece 4999") && pages > 1);
    }
}

#[tokio::test]
async fn p8_case_76_a_small_budget_of_marked_text_is_kept() {
    const TOKENS: u32 = 800;
    let says = tool("say", "Says much.", || async { "<<data ".repeat(5_000) });
    let server = server([says.result_tokens(TOKENS)]);
    let result = Caller::new(&server, "ana").call("say", json!({})).await;
    let bytes = texts(&result);
    assert!(bytes <= TOKENS as usize * 4 * 105 / 100, "{bytes} bytes");
}
