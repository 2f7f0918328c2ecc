//! Settings of issuers that make no sense together.

use tollhouse_outbound::OutboundError;

use super::Issuer;
use crate::subject;

/// What is wrong with the settings of issuers, with its mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssuersError {
    /// An issuer without a name that tokens could say.
    #[error("[auth.issuers.{0}] has no issuer; give its URL, as its tokens say it in `iss`")]
    NoUrl(String),
    /// Two issuers that tokens could not be told apart by.
    #[error("[auth.issuers.{first}] and [auth.issuers.{second}] are both {url}; keep one")]
    Twice {
        /// The name of one.
        first: String,
        /// The name of the other.
        second: String,
        /// What both say.
        url: String,
    },
    /// Two issuers that could be asked about the same token.
    #[error(
        "[auth.issuers.{first}] and [auth.issuers.{second}] would be asked about the same tokens; give each a \
         `token_prefix`"
    )]
    SamePrefix {
        /// The name of one.
        first: String,
        /// The name of the other.
        second: String,
    },
    /// Two issuers whose holders could not be told apart.
    #[error(
        "[auth.issuers.{first}] and [auth.issuers.{second}] may know different people by one name; say \
         `subject_prefix` for one of them, such as \"{second}:\""
    )]
    SameSubjects {
        /// The name of one.
        first: String,
        /// The name of the other.
        second: String,
    },
    /// A prefix that makes people look like something else.
    #[error(
        "subject_prefix of [auth.issuers.{0}] is one that this server uses itself; take another"
    )]
    ReservedPrefix(String),
    /// No client to ask as.
    #[error("[auth.issuers.{0}] is asked about tokens, but by nobody; give `client_id`")]
    NoClient(String),
    /// An address that may not be called, or a certificate that cannot be read.
    #[error("[auth.issuers.{name}]: {why}")]
    Outbound {
        /// The issuer.
        name: String,
        /// What is wrong.
        why: OutboundError,
    },
}

pub(super) fn check(issuers: &[Issuer]) -> Result<(), IssuersError> {
    for issuer in issuers {
        check_one(issuer)?;
    }
    let pairs = issuers.iter().enumerate().flat_map(|(index, second)| {
        let before = issuers.iter().take(index);
        before.map(move |first| (first, second))
    });
    for (first, second) in pairs {
        check_pair(first, second)?;
    }
    Ok(())
}

fn check_one(issuer: &Issuer) -> Result<(), IssuersError> {
    let name = || issuer.name.clone();
    if issuer.rules.issuer.is_empty() {
        return Err(IssuersError::NoUrl(name()));
    }
    let prefix = issuer.subject_prefix.as_deref().unwrap_or_default();
    if subject::is_reserved(prefix) {
        return Err(IssuersError::ReservedPrefix(name()));
    }
    match &issuer.introspection {
        Some(asked) if asked.client_id.is_empty() => Err(IssuersError::NoClient(name())),
        _ => Ok(()),
    }
}

fn check_pair(first: &Issuer, second: &Issuer) -> Result<(), IssuersError> {
    let names = || (first.name.clone(), second.name.clone());
    if first.rules.issuer == second.rules.issuer {
        let (first_name, second) = names();
        return Err(IssuersError::Twice {
            first: first_name,
            second,
            url: first.rules.issuer.clone(),
        });
    }
    if first.subject_prefix.is_none() && second.subject_prefix.is_none() {
        let (first, second) = names();
        return Err(IssuersError::SameSubjects { first, second });
    }
    let prefix = |issuer: &Issuer| {
        let asked = issuer.introspection.as_ref()?;
        Some(asked.token_prefix.clone().unwrap_or_default())
    };
    match (prefix(first), prefix(second)) {
        (Some(one), Some(other)) if one == other => {
            let (first, second) = names();
            Err(IssuersError::SamePrefix { first, second })
        }
        _ => Ok(()),
    }
}
