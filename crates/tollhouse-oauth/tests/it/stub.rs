//! An issuer that does what it is told to, for what a good one would never do. It listens on this machine and counts
//! what it is asked.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinSet,
};
use tollhouse_oauth::Issuer;

/// What is answered at one path.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Json(Value),
    /// A status and a body of no particular type.
    Text(u16, Vec<u8>),
    Redirect(String),
    /// The same, after somebody let it go on.
    Held(Arc<Semaphore>, Box<Self>),
}

/// One request that came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: String,
}

pub(crate) struct Stub {
    /// Without a path and without a slash at the end.
    pub(crate) url: String,
    state: Arc<Told>,
    _serving: JoinSet<()>,
}

#[derive(Default)]
struct Told {
    answers: Mutex<BTreeMap<String, Answer>>,
    asked: Mutex<Vec<Asked>>,
    count: watch::Sender<usize>,
}

impl Stub {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::<Told>::default();
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&state));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            url,
            state,
            _serving: serving,
        }
    }

    /// One that publishes its metadata in the first of the usual places, and these keys.
    pub(crate) async fn publishing(keys: &[Value]) -> Self {
        let stub = Self::new().await;
        let metadata = json!({
            "issuer": stub.url,
            "jwks_uri": format!("{}{KEYS}", stub.url),
            "introspection_endpoint": format!("{}{ASK}", stub.url),
        });
        stub.tell(METADATA, Answer::Json(metadata));
        stub.publish(keys);
        stub
    }

    pub(crate) fn publish(&self, keys: &[Value]) {
        self.tell(KEYS, Answer::Json(json!({ "keys": keys })));
    }

    pub(crate) fn tell(&self, path: &str, answer: Answer) {
        let mut answers = self.state.answers.lock().unwrap();
        answers.insert(path.to_owned(), answer);
    }

    /// What was asked at this path.
    pub(crate) fn asked(&self, path: &str) -> Vec<Asked> {
        let asked = self.state.asked.lock().unwrap();
        let here = asked.iter().filter(|asked| asked.path == path);
        here.cloned().collect()
    }

    /// How often this path was asked for.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.asked(path).len()
    }

    /// Waits until this path was asked for so often.
    pub(crate) async fn until(&self, path: &str, count: usize) {
        let mut counted = self.state.count.subscribe();
        let is_there = |_: &usize| self.count(path) >= count;
        counted.wait_for(is_there).await.unwrap();
    }

    /// As it would be set: the URL, and that it is on this machine.
    pub(crate) fn issuer(&self) -> Issuer {
        self.issuer_at("")
    }

    /// The same with a path of its own.
    pub(crate) fn issuer_at(&self, path: &str) -> Issuer {
        let at = self.url.trim_start_matches("http://");
        Issuer {
            exceptions: vec![at.parse().unwrap()],
            ..Issuer::new("stub", &format!("{}{path}", self.url))
        }
    }
}

async fn answer(
    State(told): State<Arc<Told>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let authorization = headers.get(header::AUTHORIZATION);
    let asked = Asked {
        method: method.to_string(),
        path: uri.path().to_owned(),
        authorization: authorization.map(|value| value.to_str().unwrap().to_owned()),
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    told.asked.lock().unwrap().push(asked);
    told.count.send_modify(|count| *count += 1);
    let found = told.answers.lock().unwrap().get(uri.path()).cloned();
    let mut answer = found.unwrap_or(Answer::Text(404, b"nothing here".to_vec()));
    while let Answer::Held(gate, then) = answer {
        gate.acquire().await.unwrap().forget();
        answer = *then;
    }
    match answer {
        Answer::Json(value) => (
            [(header::CONTENT_TYPE, "application/json")],
            value.to_string(),
        )
            .into_response(),
        Answer::Text(status, text) => (StatusCode::from_u16(status).unwrap(), text).into_response(),
        Answer::Redirect(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Answer::Held(..) => unreachable!(),
    }
}

pub(crate) const METADATA: &str = "/.well-known/oauth-authorization-server";
pub(crate) const KEYS: &str = "/keys";
pub(crate) const ASK: &str = "/introspect";
