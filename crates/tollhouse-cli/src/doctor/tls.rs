//! TLS: whether there is any, and whether the certificate is trusted, for this name, and for how long.

use std::{net::SocketAddr, sync::Arc};

use rustls_platform_verifier::BuilderVerifierExt;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{
    TlsConnector,
    rustls::{CertificateError, ClientConfig, Error, crypto::aws_lc_rs, pki_types::ServerName},
};
use tollhouse::{Clock as _, SystemClock};
use x509_cert::{Certificate, der::Decode as _};

use super::{Culprit, Report, Visit, deadline::Deadline, network};

/// Whether it goes on: without TLS that can be trusted, nothing is sent.
pub(super) async fn look(
    visit: &Visit,
    (addresses, deadline): (&[SocketAddr], Deadline),
    report: &mut Report,
) -> bool {
    if visit.url.scheme() == "http" {
        plain(visit, addresses, report);
        return true;
    }
    let Some(address) = addresses.first() else {
        return false;
    };
    let patience = deadline.patience().unwrap_or_default();
    match timeout(patience, shake_hands(visit.host(), *address)).await {
        Ok(Ok(seen)) => {
            tell(visit.host(), &seen, report);
            true
        }
        Ok(Err(told)) => {
            let (culprit, text, mend) = explain(visit.host(), &told);
            report.bad("tls", culprit, &text, mend);
            false
        }
        Err(_) => {
            report.bad(
                "tls",
                Culprit::NoTls,
                "the connection stands, but nobody answers in TLS",
                "use http:// if there is no TLS here, or look at the proxy that ends it",
            );
            false
        }
    }
}

fn plain(visit: &Visit, addresses: &[SocketAddr], report: &mut Report) {
    if addresses.iter().all(|address| address.ip().is_loopback()) {
        report.skip("tls", "plain http, which is fine on this machine");
        return;
    }
    let is_near = addresses
        .iter()
        .all(|address| network::is_private(address.ip()));
    let mend = "put a proxy with a certificate in front, and give people the https:// URL";
    let text = format!(
        "plain http to {}: keys and tokens can be read on the way",
        visit.host()
    );
    if is_near {
        report.odd("tls", Culprit::PlainHttp, &text, mend);
    } else {
        report.bad("tls", Culprit::PlainHttp, &text, mend);
    }
}

/// What a handshake showed.
struct Seen {
    version: &'static str,
    certificate: Option<Vec<u8>>,
}

async fn shake_hands(host: &str, address: SocketAddr) -> std::io::Result<Seen> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(std::io::Error::other)?
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(std::io::Error::other)?;
    let stream = TcpStream::connect(address).await?;
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await?;
    let (_, session) = stream.get_ref();
    let version = session.protocol_version();
    Ok(Seen {
        version: version
            .and_then(|version| version.as_str())
            .unwrap_or("TLS"),
        certificate: session
            .peer_certificates()
            .and_then(|chain| chain.first())
            .map(|certificate| certificate.as_ref().to_vec()),
    })
}

fn tell(host: &str, seen: &Seen, report: &mut Report) {
    let version = seen.version.replace("TLSv1_", "TLS 1.");
    let certificate = seen.certificate.as_deref();
    let certificate = certificate.and_then(|bytes| Certificate::from_der(bytes).ok());
    let Some(certificate) = certificate else {
        report.good("tls", &format!("{version}, trusted, for {host}"));
        return;
    };
    let terms = certificate.tbs_certificate();
    let ends = terms.validity().not_after.to_unix_duration().as_secs();
    let now = SystemClock::default().unix_ms() / 1000;
    let days = ends.saturating_sub(now) / DAY;
    let text = format!(
        "{version}, trusted, for {host}, by {}, {days} days left",
        terms.issuer()
    );
    if days < DAYS_SOON {
        report.odd(
            "tls",
            Culprit::CertificateEndsSoon,
            &text,
            "renew the certificate, and see why that did not happen by itself",
        );
    } else {
        report.good("tls", &text);
    }
}

fn explain(host: &str, told: &std::io::Error) -> (Culprit, String, &'static str) {
    let inner = told
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>());
    match inner {
        Some(Error::InvalidCertificate(certificate)) => blame(host, certificate),
        Some(Error::InvalidMessage(_)) => (
            Culprit::NoTls,
            "who answers there speaks no TLS".to_owned(),
            "use http:// if nobody is in between, or end TLS at this port",
        ),
        Some(error) => (
            Culprit::TlsRefused,
            format!("the handshake fails: {error}"),
            "offer TLS 1.2 or 1.3 with a certificate for this name",
        ),
        None => (
            Culprit::TlsRefused,
            format!("the handshake breaks off: {told}"),
            "look at the proxy that ends TLS: it knows no certificate for this name, or no server behind it",
        ),
    }
}

fn blame(host: &str, error: &CertificateError) -> (Culprit, String, &'static str) {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            Culprit::CertificateExpired,
            format!("the certificate has expired ({error})"),
            "renew the certificate, and make the proxy load the new one",
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => (
            Culprit::CertificateExpired,
            format!("the certificate is not valid yet ({error})"),
            "set the clocks of both machines",
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            Culprit::CertificateName,
            format!("the certificate is not for {host} ({error})"),
            "use the name that the certificate is for, or get one for this name",
        ),
        other => (
            Culprit::CertificateUntrusted,
            format!("the certificate is not trusted here ({other})"),
            "send the whole chain, not only the last certificate; if the authority is your own, name it in the \
             variable SSL_CERT_FILE",
        ),
    }
}

const DAY: u64 = 24 * 60 * 60;
/// Renewals begin a month before.
const DAYS_SOON: u64 = 14;
