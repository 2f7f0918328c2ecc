//! Wire serde has one home: the core's words are not serialisable.

use super::finding::Finding;
use super::scope::Scope;
use super::tree::Tree;

pub(super) fn check(tree: &Tree, scope: &Scope) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, source) in scope.files(tree) {
        let wired = source.derives.iter().filter(|derive| {
            TRAITS.contains(&derive.name.as_str()) && !source.is_test_line(derive.line)
        });
        findings.extend(wired.map(|derive| {
            let wrong = format!("{} outside the wire types", derive.name);
            let cure = "convert from and to a type in protocol/types";
            Finding::new(&file.path, derive.line, wrong, cure)
        }));
    }
    findings
}

const TRAITS: [&str; 2] = ["Serialize", "Deserialize"];

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::Scope;

    #[test]
    fn only_the_wire_types_serialise() {
        let scope: Scope =
            toml::from_str("crates = ['core']\nplaces = ['crates/core/src/protocol/types/']")
                .unwrap();
        let derive = "#[derive(Serialize)]\nstruct A;";
        let by_hand = "impl<'de> serde::Deserialize<'de> for A {}";
        let in_tests = "#[cfg(test)]\nmod tests {\n#[derive(Serialize)]\nstruct A;\n}";
        let tree = Tree::of(&[
            ("crates/core/src/call.rs", derive),
            ("crates/core/src/hub.rs", by_hand),
            ("crates/core/src/ids.rs", in_tests),
            ("crates/core/src/protocol/types/a.rs", derive),
            ("crates/core/tests/it/main.rs", derive),
            ("crates/other/src/lib.rs", derive),
        ]);
        let found: Vec<String> = super::check(&tree, &scope)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("crates/core/src/call.rs:1: Serialize outside"));
        assert!(found[1].starts_with("crates/core/src/hub.rs:1: Deserialize outside"));
    }
}
