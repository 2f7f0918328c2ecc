//! What a good token says, and why another is refused.

/// What a token says of its holder, once everything about it was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The issuer, byte for byte as it is configured; empty if another system knows a key.
    pub issuer: String,
    /// Who calls: `sub` as the issuer says it; empty if the token names a client alone.
    pub subject: String,
    /// The client that the token was given to: `client_id`, else `azp`.
    pub client: Option<String>,
    /// The tenant, from the claim that the settings name.
    pub tenant: Option<String>,
    /// The address for mail, unless the issuer says that it is not verified.
    pub email: Option<String>,
    /// The roles, in the order of the token; `None` if it says nothing of roles, which is not the same as none.
    pub roles: Option<Vec<String>>,
    /// The scopes, in the order of the token; `None` if it says nothing of scopes.
    pub scopes: Option<Vec<String>>,
    /// What one sign-in has in common: `sid`, else `jti`.
    pub grant: Option<String>,
    /// When the token ends, in milliseconds since 1970.
    pub expires_at_ms: u64,
    /// When whoever keeps this has to verify the token again, in milliseconds since 1970, if earlier than the end.
    pub recheck_at_ms: Option<u64>,
}

/// Why a token is refused. The text is for the log: it has no part of the token but the claims that it names,
/// which are shown escaped and cut.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejected {
    /// It is no token of the form that was expected.
    #[error("the token is malformed: {0}")]
    Malformed(&'static str),
    /// No configured issuer has this name.
    #[error(
        "no issuer {got} is configured; its name under [auth.issuers] must be this, byte for byte"
    )]
    UnknownIssuer {
        /// What the token says, escaped.
        got: String,
    },
    /// It is signed in a way that is not accepted.
    #[error("the signature is not accepted: {0}")]
    Algorithm(&'static str),
    /// The issuer's keys have none that the token could be signed with.
    #[error("the issuer publishes no key that fits the token; it may have been withdrawn")]
    UnknownKey,
    /// The signature is of something else, or by somebody else.
    #[error("the signature is wrong")]
    Signature,
    /// It is another kind of token.
    #[error(
        "this is no access token: {0}; send the access token that the issuer gave for this server"
    )]
    Kind(&'static str),
    /// It is from another issuer than the one that was asked.
    #[error("the token is of issuer {got}, expected {expected}")]
    Issuer {
        /// The configured issuer.
        expected: String,
        /// What the token says, escaped.
        got: String,
    },
    /// It is meant for somebody else.
    #[error(
        "the token is for {got}, expected {expected}; ask the issuer for a token with this resource"
    )]
    Audience {
        /// The address that was called, and the audiences that are accepted beside it.
        expected: String,
        /// What the token says, escaped.
        got: String,
    },
    /// It has ended.
    #[error("the token has expired; sign in again")]
    Expired,
    /// It is not good yet.
    #[error("the token is not valid yet; compare the clocks of this machine and of the issuer")]
    NotYet,
    /// It is bound to a proof, and came without it.
    #[error(
        "the token is bound to a proof of possession, which is not accepted; ask for a bearer token"
    )]
    Bound,
    /// A claim is missing, of another type, or has another value than is demanded.
    #[error("the claim {name} {problem}")]
    Claim {
        /// The claim's name, as it is configured.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The issuer says that it is not active.
    #[error("the issuer says that the token is not active")]
    Inactive,
    /// The issuer cannot be asked now.
    #[error("the issuer cannot be asked: {0}")]
    Unavailable(String),
}

impl Rejected {
    /// Whether the same token may be good in a moment: nothing was found wrong with it.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}
