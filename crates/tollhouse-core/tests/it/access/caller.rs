//! A caller of any revision, and a server whose things are under every kind of rule.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use tollhouse_core::{
    Access, Contents, Ctx, Exchange, Fault, Frame, Headers, Known, Last, Limits, Message, Offers,
    Output, Parameter, Permit, Policy, Principal, Prompt, Received, Refusal, Reported, Resource,
    Server, Session, Source, Target, Template, Tool,
};
use tollhouse_wire_check::Revision;

/// Somebody who calls a server in one revision, beginning anew with every request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) server: Server,
    pub(crate) who: Principal,
    pub(crate) revision: Revision,
}

/// The first message that came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) refusal: Option<Refusal>,
    pub(crate) message: Value,
}

impl Caller {
    pub(crate) fn new(server: &Server, revision: Revision, who: &Principal) -> Self {
        Self {
            server: server.clone(),
            who: who.clone(),
            revision,
        }
    }

    /// A session, if the revision has them.
    pub(crate) fn session(&self) -> Option<Session> {
        if self.revision.is_modern() {
            return None;
        }
        let params = json!({"protocolVersion": self.revision.name(), "capabilities": {},
            "clientInfo": {"name": "proof", "version": "1"}});
        let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params});
        match self.receive(&hello, None, None) {
            Received::Opened(session, _) => Some(session),
            other => unreachable!("{other:?}"),
        }
    }

    pub(crate) async fn ask(&self, method: &str, params: Value) -> Reply {
        let session = self.session();
        self.ask_in(session.as_ref(), method, params).await
    }

    pub(crate) async fn ask_in(
        &self,
        session: Option<&Session>,
        method: &str,
        params: Value,
    ) -> Reply {
        let message = self.message(method, params);
        let reply = first(self.receive(&message, None, session)).await;
        self.revision.check_server(&reply.message);
        reply
    }

    /// A request as this revision has it.
    pub(crate) fn message(&self, method: &str, mut params: Value) -> Value {
        if self.revision.is_modern() {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": self.revision.name(),
                "io.modelcontextprotocol/clientCapabilities": {},
            });
        }
        json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    }

    pub(crate) fn receive(
        &self,
        message: &Value,
        headers: Option<&Headers<'_>>,
        session: Option<&Session>,
    ) -> Received {
        let known = session.map_or(Known::Nothing, Known::Session);
        let body = Bytes::from(message.to_string());
        self.server.receive(&body, headers, &self.who, known)
    }

    /// A request under way.
    pub(crate) fn open(&self, method: &str, params: Value) -> Box<Exchange> {
        match self.receive(&self.message(method, params), None, None) {
            Received::Exchange(exchange) => exchange,
            other => unreachable!("{other:?}"),
        }
    }
}

/// What comes first of whatever was made of a message.
pub(crate) async fn first(received: Received) -> Reply {
    let mut exchange = match received {
        Received::Exchange(exchange) | Received::Several(Some(exchange), _) => exchange,
        Received::Opened(_, last) | Received::Refused(last) => return told(last),
        other => unreachable!("{other:?}"),
    };
    match exchange.next().await.unwrap() {
        Frame::Last(last) => told(last),
        Frame::Event(message) | Frame::Question(message) => Reply {
            status: 200,
            refusal: None,
            message: serde_json::from_slice(&message).unwrap(),
        },
        Frame::Pause => unreachable!("nothing here takes long"),
    }
}

pub(crate) fn told(last: Last) -> Reply {
    Reply {
        status: last.status(),
        message: serde_json::from_slice(&last.body).unwrap(),
        refusal: last.refusal,
    }
}

/// Doors of every kind: one of each under every rule that it is given, by the name of the rule.
#[derive(Debug)]
pub(crate) struct Doors(pub(crate) Vec<(&'static str, Access)>);

impl Doors {
    pub(crate) fn server(rules: &[(&'static str, Access)]) -> Server {
        let doors = Self(rules.to_vec());
        Server::builder("doors")
            .source(doors)
            .limits(Limits::NONE)
            .build()
            .unwrap()
    }
}

impl Source for Doors {
    fn offers(&self) -> Offers {
        let mut offers = Offers::default();
        for (rule, access) in &self.0 {
            let policy = Policy {
                access: access.clone(),
                ..Policy::default()
            };
            offers.tools.push(Tool {
                policy: policy.clone(),
                ..Tool::new(rule, "A door.", json!({"type": "object"}))
            });
            offers.prompts.push(Prompt {
                name: (*rule).to_owned(),
                parameters: vec![Parameter {
                    name: "word".to_owned(),
                    completes: true,
                    ..Parameter::default()
                }],
                policy: policy.clone(),
                ..Prompt::default()
            });
            offers.resources.push(Resource {
                uri: format!("door://{rule}"),
                name: (*rule).to_owned(),
                policy: policy.clone(),
                ..Resource::default()
            });
            offers.templates.push(Template {
                uri_template: format!("door://{rule}/{{id}}"),
                name: (*rule).to_owned(),
                completes: vec!["id".to_owned()],
                policy,
                ..Template::default()
            });
        }
        offers
    }

    fn call<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        _: &'a Ctx,
    ) -> BoxFuture<'a, Result<Output, Fault>> {
        let output = match permit.target() {
            Target::Tool(name) => Output::Tool(Reported::text(name)),
            Target::Resource(uri) => {
                Output::Resource(vec![Contents::text(uri, "text/plain", "behind the door")])
            }
            Target::Prompt(name) => Output::Prompt {
                description: None,
                messages: vec![Message::user(name.as_str())],
            },
            Target::Completion(_) => Output::Completion {
                values: vec!["one".to_owned()],
                total: None,
            },
        };
        Box::pin(async { Ok(output) })
    }
}

/// Texts as the words of rights have them.
pub(crate) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}
