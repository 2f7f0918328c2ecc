//! Who wrote what a source, a resource or a prompt holds, as a file says it.

use serde_json::{Value, json};

use super::{checked, folder};
use crate::process::Process;

const ALL: &str = r#"
[sources.shop]
url = "sqlite:orders.db"
expose_tables = true
untrusted = true
link_hosts = ["good.example"]

[tools.theirs]
source = "shop"
description = "Give what somebody else wrote, with links to elsewhere."
sql = "SELECT 'see https://evil.example and https://good.example' AS text"
returns = "text"

[tools.ours]
source = "shop"
description = "Give what we wrote ourselves, with a link to elsewhere."
sql = "SELECT 'see https://evil.example' AS text"
returns = "text"
untrusted = false

[tools.elsewhere]
source = "shop"
description = "Give what somebody wrote, with links to elsewhere."
sql = "SELECT 'see https://evil.example and https://good.example' AS text"
returns = "text"
link_hosts = ["evil.example"]

[resources.theirs]
uri = "shop://theirs"
source = "shop"
sql = "SELECT 'see https://evil.example' AS text"
returns = "text"

[resources.one]
uri = "shop://one/{id}"
source = "shop"
sql = "SELECT 'see https://evil.example' AS text WHERE :id"
returns = "text"

[resources.ours]
uri = "shop://ours"
source = "shop"
sql = "SELECT 'see https://evil.example' AS text"
returns = "text"
untrusted = false

[resources.letter]
uri = "shop://letter"
text = "see https://evil.example"
untrusted = true

[prompts.letter]
text = "see https://evil.example"
untrusted = true
link_hosts = ["evil.example"]

[prompts.plain]
text = "see https://evil.example"
"#;

/// What of a text is said of who wrote it: whether it has marks, and whether links to these hosts have any force.
fn seen(text: &Value) -> (bool, bool, bool) {
    let text = text.as_str().unwrap();
    let is_marked = text.contains("<<data id=") && text.ends_with(">>");
    (
        is_marked,
        text.contains("https://evil.example"),
        text.contains("https://good.example"),
    )
}

#[test]
fn o5_a_source_says_who_wrote_what_it_holds_and_what_is_of_it_may_say_otherwise() {
    let folder = folder(ALL);
    let report = checked(folder.path(), "tollhouse.toml");
    assert_eq!(report["problems"], json!([]));
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    let tools = [
        ("theirs", (true, false, true)),
        ("ours", (false, true, false)),
        ("elsewhere", (true, true, false)),
    ];
    for (name, expected) in tools {
        let result = process.ask("tools/call", &json!({"name": name, "arguments": {}}));
        let text = &result["result"]["content"][0]["text"];
        assert_eq!(seen(text), expected, "{result}");
    }
    let resources = [
        ("shop://theirs", (true, false, false)),
        ("shop://one/1", (true, false, false)),
        ("shop://ours", (false, true, false)),
        ("shop://letter", (true, false, false)),
        ("db://shop/orders", (true, false, false)),
    ];
    for (uri, expected) in resources {
        let result = process.ask("resources/read", &json!({"uri": uri}));
        let text = &result["result"]["contents"][0]["text"];
        assert_eq!(seen(text), expected, "{result}");
    }
    let prompts = [
        ("letter", (true, true, false)),
        ("plain", (false, true, false)),
    ];
    for (name, expected) in prompts {
        let result = process.ask("prompts/get", &json!({"name": name}));
        let text = &result["result"]["messages"][0]["content"]["text"];
        assert_eq!(seen(text), expected, "{result}");
    }
}

const PRIVILEGED: &str = r#"
[sources.shop]
url = "sqlite:orders.db"
untrusted = ["note"]

[tools.act]
source = "shop"
description = "Do something that counts."
sql = "SELECT 1 AS one"
privileged = true
"#;

/// The texts of the mends of all problems.
fn mends(file: &str) -> Vec<String> {
    let folder = folder(file);
    let report = checked(folder.path(), "tollhouse.toml");
    let problems = report["problems"].as_array().unwrap().iter();
    problems.map(|problem| problem["fix"].to_string()).collect()
}

#[test]
fn p14_a_privileged_tool_of_an_untrusted_source_is_an_error() {
    let told = mends(PRIVILEGED);
    let is_told = |mend: &String| mend.contains("its source is untrusted");
    assert!(told.iter().any(is_told), "{told:?}");
    let mended = PRIVILEGED.replace("privileged = true", "privileged = true\nuntrusted = false");
    assert_eq!(mends(&mended), [""; 0]);
}

#[test]
fn o5_nobody_else_writes_the_date_and_characters_kept_of_others_are_told() {
    let told = mends("[sources.today]\ntype = \"date\"\nuntrusted = true\n");
    assert_eq!(told, ["\"take it out\""]);
    let kept = PRIVILEGED.replace("privileged = true", "unicode = \"keep\"");
    assert_eq!(mends(&kept), ["\"take it out\""]);
}
