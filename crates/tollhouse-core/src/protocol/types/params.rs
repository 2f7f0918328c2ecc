//! The parameters of requests: parsed once, the arguments still raw until a method wants them.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use super::read::{ID_BYTES_MAX, Object, object, told};
use crate::protocol::Method;
use crate::{Answers, Capabilities, Capability, Change, Completion, Level, Refusal, Target, Trace};

/// A string, borrowed where it has no escapes; also behind an `Option`, where serde would copy a bare `Cow`.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// The parameters of every method in one shape; a method takes what it knows. All but the arguments stay
/// raw until then.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Params<'a> {
    #[serde(borrow, rename = "_meta")]
    meta: Option<Object<Meta<'a>>>,
    #[serde(borrow)]
    pub(crate) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) uri: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) cursor: Option<Text<'a>>,
    pub(crate) arguments: Option<Value>,
    #[serde(borrow)]
    pub(crate) input_responses: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) request_state: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) notifications: Option<&'a RawValue>,
    #[serde(borrow, rename = "ref")]
    pub(crate) reference: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) argument: Option<&'a RawValue>,
    #[serde(borrow)]
    context: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) request_id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) protocol_version: Option<Text<'a>>,
    #[serde(borrow)]
    capabilities: Option<&'a RawValue>,
    #[serde(borrow)]
    level: Option<Text<'a>>,
}

impl<'a> Params<'a> {
    /// `_meta`, which every request carries.
    pub(crate) fn meta(&self) -> Result<&Meta<'a>, Refusal> {
        let meta = self.meta.as_ref().map(|Object(meta)| meta);
        meta.ok_or_else(|| missing("_meta"))
    }

    /// `_meta` where a request need not carry it.
    pub(crate) fn optional_meta(&self) -> Option<&Meta<'a>> {
        self.meta.as_ref().map(|Object(meta)| meta)
    }

    /// Whether the request says by itself which revision it is of.
    pub(crate) fn names_version(&self) -> bool {
        self.optional_meta()
            .is_some_and(|meta| meta.version.is_some())
    }

    /// What a client can do that says it once.
    pub(crate) fn opening_capabilities(&self) -> Result<Capabilities, Refusal> {
        self.capabilities.map_or(Ok(Capabilities::NONE), |raw| {
            capabilities("capabilities", raw)
        })
    }

    /// The level of a client that sets it once.
    pub(crate) fn level(&self) -> Result<Level, Refusal> {
        level(text("level", self.level.as_ref())?)
    }
}

/// `_meta` of a request (MCP 2026-07-28, "Base protocol").
#[derive(Debug, Deserialize)]
pub(crate) struct Meta<'a> {
    #[serde(borrow, rename = "io.modelcontextprotocol/protocolVersion")]
    version: Option<Text<'a>>,
    #[serde(borrow, rename = "io.modelcontextprotocol/clientCapabilities")]
    capabilities: Option<&'a RawValue>,
    #[serde(borrow, rename = "io.modelcontextprotocol/logLevel")]
    level: Option<Text<'a>>,
    #[serde(borrow, rename = "progressToken")]
    token: Option<&'a RawValue>,
    #[serde(borrow)]
    traceparent: Option<Text<'a>>,
    #[serde(borrow)]
    tracestate: Option<Text<'a>>,
    #[serde(borrow)]
    baggage: Option<Text<'a>>,
    #[serde(borrow, rename = "dev.tollhouse/idempotencyKey")]
    key: Option<Text<'a>>,
}

impl<'a> Meta<'a> {
    pub(crate) fn version(&self) -> Result<&str, Refusal> {
        let version = self.version.as_ref().map(|version| version.0.as_ref());
        version.ok_or_else(|| missing("_meta[\"io.modelcontextprotocol/protocolVersion\"]"))
    }

    /// What the client can do.
    pub(crate) fn capabilities(&self) -> Result<Capabilities, Refusal> {
        let name = "_meta[\"io.modelcontextprotocol/clientCapabilities\"]";
        capabilities(name, self.capabilities.ok_or_else(|| missing(name))?)
    }

    /// What tells a call from others, so that it is the same one when it is sent again.
    pub(crate) fn key(&self) -> Option<String> {
        self.key.as_ref().map(|key| key.0.to_string())
    }

    /// From which level up the client wants log lines.
    pub(crate) fn level(&self) -> Result<Option<Level>, Refusal> {
        let name = self.level.as_ref().map(|Text(name)| name.as_ref());
        name.map(level).transpose()
    }

    /// The progress token, a string or an integer.
    pub(crate) fn token(&self) -> Result<Option<&'a RawValue>, Refusal> {
        match self.token {
            Some(raw) if !is_token(raw.get()) || raw.get().len() > ID_BYTES_MAX => {
                Err(Refusal::BadParams(
                    "`_meta.progressToken` must be a string or an integer, of at most 256 bytes"
                        .to_owned(),
                ))
            }
            token => Ok(token),
        }
    }

    /// The trace context; a malformed `traceparent` is dropped, as W3C Trace Context asks.
    pub(crate) fn trace(&self) -> Trace {
        let own = |text: &Option<Text<'_>>| text.as_ref().map(|text| text.0.to_string());
        match &self.traceparent {
            Some(Text(parent)) if is_traceparent(parent) => Trace {
                parent: own(&self.traceparent),
                state: own(&self.tracestate),
                baggage: own(&self.baggage),
            },
            _ => Trace {
                baggage: own(&self.baggage),
                ..Trace::default()
            },
        }
    }
}

/// A set of capabilities. `elicitation: {}` means forms.
fn capabilities(name: &str, raw: &RawValue) -> Result<Capabilities, Refusal> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow)]
        elicitation: Option<&'a RawValue>,
        #[serde(borrow)]
        sampling: Option<&'a RawValue>,
        roots: Option<Map<String, Value>>,
    }
    #[derive(Deserialize)]
    struct Modes {
        form: Option<Map<String, Value>>,
        url: Option<Map<String, Value>>,
    }
    #[derive(Deserialize)]
    struct Sampling {
        tools: Option<Map<String, Value>>,
        context: Option<Map<String, Value>>,
    }
    if raw.get() == "{}" {
        return Ok(Capabilities::NONE);
    }
    let bad = |error| Refusal::BadEnvelope(format!("`{name}`: {}", told(&error)));
    let wire: Wire<'_> = object(raw.get()).map_err(bad)?;
    let mut set = Capabilities::NONE;
    let mut add = |has: bool, capability| {
        if has {
            set = set.with(capability);
        }
    };
    if let Some(raw) = wire.elicitation {
        let modes: Modes = object(raw.get()).map_err(bad)?;
        add(
            modes.form.is_some() || modes.url.is_none(),
            Capability::Form,
        );
        add(modes.url.is_some(), Capability::Url);
    }
    if let Some(raw) = wire.sampling {
        let sampling: Sampling = object(raw.get()).map_err(bad)?;
        add(true, Capability::Sampling);
        add(sampling.tools.is_some(), Capability::SamplingTools);
        add(sampling.context.is_some(), Capability::SamplingContext);
    }
    add(wire.roots.is_some(), Capability::Roots);
    Ok(set)
}

/// A string parameter that must be there.
pub(crate) fn text<'a>(name: &str, given: Option<&'a Text<'_>>) -> Result<&'a str, Refusal> {
    given
        .map(|text| text.0.as_ref())
        .ok_or_else(|| Refusal::BadParams(format!("`params.{name}` must be a string")))
}

/// What a request wants to have run.
pub(crate) fn target(method: Method, params: &Params<'_>) -> Result<Target, Refusal> {
    let named = |name, given| text(name, given).map(str::to_owned);
    Ok(match method {
        Method::GetPrompt => Target::Prompt(named("name", params.name.as_ref())?),
        Method::ReadResource => Target::Resource(named("uri", params.uri.as_ref())?),
        Method::Complete => Target::Completion(Box::new(completion(params)?)),
        _ => Target::Tool(named("name", params.name.as_ref())?),
    })
}

/// With which arguments: an object, empty if there are none.
pub(crate) fn filled(target: &Target, params: &mut Params<'_>) -> Result<Value, Refusal> {
    match (target, params.arguments.take()) {
        (Target::Completion(_), _) => filled_in(params),
        (Target::Resource(_), _) | (_, None) => Ok(Value::Object(Map::new())),
        (_, Some(arguments @ Value::Object(_))) => Ok(arguments),
        (_, Some(_)) => Err(Refusal::BadParams(
            "`params.arguments` must be an object".to_owned(),
        )),
    }
}

/// `inputResponses`; `null` is the same as none.
pub(crate) fn answers(raw: Option<&RawValue>) -> Result<Answers, Refusal> {
    let bad = |error| Refusal::BadAnswer(format!("must be an object ({})", told(&error)));
    let answers: Option<Answers> = raw
        .map_or(Ok(None), |raw| serde_json::from_str(raw.get()))
        .map_err(bad)?;
    Ok(answers.unwrap_or_default())
}

/// What `completion/complete` asks for.
fn completion(params: &Params<'_>) -> Result<Completion, Refusal> {
    #[derive(Deserialize)]
    #[serde(tag = "type")]
    enum Reference {
        #[serde(rename = "ref/prompt")]
        Prompt { name: String },
        #[serde(rename = "ref/resource")]
        Resource { uri: String },
    }
    #[derive(Deserialize)]
    struct Argument {
        name: String,
        value: String,
    }
    let argument: Argument = parsed("argument", params.argument)?;
    let of = match parsed("ref", params.reference)? {
        Reference::Prompt { name } => Target::Prompt(name),
        Reference::Resource { uri } => Target::Resource(uri),
    };
    Ok(Completion {
        of,
        argument: argument.name,
        value: argument.value,
    })
}

/// What has been filled in before the argument to complete, as an object of texts.
fn filled_in(params: &Params<'_>) -> Result<Value, Refusal> {
    #[derive(Default, Deserialize)]
    struct Context {
        #[serde(default)]
        arguments: BTreeMap<String, String>,
    }
    let context: Context = match params.context {
        Some(raw) => parsed("context", Some(raw))?,
        None => Context::default(),
    };
    Ok(context.arguments.into_iter().collect())
}

/// What `subscriptions/listen` asks for.
pub(crate) fn filter(params: &Params<'_>) -> Result<BTreeSet<Change>, Refusal> {
    let wire: BTreeMap<Cow<'_, str>, Value> = parsed("notifications", params.notifications)?;
    let mut changes = BTreeSet::new();
    for (name, value) in wire {
        let bad = |want: &str| {
            Refusal::BadParams(format!("`params.notifications.{name}` must be {want}"))
        };
        let list = match name.as_ref() {
            "toolsListChanged" => Change::Tools,
            "promptsListChanged" => Change::Prompts,
            "resourcesListChanged" => Change::Resources,
            "resourceSubscriptions" => {
                let uris: Vec<String> =
                    serde_json::from_value(value).map_err(|_| bad("an array of URIs"))?;
                changes.extend(uris.into_iter().map(Change::Resource));
                continue;
            }
            // Extensions may add kinds; one that is not served is left out of what is granted.
            _ => continue,
        };
        if value.as_bool().ok_or_else(|| bad("true or false"))? {
            changes.insert(list);
        }
    }
    Ok(changes)
}

fn parsed<'a, T: Deserialize<'a>>(name: &str, raw: Option<&'a RawValue>) -> Result<T, Refusal> {
    let raw = raw.ok_or_else(|| Refusal::BadParams(format!("`params.{name}` is missing")))?;
    object(raw.get())
        .map_err(|error| Refusal::BadParams(format!("`params.{name}`: {}", told(&error))))
}

fn missing(name: &str) -> Refusal {
    Refusal::BadEnvelope(format!("`params.{name}` is missing"))
}

fn is_token(json: &str) -> bool {
    match json.as_bytes().first() {
        Some(b'"') => true,
        Some(b'-' | b'0'..=b'9') => !json.contains(['.', 'e', 'E']),
        _ => false,
    }
}

/// W3C Trace Context, version 00: lower-case hex of 32, 16 and 2 digits.
pub(crate) fn is_traceparent(text: &str) -> bool {
    let hex = |part: &str, digits: usize| {
        part.len() == digits && part.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
    };
    let zero = |part: &str| part.bytes().all(|c| c == b'0');
    let parts: Vec<&str> = text.split('-').collect();
    match parts.as_slice() {
        [version, trace, span, flags, ..] => {
            hex(version, 2)
                && *version != "ff"
                && hex(trace, 32)
                && hex(span, 16)
                && hex(flags, 2)
                && !zero(trace)
                && !zero(span)
                && (parts.len() == 4 || *version != "00")
        }
        _ => false,
    }
}

const LEVELS: [(&str, Level); 8] = [
    ("debug", Level::Debug),
    ("info", Level::Info),
    ("notice", Level::Notice),
    ("warning", Level::Warning),
    ("error", Level::Error),
    ("critical", Level::Critical),
    ("alert", Level::Alert),
    ("emergency", Level::Emergency),
];

fn level(name: &str) -> Result<Level, Refusal> {
    let level = LEVELS.iter().find(|(known, _)| *known == name);
    let unknown = || Refusal::BadParams(format!("unknown log level `{name}`"));
    level.map(|(_, level)| *level).ok_or_else(unknown)
}

/// The wire's name of a level.
pub(crate) fn level_name(level: Level) -> &'static str {
    LEVELS
        .iter()
        .find(|(_, known)| *known == level)
        .map_or("info", |(name, _)| name)
}
