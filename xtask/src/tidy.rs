//! The house rules that no lint knows: one rule, one file.
//!
//! How to add a rule: write `tidy/<rule>.rs` with a `check` that returns
//! findings and unit tests on fixture strings; if it needs a table, give it a
//! section here and in `xtask/tidy.toml`; then call it in [`findings`].

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::run;
use finding::Finding;
use tree::Tree;

mod arrows;
mod book;
mod ceilings;
mod crates;
mod eras;
mod finding;
mod homes;
mod layout;
mod links;
mod map;
mod openings;
mod scope;
mod source;
mod tree;
mod wire;
mod workplace;

/// Prints every finding; fails if there is one.
pub(crate) fn run() -> Result<()> {
    let root = run::root()?;
    let text = std::fs::read_to_string(root.join(TABLE)).context(TABLE)?;
    let table: Table = toml::from_str(&text).context(TABLE)?;
    let (tree, mut found) = Tree::read(&root)?;
    found.extend(findings(&tree, &table));
    found.sort();
    for finding in &found {
        println!("{finding}");
    }
    if !found.is_empty() {
        bail!(
            "tidy: {} findings; exceptions stand in {TABLE}",
            found.len()
        );
    }
    Ok(())
}

fn findings(tree: &Tree, table: &Table) -> Vec<Finding> {
    [
        crates::check(tree, &table.crates),
        arrows::check(tree, &table.arrows),
        wire::check(tree, &table.wire),
        homes::check(tree, &table.home),
        ceilings::check(tree, &table.ceilings),
        eras::check(tree, &table.eras),
        openings::check(tree),
        layout::check(tree),
        map::check(tree, &table.map),
        links::check(tree),
        book::check(tree),
        workplace::check(tree, &table.workplace),
    ]
    .concat()
}

/// What `xtask/tidy.toml` says: one section for each rule that needs a table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    crates: crates::Section,
    arrows: Vec<arrows::Section>,
    wire: scope::Scope,
    home: Vec<homes::Section>,
    ceilings: ceilings::Section,
    eras: eras::Section,
    map: map::Section,
    workplace: workplace::Section,
}

const TABLE: &str = "xtask/tidy.toml";

#[cfg(test)]
mod tests {
    use super::{TABLE, Table};

    #[test]
    fn the_table_is_well_formed() {
        let text = std::fs::read_to_string(crate::run::root().unwrap().join(TABLE)).unwrap();
        toml::from_str::<Table>(&text).unwrap();
    }
}
