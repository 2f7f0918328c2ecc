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
    /// Any of these, with what a client should know about it. Made by [`Content::noted`].
    Noted(Box<Noted>),
}

impl Content {
    /// This piece with what a client should know about it, instead of what it had.
    #[must_use]
    pub fn noted(self, extras: Extras) -> Self {
        match self {
            Self::Link(mut resource) => {
                resource.annotations = extras.annotations;
                resource.meta = extras.meta;
                Self::Link(resource)
            }
            Self::Noted(mut noted) => {
                noted.extras = extras;
                Self::Noted(noted)
            }
            content => Self::Noted(Box::new(Noted { content, extras })),
        }
    }

    /// The piece alone. Whoever looks for texts has to look through [`Content::Noted`].
    #[must_use]
    pub fn bare(&self) -> &Self {
        match self {
            Self::Noted(noted) => &noted.content,
            content => content,
        }
    }

    /// How many bytes of text or of anything else there are in it.
    pub(crate) fn bytes(&self) -> usize {
        match self.bare() {
            Self::Text(text) => text.len(),
            Self::Image { data, .. } | Self::Audio { data, .. } => data.len(),
            Self::Link(resource) => resource.uri.len(),
            Self::Embedded(contents) => contents.bytes(),
            // Never stands inside another of its kind.
            Self::Noted(_) => 0,
        }
    }

    /// The text that a model reads in it, to be changed: its own, or that of the resource in it.
    pub fn text_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Embedded(contents) => match &mut contents.body {
                Body::Text(text) => Some(text),
                Body::Blob(_) => None,
            },
            Self::Noted(noted) => noted.content.text_mut(),
            Self::Image { .. } | Self::Audio { .. } | Self::Link(_) => None,
        }
    }
}

/// A piece and what stands beside it. It never holds another of its kind, nor a link, which has both itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Noted {
    content: Content,
    extras: Extras,
}

impl Noted {
    /// The piece, and what stands beside it.
    pub(crate) const fn parts_mut(&mut self) -> (&mut Content, &mut Extras) {
        (&mut self.content, &mut self.extras)
    }

    pub(crate) fn extras(&self) -> &Extras {
        &self.extras
    }
}

/// What may stand beside a piece.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extras {
    /// For whom it is, and how much it matters.
    pub annotations: Annotations,
    /// `_meta`, written as it is.
    pub meta: Meta,
}

/// Hints for a client: for whom something is, and how much it matters. The default says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Annotations {
    /// For whom; nobody named means no hint.
    pub audience: Vec<Role>,
    /// From 0, could be left out, to 1, is needed.
    pub priority: Option<f64>,
    /// When it last changed, for example `2026-05-03T14:30:00Z`.
    pub last_modified: Option<String>,
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
    /// `_meta`, written as it is. In a box, so that a text, which has none, is not moved with room for it.
    pub meta: Option<Box<Map<String, Value>>>,
}

impl Contents {
    /// Text under a URI.
    #[must_use]
    pub fn text(uri: &str, mime_type: &str, text: impl Into<String>) -> Self {
        Self {
            uri: uri.to_owned(),
            mime_type: Some(mime_type.to_owned()),
            body: Body::Text(text.into()),
            meta: None,
        }
    }

    /// Bytes under a URI.
    #[must_use]
    pub fn blob(uri: &str, mime_type: &str, bytes: impl Into<Bytes>) -> Self {
        Self {
            uri: uri.to_owned(),
            mime_type: Some(mime_type.to_owned()),
            body: Body::Blob(bytes.into()),
            meta: None,
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        match &self.body {
            Body::Text(text) => text.len(),
            Body::Blob(bytes) => bytes.len(),
        }
    }

    /// The same with `_meta`.
    #[must_use]
    pub fn with_meta(mut self, meta: Map<String, Value>) -> Self {
        self.meta = Some(Box::new(meta));
        self
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

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::{Annotations, Content, Contents, Extras};

    fn important() -> Extras {
        Extras {
            annotations: Annotations {
                priority: Some(1.0),
                ..Annotations::default()
            },
            meta: Some(Map::new()),
        }
    }

    #[test]
    fn notes_are_replaced_and_never_stacked() {
        let noted = Content::from("a").noted(important());
        assert_eq!(noted.bare(), &Content::from("a"));
        let bare = noted.noted(Extras::default());
        assert_eq!(bare, Content::from("a").noted(Extras::default()));
        let Content::Link(link) = Content::Link(Box::default()).noted(important()) else {
            panic!("a link keeps its notes itself");
        };
        assert_eq!(link.annotations, important().annotations);
        assert_eq!(link.meta, important().meta);
    }

    #[test]
    fn a_text_is_found_wherever_it_stands() {
        let inside = Contents::text("a:b", "text/plain", "a");
        for mut content in [Content::from("a"), Content::Embedded(inside)] {
            content.text_mut().unwrap().push('b');
            let mut noted = content.noted(important());
            assert_eq!(noted.text_mut().unwrap(), "ab");
        }
        let bytes = Contents::blob("a:b", "image/png", vec![1]);
        assert_eq!(Content::Embedded(bytes).text_mut(), None);
    }

    #[test]
    fn a_text_is_moved_without_room_for_notes() {
        assert!(size_of::<Content>() <= 88, "{}", size_of::<Content>());
    }
}
