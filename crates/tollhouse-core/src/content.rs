//! The pieces that results are made of.

use bytes::Bytes;
use serde_json::{Map, Value};

/// One piece of a tool's result or of a prompt's message.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// Text.
    Text(String),
    /// A picture; the bytes are encoded on the way out.
    Image {
        /// The picture.
        data: Bytes,
        /// Its media type, for example `image/png`.
        mime_type: String,
    },
    /// A sound.
    Audio {
        /// The sound.
        data: Bytes,
        /// Its media type, for example `audio/wav`.
        mime_type: String,
    },
    /// A pointer to a resource, which need not be listed.
    Link(Box<crate::Resource>),
    /// A resource itself.
    Embedded(Contents),
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// What stands in a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Where it stands.
    pub uri: String,
    /// Its media type.
    pub mime_type: Option<String>,
    /// The thing itself.
    pub body: Body,
}

impl Contents {
    /// Text under a URI.
    #[must_use]
    pub fn text(uri: &str, mime_type: &str, text: impl Into<String>) -> Self {
        Self {
            uri: uri.to_owned(),
            mime_type: Some(mime_type.to_owned()),
            body: Body::Text(text.into()),
        }
    }

    /// Bytes under a URI.
    #[must_use]
    pub fn blob(uri: &str, mime_type: &str, bytes: impl Into<Bytes>) -> Self {
        Self {
            uri: uri.to_owned(),
            mime_type: Some(mime_type.to_owned()),
            body: Body::Blob(bytes.into()),
        }
    }
}

/// Text or bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Text.
    Text(String),
    /// Bytes; encoded on the way out.
    Blob(Bytes),
}

/// Who speaks in a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The user.
    User,
    /// The model.
    Assistant,
}

/// One message of a prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said: one piece per message.
    pub content: Content,
}

impl Message {
    /// Something that the user says.
    #[must_use]
    pub fn user(content: impl Into<Content>) -> Self {
        Self {
            role: Role::User,
            content: content.into(),
        }
    }

    /// Something that the model says.
    #[must_use]
    pub fn assistant(content: impl Into<Content>) -> Self {
        Self {
            role: Role::Assistant,
            content: content.into(),
        }
    }
}

/// Further keys of a listed thing, written as they are.
pub(crate) type Meta = Option<Map<String, Value>>;
