//! `tollhouse audit export`: every record, for other programs.

use std::{
    fs::OpenOptions,
    io::{BufWriter, Error, ErrorKind, Write, stdout},
};

use anyhow::{Context as _, Result};
use serde_json::Value;
use tollhouse_store::State;

use super::record::Wanted;
use crate::{
    arguments::{ExportArguments, ExportFormat},
    client::clean,
    commands::keys::place::Kept,
};

pub(super) async fn export(arguments: &ExportArguments) -> Result<()> {
    let state = Kept::find(&arguments.place)?.there()?;
    let Some(path) = &arguments.output else {
        let written = write(&state, arguments, BufWriter::new(stdout())).await;
        return match written {
            // Whoever closed the pipe has read enough.
            Err(error) if is_closed(&error) => Ok(()),
            written => written,
        };
    };
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path);
    let file = file.with_context(|| format!("cannot write {}", path.display()))?;
    write(&state, arguments, BufWriter::new(file)).await
}

fn is_closed(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<Error>()
        .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

async fn write(state: &State, arguments: &ExportArguments, mut out: impl Write) -> Result<()> {
    let wanted = Wanted::new(&arguments.filter);
    if arguments.format == ExportFormat::Csv {
        write!(out, "{}\r\n", COLUMNS.join(","))?;
    }
    let mut place = 0;
    loop {
        let page = state.audit_after(place).await?;
        let Some(last) = page.last else { break };
        for record in page.records.iter().filter(|record| wanted.is(record)) {
            let line = match arguments.format {
                ExportFormat::Ndjson => clean(&format!("{record}\n")),
                ExportFormat::Csv => row(record),
            };
            out.write_all(line.as_bytes())?;
        }
        place = last;
    }
    out.flush()?;
    Ok(())
}

fn row(record: &Value) -> String {
    let cells = COLUMNS.iter().map(|name| cell(record.get(name)));
    let cells: Vec<_> = cells.collect();
    format!("{}\r\n", cells.join(","))
}

/// A field of a table (RFC 4180). What a program for tables would compute is text.
fn cell(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => return String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => return number.to_string(),
        Some(other) => other.to_string(),
    };
    // A table has no other way to write what would steer a terminal.
    let text = clean(&text);
    let text = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text,
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

const COLUMNS: [&str; 31] = [
    "writer",
    "seq",
    "at",
    "kind",
    "call",
    "subject",
    "who",
    "client",
    "tenant",
    "grant",
    "of",
    "target",
    "definition",
    "effect",
    "status",
    "reason",
    "step",
    "id",
    "duration_us",
    "result_bytes",
    "result_tokens",
    "replayed",
    "confirmed",
    "tainted_until",
    "cut_from",
    "removed",
    "rows",
    "trace",
    "arguments",
    "result",
    "approval",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::cell;

    #[test]
    fn no_cell_breaks_out_of_its_field_or_is_computed() {
        let shown = |value| cell(Some(&value));
        assert_eq!(shown(json!("a,\"b\"\n")), "\"a,\"\"b\"\"\n\"");
        assert_eq!(shown(json!("=1+1")), "'=1+1");
        assert_eq!(shown(json!(-1)), "-1");
        assert_eq!(shown(json!({"a": 1})), "\"{\"\"a\"\":1}\"");
        assert_eq!(cell(None), "");
    }
}
