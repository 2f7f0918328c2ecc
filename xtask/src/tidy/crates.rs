//! Which crate may depend on which: arrows point inward, and grab-bag crates are refused.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Table, Value};

use super::finding::Finding;
use super::tree::{File, Tree};

/// Our crates, each with those of ours that it may depend on. Dev-dependencies
/// are free: a test may stand anywhere.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    refused_endings: Vec<String>,
    may_import: BTreeMap<String, Vec<String>>,
}

pub(super) fn check(tree: &Tree, section: &Section) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree
        .files()
        .filter(|file| file.path.ends_with("Cargo.toml"))
    {
        let Some(manifest) = Manifest::parse(file) else {
            findings.push(Finding::new(&file.path, 1, "this is not TOML", "mend it"));
            continue;
        };
        findings.extend(ending(&manifest, section));
        if file.crate_name().is_some() {
            findings.extend(arrows(&manifest, section));
        }
    }
    findings
}

/// A `Cargo.toml`, as far as rules read it.
pub(super) struct Manifest<'a> {
    file: &'a File,
    pub(super) name: String,
    /// Names of the packages that the crate itself needs, tests apart.
    pub(super) packages: Vec<String>,
}

impl<'a> Manifest<'a> {
    pub(super) fn parse(file: &'a File) -> Option<Self> {
        let manifest: Table = file.text.parse().ok()?;
        let name = manifest
            .get("package")
            .and_then(|package| package.get("name"));
        let name = name.and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut packages = dependencies(&manifest);
        let targets = manifest.get("target").and_then(Value::as_table);
        for target in targets.into_iter().flat_map(Table::values) {
            packages.extend(target.as_table().into_iter().flat_map(dependencies));
        }
        Some(Self {
            file,
            name,
            packages,
        })
    }

    /// A finding at the line that names the package.
    pub(super) fn finding(&self, package: &str, wrong: String, cure: String) -> Finding {
        let line = self.file.text.lines().position(|line| {
            line.strip_prefix(package)
                .is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
        });
        Finding::new(
            &self.file.path,
            line.map_or(1, |index| index + 1),
            wrong,
            cure,
        )
    }
}

fn dependencies(table: &Table) -> Vec<String> {
    let mut found = Vec::new();
    for kind in ["dependencies", "build-dependencies"] {
        for (key, value) in table
            .get(kind)
            .and_then(Value::as_table)
            .into_iter()
            .flatten()
        {
            let renamed = value.get("package").and_then(Value::as_str);
            found.push(renamed.unwrap_or(key).to_owned());
        }
    }
    found
}

fn ending(manifest: &Manifest<'_>, section: &Section) -> Option<Finding> {
    let ending = section
        .refused_endings
        .iter()
        .find(|ending| manifest.name.ends_with(*ending))?;
    let wrong = format!("a crate whose name ends in {ending}");
    let cure = "name it after what it holds, or put each thing where it belongs".to_owned();
    Some(manifest.finding("name", wrong, cure))
}

fn arrows(manifest: &Manifest<'_>, section: &Section) -> Vec<Finding> {
    let Some(allowed) = section.may_import.get(&manifest.name) else {
        let wrong = format!("{} has no row in the table of crates", manifest.name);
        let cure = "give it one in xtask/tidy.toml, and a line in ARCHITECTURE.md".to_owned();
        return vec![manifest.finding("name", wrong, cure)];
    };
    let ours = manifest
        .packages
        .iter()
        .filter(|package| section.may_import.contains_key(*package));
    ours.filter(|package| !allowed.contains(package))
        .map(|package| {
            let wrong = format!("{} may not depend on {package}", manifest.name);
            let cure =
                "arrows point inward: return a value, send an event, or move the code".to_owned();
            manifest.finding(package, wrong, cure)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::Section;

    fn check(path: &str, manifest: &str) -> Vec<String> {
        let section: Section = toml::from_str(
            "refused_endings = ['-common']\n[may_import]\ncore = []\nhttp = ['core']\ncli = ['core', 'http']",
        )
        .unwrap();
        let found = super::check(&Tree::of(&[(path, manifest)]), &section);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn arrows_point_inward() {
        let good = "[package]\nname = 'http'\n[dependencies]\ncore.workspace = true\nserde = '1'";
        assert_eq!(check("crates/http/Cargo.toml", good), [""; 0]);
        for dependencies in [
            "[dependencies]\nhttp = { path = '../http' }",
            "[build-dependencies]\nhttp.workspace = true",
            "[dependencies]\nother = { package = 'http', path = '../http' }",
            "[target.'cfg(unix)'.dependencies]\nhttp.workspace = true",
        ] {
            let found = check(
                "crates/core/Cargo.toml",
                &format!("[package]\nname = 'core'\n{dependencies}"),
            );
            assert_eq!(found.len(), 1, "{dependencies}: {found:?}");
            assert!(
                found[0].contains("core may not depend on http"),
                "{found:?}"
            );
        }
    }

    #[test]
    fn tests_may_stand_anywhere() {
        let manifest = "[package]\nname = 'core'\n[dev-dependencies]\nhttp.workspace = true";
        assert_eq!(check("crates/core/Cargo.toml", manifest), [""; 0]);
    }

    #[test]
    fn a_new_crate_needs_a_row() {
        let found = check("crates/new/Cargo.toml", "[package]\nname = 'new'");
        assert!(
            found[0].starts_with("crates/new/Cargo.toml:2: new has no row"),
            "{found:?}"
        );
        assert_eq!(
            check("examples/new/Cargo.toml", "[package]\nname = 'new'"),
            [""; 0]
        );
    }

    #[test]
    fn grab_bags_are_refused() {
        let found = check("examples/a/Cargo.toml", "[package]\nname = 'a-common'");
        assert!(found[0].contains("ends in -common"), "{found:?}");
    }
}
