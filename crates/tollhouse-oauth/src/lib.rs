//! Verifies the access tokens that outside issuers sign, for a server that is a protected resource.
//!
//! A token is text of a stranger until its signature, its issuer, its audience and its times are good.
//! What remains is a [`Verified`]; everything else is a [`Rejected`], which says why to whoever runs the
//! server and nothing to whoever sent it.

mod claims;
mod discovery;
mod elsewhere;
mod flight;
mod introspection;
mod issuer;
mod json;
mod jwks;
mod jwt;
mod kept;
mod recent;
mod subject;
mod surroundings;
mod turns;
mod verified;
mod warm;

pub use claims::{ClaimNames, Rules, Types};
pub use elsewhere::{Elsewhere, WebDirectory};
pub use introspection::{ClientAuth, Introspection, Secret};
pub use issuer::{Issuer, Issuers, IssuersError};
pub use jwt::{Algorithm, KeySet, NotKeys, Token};
pub use verified::{Rejected, Verified};
pub use warm::Warm;
