//! What somebody else says of a caller, as a principal here.

use tollhouse::{Principal, User};
use tollhouse_oauth::Verified;

use crate::rights::{self, Rights};

/// Who holds a credential that another system vouches for: what that says, and the roles that the user has here besides. Where both name a tenant, that of
/// the credential counts: it was made for that one.
pub(crate) fn holder_of(verified: &Verified, user: Option<&User>, rights: &Rights) -> Principal {
    let roles = user.and_then(|user| user.roles.as_deref());
    let roles = rights::together(verified.roles.as_deref(), roles);
    let scopes = rights.held(verified.scopes.clone(), roles.as_ref());
    let until_ms = verified.recheck_at_ms.unwrap_or(verified.expires_at_ms);
    let mut caller = Principal::new(&verified.subject, scopes)
        .in_roles(roles.into_iter().flatten())
        .until(until_ms.min(verified.expires_at_ms));
    let tenant = verified.tenant.as_deref();
    if let Some(tenant) = tenant.or(user.and_then(|user| user.tenant.as_deref())) {
        caller = caller.of_tenant(tenant);
    }
    if let Some(client) = &verified.client {
        caller = caller.by_client(client);
    }
    if let Some(email) = &verified.email {
        caller = caller.with_email(email);
    }
    match &verified.grant {
        Some(grant) => caller.under_grant(grant),
        None => caller,
    }
}
