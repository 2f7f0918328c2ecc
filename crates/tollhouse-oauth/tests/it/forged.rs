//! Tokens that are not what they seem. Each is refused, for its own reason.

mod claims;
mod form;
mod header;
mod keys;
mod signature;

use tollhouse_oauth::{KeySet, Rejected, Rules};

use crate::forge::{ISSUER, Signer, key_set, payload, verify};

/// An issuer with two keys, and somebody else with one.
struct House {
    rsa: Signer,
    ec: Signer,
    forger: Signer,
    keys: KeySet,
}

impl House {
    fn new() -> Self {
        let (rsa, ec) = (Signer::rsa("rsa", "RS256"), Signer::ec("ec", "ES256"));
        let keys = key_set(&[rsa.jwk(), ec.jwk()]);
        let forger = Signer::rsa("forger", "RS256");
        Self {
            rsa,
            ec,
            forger,
            keys,
        }
    }

    /// Every one of these is refused for this reason, while good ones are not.
    fn refuses(&self, reason: &str, forged: &[(&str, String)]) {
        let rules = Rules::of(ISSUER);
        for signer in [&self.rsa, &self.ec] {
            verify(&signer.token(&payload()), &rules, &self.keys).unwrap();
        }
        for (what, token) in forged {
            let Err(refused) = verify(token, &rules, &self.keys) else {
                panic!("{what} is taken");
            };
            let shown = format!("{refused:?}");
            assert!(shown.starts_with(reason), "{what}: {shown}");
            assert_is_discreet(&refused, token);
        }
    }

    /// A good token of the issuer in its three parts.
    fn parts(&self) -> (String, String, String) {
        parts(&self.rsa.token(&payload()))
    }
}

/// No reason has a part of the token in it.
fn assert_is_discreet(refused: &Rejected, token: &str) {
    let told = format!("{refused} {refused:?}");
    let is_told = |part: &str| part.len() > 8 && told.contains(part);
    assert!(!token.split('.').any(is_told), "{told}");
}

fn parts(token: &str) -> (String, String, String) {
    let mut parts = token.split('.').map(str::to_owned);
    let mut next = || parts.next().unwrap();
    (next(), next(), next())
}
