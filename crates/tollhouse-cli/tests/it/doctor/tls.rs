//! Certificates: each thing that can be wrong with one is named, and nothing is sent past it.

use std::{fs, time::Duration};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
    date_time_ymd,
};
use tokio_rustls::rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tollhouse::{Clock as _, SystemClock};

use super::{Visit, visit_with};
use crate::{
    process::Process,
    site::{Site, good},
};

/// A site whose certificate is for these names and these days from now, seen by somebody who trusts its authority.
fn seen(names: &[&str], days: [i64; 2], is_trusted: bool) -> Visit {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, "An authority");
    authority.distinguished_name = name;
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let names = names.iter().map(|name| (*name).to_owned());
    let mut terms = CertificateParams::new(names.collect::<Vec<_>>()).unwrap();
    let now = Duration::from_millis(SystemClock::default().unix_ms());
    let now = date_time_ymd(1970, 1, 1) + now;
    [terms.not_before, terms.not_after] = days.map(|days| {
        let apart = DAY * u32::try_from(days.unsigned_abs()).unwrap();
        if days < 0 { now - apart } else { now + apart }
    });
    let key = KeyPair::generate().unwrap();
    let certificate = terms.signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let site = Site::with_tls(good, config);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    let pem = if is_trusted {
        authority.pem()
    } else {
        let other = CertificateParams::new(Vec::new()).unwrap();
        other
            .self_signed(&KeyPair::generate().unwrap())
            .unwrap()
            .pem()
    };
    fs::write(&file, pem).unwrap();
    let file = file.display().to_string();
    let seen = visit_with(&site.url(), &[], &[("SSL_CERT_FILE", &file)]);
    let was_asked = !site.paths().is_empty();
    assert_eq!(
        was_asked,
        seen.report["problems"] == 0,
        "{}",
        seen.done.output
    );
    seen
}

#[test]
fn p53_a_good_certificate_is_told_with_its_days() {
    seen(&["127.0.0.1"], [-1, 90], true)
        .is_fine()
        .says("ok", &["TLS 1.3", "An authority", " days left"]);
}

#[test]
fn p53_bad_certificates_are_named() {
    seen(&["127.0.0.1"], [-30, -1], true).blames(4, "certificate-expired", &["renew"]);
    seen(&["127.0.0.1"], [2, 9], true).blames(
        4,
        "certificate-expired",
        &["not valid yet", "clocks"],
    );
    seen(&["tools.example"], [-1, 90], true).blames(
        4,
        "certificate-name",
        &["is not for 127.0.0.1", "tools.example"],
    );
    seen(&["127.0.0.1"], [-1, 90], false).blames(
        4,
        "certificate-untrusted",
        &["SSL_CERT_FILE", "whole chain"],
    );
    seen(&["127.0.0.1"], [-60, 5], true).warns("certificate-ends-soon", &["renew", "days left"]);
}

/// A proxy that knows no certificate for a name hangs up.
#[test]
fn p53_a_handshake_that_breaks_off_is_named() {
    let site = Site::start(good);
    let url = site.url().replace("http:", "https:");
    visit_with(&url, &[], &[]).blames(
        4,
        "tls-refused",
        &["breaks off", "no certificate for this name"],
    );
}

#[test]
fn p53_no_tls_where_it_is_expected_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::start(folder.path(), &["run", "--http", "127.0.0.1:0"]);
    let url = format!("https://{}/mcp", server.address());
    visit_with(&url, &[], &[]).blames(4, "no-tls", &["speaks no TLS"]);
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
