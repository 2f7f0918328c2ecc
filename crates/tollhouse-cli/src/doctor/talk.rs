//! What a client gets that comes in as it was given: a revision, and the tools.

use serde_json::Value;

use super::{Culprit, Round, front::Gate, report::counted};
use crate::{
    arguments::ReachArguments,
    client::{Client, TOOLS, Trouble, one_line},
};

pub(super) async fn look(round: &mut Round<'_>, gate: &Gate) {
    match gate {
        Gate::Closed => {
            round.report.skip("tools", "the server does not answer yet");
            return;
        }
        Gate::Asks(_) if round.credential.is_none() => {
            round
                .report
                .skip("tools", "somebody has to sign in; --token or --key does");
            return;
        }
        Gate::Asks(_) | Gate::Open => {}
    }
    let Some(limit) = round.asker.left() else {
        round
            .report
            .skip("tools", "there is no time left; --timeout gives more");
        return;
    };
    let talked = tokio::time::timeout(limit, talk(round)).await;
    let told = match talked {
        Ok(Ok((text, tools))) => {
            round.report.good("tools", &text);
            let writing = writing(&tools);
            // On this machine, whoever comes is whoever works on it.
            if matches!(gate, Gate::Open) && writing > 0 && !round.asker.is_here() {
                let text = format!(
                    "whoever comes may call {} that may change something",
                    counted(writing, "tool")
                );
                let mend = "let callers sign in, each with rights of their own; a shared server holds no rights that \
                            not everybody may use";
                round.report.odd("tools", Culprit::OpenWriting, &text, mend);
            }
            return;
        }
        Ok(Err(trouble)) => trouble,
        Err(_) => Trouble::Unreachable("no answer in time".to_owned()),
    };
    let text = one_line(&told.to_string());
    match told {
        Trouble::SignIn(_) => round.report.bad(
            "tools",
            Culprit::TokenRefused,
            &text,
            "compare what the token says above with what the server expects; its log has the reason",
        ),
        Trouble::Refused(_)
        | Trouble::Usage(_)
        | Trouble::Config(..)
        | Trouble::Unreachable(_)
        | Trouble::Status(..) => round.report.bad(
            "tools",
            Culprit::NoMcp,
            &text,
            "look with `tollhouse inspect --wire` at what goes over the wire",
        ),
    }
}

/// How many tools do not say that they only read. It is the server's word, and not proved.
fn writing(tools: &[Value]) -> usize {
    let reads = |tool: &Value| tool.get("annotations")?.get("readOnlyHint")?.as_bool();
    tools
        .iter()
        .filter(|tool| reads(tool) != Some(true))
        .count()
}

async fn talk(round: &Round<'_>) -> Result<(String, Vec<Value>), Trouble> {
    let reach = ReachArguments {
        timeout: round.visit.limit,
        ..ReachArguments::default()
    };
    let headers = round.visit.headers.clone();
    let mut client = Client::at(round.visit.url.clone(), headers, &reach).await?;
    let tools = client.list(TOOLS).await?;
    let spoken = client.close().await;
    let bytes: usize = tools.iter().map(|tool| tool.to_string().len()).sum();
    let named = |key| spoken.server.get(key).and_then(Value::as_str);
    let name = [named("name"), named("version")];
    let name: Vec<&str> = name.into_iter().flatten().collect();
    let text = format!(
        "{}: {}, {}, MCP {}",
        name.join(" "),
        counted(tools.len(), "tool"),
        counted(bytes / BYTES_PER_TOKEN, "token"),
        spoken.revision
    );
    Ok((text, tools))
}

/// As it is reckoned everywhere here.
const BYTES_PER_TOKEN: usize = 4;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::writing;

    #[test]
    fn k13_a_tool_that_does_not_say_that_it_reads_may_write() {
        let tools = [
            json!({"name": "a"}),
            json!({"name": "b", "annotations": {"readOnlyHint": true}}),
            json!({"name": "c", "annotations": {"readOnlyHint": false}}),
            json!({"name": "d", "annotations": {"readOnlyHint": "true"}}),
        ];
        assert_eq!(writing(&tools), 3);
    }
}
