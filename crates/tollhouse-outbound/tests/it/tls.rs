//! Who is believed over TLS. The files beside this one are an authority made for these tests and nothing else, a
//! certificate for `localhost`, `auth.test` and `127.0.0.1`, and its key.

use std::sync::Arc;

use tokio::{net::TcpListener, task::JoinSet};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};
use tollhouse_outbound::{Options, Outbound, OutboundError, Request};

use crate::listener::{Say, answer, talk};

const AUTHORITY: &[u8] = include_bytes!("tls/authority.pem");
const CERTIFICATE: &[u8] = include_bytes!("tls/server.pem");
const KEY: &[u8] = include_bytes!("tls/server.key.pem");

/// A server with the certificate of these tests, and its port.
async fn served() -> (u16, JoinSet<()>) {
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()],
            PrivateKeyDer::from_pem_slice(KEY).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                talk(
                    stream,
                    Say::Bytes(answer("200 OK", "", b"hello")),
                    Arc::default(),
                )
                .await;
            }
        }
    });
    (port, serving)
}

fn client(exception: &str, certificates: Option<&[u8]>) -> Result<Outbound, OutboundError> {
    Outbound::new(Options {
        exceptions: vec![exception.parse().unwrap()],
        certificates: certificates.map(<[u8]>::to_vec),
        ..Options::default()
    })
}

#[tokio::test]
async fn sec11_an_own_authority_is_believed_only_if_it_is_named_and_for_its_hosts() {
    let (port, _serving) = served().await;
    let at = format!("localhost:{port}");
    let named = client(&at, Some(AUTHORITY)).unwrap();
    let url = format!("https://{at}/");
    let response = named.send(Request::get(&url)).await.unwrap();
    assert_eq!(response.body().as_ref(), b"hello");

    let stranger = client(&at, None).unwrap();
    let error = stranger.send(Request::get(&url)).await.unwrap_err();
    assert!(
        matches!(error, OutboundError::Certificate { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("`ca`"), "{error}");

    let other = format!("127.0.0.2:{port}");
    let elsewhere = client(&other, Some(AUTHORITY)).unwrap();
    let url = format!("https://{other}/");
    elsewhere.send(Request::get(url)).await.unwrap_err();
}

#[tokio::test]
async fn certificates_that_are_none_are_refused_at_the_start() {
    for pem in [&b""[..], b"nonsense", KEY] {
        let error = client("localhost:1", Some(pem)).unwrap_err();
        assert_eq!(error, OutboundError::NoCertificate);
    }
}
