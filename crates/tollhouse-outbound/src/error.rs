//! Why a request was not made, or came to nothing.

use std::{borrow::Cow, time::Duration};

/// Why there is no response. The text is for whoever runs the server: it says what to mend, and has nothing of a body,
/// a header or a path in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The address cannot be read.
    #[error("this is no URL: write it whole, such as https://auth.example.com/keys")]
    NoUrl,
    /// Neither https nor an http that is allowed.
    #[error("{at} would be called by {scheme}:, which is not done; write https:")]
    Scheme {
        /// The word before the colon.
        scheme: String,
        /// Host and port.
        at: String,
    },
    /// Without TLS.
    #[error(
        "{at} would be called without TLS; write https://, or name http://{at} in `allow` if the network between is \
         yours"
    )]
    Plain {
        /// Host and port.
        at: String,
    },
    /// A name or a password in the URL.
    #[error("the URL for {at} has a user name or a password in it; take it out")]
    UserInfo {
        /// Host and port.
        at: String,
    },
    /// The address is one of a network of one's own, or of this machine.
    #[error("{at} is not a public address{}; name it in `allow` if it is yours", told(.address))]
    NotPublic {
        /// Host and port.
        at: String,
        /// What the host was resolved to, if it is a name.
        address: Option<std::net::IpAddr>,
    },
    /// The address is one that nothing may call.
    #[error("{at} is an address that is never called{}; give another", told(.address))]
    Never {
        /// Host and port.
        at: String,
        /// What the host was resolved to, if it is a name.
        address: Option<std::net::IpAddr>,
    },
    /// The name is not known.
    #[error("{at} was not found; is the name right, and does this machine reach its name server?")]
    NotFound {
        /// Host and port.
        at: String,
    },
    /// Nobody answers, or not in HTTP.
    #[error("{at} cannot be reached: {cause}; is it running, and is nothing in between?")]
    Unreachable {
        /// Host and port.
        at: String,
        /// What the connection says of it.
        cause: String,
    },
    /// Its certificate is not one that is believed.
    #[error(
        "{at} has a certificate that is not trusted here ({cause}); if it is yours, name the certificate that signed \
         it in `ca`"
    )]
    Certificate {
        /// Host and port.
        at: String,
        /// What is wrong with it.
        cause: String,
    },
    /// It took longer than it may.
    #[error("{at} did not answer within {} ms; is it overloaded?", .after.as_millis())]
    Slow {
        /// Host and port.
        at: String,
        /// How long it may take.
        after: Duration,
    },
    /// It answered with more than it may.
    #[error(
        "{at} answered with more than {bytes_max} bytes, which is not what was asked for; is it the right address?"
    )]
    TooLarge {
        /// Host and port.
        at: String,
        /// How much it may be.
        bytes_max: usize,
    },
    /// It said to ask elsewhere.
    #[error(
        "{at} answered with a redirect, which is not followed; give the address that it leads to"
    )]
    Redirect {
        /// Host and port.
        at: String,
    },
    /// A header that cannot be sent.
    #[error("the header {0} has a value that no header can have; look for line breaks in it")]
    Header(Cow<'static, str>),
    /// An exception that cannot be read.
    #[error("`{0}` is no exception; write HOST:PORT, or http://HOST:PORT for one without TLS")]
    NoException(String),
    /// Certificates that cannot be read.
    #[error("`ca` has no certificate in PEM; it begins with -----BEGIN CERTIFICATE-----")]
    NoCertificate,
    /// There is no client, for a reason of this machine.
    #[error(
        "no HTTP client could be made: {0}; does this machine have certificates (package ca-certificates)?"
    )]
    NoClient(String),
}

fn told(address: &Option<std::net::IpAddr>) -> String {
    address.map_or_else(String::new, |address| format!(" (it is at {address})"))
}
