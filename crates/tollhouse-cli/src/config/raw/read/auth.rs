//! What is read of who may call.

use crate::config::{
    fields::{Choice, Fields},
    files::Said,
    node::{Node, Value},
    raw::{Auth, Claims, Introspection, Issuer, Lookup, Mode, Scope},
};

impl Auth {
    pub(super) fn read(mut fields: Fields<'_>) -> Self {
        let auth = Self {
            mode: fields.choices("mode"),
            headers: fields.texts("headers"),
            key: fields.text("key"),
            issuers: fields.named("issuers", Issuer::read),
            lookup: fields.table("lookup", Lookup::read),
            scopes: fields.texts_or_tables("scopes", Scope::named, Scope::read),
            roles: fields.values("roles", "a list of scopes", texts),
        };
        fields.finish();
        auth
    }
}

impl Issuer {
    fn read(mut fields: Fields<'_>) -> Self {
        let kind = "a URL, or true";
        let introspection = fields.typed("introspection", kind, |node| match node.value {
            Value::Boolean(is_found) => Ok(Introspection::Found(is_found)),
            Value::Text(url) => Ok(Introspection::At(url)),
            _ => Err(node),
        });
        let issuer = Self {
            url: fields.text("url"),
            audience: fields.one_or_more("audience"),
            jwks: fields.text("jwks"),
            introspection,
            client_id: fields.text("client_id"),
            client_secret: fields.text("client_secret"),
            cache: fields.text("cache"),
            ask_signed: fields.boolean("ask_signed"),
            token_prefix: fields.text("token_prefix"),
            algorithms: fields.texts("algorithms"),
            typ: fields.text("typ"),
            subject_prefix: fields.text("subject_prefix"),
            claims: fields.table("claims", Claims::read),
            require: fields.values("require", "a text", text),
            ca: fields.text("ca"),
            allow: fields.texts("allow"),
        };
        let example = "url = \"https://…\", as tokens say it under `iss`";
        fields.required("url", example, issuer.url.is_some());
        fields.finish();
        issuer
    }
}

impl Claims {
    fn read(mut fields: Fields<'_>) -> Self {
        let claims = Self {
            scopes: fields.text("scopes"),
            roles: fields.text("roles"),
            tenant: fields.text("tenant"),
            email: fields.text("email"),
        };
        fields.finish();
        claims
    }
}

impl Lookup {
    fn read(mut fields: Fields<'_>) -> Self {
        let lookup = Self {
            source: fields.text("source"),
            sql: fields.text("sql"),
            url: fields.text("url"),
            token: fields.text("token"),
            allow: fields.texts("allow"),
            span: fields.span(),
        };
        let is_said = lookup.sql.is_some() || lookup.url.is_some();
        fields.required("url", "url = \"https://…\", or source and sql", is_said);
        let is_whole = lookup.sql.is_none() || lookup.source.is_some();
        fields.required(
            "source",
            "source = \"NAME\", the name of a source",
            is_whole,
        );
        fields.finish();
        lookup
    }
}

impl Scope {
    fn named(text: Said<String>) -> Self {
        Self {
            text: Some(text),
            ..Self::default()
        }
    }

    fn read(mut fields: Fields<'_>) -> Self {
        let scope = Self {
            text: fields.text("text"),
            includes: fields.texts("includes"),
            basic: fields.boolean("basic"),
        };
        fields.finish();
        scope
    }
}

fn text(node: Node) -> Result<String, Node> {
    match node.value {
        Value::Text(text) => Ok(text),
        _ => Err(node),
    }
}

fn texts(node: Node) -> Result<Vec<Said<String>>, Node> {
    let Value::List(items) = &node.value else {
        return Err(node);
    };
    let one = |item: &Node| match &item.value {
        Value::Text(text) => Some(Said::new(text.clone(), item.span)),
        _ => None,
    };
    let all: Option<Vec<_>> = items.iter().map(one).collect();
    all.ok_or(node)
}

impl Choice for Mode {
    const ALL: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        ("keys", Self::Keys),
        ("external", Self::External),
    ];
}
