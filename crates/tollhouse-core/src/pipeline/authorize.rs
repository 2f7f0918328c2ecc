//! May this caller use this target? The only place that makes a [`Permit`].

use serde_json::Value;

use crate::{
    Access, Call, Policy, Principal, Refusal, Target,
    toolset::{Found, What},
};

/// Proof that authorisation said yes to one call.
///
/// A source demands one, and only this file can make one, so there is no second way to a source:
///
/// ```
/// fn who(permit: &tollhouse_core::Permit<'_>) -> String {
///     permit.principal().subject().to_owned()
/// }
/// ```
///
/// ```compile_fail,E0451
/// fn forge(principal: &tollhouse_core::Principal) -> tollhouse_core::Permit<'_> {
///     tollhouse_core::Permit { principal, target: todo!(), name: "", args: todo!() }
/// }
/// ```
#[derive(Debug)]
pub struct Permit<'a> {
    principal: &'a Principal,
    target: &'a Target,
    name: &'a str,
    args: &'a Value,
}

impl Permit<'_> {
    /// Who was let through.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        self.principal
    }

    /// To what: for a resource under a template, its concrete URI.
    #[must_use]
    pub fn target(&self) -> &Target {
        self.target
    }

    /// The name, URI or URI template under which the source offered it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name
    }

    /// With which arguments: an object that fits the schema; for a template, its variables.
    #[must_use]
    pub fn args(&self) -> &Value {
        self.args
    }
}

/// What the rules of a target say of one caller. Who is kept out by more than one of them is kept out by the
/// one that tells less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict<'a> {
    /// It may use the target.
    Yes,
    /// It may not now, but could come back with these scopes, which are all that the target needs.
    Lacks(&'a [String]),
    /// For this caller there is no such target.
    Hidden,
}

/// What these rules say of this caller. Every way to a target asks here, and nowhere else.
pub(crate) fn judge<'a>(principal: &Principal, access: &'a Access) -> Verdict<'a> {
    if principal.holds_all() {
        return Verdict::Yes;
    }
    if hides(principal, access).is_some() {
        return Verdict::Hidden;
    }
    let mut scopes = access.scopes.iter();
    if scopes.all(|scope| principal.holds(scope)) {
        Verdict::Yes
    } else {
        Verdict::Lacks(&access.scopes)
    }
}

/// The rule that hides what stands under these from this caller, by its key in a file.
pub(super) fn hides(principal: &Principal, access: &Access) -> Option<&'static str> {
    let in_a_role = access.roles.iter().any(|role| principal.is_in(role));
    let by_a_client = principal.client().is_some_and(|id| {
        let mut clients = access.clients.iter();
        clients.any(|client| client == id || host(id).is_some_and(|host| is_host(client, host)))
    });
    if access.known && !principal.is_known() {
        Some("scope")
    } else if !access.roles.is_empty() && !in_a_role {
        Some("roles")
    } else if !access.clients.is_empty() && !by_a_client {
        Some("clients")
    } else {
        None
    }
}

/// Whether a caller may use what stands under this policy. Lists show, and streams tell of, nothing else.
pub(crate) fn may_use(principal: &Principal, policy: &Policy) -> bool {
    judge(principal, &policy.access) == Verdict::Yes
}

/// Lets a caller through to a target that exists, or says why not in the words for the caller.
pub(crate) fn admits(
    principal: &Principal,
    target: &Target,
    policy: &Policy,
) -> Result<(), Refusal> {
    match judge(principal, &policy.access) {
        Verdict::Yes => Ok(()),
        Verdict::Lacks(scopes) => Err(Refusal::Forbidden(scopes.to_vec())),
        Verdict::Hidden => Err(Refusal::unknown(target)),
    }
}

pub(super) fn check<'a>(call: &'a Call, found: &'a Found<'a>) -> Result<Permit<'a>, Refusal> {
    admits(&call.principal, &call.target, found.policy)?;
    Ok(Permit {
        principal: &call.principal,
        target: &call.target,
        name: match found.what {
            What::Tool(entry) => &entry.tool.name,
            What::Resource(resource) => &resource.uri,
            What::Template(template) => &template.entry.item.uri_template,
            What::Prompt(prompt) => &prompt.name,
        },
        args: found.args.as_ref().unwrap_or(&call.args),
    })
}

/// The host, with a port if one is said, of a client id that is an https URL (Client ID Metadata Documents).
/// What could be read in two ways, such as a name before an `@`, has none.
fn host(client_id: &str) -> Option<&str> {
    let rest = client_id.strip_prefix("https://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    (!host.is_empty() && host.chars().all(is_plain)).then_some(host)
}

/// Hosts have no case.
fn is_host(client: &str, host: &str) -> bool {
    client.eq_ignore_ascii_case(host)
}
