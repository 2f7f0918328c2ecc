//! What the environment says of who calls: a key for HTTP, the name of the client over stdio.

use std::{fs::File, io::Read as _, path::Path};

use anyhow::{Context as _, Result, bail};
use tollhouse::Principal;

use super::is_ours;
use crate::secrets::Reference;

/// The key that the environment gives.
pub(crate) struct FromEnvironment {
    pub(crate) reference: Reference,
    /// Whether it was made by `tollhouse keys create`, or was meant to be.
    pub(crate) is_ours: bool,
    /// What is odd about it, if anything.
    pub(crate) warning: Option<String>,
}

impl FromEnvironment {
    /// The variables that it is read from.
    pub(crate) const NAMES: [&str; 2] = [KEY, KEY_FILE];

    /// Reads `MCP_API_KEY`, or the file that `MCP_API_KEY_FILE` names. `None` if neither is set, or
    /// to nothing.
    ///
    /// # Errors
    ///
    /// Both are set, the file cannot be read, or what is there is no key.
    pub(crate) fn read(environment: &dyn Fn(&str) -> Option<String>) -> Result<Option<Self>> {
        let said = |name| environment(name).filter(|text| !text.is_empty());
        let (place, reference, text) = match (said(KEY), said(KEY_FILE)) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => bail!("{KEY} and {KEY_FILE} are both set; unset one of them"),
            (Some(key), None) => (KEY.to_owned(), Reference::Text(key.clone()), key),
            (None, Some(path)) => {
                let text = contents(path.as_ref()).with_context(|| {
                    format!("{KEY_FILE}: cannot read {path}; name a file that this user can read")
                })?;
                let reference = Reference::File(path.clone().into());
                (path, reference, text)
            }
        };
        let key = text.trim_ascii();
        if key.is_empty() {
            bail!("{place} holds no key; write one into it, or unset it");
        }
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            bail!(
                "the key in {place} has characters that a header cannot carry; take letters and digits"
            );
        }
        let warning = (key.len() < CHARS_MIN).then(|| {
            format!(
                "the key in {place} has only {} characters and can be guessed; take a long random one, or make \
                 one with `tollhouse keys create NAME`",
                key.len()
            )
        });
        let is_ours = is_ours(key.as_bytes());
        Ok(Some(Self {
            reference,
            is_ours,
            warning,
        }))
    }
}

/// Who calls with the key of the environment. Whoever set it may do everything, also what the file adds later.
pub(super) fn holder() -> Principal {
    Principal::new(HOLDER, []).holding_all().by_client(KEY)
}

/// Who calls where nobody signs in: whom the file names, or nobody in particular. Whoever that is may do everything
/// that the file asks a scope for, as they could by changing the file.
pub(crate) fn local(user: Option<&str>) -> Principal {
    let caller = user.map_or_else(Principal::anonymous, |user| Principal::new(user, []));
    caller.holding_all()
}

/// The same over stdio, by the client that the environment names.
pub(crate) fn by_stdio(
    local: Principal,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Principal {
    let client = environment(CLIENT).filter(|name| is_name(name));
    local.by_client(client.as_deref().unwrap_or(UNKNOWN))
}

/// A name goes into records, where it must be one short line.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= CLIENT_BYTES_MAX && !name.contains(char::is_control)
}

fn contents(path: &Path) -> Result<String> {
    let mut text = String::new();
    let mut start = File::open(path)?.take(FILE_BYTES_MAX + 1);
    start.read_to_string(&mut text)?;
    if text.len() as u64 > FILE_BYTES_MAX {
        bail!("it is longer than a key");
    }
    Ok(text)
}

const KEY: &str = "MCP_API_KEY";
const KEY_FILE: &str = "MCP_API_KEY_FILE";
const CLIENT: &str = "MCP_CLIENT_ID";
/// The client over stdio that nobody named.
const UNKNOWN: &str = "unknown";
/// Who calls with the key of the environment. No other key can be made for this user.
pub(crate) const HOLDER: &str = "api-key";
const CHARS_MIN: usize = 20;
const CLIENT_BYTES_MAX: usize = 128;
const FILE_BYTES_MAX: u64 = 4096;
