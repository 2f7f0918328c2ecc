//! Revision 2026-07-28: each request stands alone and carries its version and capabilities.

use super::{
    Header, Headers, Method, Offering, Op, Watch,
    types::{
        params::{self, Params},
        revision::Revision,
    },
};
use crate::{Call, Principal, Refusal, headers};

mod encode;

pub(crate) use encode::{Encoder, Subscription};

/// The only one of its kind so far.
pub(crate) const REVISION: Revision = Revision::V2026_07_28;

/// One request, its method still a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) method: &'a str,
    pub(crate) headers: Option<&'a Headers<'a>>,
}

impl Question<'_> {
    /// Checks in the order that clients may rely on: `_meta`, version header, version, method and name
    /// headers, method, and only then the method's own parameters.
    pub(crate) fn decode(
        self,
        params: Params<'_>,
        principal: &Principal,
        offering: &dyn Offering,
    ) -> Result<Op, Refusal> {
        let meta = params.meta()?;
        let version = meta.version()?;
        let client = meta.capabilities()?;
        self.check_version(version)?;
        let method = Method::parse(self.method);
        self.check_headers(method, &params)?;
        let method = method
            .filter(|method| offering.serves(*method))
            .ok_or_else(|| Refusal::UnknownMethod(self.method.to_owned()))?;
        let target = match method {
            Method::Discover => return Ok(Op::Discover),
            Method::List(list) => {
                return Ok(Op::List(
                    list,
                    params.cursor.map(|cursor| cursor.0.into_owned()),
                ));
            }
            Method::Listen => return Ok(Op::Listen(params::filter(&params)?)),
            method => params::target(method, &params)?,
        };
        let call = Call {
            client,
            ..Call::new(principal.clone(), target)
        };
        self.call(call, params)
    }

    /// Fills in what a call brings besides its target.
    fn call(self, call: Call, mut params: Params<'_>) -> Result<Op, Refusal> {
        let args = params::filled(&call.target, &mut params)?;
        let meta = params.meta()?;
        let (events, watch) = Watch::open(meta.token()?, meta.level()?, REVISION);
        let (trace, key) = (meta.trace(), meta.key());
        let call = Call {
            args,
            claims: self.headers.map(|headers| headers.params.clone()),
            answers: params::answers(params.input_responses)?,
            state: params.request_state.map(|state| state.0.into_owned()),
            key,
            events,
            trace,
            ..call
        };
        Ok(Op::Call(Box::new(call), watch))
    }

    fn check_version(self, version: &str) -> Result<(), Refusal> {
        if let Some(headers) = self.headers {
            same("MCP-Protocol-Version", headers.version, version)?;
        }
        if version == REVISION.name() {
            Ok(())
        } else {
            Err(Refusal::UnsupportedVersion(version.to_owned()))
        }
    }

    fn check_headers(self, method: Option<Method>, params: &Params<'_>) -> Result<(), Refusal> {
        let Some(headers) = self.headers else {
            return Ok(());
        };
        same("Mcp-Method", headers.method, self.method)?;
        let (field, named) = match method {
            Some(Method::CallTool | Method::GetPrompt) => ("name", &params.name),
            Some(Method::ReadResource) => ("uri", &params.uri),
            _ => return Ok(()),
        };
        if headers.name == Header::Absent {
            return mismatch(NAME, "is missing");
        }
        same_name(headers.name, params::text(field, named.as_ref())?)
    }
}

/// Whether a header says exactly what the body says.
fn same(name: &str, header: Header<'_>, body: &str) -> Result<(), Refusal> {
    match header {
        Header::One(value) if value == body.as_bytes() => Ok(()),
        Header::One(value) => {
            let value = String::from_utf8_lossy(value);
            mismatch(name, &format!("says `{value}`, the body says `{body}`"))
        }
        Header::Absent => mismatch(name, "is missing"),
        Header::Several => mismatch(name, "is given more than once"),
    }
}

/// Whether `Mcp-Name` says what the body says. Its value may be wrapped as `=?base64?…?=`.
fn same_name(header: Header<'_>, body: &str) -> Result<(), Refusal> {
    match header {
        Header::One(value) => match headers::decode(value) {
            Some(decoded) if decoded == body => Ok(()),
            Some(decoded) => mismatch(NAME, &format!("says `{decoded}`, the body says `{body}`")),
            None => mismatch(NAME, "is not printable text nor valid =?base64?…?="),
        },
        Header::Absent | Header::Several => same(NAME, header, body),
    }
}

fn mismatch(name: &str, why: &str) -> Result<(), Refusal> {
    Err(Refusal::HeaderMismatch(format!("{name} {why}")))
}

const NAME: &str = "Mcp-Name";
