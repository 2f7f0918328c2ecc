//! What changes in a file, line by line.

use similar::{ChangeTag, TextDiff};

use crate::config::secret;

/// The changed lines with some around them. Lines that may hold secrets of others are not shown; `ours` are the
/// lines that certainly hold none.
pub(crate) fn difference(path: &str, sides: [&str; 2], ours: &str, is_coloured: bool) -> String {
    let [before, after] = sides;
    let lines = TextDiff::from_lines(before, after);
    let bare = |line: &str| line.trim().trim_end_matches(',').to_owned();
    let ours: Vec<String> = ours.lines().map(bare).collect();
    let mut shown = format!("--- {path}\n+++ {path}\n");
    for hunk in lines.unified_diff().context_radius(AROUND).iter_hunks() {
        shown.push_str(&format!("{}\n", hunk.header()));
        for change in hunk.iter_changes() {
            let line = change.value().trim_end_matches(['\r', '\n']);
            let is_hidden = secret::is_suspect(line) && !ours.contains(&bare(line));
            let line = if is_hidden { HIDDEN } else { line };
            let line = match change.tag() {
                ChangeTag::Equal => format!(" {line}"),
                ChangeTag::Delete if is_coloured => format!("\u{1b}[31m-{line}\u{1b}[0m"),
                ChangeTag::Insert if is_coloured => format!("\u{1b}[32m+{line}\u{1b}[0m"),
                ChangeTag::Delete => format!("-{line}"),
                ChangeTag::Insert => format!("+{line}"),
            };
            shown.push_str(&line);
            shown.push('\n');
        }
    }
    shown
}

const AROUND: usize = 2;
const HIDDEN: &str = "  … (not shown)";
