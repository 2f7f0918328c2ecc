//! What the keys of the tables are read as that hold for every call.

use super::super::{Amount, Approval, Audit, Detail, Limits, Redact, Sink, Taint};
use crate::config::{
    fields::{Choice, Fields},
    files::Said,
    node::Value,
};

impl Limits {
    pub(super) fn read(mut fields: Fields<'_>) -> Self {
        let limits = Self {
            calls: fields.text("calls"),
            writes: fields.text("writes"),
            destructive: fields.text("destructive"),
            key: fields.text("key"),
            session: fields.text("session"),
            all: fields.text("all"),
            rows: fields.text("rows"),
            concurrent: amount(&mut fields, "concurrent"),
            identical: amount(&mut fields, "identical"),
            turn: amount(&mut fields, "turn"),
            result_tokens: fields.count("result_tokens"),
        };
        fields.finish();
        limits
    }
}

/// A whole number, or `off`.
pub(super) fn amount(fields: &mut Fields<'_>, key: &'static str) -> Option<Said<Amount>> {
    fields.typed(key, "a whole number, or \"off\"", |node| {
        match &node.value {
            Value::Text(text) if text == "off" => Ok(Amount::Off(())),
            Value::Number(number) => match number.as_u64() {
                Some(most) if most > 0 => Ok(Amount::Most(most)),
                _ => Err(node),
            },
            _ => Err(node),
        }
    })
}

impl Approval {
    pub(super) fn read(mut fields: Fields<'_>) -> Self {
        let approval = Self {
            expires: fields.text("expires"),
            webhook: fields.text("webhook"),
            webhook_secret: fields.text("webhook_secret"),
            webhook_arguments: fields.boolean("webhook_arguments"),
        };
        fields.finish();
        approval
    }
}

impl Taint {
    pub(super) fn read(mut fields: Fields<'_>) -> Self {
        let taint = Self {
            lasts: fields.text("lasts"),
            enforce: fields.boolean("enforce"),
        };
        fields.finish();
        taint
    }
}

impl Audit {
    pub(super) fn read(mut fields: Fields<'_>) -> Self {
        let audit = Self {
            enabled: fields.boolean("enabled"),
            arguments: fields.choice("arguments"),
            results: fields.choice("results"),
            keep: fields.text("keep"),
            size: fields.text("size"),
            sink: fields.table("sink", Sink::read),
        };
        fields.finish();
        audit
    }
}

impl Sink {
    fn read(mut fields: Fields<'_>) -> Self {
        let sink = Self {
            file: fields.text("file"),
            syslog: fields.text("syslog"),
            url: fields.text("url"),
        };
        fields.finish();
        sink
    }
}

impl Redact {
    pub(super) fn read(mut fields: Fields<'_>) -> Self {
        let redact = Self {
            fields: fields.texts("fields"),
            results: fields.boolean("results"),
        };
        fields.finish();
        redact
    }
}

impl Choice for Detail {
    const ALL: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        ("hash", Self::Hash),
        ("redacted", Self::Redacted),
        ("full", Self::Full),
    ];
}
