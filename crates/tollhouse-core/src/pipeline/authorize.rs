//! May this caller use this target? The only place that makes a [`Permit`].

use serde_json::Value;

use crate::{
    Call, Policy, Principal, Refusal, Target,
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

pub(super) fn check<'a>(call: &'a Call, found: &'a Found<'a>) -> Result<Permit<'a>, Refusal> {
    if !may_use(&call.principal, found.policy) {
        return Err(Refusal::Forbidden(found.policy.access.scopes.clone()));
    }
    Ok(Permit {
        principal: &call.principal,
        target: &call.target,
        name: match found.what {
            What::Tool(entry) => &entry.tool.name,
            What::Resource(resource) => &resource.uri,
            What::Template(template) => &template.entry.item.uri_template,
            What::Prompt(prompt) => &prompt.name,
        },
        args: found.variables.as_ref().unwrap_or(&call.args),
    })
}

/// Whether a caller may use what stands under this policy. Lists show, and streams tell of, nothing else.
pub(crate) fn may_use(principal: &Principal, policy: &Policy) -> bool {
    let mut scopes = policy.access.scopes.iter();
    scopes.all(|scope| principal.holds(scope))
}
