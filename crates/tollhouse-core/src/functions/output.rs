//! What a handler may give back.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::Serialize;
use serde_json::Value;

use super::Given;
use crate::{Body, Content, Contents, Fault, Message, Output, Reported, schema::minified};

/// As a tool's result.
#[derive(Debug)]
pub enum AsTool {}

/// As what stands in a resource.
#[derive(Debug)]
pub enum AsResource {}

/// As a filled-in prompt.
#[derive(Debug)]
pub enum AsPrompt {}

/// Something that a handler of kind `K` may give back:
///
/// - tools: text, [`Content`], several of them, [`Json`] with data, a number or `bool` (as if in [`Json`]),
///   [`Reported`], or `()`;
/// - resources: text, [`Contents`], several of them;
/// - prompts: text, a [`Message`], several of them;
///
/// and a `Result` of these with any error: see [`Fault`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be given back ({K})",
    label = "not something that a client can be told",
    note = "tools give text, `Json(data)`, numbers, `Content`; resources text or `Contents`; prompts text or \
            `Message`; or a `Result` of these"
)]
pub trait IntoOutput<K> {
    /// The JSON Schema of the structured part, if there is one.
    #[must_use]
    fn schema() -> Option<Value> {
        None
    }

    /// Turns it into an output.
    ///
    /// # Errors
    ///
    /// The handler's own, or data that cannot be said in JSON.
    fn into_output(self, given: Given<'_>) -> Result<Output, Fault>;
}

impl<K, T: IntoOutput<K>, E: Into<Fault>> IntoOutput<K> for Result<T, E> {
    fn schema() -> Option<Value> {
        T::schema()
    }

    fn into_output(self, given: Given<'_>) -> Result<Output, Fault> {
        self.map_err(Into::into)?.into_output(given)
    }
}

/// Data as a result: structured for programs, the same as text for models, with its schema listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize + JsonSchema> IntoOutput<AsTool> for Json<T> {
    fn schema() -> Option<Value> {
        let settings = SchemaSettings::draft2020_12().for_serialize();
        let settings = settings.with(|settings| settings.meta_schema = None);
        let schema = settings.into_generator().into_root_schema_for::<T>();
        let mut schema = minified(schema.to_value());
        // The name of the type says nothing to whoever reads the result.
        if let Some(root) = schema.as_object_mut()
            && root
                .get("title")
                .is_some_and(|title| *title == *T::schema_name())
        {
            root.remove("title");
        }
        Some(schema)
    }

    fn into_output(self, _: Given<'_>) -> Result<Output, Fault> {
        let structured = Some(serde_json::to_value(self.0)?);
        Ok(Output::Tool(Reported {
            structured,
            ..Reported::default()
        }))
    }
}

macro_rules! scalar {
    ($($from:ty),*) => {$(
        impl IntoOutput<AsTool> for $from {
            fn schema() -> Option<Value> {
                <Json<Self> as IntoOutput<AsTool>>::schema()
            }

            fn into_output(self, given: Given<'_>) -> Result<Output, Fault> {
                Json(self).into_output(given)
            }
        }
    )*};
}

scalar!(
    bool, f32, f64, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize
);

impl IntoOutput<AsTool> for Reported {
    fn into_output(self, _: Given<'_>) -> Result<Output, Fault> {
        Ok(Output::Tool(self))
    }
}

impl IntoOutput<AsTool> for Vec<Content> {
    fn into_output(self, _: Given<'_>) -> Result<Output, Fault> {
        Ok(Output::Tool(Reported {
            content: self,
            ..Reported::default()
        }))
    }
}

macro_rules! one_content {
    ($($from:ty),*) => {$(
        impl IntoOutput<AsTool> for $from {
            fn into_output(self, given: Given<'_>) -> Result<Output, Fault> {
                IntoOutput::<AsTool>::into_output(vec![Content::from(self)], given)
            }
        }

        impl IntoOutput<AsPrompt> for $from {
            fn into_output(self, given: Given<'_>) -> Result<Output, Fault> {
                vec![Message::user(self)].into_output(given)
            }
        }
    )*};
}

one_content!(String, &'static str, Content);

impl IntoOutput<AsTool> for () {
    fn into_output(self, given: Given<'_>) -> Result<Output, Fault> {
        IntoOutput::<AsTool>::into_output("Done.", given)
    }
}

impl IntoOutput<AsResource> for Vec<Contents> {
    fn into_output(self, _: Given<'_>) -> Result<Output, Fault> {
        Ok(Output::Resource(self))
    }
}

impl IntoOutput<AsResource> for Contents {
    fn into_output(self, _: Given<'_>) -> Result<Output, Fault> {
        Ok(Output::Resource(vec![self]))
    }
}

impl IntoOutput<AsResource> for String {
    fn into_output(self, given: Given<'_>) -> Result<Output, Fault> {
        Ok(Output::Resource(vec![Contents {
            uri: given.permit().target().name().to_owned(),
            // What the resource was offered as is filled in on the road.
            mime_type: None,
            body: Body::Text(self),
            meta: None,
        }]))
    }
}

impl IntoOutput<AsResource> for &'static str {
    fn into_output(self, given: Given<'_>) -> Result<Output, Fault> {
        IntoOutput::<AsResource>::into_output(self.to_owned(), given)
    }
}

impl IntoOutput<AsPrompt> for Vec<Message> {
    fn into_output(self, _: Given<'_>) -> Result<Output, Fault> {
        Ok(Output::Prompt {
            description: None,
            messages: self,
        })
    }
}

impl IntoOutput<AsPrompt> for Message {
    fn into_output(self, given: Given<'_>) -> Result<Output, Fault> {
        vec![self].into_output(given)
    }
}
