//! Streams that are open while the rights of their callers change.

use std::sync::Arc;

use futures_util::poll;
use serde_json::{Value, json};
use tollhouse_core::{Access, Change, Exchange, Frame, News, Principal, Server, Session};
use tollhouse_wire_check::Revision;

use super::{
    Caller,
    caller::{Doors, words},
};

fn server() -> Server {
    Doors::server(&[
        ("open", Access::default()),
        (
            "role",
            Access {
                roles: words(&["admin"]),
                ..Access::default()
            },
        ),
    ])
}

fn clerk() -> Principal {
    Principal::new("ana", [])
}

fn admin() -> Principal {
    clerk().in_roles(words(&["admin"]))
}

/// An open stream of either kind.
enum Stream {
    Alone(Box<Exchange>),
    Session(News, Caller, Session),
}

impl Stream {
    async fn open(server: &Server, revision: Revision, who: &Principal) -> Self {
        let caller = Caller::new(server, revision, who);
        let uris = ["door://open", "door://role"];
        if let Some(session) = caller.session() {
            for uri in uris {
                let method = "resources/subscribe";
                caller
                    .ask_in(Some(&session), method, json!({"uri": uri}))
                    .await;
            }
            return Self::Session(server.news(&session, who), caller, session);
        }
        let filter = json!({"toolsListChanged": true, "promptsListChanged": true,
            "resourcesListChanged": true, "resourceSubscriptions": uris});
        let mut stream = caller.open("subscriptions/listen", json!({"notifications": filter}));
        assert!(stream.is_listening());
        stream.next().await.unwrap();
        Self::Alone(stream)
    }

    /// What is told now, without a wait for more.
    async fn told(&mut self) -> Vec<String> {
        let mut told = Vec::new();
        loop {
            let message = match self {
                Self::Alone(stream) => match poll!(Box::pin(stream.next())) {
                    std::task::Poll::Ready(Some(Frame::Event(message))) => message,
                    std::task::Poll::Ready(other) => unreachable!("{other:?}"),
                    std::task::Poll::Pending => return told,
                },
                Self::Session(news, ..) => match poll!(Box::pin(news.next())) {
                    std::task::Poll::Ready(message) => message.unwrap(),
                    std::task::Poll::Pending => return told,
                },
            };
            let message: Value = serde_json::from_slice(&message).unwrap();
            let what = message["params"]["uri"].as_str();
            let what = what.or_else(|| message["method"].as_str()).unwrap();
            told.push(
                what.replace("notifications/", "")
                    .replace("/list_changed", ""),
            );
        }
    }

    fn renew(&mut self, who: &Principal) {
        match self {
            Self::Alone(stream) => stream.renew(who),
            Self::Session(news, ..) => news.renew(who),
        }
    }
}

fn touch(server: &Server) {
    for uri in ["door://open", "door://role"] {
        server.hub().publish(&Change::Resource(uri.to_owned()));
    }
}

#[tokio::test]
async fn p17_rs18_a_role_that_comes_and_goes_is_told_on_open_streams_of_every_revision() {
    for revision in Revision::ALL {
        let server = server();
        let mut stream = Stream::open(&server, revision, &admin()).await;
        assert!(stream.told().await.is_empty());
        touch(&server);
        assert_eq!(stream.told().await, ["door://open", "door://role"]);
        stream.renew(&clerk());
        assert_eq!(stream.told().await, LISTS, "{revision:?}");
        touch(&server);
        assert_eq!(stream.told().await, ["door://open"], "{revision:?}");
        // The same rights, known for longer, under another key: nothing to tell.
        stream.renew(&clerk().until(5));
        assert!(stream.told().await.is_empty());
        stream.renew(&admin());
        assert_eq!(stream.told().await, LISTS, "{revision:?}");
        touch(&server);
        assert_eq!(stream.told().await, ["door://open", "door://role"]);
    }
}

#[tokio::test]
async fn p17_rights_that_change_nothing_that_is_seen_are_not_told() {
    for revision in Revision::ALL {
        let server = server();
        let mut stream = Stream::open(&server, revision, &clerk()).await;
        for who in [
            Principal::new("ana", words(&["some:scope"])),
            clerk().in_roles(words(&["poet"])),
            clerk().by_client("robot").under_grant("key_2"),
        ] {
            stream.renew(&who);
            assert!(stream.told().await.is_empty(), "{revision:?} {who:?}");
        }
    }
}

#[tokio::test]
async fn sec14_what_waits_for_a_reader_is_not_told_to_one_who_may_not_read_it_any_more() {
    for revision in Revision::ALL {
        let server = server();
        let mut stream = Stream::open(&server, revision, &admin()).await;
        touch(&server);
        stream.renew(&clerk());
        let told = stream.told().await;
        assert!(!told.contains(&"door://role".to_owned()), "{told:?}");
        assert!(told.contains(&"door://open".to_owned()), "{told:?}");
    }
}

#[tokio::test]
async fn p17_a_session_that_comes_back_is_told_what_changed_while_it_was_away() {
    for revision in Revision::ALL {
        let server = server();
        let stream = Stream::open(&server, revision, &admin()).await;
        let Stream::Session(news, caller, session) = stream else {
            continue;
        };
        drop(news);
        touch(&server);
        let news = server.news(&session, &clerk());
        let mut stream = Stream::Session(news, caller, session);
        let mut expected = LISTS.to_vec();
        expected.push("door://open");
        assert_eq!(stream.told().await, expected, "{revision:?}");
    }
}

#[tokio::test]
async fn p17_a_rule_that_changes_while_a_stream_is_open_counts_for_it() {
    for revision in Revision::ALL {
        let server = server();
        let mut stream = Stream::open(&server, revision, &clerk()).await;
        let closed = Access {
            roles: words(&["admin"]),
            ..Access::default()
        };
        let doors = Doors(vec![("open", closed)]);
        server.swap(&[Arc::new(doors)]).unwrap();
        assert_eq!(stream.told().await, LISTS);
        touch(&server);
        assert!(stream.told().await.is_empty(), "{revision:?}");
    }
}

#[tokio::test]
async fn a_stream_that_is_open_keeps_no_source_that_is_gone() {
    for revision in Revision::ALL {
        let doors = Arc::new(Doors(vec![("open", Access::default())]));
        let gone = Arc::downgrade(&doors);
        let builder = Server::builder("doors").shared_source(doors);
        let server = builder.build().unwrap();
        let mut stream = Stream::open(&server, revision, &clerk()).await;
        server.swap(&[]).unwrap();
        assert_eq!(stream.told().await, LISTS, "{revision:?}");
        assert!(gone.upgrade().is_none(), "{revision:?}");
    }
}

#[tokio::test]
async fn case43_t42_a_stream_that_is_ended_says_so_and_nothing_more() {
    let server = server();
    let ends = async |mut exchange: Box<Exchange>| {
        exchange.end();
        let last = match exchange.next().await {
            Some(Frame::Event(message)) => {
                let message: Value = serde_json::from_slice(&message).unwrap();
                assert_eq!(message["method"], "notifications/cancelled");
                exchange.next().await
            }
            other => other,
        };
        let Some(Frame::Last(last)) = last else {
            unreachable!("{last:?}");
        };
        let message: Value = serde_json::from_slice(&last.body).unwrap();
        tollhouse_wire_check::check_reply("subscriptions/listen", &message);
        assert!(exchange.next().await.is_none());
    };
    let Stream::Alone(stream) = Stream::open(&server, Revision::R2026_07_28, &clerk()).await else {
        unreachable!("it has no sessions");
    };
    server.hub().publish(&Change::Tools);
    ends(stream).await;
    let stream = Stream::open(&server, Revision::R2025_11_25, &clerk()).await;
    let Stream::Session(mut news, ..) = stream else {
        unreachable!("it has sessions");
    };
    server.hub().publish(&Change::Tools);
    news.end();
    assert!(news.next().await.is_none());
    // Others go on.
    let mut other = Stream::open(&server, Revision::R2026_07_28, &clerk()).await;
    server.hub().publish(&Change::Tools);
    assert_eq!(other.told().await, ["tools"]);
}

#[tokio::test]
async fn rs18_a_call_is_no_stream_and_comes_to_its_end() {
    let server = server();
    let caller = Caller::new(&server, Revision::R2026_07_28, &clerk());
    let mut exchange = caller.open("tools/call", json!({"name": "open"}));
    assert!(!exchange.is_listening());
    exchange.renew(&admin());
    exchange.end();
    let Some(Frame::Last(last)) = exchange.next().await else {
        unreachable!("it ends with an answer");
    };
    assert_eq!((last.status(), last.refusal), (200, None));
}

const LISTS: [&str; 3] = ["tools", "prompts", "resources"];
