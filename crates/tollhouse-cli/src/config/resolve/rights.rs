//! The scopes and roles that a file names.

use std::collections::BTreeMap;

use super::access::{is_named_scope, is_scope};
use crate::{
    config::{codes::Code, problem::Problems, raw},
    rights::{Rights, Scope},
};

pub(super) fn rights(said: &raw::Auth, problems: &mut Problems) -> Rights {
    let known: Vec<&str> = said
        .scopes
        .iter()
        .map(|(name, _)| name.value.as_str())
        .collect();
    let mut scopes = Vec::new();
    for (name, scope) in &said.scopes {
        if let Err(why) = is_scope(&name.value) {
            problems.add(Code::Malformed, name.span, why, SCOPE);
            continue;
        }
        let includes = scope.includes.iter().flatten();
        let includes = includes.filter(|said| is_named_scope(said, (&known, SCOPE), problems));
        scopes.push(Scope {
            name: name.value.clone(),
            text: scope.text.as_ref().map(|said| said.value.trim().to_owned()),
            includes: includes.map(|said| said.value.clone()).collect(),
            is_basic: scope.basic.as_ref().is_some_and(|said| said.value),
        });
    }
    let mut roles = BTreeMap::new();
    for (name, said) in &said.roles {
        if !is_role(&name.value) {
            let text = format!("`{}` is no name of a role", name.value);
            problems.add(
                Code::BadName,
                name.span,
                text,
                "take letters, digits and .:_-/",
            );
            continue;
        }
        let scopes = said.value.iter();
        let scopes = scopes.filter(|said| is_named_scope(said, (&known, SCOPE), problems));
        let scopes = scopes.map(|said| said.value.clone()).collect();
        roles.insert(name.value.clone(), scopes);
    }
    Rights::new(scopes, roles)
}

/// What a role may be called: what issuers call theirs.
pub(crate) fn is_role(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:_-/@+".contains(&byte);
    (1..=ROLE_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_plain)
}

const ROLE_BYTES_MAX: usize = 128;
const SCOPE: &str = "write a name like \"orders:read\"";
