//! `tollhouse inspect`: what any server offers, as a client meets it.

use std::{io::stdout, process::ExitCode};

use serde_json::{Map, Value, json};

use crate::{
    arguments::InspectArguments,
    client::{
        self, Client, List, PROMPTS, Paint, RESOURCES, Spoken, TEMPLATES, TOOLS, Target, Trouble,
        one_line, signature,
    },
    print,
};

pub(crate) fn inspect(arguments: &InspectArguments) -> ExitCode {
    let text = client::run(look(arguments)).and_then(|seen| text(arguments, &seen));
    match text {
        Ok(text) => print(&text),
        Err(trouble) => client::tell(&trouble, arguments.json),
    }
}

/// What a server offers.
struct Seen {
    spoken: Spoken,
    /// The lists, in the order in which they are shown.
    lists: Vec<(List, Vec<Value>)>,
}

async fn look(arguments: &InspectArguments) -> Result<Seen, Trouble> {
    let target = match &arguments.target {
        _ if !arguments.command.is_empty() && arguments.target.is_some() => {
            let told = "either a target or a command after --, not both";
            return Err(Trouble::Usage(told.to_owned()));
        }
        _ if !arguments.command.is_empty() => Target::Command(arguments.command.clone()),
        None => Target::Here(None),
        Some(word) => Target::of(word)?.ok_or_else(|| {
            Trouble::Usage(format!(
                "{word} is no file, no built-in pack such as orders, and no URL. A server to start stands \
                 after --"
            ))
        })?,
    };
    let mut client = Client::open(&target, &arguments.reach).await?;
    let wanted = if arguments.schema.is_some() {
        &[TOOLS][..]
    } else {
        &[TOOLS, RESOURCES, TEMPLATES, PROMPTS]
    };
    let mut lists = Vec::new();
    for list in wanted {
        lists.push((*list, client.list(*list).await?));
    }
    let spoken = client.close().await;
    Ok(Seen { spoken, lists })
}

fn text(arguments: &InspectArguments, seen: &Seen) -> Result<String, Trouble> {
    let document = match &arguments.schema {
        Some(tool) => schemas(tool, &seen.lists)?,
        None if arguments.json => whole(seen),
        None => return Ok(page(seen, Paint::on(&stdout()))),
    };
    Ok(client::suited(&format!("{document:#}\n"), &stdout()))
}

/// What goes in and what comes out, of one tool or of all.
fn schemas(tool: &str, lists: &[(List, Vec<Value>)]) -> Result<Value, Trouble> {
    let tools = lists.first().map(|(_, tools)| tools.as_slice());
    let tools = tools.unwrap_or_default();
    let schema = |tool: &Value| {
        let mut both = Map::new();
        both.insert(
            "input".to_owned(),
            tool.get("inputSchema").cloned().unwrap_or_default(),
        );
        if let Some(output) = tool.get("outputSchema") {
            both.insert("output".to_owned(), output.clone());
        }
        Value::Object(both)
    };
    if !tool.is_empty() {
        return client::named(tools, tool).map(schema);
    }
    let named = tools
        .iter()
        .map(|tool| (name(tool, "name").to_owned(), schema(tool)));
    Ok(named.collect::<Map<_, _>>().into())
}

fn whole(seen: &Seen) -> Value {
    let Spoken {
        revision,
        server,
        capabilities,
        instructions,
    } = &seen.spoken;
    let mut whole = json!({
        "revision": revision,
        "server": server,
        "instructions": instructions,
        "capabilities": capabilities,
    });
    if let Some(whole) = whole.as_object_mut() {
        let lists = seen.lists.iter();
        whole.extend(lists.map(|(list, items)| (list.key.to_owned(), items.clone().into())));
    }
    whole
}

fn page(seen: &Seen, paint: Paint) -> String {
    let mut lines = vec![head(&seen.spoken, paint)];
    if let Some(instructions) = &seen.spoken.instructions {
        lines.extend(first_line(instructions));
    }
    for (list, items) in &seen.lists {
        if items.is_empty() && list.key != TOOLS.key {
            continue;
        }
        lines.push(String::new());
        match list.key {
            "tools" => tools(items, paint, &mut lines),
            "prompts" => prompts(items, paint, &mut lines),
            _ => resources(*list, items, paint, &mut lines),
        }
    }
    lines.join("\n") + "\n"
}

/// `Orders demo (orders 0.1.0), MCP 2026-07-28`.
fn head(spoken: &Spoken, paint: Paint) -> String {
    let name = name(&spoken.server, "name");
    let version = self::name(&spoken.server, "version");
    let id = format!("{name} {version}").trim().to_owned();
    let id = match self::name(&spoken.server, "title") {
        _ if id.is_empty() => "a server without a name".to_owned(),
        "" => id,
        title => format!("{title} ({id})"),
    };
    format!("{}, MCP {}", paint.bold(&one_line(&id)), spoken.revision)
}

fn tools(tools: &[Value], paint: Paint, lines: &mut Vec<String>) {
    let tokens = |tool: &Value| tool.to_string().len() / BYTES_PER_TOKEN;
    let total: usize = tools.iter().map(tokens).sum();
    lines.push(format!(
        "{}  {}, about {total} tokens in all",
        paint.bold("tools"),
        tools.len()
    ));
    for tool in tools {
        let signature = signature(tool);
        let (name, rest) = signature.split_at(signature.find('(').unwrap_or(signature.len()));
        let tokens = tokens(tool);
        let effect = effect(tool);
        lines.push(format!(
            "  {tokens:>5}  {effect:<7}  {}{rest}",
            paint.bold(name)
        ));
        let title = self::name(tool, "title");
        let about = first_line(self::name(tool, "description"));
        let about = match (title, about) {
            ("", about) => about,
            (title, None) => Some(one_line(title)),
            (title, Some(about)) => Some(format!("{}: {about}", one_line(title))),
        };
        let indent = " ".repeat(2 + 5 + 2 + 7 + 2);
        lines.extend(about.map(|about| format!("{indent}{}", paint.dim(&about))));
    }
}

/// What a server says that a tool does. It is its word, and not proved.
fn effect(tool: &Value) -> &'static str {
    let hint = |name: &str| tool.get("annotations")?.get(name)?.as_bool();
    match (hint("readOnlyHint"), hint("destructiveHint")) {
        (Some(true), _) => "read",
        (_, Some(false)) => "write",
        (_, Some(true)) => "destroy",
        (_, None) => "unsaid",
    }
}

fn resources(list: List, items: &[Value], paint: Paint, lines: &mut Vec<String>) {
    let heading = if list.key == RESOURCES.key {
        "resources"
    } else {
        "templates"
    };
    lines.push(format!("{}  {}", paint.bold(heading), items.len()));
    let width = items
        .iter()
        .map(|item| one_line(name(item, list.name)).chars().count())
        .max();
    let width = width.unwrap_or_default().min(WIDTH_MAX);
    for item in items {
        let about = ["title", "name"].map(|key| name(item, key));
        let about = about
            .into_iter()
            .find(|about| !about.is_empty())
            .unwrap_or_default();
        let kind = match name(item, "mimeType") {
            "" => String::new(),
            kind => format!(" ({})", one_line(kind)),
        };
        let uri = one_line(name(item, list.name));
        let about = paint.dim(&format!("{}{kind}", one_line(about)));
        lines.push(format!("  {uri:<width$}  {about}"));
    }
}

fn prompts(prompts: &[Value], paint: Paint, lines: &mut Vec<String>) {
    lines.push(format!("{}  {}", paint.bold("prompts"), prompts.len()));
    for prompt in prompts {
        let arguments = prompt.get("arguments").and_then(Value::as_array);
        let arguments = arguments.into_iter().flatten().map(|argument| {
            let is_required = argument.get("required") == Some(&Value::Bool(true));
            format!(
                "{}{}",
                name(argument, "name"),
                if is_required { "" } else { "?" }
            )
        });
        let arguments = one_line(&arguments.collect::<Vec<_>>().join(", "));
        lines.push(format!(
            "  {}({arguments})",
            paint.bold(&one_line(name(prompt, "name")))
        ));
        let about = first_line(name(prompt, "description"));
        lines.extend(about.map(|about| format!("    {}", paint.dim(&about))));
    }
}

fn name<'a>(item: &'a Value, key: &str) -> &'a str {
    item.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn first_line(text: &str) -> Option<String> {
    let line = one_line(text.lines().find(|line| !line.trim().is_empty())?.trim());
    match line.char_indices().nth(ABOUT_LETTERS_MAX) {
        Some((end, _)) => Some(format!(
            "{}…",
            line.get(..end).unwrap_or_default().trim_end()
        )),
        None => Some(line),
    }
}

/// As it is reckoned everywhere here.
const BYTES_PER_TOKEN: usize = 4;
/// As much as leaves the page a table.
const ABOUT_LETTERS_MAX: usize = 110;
/// Names longer than this put their own line out of line, and no other.
const WIDTH_MAX: usize = 48;
