//! Secrets that are known, in every form in which they could be written.

use std::{borrow::Cow, collections::BTreeSet};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::MASK;
use crate::fence::defang;

/// Secrets, and what finds them.
#[derive(Debug, Default)]
pub(super) struct Known {
    secrets: BTreeSet<String>,
    /// None where nothing is known.
    finder: Option<AhoCorasick>,
}

impl Known {
    pub(super) fn is_empty(&self) -> bool {
        self.finder.is_none()
    }

    pub(super) fn has(&self, secret: &str) -> bool {
        self.secrets.contains(secret)
    }

    /// The same with one more. Of very many, the oldest are kept: what is exchanged often is short-lived.
    pub(super) fn with(&self, secret: &str) -> Self {
        let mut secrets = self.secrets.clone();
        if secrets.len() < SECRETS_MAX {
            secrets.insert(secret.to_owned());
        }
        let forms: BTreeSet<String> = secrets.iter().flat_map(|secret| forms(secret)).collect();
        // The longest first, so that a mask leaves no rest of a longer secret.
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&forms);
        Self {
            secrets,
            finder: finder.ok(),
        }
    }

    pub(super) fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Some(finder) = &self.finder else {
            return text.into();
        };
        let mut out = String::new();
        let mut from = 0;
        for found in finder.find_iter(text) {
            out.push_str(text.get(from..found.start()).unwrap_or_default());
            out.push_str(MASK);
            from = found.end();
        }
        if from == 0 {
            return text.into();
        }
        out.push_str(text.get(from..).unwrap_or_default());
        out.into()
    }
}

/// How a secret could be written.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    // In what others wrote, links have lost their force before anybody looks for secrets.
    let mut harmless = secret.to_owned();
    defang(&mut harmless, &[]);
    forms.push(harmless);
    let lower: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    forms.push(lower.to_ascii_uppercase());
    forms.push(lower);
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    // As browsers and as form fields write it, besides.
    forms.push(
        percent
            .replace("%2D", "-")
            .replace("%2E", ".")
            .replace("%5F", "_")
            .replace("%7E", "~"),
    );
    forms.push(percent.replace("%20", "+"));
    forms.push(percent.to_ascii_lowercase());
    forms.push(percent);
    let quoted = serde_json::Value::from(secret).to_string();
    forms.extend(
        quoted
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .map(str::to_owned),
    );
    for before in 0..3 {
        let standard = inside(secret, before);
        forms.push(standard.replace('+', "-").replace('/', "_"));
        forms.push(standard);
    }
    forms.retain(|form| form.len() >= FORM_BYTES_MIN);
    forms
}

/// The part of a Base64 text that stays the same whatever stands around the secret, behind so many bytes.
fn inside(secret: &str, before: usize) -> String {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(secret.as_bytes());
    let text = BASE64_STANDARD_NO_PAD.encode(&bytes);
    let from = (before * 8).div_ceil(6);
    let to = bytes.len() * 8 / 6;
    text.get(from..to).unwrap_or_default().to_owned()
}

const SECRETS_MAX: usize = 1000;
/// Shorter forms stand in texts by chance.
const FORM_BYTES_MIN: usize = 6;
