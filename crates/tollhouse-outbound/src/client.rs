//! The client: one verb, and the limits it keeps.

use std::{error::Error, io, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use reqwest::{Certificate, Client, redirect::Policy};
use tokio::time::timeout;

use crate::{
    Exception, Lookup, OutboundError, Request, Response,
    resolver::{Guard, Machine, NotFound},
    target::{Denied, Reach, Target},
};

/// What a client may do, and how much of it.
#[derive(Clone, Debug)]
pub struct Options {
    /// What may be called although it is not public.
    pub exceptions: Vec<Exception>,
    /// Certificates in PEM that are believed beside those of this machine.
    pub certificates: Option<Vec<u8>>,
    /// How long a response may be.
    pub bytes_max: usize,
    /// How long a request may take in all: name, connection, and body to its end.
    pub deadline: Duration,
    /// Who finds the addresses of names; nobody is the machine.
    pub lookup: Option<Arc<dyn Lookup>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            exceptions: Vec::new(),
            certificates: None,
            bytes_max: 1 << 20,
            deadline: Duration::from_secs(10),
            lookup: None,
        }
    }
}

/// The guarded client. Cloning shares its connections.
#[derive(Clone, Debug)]
pub struct Outbound(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    exceptions: Vec<Exception>,
    /// One for each reach that its exceptions leave possible.
    clients: Vec<(Reach, Client)>,
    bytes_max: usize,
    deadline: Duration,
}

impl Outbound {
    /// Makes the client. It needs no network for that.
    ///
    /// # Errors
    ///
    /// The certificates cannot be read, or this machine has none.
    pub fn new(options: Options) -> Result<Self, OutboundError> {
        let lookup = options.lookup.unwrap_or_else(|| Arc::new(Machine));
        let certificates = certificates(options.certificates.as_deref())?;
        let wanted = Reach::ALL.into_iter().filter(|reach| match reach {
            Reach::Public => true,
            Reach::Named | Reach::Loopback => !options.exceptions.is_empty(),
            Reach::Plain => options.exceptions.iter().any(Exception::is_plain),
        });
        let clients = wanted
            .map(|reach| {
                let lookup = Arc::clone(&lookup);
                let guard = Guard { lookup, reach };
                client(guard, &certificates).map(|client| (reach, client))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self(Arc::new(Inner {
            exceptions: options.exceptions,
            clients,
            bytes_max: options.bytes_max,
            deadline: options.deadline,
        })))
    }

    /// Whether a URL may be asked for, as far as that is known without looking up its host.
    ///
    /// # Errors
    ///
    /// What would be refused before anything is dialled.
    pub fn check(&self, url: &str) -> Result<(), OutboundError> {
        Target::parse(url, &self.0.exceptions).map(drop)
    }

    /// Sends one request and reads all of its response. Dropping it ends the connection.
    ///
    /// # Errors
    ///
    /// The address may not be called, nobody answers, or the answer is a redirect, too long or too slow. A status that
    /// tells of a failure is a response like others.
    pub async fn send(&self, request: Request) -> Result<Response, OutboundError> {
        let target = Target::parse(&request.url, &self.0.exceptions)?;
        let at = target.at.clone();
        let exchange = Box::pin(self.exchange(target, request));
        match timeout(self.0.deadline, exchange).await {
            Ok(response) => response,
            Err(_) => Err(OutboundError::Slow {
                at,
                after: self.0.deadline,
            }),
        }
    }

    async fn exchange(&self, target: Target, request: Request) -> Result<Response, OutboundError> {
        let Target { url, reach, at } = target;
        let headers = request.headers()?;
        let Some((_, client)) = self.0.clients.iter().find(|(known, _)| *known == reach) else {
            return Err(OutboundError::NotPublic { at, address: None });
        };
        let mut asked = client.request(request.method, url).headers(headers);
        if let Some(body) = request.body {
            asked = asked.body(body);
        }
        let mut response = asked.send().await.map_err(|error| failed(&error, &at))?;
        let status = response.status().as_u16();
        if REDIRECTS.contains(&status) {
            return Err(OutboundError::Redirect { at });
        }
        let body = read(&mut response, self.0.bytes_max, &at).await?;
        Ok(Response {
            status,
            headers: std::mem::take(response.headers_mut()),
            body,
        })
    }
}

/// The body, in pieces, given up as soon as it is too long. What it says of its own length is a hint to give up at
/// once and nothing more.
async fn read(
    response: &mut reqwest::Response,
    bytes_max: usize,
    at: &str,
) -> Result<Bytes, OutboundError> {
    let too_large = || OutboundError::TooLarge {
        at: at.to_owned(),
        bytes_max,
    };
    if response
        .content_length()
        .is_some_and(|length| usize::try_from(length).is_ok_and(|length| length > bytes_max))
    {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    while let Some(piece) = response.chunk().await.map_err(|error| failed(&error, at))? {
        if body.len() + piece.len() > bytes_max {
            return Err(too_large());
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

fn client(guard: Guard, certificates: &[Certificate]) -> Result<Client, OutboundError> {
    let is_plain = guard.reach.is_plain();
    let builder = Client::builder()
        .dns_resolver(Arc::new(guard))
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        // A body is read as it was sent: what unfolds to a thousand times its size is not unfolded.
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_MAX)
        .https_only(!is_plain)
        .user_agent(concat!("tollhouse/", env!("CARGO_PKG_VERSION")));
    // Where there is no TLS, the machine's certificates are not looked for.
    let builder = if is_plain {
        builder.tls_certs_only([])
    } else {
        builder.tls_certs_merge(certificates.iter().cloned())
    };
    builder
        .build()
        .map_err(|error| OutboundError::NoClient(innermost(&error)))
}

fn certificates(pem: Option<&[u8]>) -> Result<Vec<Certificate>, OutboundError> {
    let Some(pem) = pem else {
        return Ok(Vec::new());
    };
    match Certificate::from_pem_bundle(pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(OutboundError::NoCertificate),
    }
}

/// What is told of a failure of the client.
fn failed(error: &reqwest::Error, at: &str) -> OutboundError {
    if let Some(denied) = find::<Denied>(error) {
        return denied.told(at, true);
    }
    let at = at.to_owned();
    if find::<NotFound>(error).is_some() {
        return OutboundError::NotFound { at };
    }
    if error.is_timeout() {
        return OutboundError::Slow { at, after: CONNECT };
    }
    let cause = innermost(error);
    if cause.contains("certificate") {
        OutboundError::Certificate { at, cause }
    } else {
        OutboundError::Unreachable { at, cause }
    }
}

/// An error of this type among the causes.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let found = error.downcast_ref::<E>();
    // Some are wrapped in an error of the system, which shows what it wraps, but not as its source.
    let wrapped = || {
        let outer = error.downcast_ref::<io::Error>()?;
        outer.get_ref().and_then(|inner| find(inner))
    };
    found
        .or_else(wrapped)
        .or_else(|| error.source().and_then(find))
}

/// The innermost cause; what stands around it says only where it happened.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let told = cause.to_string();
    told.chars()
        .filter(|it| !it.is_control())
        .take(CAUSE_MAX)
        .collect()
}

const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];
const CONNECT: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_secs(30);
const IDLE_MAX: usize = 8;
const CAUSE_MAX: usize = 200;
