//! All clients: which are here, where they keep their servers, and which of those start this program.

use serde_json::{Value, json};

use crate::install::{
    client::{CLIENTS, Client},
    document, entry,
    keep::Kept,
    place::{Machine, Scope},
};

struct Row {
    client: &'static Client,
    is_here: bool,
    file: Option<String>,
    servers: Vec<String>,
}

pub(super) fn list(machine: &Machine<'_>, is_json: bool) -> String {
    let rows: Vec<Row> = CLIENTS.iter().map(|client| row(client, machine)).collect();
    if is_json {
        let rows = rows.iter().map(|row| {
            json!({
                "client": row.client.id,
                "title": row.client.title,
                "here": row.is_here,
                "file": row.file,
                "installed": row.servers,
            })
        });
        return format!("{:#}\n", Value::Array(rows.collect()));
    }
    let width = rows
        .iter()
        .map(|row| row.client.id.len())
        .max()
        .unwrap_or(0);
    let mut text = format!("{:width$}  here  installed   file\n", "client");
    for row in &rows {
        let here = if row.is_here { "yes" } else { "-" };
        let servers = match row.servers.as_slice() {
            [] => "-".to_owned(),
            names => names.join(","),
        };
        let file = row.file.as_deref().unwrap_or("told in its own window");
        text.push_str(&format!(
            "{:width$}  {here:<4}  {servers:<10}  {file}\n",
            row.client.id
        ));
    }
    text.push_str("\ntollhouse install CLIENT [FILE] shows what would change, and asks.\n");
    text
}

fn row(client: &'static Client, machine: &Machine<'_>) -> Row {
    let place = client.file.as_ref().and_then(|file| {
        let path = machine.file(client, file, Scope::User).ok()?;
        Some((file, path))
    });
    let servers = place.as_ref().and_then(|(file, path)| {
        let kept = Kept::read(path).ok()?;
        let servers = document::servers(kept.text(), file).ok()?;
        let ours = servers
            .into_iter()
            .filter(|(_, value)| entry::starts_us(value));
        Some(ours.map(|(name, _)| name).collect())
    });
    Row {
        client,
        is_here: machine.has(client),
        file: place.map(|(_, path)| path.display().to_string()),
        servers: servers.unwrap_or_default(),
    }
}
