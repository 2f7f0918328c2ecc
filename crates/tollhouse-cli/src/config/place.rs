//! Where something was said, found again by its key.

use super::{
    Config,
    files::Span,
    json,
    node::{Node, Value},
    problem::Problems,
    toml,
};

impl Config {
    /// The place of a key, as `FILE:LINE:COLUMN`; `None` if nobody wrote it.
    pub(crate) fn place(&self, keys: &[&str]) -> Option<String> {
        let files = (0..).map_while(|number| {
            let whole = Span::new(number, &(0..0));
            Some((number, self.files.get(whole)?))
        });
        for (number, file) in files {
            // What is wrong with it was told before.
            let problems = &mut Problems::default();
            let is_json = file.path.extension().is_some_and(|it| it == "json");
            let tree = if is_json {
                json::read(&file.text, number, problems)
            } else {
                toml::read(&file.text, number, problems)
            };
            if let Some(span) = find(&tree, keys) {
                let (line, column) = file.position(span.start);
                return Some(format!("{}:{line}:{column}", file.path.display()));
            }
        }
        None
    }
}

/// The place of the last of these keys, each of which stands in the table of the one before.
fn find(tree: &Node, keys: &[&str]) -> Option<Span> {
    let (first, rest) = keys.split_first()?;
    let Value::Table(table) = &tree.value else {
        return None;
    };
    let (name, value) = table.0.iter().find(|(name, _)| name.value == *first)?;
    if rest.is_empty() {
        Some(name.span)
    } else {
        find(value, rest)
    }
}
