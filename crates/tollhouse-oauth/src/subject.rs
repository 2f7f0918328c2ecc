//! Under which name a holder is known here, whatever issuers say.

use crate::{Rejected, Verified};

/// The names of one issuer's holders.
#[derive(Clone, Debug)]
pub(crate) struct Subjects {
    /// Stands before every name.
    pub(crate) prefix: String,
    /// What stands before the names of other issuers, which this one must not be able to say.
    pub(crate) others: Vec<String>,
}

impl Subjects {
    /// The same with the name that the holder has here. A program that holds a token of its own is not a person of the
    /// same name (RFC 9700, 4.15): its name begins in a way that no person's does.
    pub(crate) fn name(&self, verified: Verified) -> Result<Verified, Rejected> {
        let said = &verified.subject;
        let own = own_client(&verified);
        let known = format!("{}{}", self.prefix, own.unwrap_or(said));
        if known.len() == self.prefix.len() {
            return Err(wrong("is missing"));
        }
        // Of two prefixes that both fit, the longer one is meant.
        let is_longer = |other: &&String| other.len() > self.prefix.len();
        let mut longer = self.others.iter().filter(is_longer);
        if longer.any(|other| known.starts_with(other)) {
            return Err(wrong("begins as the names of another issuer do"));
        }
        let subject = match own {
            Some(_) => format!("{CLIENT}{known}"),
            None if is_reserved(&known) || is_reserved(said) => {
                return Err(wrong("is a name that this server gives itself"));
            }
            None => known,
        };
        if subject.len() > SUBJECT_BYTES_MAX {
            return Err(wrong("is longer than 256 bytes"));
        }
        if subject.chars().any(char::is_control) {
            return Err(wrong("has control characters"));
        }
        Ok(Verified {
            subject,
            ..verified
        })
    }
}

/// The client, if the token was given to it for itself: the issuer names it as its own holder, or nobody.
fn own_client(verified: &Verified) -> Option<&str> {
    let client = verified.client.as_deref().filter(|it| !it.is_empty())?;
    let said = verified.subject.as_str();
    // The last is how Auth0 says it.
    let is_own = said.is_empty() || said == client || said.strip_suffix("@clients") == Some(client);
    is_own.then_some(client)
}

/// Names that mean something else here than a person whom an issuer knows.
pub(crate) fn is_reserved(subject: &str) -> bool {
    matches!(subject, "anonymous" | "api-key")
        || subject.starts_with("key:")
        || subject.starts_with(CLIENT)
}

fn wrong(problem: &'static str) -> Rejected {
    Rejected::Claim {
        name: "sub".to_owned(),
        problem,
    }
}

const CLIENT: &str = "client:";
const SUBJECT_BYTES_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::{Subjects, Verified};

    fn named(prefix: &str, subject: &str, client: Option<&str>) -> Option<String> {
        let subjects = Subjects {
            prefix: prefix.to_owned(),
            others: vec!["b:".to_owned()],
        };
        let verified = Verified {
            issuer: String::new(),
            subject: subject.to_owned(),
            client: client.map(str::to_owned),
            tenant: None,
            email: None,
            roles: None,
            scopes: None,
            grant: None,
            expires_at_ms: 0,
            recheck_at_ms: None,
        };
        let named = subjects.name(verified);
        named.ok().map(|verified| verified.subject)
    }

    #[test]
    fn w39_a_client_is_never_a_person_of_the_same_name() {
        for (subject, client, expected) in [
            ("alice", Some("app"), "alice"),
            ("alice", None, "alice"),
            ("app", Some("app"), "client:app"),
            ("", Some("app"), "client:app"),
            ("app@clients", Some("app"), "client:app"),
            // A person may choose such a name; it does not make the person a client.
            ("app@clients", Some("other"), "app@clients"),
            ("app@clients", None, "app@clients"),
        ] {
            assert_eq!(named("", subject, client).as_deref(), Some(expected));
        }
        assert_eq!(named("a:", "1", None).as_deref(), Some("a:1"));
        assert_eq!(named("a:", "b:1", None).as_deref(), Some("a:b:1"));
        assert_eq!(named("b:c", "1", None).as_deref(), Some("b:c1"));
        assert_eq!(named("a:", "x", Some("x")).as_deref(), Some("client:a:x"));
    }

    #[test]
    fn w39_names_that_mean_something_else_here_are_refused() {
        let long = "x".repeat(257);
        for subject in [
            "",
            "anonymous",
            "api-key",
            "key:1",
            "client:app",
            "b:1",
            "a\nb",
            "a\u{85}b",
            &long,
        ] {
            assert_eq!(named("", subject, None), None, "{subject:?}");
        }
        assert_eq!(named("b", ":1", None), None);
        assert_eq!(named("", "b:x", Some("b:x")), None);
        assert_eq!(named("", "", Some("")), None);
        assert_eq!(named("key", ":1", None), None);
        assert_eq!(named("p", &"x".repeat(256), None), None);
        assert!(named("", &"x".repeat(256), None).is_some());
    }
}
