//! What a token says, and whether it may be believed here: issuer, audience, times, kind, holder.
//!
//! The same rules hold for a token that is signed and for what an issuer answers when it is asked about one;
//! [`Evidence`] says which of the two it is.

mod audience;
mod reader;

use serde_json::{Map, Value};

use self::reader::Reader;
use crate::{Algorithm, Rejected, Verified};

/// What is demanded of the tokens of one issuer, and where they say what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The issuer's name, which tokens have to say byte for byte.
    pub issuer: String,
    /// Audiences that are accepted beside the address that was called, byte for byte.
    pub audiences: Vec<String>,
    /// The ways to sign that are accepted; if empty, for each key the way that it says or the usual one.
    pub algorithms: Vec<Algorithm>,
    /// The types of token that are accepted.
    pub types: Types,
    /// Where tokens say what.
    pub names: ClaimNames,
    /// Claims that have to be there with exactly this value.
    pub required: Vec<(String, Value)>,
}

impl Rules {
    /// The usual rules, for the tokens of this issuer.
    #[must_use]
    pub fn of(issuer: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            audiences: Vec::new(),
            algorithms: Vec::new(),
            types: Types::Usual,
            names: ClaimNames::default(),
            required: Vec::new(),
        }
    }
}

/// The types of token (`typ` in the header) that are accepted. Case and `application/` do not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Types {
    /// None said, `JWT` or `at+jwt`.
    Usual,
    /// One of these, and it has to be said.
    Only(Vec<String>),
}

/// Where a token says what. A name is the name of a claim as it stands, or else a path with dots into objects:
/// `realm_access.roles`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimNames {
    /// The scopes, as text with spaces or as a list; if none is named, `scope`, else `scp`.
    pub scopes: Option<String>,
    /// The roles, as a list or as one text, which is one role.
    pub roles: Option<String>,
    /// The tenant.
    pub tenant: Option<String>,
    /// The address for mail. It counts unless `email_verified` is false.
    pub email: String,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            scopes: None,
            roles: None,
            tenant: None,
            email: "email".to_owned(),
        }
    }
}

/// How somebody came to know these claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// They were in a signed token: who signed, for whom and until when have to be said.
    Signed,
    /// The issuer itself said them when it was asked (RFC 7662, 2.2): issuer and end may be left out, as the
    /// question went to the issuer and the answer is of now.
    Asked,
}

/// The claims of one token.
#[derive(Clone, Copy)]
pub(crate) struct Claims<'a> {
    members: &'a Map<String, Value>,
    evidence: Evidence,
}

impl<'a> Claims<'a> {
    pub(crate) const fn new(members: &'a Map<String, Value>, evidence: Evidence) -> Self {
        Self { members, evidence }
    }

    /// What they say, if they are good for `resource` and now. Signatures are somebody else's matter.
    pub(crate) fn verify(
        self,
        rules: &Rules,
        resource: &str,
        now_ms: u64,
    ) -> Result<Verified, Rejected> {
        self.check_issuer(rules)?;
        self.check_kind(rules)?;
        audience::check(self.members.get("aud"), rules, resource)?;
        let expires_at_ms = self.check_times(now_ms)?;
        self.check_required(rules)?;
        let reader = Reader(self.members);
        let names = &rules.names;
        let client = match reader.text("client_id")? {
            Some(client) => Some(client),
            None => reader.text("azp")?,
        };
        let subject = match reader.text("sub")? {
            Some(subject) => subject,
            None if client.is_some() => String::new(),
            None => return Err(claim("sub", "is missing; the token has to say whose it is")),
        };
        let grant = match reader.text("sid")? {
            Some(sign_in) => Some(sign_in),
            None => reader.text("jti")?,
        };
        Ok(Verified {
            issuer: rules.issuer.clone(),
            subject,
            client,
            tenant: reader.named(names.tenant.as_deref())?,
            email: reader.email(&names.email)?,
            roles: reader.roles(names.roles.as_deref())?,
            scopes: reader.scopes(names.scopes.as_deref())?,
            grant,
            expires_at_ms,
            recheck_at_ms: None,
        })
    }

    fn check_issuer(self, rules: &Rules) -> Result<(), Rejected> {
        match (self.members.get("iss"), self.evidence) {
            (None, Evidence::Asked) => Ok(()),
            (None, Evidence::Signed) => Err(claim("iss", "is missing")),
            (Some(Value::String(issuer)), _) if *issuer == rules.issuer => Ok(()),
            (Some(Value::String(issuer)), _) => Err(Rejected::Issuer {
                expected: rules.issuer.clone(),
                got: shown(issuer),
            }),
            (Some(_), _) => Err(claim("iss", "is not text")),
        }
    }

    /// Whether it is an access token, and one that whoever bears it may use.
    fn check_kind(self, rules: &Rules) -> Result<(), Rejected> {
        if self.members.contains_key("cnf") {
            return Err(Rejected::Bound);
        }
        if OF_OTHERS
            .iter()
            .any(|name| self.members.contains_key(*name))
        {
            return Err(Rejected::Kind(
                "it has claims of an ID token or of a notice of an event",
            ));
        }
        for (name, known) in KINDS {
            let is_demanded = rules.required.iter().any(|(demanded, _)| demanded == name);
            let is_known = |kind: &str| known.iter().any(|known| known.eq_ignore_ascii_case(kind));
            match self.members.get(name) {
                None => {}
                Some(_) if is_demanded => {}
                Some(Value::String(kind)) if is_known(kind) => {}
                Some(_) => return Err(Rejected::Kind("it says that it is of another kind")),
            }
        }
        Ok(())
    }

    /// The end, in milliseconds. The end is meant as it is said; the other two may be ahead of our clock by
    /// a minute, for clocks differ.
    fn check_times(self, now_ms: u64) -> Result<u64, Rejected> {
        let expires_at_ms = match (self.time("exp")?, self.evidence) {
            (Some(expires), _) => expires,
            (None, Evidence::Asked) => u64::MAX,
            (None, Evidence::Signed) => {
                return Err(claim("exp", "is missing; a token has to end"));
            }
        };
        if expires_at_ms <= now_ms {
            return Err(Rejected::Expired);
        }
        let issued_at_ms = self.time("iat")?;
        if issued_at_ms.is_some_and(|issued| issued >= expires_at_ms) {
            return Err(claim("iat", "is not before exp"));
        }
        let latest_ms = now_ms.saturating_add(LEEWAY_MS);
        let begins = [issued_at_ms, self.time("nbf")?];
        if begins.into_iter().flatten().any(|begin| begin > latest_ms) {
            return Err(Rejected::NotYet);
        }
        Ok(expires_at_ms)
    }

    /// A NumericDate (RFC 7519, 2), in milliseconds.
    fn time(self, name: &str) -> Result<Option<u64>, Rejected> {
        let Some(value) = self.members.get(name) else {
            return Ok(None);
        };
        let Value::Number(seconds) = value else {
            return Err(claim(name, "is not a number"));
        };
        let range = claim(name, "is not a time in seconds since 1970");
        if let Some(seconds) = seconds.as_u64() {
            return match seconds {
                0..=SECONDS_MAX => Ok(Some(seconds * 1000)),
                _ => Err(range),
            };
        }
        let seconds = seconds.as_f64().ok_or_else(|| range.clone())?;
        std::time::Duration::try_from_secs_f64(seconds)
            .ok()
            .filter(|since| since.as_secs() <= SECONDS_MAX)
            .and_then(|since| u64::try_from(since.as_millis()).ok())
            .map_or(Err(range), |since_ms| Ok(Some(since_ms)))
    }

    fn check_required(self, rules: &Rules) -> Result<(), Rejected> {
        for (name, value) in &rules.required {
            match reader::find(self.members, name) {
                None => return Err(claim(name, "is missing, and is required")),
                Some(found) if found == value => {}
                Some(_) => return Err(claim(name, "has another value than the required one")),
            }
        }
        Ok(())
    }
}

fn claim(name: &str, problem: &'static str) -> Rejected {
    Rejected::Claim {
        name: name.to_owned(),
        problem,
    }
}

/// Text of a stranger for a log: without control characters, and cut.
pub(crate) fn shown(text: &str) -> String {
    let escaped = text.chars().take(SHOWN_MAX).flat_map(char::escape_debug);
    let cut = (text.chars().nth(SHOWN_MAX).is_some()).then_some('…');
    escaped.chain(cut).collect()
}

/// How far the issuer's clock may be ahead of ours.
const LEEWAY_MS: u64 = 60_000;
/// The end of the year 9999: what is later was meant in milliseconds, or is nonsense.
const SECONDS_MAX: u64 = 253_402_300_799;
/// As much of a claim as helps to see what is wrong with it.
const SHOWN_MAX: usize = 200;
/// Claims that only ID tokens have (OpenID Connect Core, 2 and 3.3.2.11), and logout tokens and other notices
/// of events (RFC 8417, 2.2).
const OF_OTHERS: [&str; 5] = ["nonce", "at_hash", "c_hash", "s_hash", "events"];
/// Claims that some issuers tell kinds of token with, and what they say of an access token.
const KINDS: [(&str, &[&str]); 2] = [
    ("token_use", &["access", "access_token"]),
    (
        "typ",
        &["Bearer", "JWT", "at+jwt", "access", "access_token"],
    ),
];
