//! What is to be written, before anything is.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context as _, Result};
use tollhouse_sources::sql::TableSketch;

use super::tables;
use crate::pack::{self, Pack};

/// Files to be made, and lines that keep others out of a repository.
#[derive(Debug)]
pub(crate) struct Draft {
    /// The configuration's file.
    pub(crate) config: String,
    /// Each file's name and text, the configuration first.
    pub(crate) files: Vec<(String, String)>,
    /// Lines for `.gitignore`.
    pub(crate) ignored: Vec<&'static str>,
}

impl Draft {
    /// A pack's files. A name is also the server's.
    pub(crate) fn of_pack(pack: Pack, name: Option<&str>) -> Result<Self> {
        let config = pack.file(pack::CONFIG).map(bare).unwrap_or_default();
        let first = match name {
            Some(name) => (format!("{name}.toml"), renamed(&config, name)?),
            None => (pack::CONFIG.to_owned(), config),
        };
        let rest = pack
            .files()
            .iter()
            .filter(|(file, _)| *file != pack::CONFIG);
        let rest = rest.map(|(file, text)| ((*file).to_owned(), bare(text)));
        let files = [first].into_iter().chain(rest).collect();
        Ok(Self::with(
            files,
            vec![".env", ".tollhouse/", "*.db", "*.db-*"],
        ))
    }

    /// A configuration for these tables of a database.
    pub(crate) fn of_database(
        database: &Path,
        sketches: &[TableSketch],
        name: Option<&str>,
    ) -> Self {
        let text = tables::config(database, sketches, name);
        let file = name.map_or_else(|| pack::CONFIG.to_owned(), |name| format!("{name}.toml"));
        Self::with(vec![(file, text)], vec![".env", ".tollhouse/"])
    }

    fn with(mut files: Vec<(String, String)>, ignored: Vec<&'static str>) -> Self {
        let config = files.first().map(|(file, _)| file.clone());
        let config = config.unwrap_or_default();
        let environment = environment(&config, &files);
        files.push((ENVIRONMENT.to_owned(), environment));
        Self {
            config,
            files,
            ignored,
        }
    }
}

/// A pack's text without the line that says where the schema lies: that is another place for everybody.
fn bare(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("#:schema"));
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    text.trim_start().to_owned()
}

/// The configuration with this as the server's name; all else stays as it is written.
fn renamed(text: &str, name: &str) -> Result<String> {
    let mut document: toml_edit::DocumentMut =
        text.parse().context("the pack's file is not TOML")?;
    if let Some(server) = document
        .get_mut("server")
        .and_then(toml_edit::Item::as_table_like_mut)
    {
        server.insert("name", toml_edit::value(name));
    }
    Ok(document.to_string())
}

/// The variables that the files read, each with what stands in for it.
fn environment(config: &str, files: &[(String, String)]) -> String {
    let mut text = format!(
        "# Variables that {config} reads. Set them where the server starts; no file of this kind is read by itself.\n"
    );
    let texts = files.iter().filter(|(file, _)| file.ends_with(".toml"));
    let mut variables = BTreeMap::new();
    for (_, text) in texts {
        for part in text.split("${").skip(1) {
            let inside = part.split('}').next().unwrap_or_default();
            let (name, default) = inside.split_once(":-").unwrap_or((inside, ""));
            variables.insert(name, default);
        }
    }
    for (name, default) in variables {
        text.push_str(&format!("{name}={default}\n"));
    }
    text.push_str("# The key that callers show, with [auth] mode = \"keys\".\n# MCP_API_KEY=\n");
    text
}

/// What is there to be copied by whoever sets variables by a file.
pub(crate) const ENVIRONMENT: &str = ".env.example";
