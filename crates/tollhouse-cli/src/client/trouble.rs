//! Why there is no result: each kind of trouble with what the process ends with.

use std::fmt;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    exit::{REFUSED, SIGN_IN, UNREACHABLE, USAGE},
    wire::Unwired,
};

/// Why there is no result.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// What was asked for has to change.
    Usage(String),
    /// A file that cannot be served: its problems, and the code that goes with them.
    Config(String, u8),
    /// The server wants to know who calls.
    SignIn(String),
    /// No server, or none that answers as it must.
    Unreachable(String),
    /// The status of an HTTP answer that holds no message.
    Status(u16, String),
    /// The server's refusal, as it wrote it.
    Refused(Refused),
}

/// A JSON-RPC error.
#[derive(Debug, Deserialize)]
pub(crate) struct Refused {
    pub(crate) code: i64,
    pub(crate) message: String,
    pub(crate) data: Option<Value>,
}

impl Trouble {
    /// What the process ends with.
    pub(crate) const fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => USAGE,
            Self::Config(_, code) => *code,
            Self::SignIn(_) => SIGN_IN,
            Self::Unreachable(_) | Self::Status(..) => UNREACHABLE,
            Self::Refused(_) => REFUSED,
        }
    }
}

impl From<Unwired> for Trouble {
    fn from(unwired: Unwired) -> Self {
        match unwired {
            Unwired::Config(problems, code) => Self::Config(problems, code),
            Unwired::Other(error) => Self::Usage(format!("{error:#}")),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text)
            | Self::Config(text, _)
            | Self::SignIn(text)
            | Self::Unreachable(text)
            | Self::Status(_, text) => formatter.write_str(text),
            Self::Refused(refused) => refused.fmt(formatter),
        }
    }
}

impl Refused {
    /// As it came, without what is not set.
    pub(crate) fn as_json(&self) -> Value {
        let mut error = json!({"code": self.code, "message": self.message});
        if let (Some(error), Some(data)) = (error.as_object_mut(), &self.data) {
            error.insert("data".to_owned(), data.clone());
        }
        json!({ "error": error })
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            code,
            message,
            data,
        } = self;
        write!(formatter, "the server refused: {message} ({code})")?;
        let Some(data) = data else { return Ok(()) };
        let visits = data.get("elicitations").and_then(Value::as_array);
        match visits {
            Some(visits) if *code == URL_NEEDED => {
                let urls = visits.iter().filter_map(|visit| visit.get("url")?.as_str());
                urls.into_iter().try_for_each(|url| {
                    write!(formatter, "\n  visit {url} if you trust it, and call again")
                })
            }
            _ => write!(formatter, "\n{data}"),
        }
    }
}

/// Something has to be visited first (2025-11-25, Elicitation).
const URL_NEEDED: i64 = -32042;
