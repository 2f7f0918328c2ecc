//! Somebody who may come in, and who may not do everything: tools that need more, and rights that were taken away.

use serde_json::{Value, json};

use super::{
    Passes, Row, Table, Wire,
    others::In,
    wire::{Era, Said},
};

/// What a tool asks of its callers.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) tool: String,
    /// All the scopes that it needs.
    pub(crate) scopes: Vec<String>,
    /// Whether it does not exist for callers in other roles, or of other programs.
    pub(crate) is_hidden: bool,
}

/// Calls every tool that asks something with a credential that has nothing. None of them runs, unless a server lets
/// intruders in; they are called without arguments.
pub(crate) async fn lacking(
    wire: &Wire,
    passes: &Passes,
    weak: &str,
    rules: &[Rule],
    table: &mut Table,
) {
    for era in [Era::Newest, Era::Older] {
        let Some(caller) = In::open(wire, era, passes.shown(weak)).await else {
            continue;
        };
        let unknown = caller.call(wire, UNKNOWN).await;
        for rule in rules {
            let came = caller.call(wire, &rule.tool).await;
            table.add(if rule.is_hidden {
                hidden(era, rule, came.as_ref(), unknown.as_ref())
            } else {
                forbidden(era, rule, came.as_ref())
            });
        }
        caller.leave(wire).await;
    }
}

/// Whether a caller sees a tool now.
pub(crate) async fn sees(wire: &Wire, passes: &Passes, credential: &str, tool: &str) -> bool {
    let Some(caller) = In::open(wire, Era::Newest, passes.shown(credential)).await else {
        return false;
    };
    let mut cursor: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let Ok(said) = caller.list(wire, cursor.as_deref()).await else {
            return false;
        };
        let result = said.result().cloned().unwrap_or_default();
        let tools = result.get("tools").and_then(Value::as_array);
        let mut tools = tools.into_iter().flatten();
        if tools.any(|listed| listed.get("name").and_then(Value::as_str) == Some(tool)) {
            return true;
        }
        cursor = result
            .get("nextCursor")
            .and_then(Value::as_str)
            .map(str::to_owned);
        if cursor.is_none() {
            return false;
        }
    }
    false
}

/// Calls a tool with rights that were taken away.
pub(crate) async fn demoted(
    wire: &Wire,
    passes: &Passes,
    credential: &str,
    (rule, role): (&Rule, &str),
    table: &mut Table,
) {
    let is_gone = !sees(wire, passes, credential, &rule.tool).await;
    let got = if is_gone { "not listed" } else { "listed" };
    let what = format!("role {role} taken away: {} in the list", rule.tool);
    table.add(Row::of(&what, "not listed", got, is_gone));
    for era in [Era::Newest, Era::Older] {
        let Some(caller) = In::open(wire, era, passes.shown(credential)).await else {
            continue;
        };
        let came = caller.call(wire, &rule.tool).await;
        let mut row = if rule.is_hidden {
            let unknown = caller.call(wire, UNKNOWN).await;
            hidden(era, rule, came.as_ref(), unknown.as_ref())
        } else {
            forbidden(era, rule, came.as_ref())
        };
        row.attempt = format!("role {role} taken away: {}", row.attempt);
        table.add(row);
        caller.leave(wire).await;
    }
}

/// Says whether somebody saw a tool as long as they might.
pub(crate) fn promoted(rule: &Rule, role: &str, is_seen: bool, table: &mut Table) {
    let got = if is_seen { "listed" } else { "not listed" };
    let what = format!("role {role} given: {} in the list", rule.tool);
    table.add(Row::of(&what, "listed", got, is_seen));
}

/// The refusal names everything that is needed (MCP 2026-07-28, "Scope Challenge Handling").
fn forbidden(era: Era, rule: &Rule, came: Result<&Said, &String>) -> Row {
    let what = attempt(era, &rule.tool, "without its scopes");
    let expected = format!("403 {}", rule.scopes.join(" "));
    let Ok(said) = came else {
        return Row::of(&what, &expected, &text(came), false);
    };
    let challenge = said.scopes();
    let is_right = said.status == 403 && rule.scopes.iter().all(|scope| challenge.contains(scope));
    let got = match (said.status, challenge.as_slice()) {
        (200, _) => "200, so that it ran".to_owned(),
        (_, []) => said.shown(),
        (status, scopes) => format!("{status} {}", scopes.join(" ")),
    };
    Row::of(&what, &expected, &got, is_right)
}

/// What is hidden answers exactly as what is not there.
fn hidden(
    era: Era,
    rule: &Rule,
    came: Result<&Said, &String>,
    unknown: Result<&Said, &String>,
) -> Row {
    let what = attempt(era, &rule.tool, "hidden from the caller");
    let expected = format!("{}, as one that is not there", text(unknown));
    let alike = |said: &Said, name: &str| {
        let message = said.message.to_string();
        (said.status, message.replace(name, "NAME"))
    };
    let is_right = match (came, unknown) {
        (Ok(came), Ok(unknown)) => alike(came, &rule.tool) == alike(unknown, UNKNOWN),
        _ => false,
    };
    let got = if is_right {
        "the same".to_owned()
    } else {
        text(came)
    };
    Row::of(&what, &expected, &got, is_right)
}

fn attempt(era: Era, tool: &str, how: &str) -> String {
    match era {
        Era::Newest => format!("{tool} {how}"),
        Era::Older => format!("{tool} {how}, in a session"),
    }
}

fn text(came: Result<&Said, &String>) -> String {
    came.map_or_else(Clone::clone, Said::shown)
}

impl In {
    /// Calls a tool without arguments.
    async fn call(&self, wire: &Wire, tool: &str) -> Result<Said, String> {
        let params = json!({"name": tool, "arguments": {}});
        self.ask(wire, "tools/call", params).await
    }
}

/// A name that no tool has.
const UNKNOWN: &str = "no_tool_of_this_name_is_here";
const PAGES_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Era, Rule, Said, UNKNOWN, forbidden, hidden};
    use crate::intruder::table::Verdict;

    fn said(status: u16, scope: &str, message: serde_json::Value) -> Said {
        Said {
            status,
            challenge: Some(format!(
                "Bearer error=\"insufficient_scope\", scope=\"{scope}\""
            )),
            session: None,
            message,
        }
    }

    fn rule() -> Rule {
        Rule {
            tool: "cancel".to_owned(),
            scopes: vec!["read".to_owned(), "write".to_owned()],
            is_hidden: true,
        }
    }

    #[test]
    fn u9_a_refusal_that_does_not_name_every_scope_is_wrong() {
        for (status, scope, is_right) in [
            (403, "read write", true),
            (403, "write other read", true),
            (403, "write", false),
            (403, "", false),
            (401, "read write", false),
            (200, "", false),
        ] {
            let came = said(status, scope, json!({"result": {}}));
            let row = forbidden(Era::Newest, &rule(), Ok(&came));
            let is_told = row.verdict == Verdict::Right;
            assert_eq!(is_told, is_right, "{status} {scope}: {}", row.got);
        }
        let row = forbidden(Era::Older, &rule(), Err(&"no answer".to_owned()));
        assert_eq!(
            (row.verdict, row.got.as_str()),
            (Verdict::Wrong, "no answer")
        );
    }

    #[test]
    fn u9_a_hidden_tool_that_answers_otherwise_than_none_is_wrong() {
        let error =
            |name: &str| json!({"error": {"code": -32602, "message": format!("no tool {name}")}});
        let unknown = said(200, "", error(UNKNOWN));
        for (status, message, is_right) in [
            (200, error("cancel"), true),
            (403, error("cancel"), false),
            (
                200,
                json!({"error": {"code": -32602, "message": "not for you"}}),
                false,
            ),
            (200, json!({"result": {}}), false),
        ] {
            let came = said(status, "", message.clone());
            let row = hidden(Era::Newest, &rule(), Ok(&came), Ok(&unknown));
            assert_eq!(
                row.verdict == Verdict::Right,
                is_right,
                "{status} {message}"
            );
        }
    }
}
