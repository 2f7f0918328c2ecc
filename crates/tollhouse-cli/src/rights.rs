//! What callers may do: from the scopes that they were granted and the roles that they are in.
//!
//! Scopes say what a program may do for somebody, roles what that somebody may do. A caller holds a scope that both
//! allow. Where only one of them was said, it alone counts.

use std::collections::{BTreeMap, BTreeSet};

/// The scopes and roles that there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rights {
    scopes: Vec<Scope>,
    /// The scopes that come with each role, and what they include.
    roles: BTreeMap<String, BTreeSet<String>>,
    /// The scopes that come with some role. Others are nobody's by role, so that roles say nothing of them.
    governed: BTreeSet<String>,
}

/// What a scope is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) name: String,
    /// What it lets a caller do, for people to read.
    pub(crate) text: Option<String>,
    /// The scopes that whoever holds it holds too.
    pub(crate) includes: Vec<String>,
    /// Whether clients ask for it when somebody signs in.
    pub(crate) is_basic: bool,
}

impl Rights {
    pub(crate) fn new(scopes: Vec<Scope>, roles: BTreeMap<String, Vec<String>>) -> Self {
        let mut rights = Self {
            scopes,
            ..Self::default()
        };
        let roles = roles.into_iter().map(|(role, scopes)| {
            let all = rights.with_included(scopes);
            (role, all)
        });
        let roles: BTreeMap<_, _> = roles.collect();
        rights.governed = roles.values().flatten().cloned().collect();
        rights.roles = roles;
        rights
    }

    /// The names of all scopes, if they were named.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(|scope| scope.name.as_str())
    }

    /// What a scope lets a caller do, if that was said.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        let scope = self.scopes.iter().find(|scope| scope.name == name)?;
        scope.text.as_deref()
    }

    /// The names of all roles, if they were named.
    pub(crate) fn roles(&self) -> impl Iterator<Item = &str> {
        self.roles.keys().map(String::as_str)
    }

    /// The scopes that clients ask for when somebody signs in, if some were named.
    pub(crate) fn basic(&self) -> Vec<String> {
        let basic = self.scopes.iter().filter(|scope| scope.is_basic);
        basic.map(|scope| scope.name.clone()).collect()
    }

    /// The scopes that a caller holds. `None` means that nothing was said of scopes, or of roles.
    pub(crate) fn held(
        &self,
        scopes: Option<Vec<String>>,
        roles: Option<&BTreeSet<String>>,
    ) -> BTreeSet<String> {
        let by_role = |scope: &String| {
            let roles = roles.into_iter().flatten();
            let mut all = roles.filter_map(|role| self.roles.get(role));
            all.any(|scopes| scopes.contains(scope))
        };
        match scopes {
            None => self
                .governed
                .iter()
                .filter(|scope| by_role(scope))
                .cloned()
                .collect(),
            Some(scopes) => {
                let mut granted = self.with_included(scopes);
                granted.retain(|scope| {
                    roles.is_none() || !self.governed.contains(scope) || by_role(scope)
                });
                granted
            }
        }
    }

    /// These scopes and all that they include.
    fn with_included(&self, scopes: Vec<String>) -> BTreeSet<String> {
        let (mut all, mut left) = (BTreeSet::new(), scopes);
        while let Some(name) = left.pop() {
            if let Some(scope) = self.scopes.iter().find(|scope| scope.name == name) {
                let new = scope.includes.iter().filter(|name| !all.contains(*name));
                left.extend(new.cloned());
            }
            all.insert(name);
        }
        all
    }
}

/// The roles that two say. `None` if neither says anything of roles.
pub(crate) fn together(
    one: Option<&[String]>,
    other: Option<&[String]>,
) -> Option<BTreeSet<String>> {
    if one.is_none() && other.is_none() {
        return None;
    }
    let all = [one, other].into_iter().flatten().flatten();
    Some(all.cloned().collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Rights, Scope};

    fn rights() -> Rights {
        let scope = |name: &str, includes: &[&str]| Scope {
            name: name.to_owned(),
            text: None,
            includes: includes.iter().map(|name| (*name).to_owned()).collect(),
            is_basic: false,
        };
        let scopes = vec![
            scope("read", &[]),
            scope("write", &["read"]),
            // A circle is no reason to go on for ever.
            scope("admin", &["write", "admin"]),
            scope("reports", &[]),
        ];
        let role = |name: &str, scopes: &[&str]| {
            let scopes = scopes.iter().map(|name| (*name).to_owned());
            (name.to_owned(), scopes.collect())
        };
        let roles = [role("viewer", &["read"]), role("editor", &["write"])];
        Rights::new(scopes, roles.into())
    }

    #[test]
    fn rs08_a16_a_caller_holds_what_both_scopes_and_roles_allow() {
        let rights = rights();
        for (scopes, roles, expected) in [
            // A broader scope satisfies a narrower need.
            (Some("write"), None, "read write"),
            (Some("admin"), None, "admin read write"),
            // Where nothing is said of scopes, the roles say all.
            (None, Some("editor"), "read write"),
            (None, Some("viewer editor"), "read write"),
            (None, Some("stranger"), ""),
            (None, None, ""),
            // A program that was granted less does not get more by its user's role.
            (Some("read"), Some("editor"), "read"),
            (Some(""), Some("editor"), ""),
            // Nor does a user in a lower role by what a program was granted.
            (Some("write reports"), Some("viewer"), "read reports"),
            (Some("write"), Some(""), ""),
        ] {
            let words = |text: &str| {
                text.split_whitespace()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            let roles: Option<BTreeSet<String>> =
                roles.map(|roles| words(roles).into_iter().collect());
            let held = rights.held(scopes.map(words), roles.as_ref());
            let held: Vec<String> = held.into_iter().collect();
            assert_eq!(held.join(" "), expected, "{scopes:?} {roles:?}");
        }
    }
}
