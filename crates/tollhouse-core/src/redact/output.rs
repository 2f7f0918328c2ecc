//! Known secrets in what a caller is about to read.

use std::borrow::Cow;

use super::Redactor;
use crate::{Body, Content, Contents, Output};

impl Redactor {
    /// The output without secrets that are known.
    pub(crate) fn output(&self, mut output: Output) -> Output {
        if !self.knows_any() {
            return output;
        }
        match &mut output {
            Output::Tool(reported) => {
                for content in &mut reported.content {
                    self.content(content);
                }
                if let Some(value) = &mut reported.structured {
                    self.mask_known(value);
                }
            }
            Output::Resource(contents) => {
                for one in contents {
                    self.contents(one);
                }
            }
            Output::Prompt { messages, .. } => {
                for message in messages {
                    self.content(&mut message.content);
                }
            }
            Output::Completion { values, .. } => {
                for value in values {
                    self.in_place(value);
                }
            }
        }
        output
    }

    fn content(&self, content: &mut Content) {
        if let Some(text) = content.text_mut() {
            self.in_place(text);
        }
    }

    fn contents(&self, contents: &mut Contents) {
        if let Body::Text(text) = &mut contents.body {
            self.in_place(text);
        }
    }

    fn in_place(&self, text: &mut String) {
        if let Cow::Owned(masked) = self.known(text) {
            *text = masked;
        }
    }
}
