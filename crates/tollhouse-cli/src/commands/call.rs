//! `tollhouse call`: one tool of any server, called once.

use std::{io::stdout, process::ExitCode};

use serde_json::{Map, Value};
use tollhouse::{Clock as _, SystemClock};

use crate::{
    arguments::CallArguments,
    client::{self, Answerer, Client, Given, Shown, TOOLS, Target, Trouble},
    exit::REFUSED,
    log::say,
    print,
};

pub(crate) fn call(arguments: &CallArguments) -> ExitCode {
    match client::run(one(arguments)) {
        Ok(Done { result, ms }) => {
            let shown = Shown::of(&result);
            show(arguments, &result, &shown);
            if shown.has_failed {
                say(&format!("failed after {ms} ms"));
                ExitCode::from(REFUSED)
            } else {
                say(&format!("done in {ms} ms"));
                ExitCode::SUCCESS
            }
        }
        Err(trouble) => client::tell(&trouble, arguments.json),
    }
}

/// What came of a call.
struct Done {
    result: Map<String, Value>,
    ms: u128,
}

async fn one(arguments: &CallArguments) -> Result<Done, Trouble> {
    let (target, words) = target(arguments)?;
    let Some((tool, words)) = words.split_first() else {
        return Err(Trouble::Usage(
            "which tool? `tollhouse inspect` with the same target lists them".to_owned(),
        ));
    };
    let given = Given::read(words)?;
    let mut answerer = Answerer::new(&arguments.answer, arguments.yes)?;
    let mut client = Client::open(&target, &arguments.reach).await?;
    let tools = client.list(TOOLS).await?;
    let tool = client::named(&tools, tool)?;
    let given = given.typed(tool)?;
    let clock = SystemClock::default();
    let result = client.call(tool, given, &mut answerer).await;
    let ms = clock.ticks().as_millis();
    client.close().await;
    Ok(Done {
        result: result?,
        ms,
    })
}

/// The target, and the words after it.
fn target(arguments: &CallArguments) -> Result<(Target, &[String]), Trouble> {
    let words = arguments.words.as_slice();
    if !arguments.command.is_empty() {
        return Ok((Target::Command(arguments.command.clone()), words));
    }
    let first = words.first().map_or(Ok(None), |word| Target::of(word))?;
    Ok(match first {
        Some(target) => (target, words.get(1..).unwrap_or_default()),
        None => (Target::Here(None), words),
    })
}

/// What the tool said goes where its success says.
fn show(arguments: &CallArguments, result: &Map<String, Value>, shown: &Shown) {
    if arguments.json {
        let whole = Value::Object(result.clone());
        print(&client::suited(&format!("{whole:#}\n"), &stdout()));
    } else if shown.has_failed {
        say(&client::clean(&shown.text));
    } else if !shown.text.is_empty() {
        let end = if shown.text.ends_with('\n') { "" } else { "\n" };
        print(&client::suited(&format!("{}{end}", shown.text), &stdout()));
    }
}
