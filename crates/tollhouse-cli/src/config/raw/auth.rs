//! What is said of who may call.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use crate::config::{
    fields::Named,
    files::{Said, Span},
};

/// Who may call.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Auth {
    /// How callers show who they are: one way, or several in a list. Else `none`.
    #[schemars(with = "Option<Ways>")]
    pub(crate) mode: Vec<Said<Mode>>,
    /// The headers that a key may come in. Else `Authorization`, as `Bearer KEY`, and `x-api-key`.
    pub(crate) headers: Option<Vec<Said<String>>>,
    /// The key of whoever may do everything, in place of `MCP_API_KEY`: `env:NAME`, `file:PATH` or `exec:COMMAND`.
    pub(crate) key: Option<Said<String>>,
    /// Who issues tokens for this server, by names of your own.
    #[schemars(with = "Option<BTreeMap<String, Issuer>>")]
    pub(crate) issuers: Named<Issuer>,
    /// Keys that another system keeps.
    pub(crate) lookup: Option<Lookup>,
    /// The scopes, each with what it lets a caller do, for people to read. Where there are some, others are mistakes.
    #[schemars(with = "Option<BTreeMap<String, ScopeForm>>")]
    pub(crate) scopes: Named<Scope>,
    /// The roles, each with the scopes that come with it. Where there are some, others are mistakes.
    #[schemars(with = "Option<BTreeMap<String, Vec<String>>>")]
    pub(crate) roles: Named<Said<Vec<Said<String>>>>,
}

/// How callers show who they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// Not at all: whoever reaches the server may call, and only this machine reaches it.
    #[default]
    None,
    /// By a key: of `tollhouse keys`, the one in `MCP_API_KEY`, or of `[auth.lookup]`.
    Keys,
    /// By a token of one of `[auth.issuers]`.
    External,
}

/// One way, or several.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is of use")]
pub(crate) enum Ways {
    /// One.
    One(Mode),
    /// Several.
    Many(Vec<Mode>),
}

/// Somebody else's authorization server, whose tokens are good here.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Issuer {
    /// What its tokens call it, `iss`: `https://acme.authkit.app`. Its keys are found from there.
    #[schemars(required)]
    pub(crate) url: Option<Said<String>>,
    /// What tokens are made for, `aud`, besides the `public_url`: the id of a client or of an API.
    #[schemars(with = "Option<TextOrTexts>")]
    pub(crate) audience: Option<Vec<Said<String>>>,
    /// Where its keys are. Else its metadata says it.
    pub(crate) jwks: Option<Said<String>>,
    /// Where it is asked about tokens that say nothing themselves (RFC 7662); `true` for what its metadata says.
    #[schemars(with = "Option<UrlOrTrue>")]
    pub(crate) introspection: Option<Said<Introspection>>,
    /// The id that this server has there, for introspection.
    pub(crate) client_id: Option<Said<String>>,
    /// Its secret: `env:NAME`, `file:PATH` or `exec:COMMAND`, read again while the server runs.
    pub(crate) client_secret: Option<Said<String>>,
    /// How long an answer of introspection is good. Else a second, which is how soon a revoked token ends.
    pub(crate) cache: Option<Said<String>>,
    /// Whether it is asked about signed tokens too, so that these end when they are revoked. Else they are good until
    /// their time is up.
    pub(crate) ask_signed: Option<Said<bool>>,
    /// How its tokens begin that say nothing themselves, where several issuers have such.
    pub(crate) token_prefix: Option<Said<String>>,
    /// The signatures that it makes. Else what its keys say.
    pub(crate) algorithms: Option<Vec<Said<String>>>,
    /// The type that its tokens must say, `typ`. Else `at+jwt`, `JWT` or none.
    pub(crate) typ: Option<Said<String>>,
    /// What stands before its subjects, so that nobody there is taken for somebody else's user of the same name.
    pub(crate) subject_prefix: Option<Said<String>>,
    /// Where its tokens say what.
    pub(crate) claims: Option<Claims>,
    /// What its tokens must say, by claim: `tid = "…"`.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub(crate) require: Named<Said<String>>,
    /// A file with the certificate authority of its TLS, in PEM, where that is one of your own.
    pub(crate) ca: Option<Said<String>>,
    /// Addresses, as `host:port`, that may be asked though they are private, besides the issuer's own. With `http://`
    /// before it, without TLS.
    pub(crate) allow: Option<Vec<Said<String>>>,
}

/// Where tokens say what. A dot leads inwards: `realm_access.roles`.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Claims {
    /// What they may do. Else `scope`, or `scp`.
    pub(crate) scopes: Option<Said<String>>,
    /// As what. Else `roles`.
    pub(crate) roles: Option<Said<String>>,
    /// For which organisation. Else none.
    pub(crate) tenant: Option<Said<String>>,
    /// Under which address. Else `email`.
    pub(crate) email: Option<Said<String>>,
}

/// Keys that another system keeps: asked for in a database, or at a URL.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Lookup {
    /// The source of `sql`.
    pub(crate) source: Option<Said<String>>,
    /// A query for the one row of a key, by `:key_sha256` (hexadecimal) or `:key`. Its columns: `subject`, and if there
    /// are such `scopes`, `roles`, `tenant`, `client` and `expires_at`.
    pub(crate) sql: Option<Said<String>>,
    /// Where to ask, by POST of `{"key": …}`. The answer is an object with the same members; 404 if there is no such key.
    pub(crate) url: Option<Said<String>>,
    /// What to ask with, behind `Authorization: Bearer`: `env:NAME`, `file:PATH` or `exec:COMMAND`.
    pub(crate) token: Option<Said<String>>,
    /// Addresses, as `host:port`, that may be asked though they are private, besides that of `url`. With `http://`
    /// before it, without TLS.
    pub(crate) allow: Option<Vec<Said<String>>>,
    /// Where it stands.
    #[schemars(skip)]
    pub(crate) span: Span,
}

/// What a scope is.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Scope {
    /// What it lets a caller do, for people to read.
    pub(crate) text: Option<Said<String>>,
    /// The scopes that whoever holds it holds too.
    pub(crate) includes: Option<Vec<Said<String>>>,
    /// Whether clients ask for it when somebody signs in. Else they ask for what reading needs.
    pub(crate) basic: Option<Said<bool>>,
}

/// What a scope is: its text, or more.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is of use")]
pub(crate) enum ScopeForm {
    /// What it lets a caller do, for people to read.
    Text(String),
    /// More than that.
    Table(Scope),
}

/// Where to ask about tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Introspection {
    /// Where the issuer's metadata says, or nowhere.
    Found(bool),
    /// Here.
    At(String),
}

/// A URL, or true.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is of use")]
pub(crate) enum UrlOrTrue {
    /// The one that the metadata names.
    Found(bool),
    /// This one.
    At(String),
}

/// A text, or several.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is of use")]
pub(crate) enum TextOrTexts {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}
