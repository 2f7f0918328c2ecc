//! The README in parts: its fenced blocks, and the lines of those that are for a shell.

use std::{fs, path::Path};

use crate::config::HERE;

/// A fenced block.
pub(super) struct Block {
    /// What stands behind the fence.
    pub(super) kind: String,
    pub(super) text: String,
}

pub(super) fn blocks() -> Vec<Block> {
    let page = fs::read_to_string(Path::new(HERE).join("../../../../README.md")).unwrap();
    // Every second part stands between fences.
    let parts = page.split("```").skip(1).step_by(2);
    let blocks = parts.map(|part| {
        let (kind, text) = part.split_once('\n').unwrap();
        Block {
            kind: kind.to_owned(),
            text: text.to_owned(),
        }
    });
    blocks.collect()
}

pub(super) fn of_kind(kind: &str) -> Vec<String> {
    let blocks = blocks().into_iter().filter(|block| block.kind == kind);
    blocks.map(|block| block.text).collect()
}

/// The lines for a shell, in their order, without what is said beside them.
pub(super) fn shell_lines() -> Vec<String> {
    let texts = of_kind("sh").concat();
    let lines = texts.lines().map(|line| match line.split_once("  #") {
        Some((line, _)) => line.trim_end().to_owned(),
        None => line.to_owned(),
    });
    lines.collect()
}
