//! How much is read, for how long, and what is sent.

use std::time::Duration;

use tollhouse_outbound::{Options, Outbound, OutboundError, Request};

use crate::listener::{Listener, Say, answer};

fn client_of(listener: &Listener, bytes_max: usize, deadline: Duration) -> (Outbound, String) {
    let at = format!("127.0.0.1:{}", listener.port());
    let options = Options {
        exceptions: vec![at.parse().unwrap()],
        bytes_max,
        deadline,
        ..Options::default()
    };
    (Outbound::new(options).unwrap(), format!("http://{at}/"))
}

const LONG: Duration = Duration::from_secs(30);

#[tokio::test]
async fn sec13_a_body_is_as_long_as_it_may_be_and_no_longer() {
    let body = "x".repeat(1000);
    let exact = Listener::answering(&body).await;
    let (client, url) = client_of(&exact, 1000, LONG);
    assert_eq!(client.send(Request::get(url)).await.unwrap().body(), &body);

    // By what it says of itself, by what comes, and without end.
    let ten_megabytes = vec![b'x'; 10 << 20];
    let mut silent = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    silent.extend_from_slice(&[b'x'; 1001]);
    for say in [
        Say::Bytes(answer("200 OK", "", &ten_megabytes)),
        Say::Bytes(silent),
        Say::Endless,
    ] {
        let listener = Listener::saying(say).await;
        let (client, url) = client_of(&listener, 1000, LONG);
        let error = client.send(Request::get(url)).await.unwrap_err();
        let told = error.to_string();
        assert!(matches!(error, OutboundError::TooLarge { .. }), "{error:?}");
        assert!(
            told.contains("1000 bytes") && !told.contains("xxx"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn sec13_a_body_that_drips_and_a_silence_have_one_deadline() {
    for say in [Say::Drip, Say::Silence] {
        let listener = Listener::saying(say).await;
        let (client, url) = client_of(&listener, 1 << 20, Duration::from_millis(300));
        let error = client.send(Request::get(url)).await.unwrap_err();
        assert!(matches!(error, OutboundError::Slow { .. }), "{error:?}");
        assert!(error.to_string().contains("300 ms"), "{error}");
    }
}

#[tokio::test]
async fn sec13_a_body_that_is_cut_or_is_no_http_is_told_without_its_words() {
    for bytes in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nsecret"[..],
        b"secret nonsense\r\n\r\n",
        b"",
    ] {
        let listener = Listener::saying(Say::Bytes(bytes.to_vec())).await;
        let (client, url) = client_of(&listener, 1000, LONG);
        let error = client.send(Request::get(url)).await.unwrap_err();
        assert!(
            matches!(error, OutboundError::Unreachable { .. }),
            "{error:?}"
        );
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn nobody_there_is_told_with_host_and_port() {
    let listener = Listener::answering("").await;
    let (client, url) = client_of(&listener, 1000, LONG);
    let at = listener.address.to_string();
    drop(listener);
    // The listener's task ends on its own time; until then it hangs up.
    let error = client.send(Request::get(url)).await.unwrap_err();
    assert!(error.to_string().contains(&at), "{error}");
}

#[tokio::test]
async fn sec13_nothing_is_sent_that_was_not_said() {
    let listener = Listener::answering("{}").await;
    let (client, url) = client_of(&listener, 1000, LONG);
    let request = Request::post(format!("{url}in?a=b"), "text/plain", "token=1")
        .header("authorization", "Basic once")
        .header("authorization", "Basic secret");
    assert!(!format!("{request:?}").contains("secret"));
    client.send(request).await.unwrap();
    let mut requests = listener.requests();
    let request = requests.remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<String> = head.lines().map(str::to_lowercase).collect();
    assert_eq!(lines.remove(0), "post /in?a=b http/1.1");
    lines.sort_unstable();
    let expected = [
        "accept: */*".to_owned(),
        "authorization: basic secret".to_owned(),
        "content-length: 7".to_owned(),
        "content-type: text/plain".to_owned(),
        format!("host: {}", listener.address),
        format!("user-agent: tollhouse/{}", env!("CARGO_PKG_VERSION")),
    ];
    assert_eq!((lines, body), (expected.to_vec(), "token=1"));
}

#[tokio::test]
async fn c55_a_compressed_body_stays_as_it_came() {
    let listener = Listener::saying(Say::Bytes(answer(
        "200 OK",
        "content-encoding: gzip\r\netag: \"1\"\r\n",
        &[0x1f, 0x8b, 8, 0],
    )))
    .await;
    let (client, url) = client_of(&listener, 1000, LONG);
    let response = client.send(Request::get(url)).await.unwrap();
    assert_eq!(response.body().as_ref(), [0x1f, 0x8b, 8, 0]);
    assert_eq!(response.header("content-encoding"), Some("gzip"));
    assert_eq!(response.header("etag"), Some("\"1\""));
}

#[tokio::test]
async fn a_header_with_a_line_break_is_not_sent() {
    let listener = Listener::answering("").await;
    let (client, url) = client_of(&listener, 1000, LONG);
    let request = Request::get(url).header("authorization", "Bearer a\r\nx-evil: 1");
    let error = client.send(request).await.unwrap_err();
    assert_eq!(error, OutboundError::Header("authorization".into()));
    assert_eq!(listener.connections(), 0);
}
