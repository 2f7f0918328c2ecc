//! `tollhouse doctor auth-reset`: where clients keep what they signed in with. It says what to remove, and removes
//! nothing: most of these files hold the sign-in for other servers too.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::{
    commands::install::change::with_machine,
    exit::USAGE,
    install::place::{Folder, Machine, System},
    log::say,
    print,
};

pub(super) fn auth_reset(as_json: bool) -> ExitCode {
    let rows = with_machine(|machine| Ok(KEPT.iter().map(|kept| row(kept, machine)).collect()));
    let rows: Vec<Row> = match rows {
        Ok(rows) => rows,
        Err(error) => {
            say(&format!("error: {error:#}"));
            return ExitCode::from(USAGE);
        }
    };
    if as_json {
        let rows = rows.iter().map(|row| {
            json!({
                "client": row.client,
                "file": row.file,
                "there": row.is_there,
                "mend": row.mend,
            })
        });
        return print(&format!("{:#}\n", Value::Array(rows.collect())));
    }
    print(&page(&rows))
}

/// What one client keeps.
struct Kept {
    client: &'static str,
    /// A folder, and the path in it; none if it is no file.
    file: Option<(Folder, &'static str)>,
    /// What to do, and what to do on a Mac if that is something else.
    mend: &'static str,
    on_a_mac: Option<&'static str>,
}

struct Row {
    client: &'static str,
    file: Option<String>,
    is_there: bool,
    mend: &'static str,
}

fn row(kept: &Kept, machine: &Machine<'_>) -> Row {
    let path = kept.file.and_then(|(folder, path)| {
        let folder = machine.folder(folder)?;
        Some(if path.is_empty() {
            folder
        } else {
            folder.join(path)
        })
    });
    let is_there = path.as_deref().is_some_and(std::path::Path::exists);
    let own = kept
        .on_a_mac
        .filter(|_| matches!(machine.system, System::Mac) && !is_there);
    Row {
        client: kept.client,
        file: path.map(|path| path.display().to_string()),
        is_there,
        mend: own.unwrap_or(kept.mend),
    }
}

fn page(rows: &[Row]) -> String {
    let mut lines = vec![
        "A client that signed in once shows the same client ID and tokens again, also to a server that no longer \
         knows them."
            .to_owned(),
        String::new(),
    ];
    for row in rows {
        let place = match (&row.file, row.is_there) {
            (Some(file), true) => file.clone(),
            (Some(file), false) => format!("{file} (not there)"),
            (None, _) => "kept by the client itself".to_owned(),
        };
        lines.push(format!("{:<13} {place}", row.client));
        lines.push(format!("{:<13} → {}", "", row.mend));
    }
    lines.extend([
        String::new(),
        "Nothing was removed. Close the client before you do, and sign in again afterwards."
            .to_owned(),
    ]);
    lines.join("\n") + "\n"
}

const KEPT: [Kept; 6] = [
    Kept {
        client: "mcp-remote",
        file: Some((Folder::Own("MCP_REMOTE_CONFIG_DIR", ".mcp-auth"), "")),
        mend: "remove this folder; every server is signed in to anew",
        on_a_mac: None,
    },
    Kept {
        client: "Claude Code",
        file: Some((
            Folder::Own("CLAUDE_CONFIG_DIR", ".claude"),
            ".credentials.json",
        )),
        mend: "in Claude Code, /mcp, the server, Clear authentication; or remove the server's entry below mcpOAuth in \
               this file, and nothing beside it: your own sign-in stands there too",
        on_a_mac: Some(
            "in Claude Code, /mcp, the server, Clear authentication; it is kept in the keychain, below mcpOAuth of \
             \"Claude Code-credentials\"",
        ),
    },
    Kept {
        client: "Codex",
        file: Some((Folder::Own("CODEX_HOME", ".codex"), ".credentials.json")),
        mend: "codex mcp logout NAME; without a keychain it is kept in this file, else as \"Codex MCP Credentials\"",
        on_a_mac: None,
    },
    Kept {
        client: "Gemini CLI",
        file: Some((
            Folder::Own("GEMINI_CLI_HOME", ""),
            ".gemini/mcp-oauth-tokens.json",
        )),
        mend: "remove the server's entry in this file, or the file; then /mcp auth NAME",
        on_a_mac: None,
    },
    Kept {
        client: "VS Code",
        file: None,
        mend: "in the command palette, Authentication: Remove Dynamic Authentication Providers",
        on_a_mac: None,
    },
    Kept {
        client: "Cursor",
        file: None,
        mend: "in the command palette, Cursor: Clear All MCP Tokens; it is all servers at once",
        on_a_mac: None,
    },
];
