//! One home each: a heavy dependency, the environment, the clock, randomness.

use serde::Deserialize;

use super::crates::Manifest;
use super::finding::Finding;
use super::scope::is_under;
use super::tree::Tree;

/// What is at home somewhere and must not be met elsewhere under `crates/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    what: String,
    /// Packages that no other crate may depend on, tests apart.
    #[serde(default)]
    packages: Vec<String>,
    /// Paths, or parts of paths, that no other file may use, tests apart.
    #[serde(default)]
    paths: Vec<String>,
    /// Crate directories, files, or directories inside a crate.
    places: Vec<String>,
}

pub(super) fn check(tree: &Tree, homes: &[Section]) -> Vec<Finding> {
    homes
        .iter()
        .flat_map(|home| [home.check_manifests(tree), home.check_sources(tree)].concat())
        .collect()
}

impl Section {
    fn check_manifests(&self, tree: &Tree) -> Vec<Finding> {
        let strangers = tree.files().filter(|file| {
            let Some(directory) = file.path.strip_suffix("Cargo.toml") else {
                return false;
            };
            file.crate_name().is_some()
                && !self.places.iter().any(|place| place.starts_with(directory))
        });
        let mut findings = Vec::new();
        for manifest in strangers.filter_map(Manifest::parse) {
            let met = manifest
                .packages
                .iter()
                .filter(|package| self.packages.contains(package));
            findings.extend(met.map(|package| {
                let wrong = format!("{package} in {}", manifest.name);
                manifest.finding(package, wrong, self.cure())
            }));
        }
        findings
    }

    fn check_sources(&self, tree: &Tree) -> Vec<Finding> {
        let wanted: Vec<Vec<&str>> = self
            .paths
            .iter()
            .map(|path| path.split("::").collect())
            .collect();
        let mut findings = Vec::new();
        let strangers = tree
            .product()
            .filter(|(file, _)| file.crate_name().is_some() && !is_under(&file.path, &self.places));
        for (file, source) in strangers {
            let met = source
                .product_paths()
                .filter(|path| wanted.iter().any(|part| contains(&path.segments, part)));
            findings.extend(met.map(|path| {
                let wrong = format!("{} here", path.segments.join("::"));
                Finding::new(&file.path, path.line, wrong, self.cure())
            }));
        }
        findings
    }

    fn cure(&self) -> String {
        format!("{} is at home in {}", self.what, self.places.join(", "))
    }
}

fn contains(segments: &[String], part: &[&str]) -> bool {
    segments.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::Section;

    fn check(files: &[(&str, &str)]) -> Vec<String> {
        #[derive(serde::Deserialize)]
        struct Homes {
            home: Vec<Section>,
        }
        let homes: Homes = toml::from_str(
            "[[home]]\nwhat = 'HTTP'\npackages = ['axum']\nplaces = ['crates/http/']\n\
             [[home]]\nwhat = 'the clock'\npaths = ['Instant::now', 'rand', 'std::env']\nplaces = ['crates/core/src/clock.rs']",
        )
        .unwrap();
        let found = super::check(&Tree::of(files), &homes.home);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_package_has_one_home() {
        let manifest = "[package]\nname = 'core'\n[dependencies]\naxum = '0.8'";
        assert_eq!(
            check(&[
                ("crates/http/Cargo.toml", manifest),
                ("examples/a/Cargo.toml", manifest)
            ]),
            [""; 0]
        );
        assert_eq!(
            check(&[("crates/core/Cargo.toml", manifest)]),
            ["crates/core/Cargo.toml:4: axum in core: HTTP is at home in crates/http/"]
        );
        let dev = "[package]\nname = 'core'\n[dev-dependencies]\naxum = '0.8'";
        assert_eq!(check(&[("crates/core/Cargo.toml", dev)]), [""; 0]);
    }

    #[test]
    fn a_path_has_one_home() {
        for text in [
            "fn a() { Instant::now(); }",
            "fn a() { std::time::Instant::now(); }",
            "use aws_lc_rs::rand::SystemRandom;",
            "use std::{env, fs};",
        ] {
            assert_eq!(
                check(&[("crates/core/src/call.rs", text)]).len(),
                1,
                "{text}"
            );
            for free in [
                "crates/core/src/clock.rs",
                "crates/core/tests/it/main.rs",
                "xtask/src/main.rs",
            ] {
                assert_eq!(check(&[(free, text)]), [""; 0]);
            }
        }
    }

    #[test]
    fn likenesses_and_tests_are_left_alone() {
        for text in [
            "fn a(then: Instant) { operand::b(); let rand = 1; }",
            "#[cfg(test)]\nmod tests { fn a() { Instant::now(); } }",
        ] {
            assert_eq!(check(&[("crates/core/src/call.rs", text)]), [""; 0]);
        }
    }
}
