//! Takes texts, scopes and roles out of claims, bounded.

use serde_json::{Map, Value};

use super::claim;
use crate::Rejected;

/// Reads claims of one token.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a Map<String, Value>);

/// The claim of this name: as it stands, for names may have dots in them (`https://example.com/roles`), or else
/// by a path with dots into objects.
pub(super) fn find<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(value) = members.get(name) {
        return Some(value);
    }
    let (first, rest) = name.split_once('.')?;
    match members.get(first)? {
        Value::Object(inner) => find(inner, rest),
        _ => None,
    }
}

impl Reader<'_> {
    /// A claim that is text if it is there: not empty, bounded, without control characters.
    pub(super) fn text(self, name: &str) -> Result<Option<String>, Rejected> {
        match find(self.0, name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Err(claim(name, "is empty")),
            Some(Value::String(text)) if text.len() > TEXT_BYTES_MAX => {
                Err(claim(name, "is longer than 256 bytes"))
            }
            Some(Value::String(text)) if text.chars().any(char::is_control) => {
                Err(claim(name, "has control characters"))
            }
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(claim(name, "is not text")),
        }
    }

    /// The claim that the settings name, if they name one.
    pub(super) fn named(self, name: Option<&str>) -> Result<Option<String>, Rejected> {
        name.map_or(Ok(None), |name| self.text(name))
    }

    /// An address that the issuer does not say to be unverified.
    pub(super) fn email(self, name: &str) -> Result<Option<String>, Rejected> {
        match self.0.get("email_verified") {
            None | Some(Value::Bool(true)) => self.text(name),
            Some(Value::String(said)) if said == "true" => self.text(name),
            Some(_) => Ok(None),
        }
    }

    /// Text is one role, for roles may have spaces.
    pub(super) fn roles(self, name: Option<&str>) -> Result<Option<Vec<String>>, Rejected> {
        let Some(name) = name else {
            return Ok(None);
        };
        let roles = match find(self.0, name) {
            None => return Ok(None),
            Some(Value::String(role)) => several(name, [role.as_str()].into_iter(), is_role),
            Some(Value::Array(roles)) => several(name, texts(name, roles)?.into_iter(), is_role),
            Some(_) => Err(claim(name, "is neither text nor a list")),
        };
        roles.map(Some)
    }

    /// Text is scopes with spaces between them (RFC 6749, 3.3).
    pub(super) fn scopes(self, name: Option<&str>) -> Result<Option<Vec<String>>, Rejected> {
        let name = match name {
            Some(name) => name,
            None if self.0.contains_key("scope") => "scope",
            None => "scp",
        };
        let scopes = match find(self.0, name) {
            None => return Ok(None),
            Some(Value::String(scopes)) => {
                let scopes = scopes.split(' ').filter(|scope| !scope.is_empty());
                several(name, scopes, is_scope)
            }
            Some(Value::Array(scopes)) => several(name, texts(name, scopes)?.into_iter(), is_scope),
            Some(_) => Err(claim(name, "is neither text nor a list")),
        };
        scopes.map(Some)
    }
}

fn texts<'a>(name: &str, values: &'a [Value]) -> Result<Vec<&'a str>, Rejected> {
    let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
    texts.ok_or_else(|| claim(name, "is a list of other things than texts"))
}

/// Each of them once, if all are good.
fn several<'a>(
    name: &str,
    texts: impl Iterator<Item = &'a str>,
    is_good: fn(&str) -> bool,
) -> Result<Vec<String>, Rejected> {
    let mut kept: Vec<String> = Vec::new();
    for (position, text) in texts.enumerate() {
        if position == SEVERAL_MAX {
            return Err(claim(name, "has more than 256 values"));
        }
        if text.len() > WORD_BYTES_MAX {
            return Err(claim(name, "has a value that is longer than 128 bytes"));
        }
        if !is_good(text) {
            return Err(claim(
                name,
                "has a value with characters that none may have",
            ));
        }
        if !kept.iter().any(|known| known == text) {
            kept.push(text.to_owned());
        }
    }
    Ok(kept)
}

fn is_role(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(char::is_control)
}

/// A scope-token (RFC 6749, 3.3).
fn is_scope(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    !text.is_empty() && text.bytes().all(is_plain)
}

/// Longer than any name, id or address.
const TEXT_BYTES_MAX: usize = 256;
/// More scopes or roles than anybody gives one caller.
const SEVERAL_MAX: usize = 256;
/// Longer than any scope or role.
const WORD_BYTES_MAX: usize = 128;
