//! What the keys of resources and prompts are read as.

use crate::config::{
    fields::{Choice, Fields},
    raw::{Argument, Message, Prompt, Resource, Role},
};

impl Resource {
    pub(super) fn read(mut fields: Fields<'_>) -> Self {
        let resource = Self {
            uri: fields.text("uri"),
            title: fields.text("title"),
            description: fields.text("description"),
            mime_type: fields.text("mime_type"),
            text: fields.text("text"),
            file: fields.text("file"),
            source: fields.text("source"),
            sql: fields.text("sql"),
            returns: fields.choice("returns"),
            json: fields.texts("json"),
            scope: fields.one_or_more("scope"),
            roles: fields.texts("roles"),
            clients: fields.texts("clients"),
            untrusted: fields.boolean("untrusted"),
            unicode: fields.choice("unicode"),
            link_hosts: fields.texts("link_hosts"),
            args: fields.named("args", Argument::read),
            span: fields.span(),
        };
        fields.required("uri", "uri = \"orders://recent\"", resource.uri.is_some());
        fields.finish();
        resource
    }
}

impl Prompt {
    pub(super) fn read(mut fields: Fields<'_>) -> Self {
        let prompt = Self {
            title: fields.text("title"),
            description: fields.text("description"),
            text: fields.text("text"),
            file: fields.text("file"),
            messages: fields.tables("messages", Message::read),
            scope: fields.one_or_more("scope"),
            roles: fields.texts("roles"),
            clients: fields.texts("clients"),
            untrusted: fields.boolean("untrusted"),
            unicode: fields.choice("unicode"),
            link_hosts: fields.texts("link_hosts"),
            args: fields.named("args", Argument::read),
            span: fields.span(),
        };
        fields.finish();
        prompt
    }
}

impl Message {
    fn read(mut fields: Fields<'_>) -> Self {
        let message = Self {
            role: fields.choice("role"),
            text: fields.text("text"),
        };
        fields.required("text", "text = \"What is said.\"", message.text.is_some());
        fields.finish();
        message
    }
}

impl Argument {
    fn read(mut fields: Fields<'_>) -> Self {
        let argument = Self {
            title: fields.text("title"),
            description: fields.text("description"),
            optional: fields.boolean("optional"),
            allowed: fields.texts("enum"),
            pattern: fields.text("pattern"),
            source: fields.text("source"),
            sql: fields.text("sql"),
        };
        fields.finish();
        argument
    }
}

impl Choice for Role {
    const ALL: &'static [(&'static str, Self)] =
        &[("user", Self::User), ("assistant", Self::Assistant)];
}
