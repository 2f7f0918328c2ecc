//! `doctor auth-reset`: what clients keep is shown, and nothing is touched.

use std::fs;

use serde_json::Value;

use crate::{client::end, process::command};

#[test]
fn p51_what_clients_keep_is_told_and_stays() {
    let (home, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let kept = home.path().join(".claude");
    fs::create_dir(&kept).unwrap();
    fs::write(kept.join(".credentials.json"), "{\"mcpOAuth\":{}}").unwrap();
    let shown = |words: &[&str]| {
        let mut command = command(home.path(), words);
        for variable in ["CLAUDE_CONFIG_DIR", "CODEX_HOME", "GEMINI_CLI_HOME"] {
            command.env_remove(variable);
        }
        command
            .env("HOME", home.path())
            .env("USERPROFILE", home.path());
        end(command.env("MCP_REMOTE_CONFIG_DIR", own.path()))
    };
    let page = shown(&["doctor", "auth-reset"]);
    let page = &page.ends(0).output;
    for part in [
        "mcpOAuth",
        "codex mcp logout NAME",
        ".gemini/mcp-oauth-tokens.json (not there)",
        "Remove Dynamic Authentication Providers",
        "Nothing was removed",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let document = shown(&["doctor", "auth-reset", "--json"]);
    let rows: Value = serde_json::from_str(&document.ends(0).output).unwrap();
    let row = |client: &str| {
        let mut rows = rows.as_array().unwrap().iter();
        rows.find(|row| row["client"] == client).unwrap().clone()
    };
    assert_eq!(row("mcp-remote")["file"], own.path().display().to_string());
    assert_eq!(row("mcp-remote")["there"], true);
    assert_eq!(row("Claude Code")["there"], true);
    assert_eq!(row("Codex")["there"], false);
    assert!(kept.join(".credentials.json").is_file() && own.path().is_dir());
}
