//! What a rule expects, in words.

use jsonschema::{ValidationError, error::ValidationErrorKind as Kind};

/// The rule behind a simple keyword, in words.
pub(super) fn rule(kind: &Kind, error: &ValidationError<'_>) -> String {
    match kind {
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        Kind::MaxLength { limit } => format!("at most {limit} characters"),
        Kind::MinLength { limit } => format!("at least {limit} characters"),
        Kind::MaxItems { limit } => format!("at most {limit} items"),
        Kind::MinItems { limit } => format!("at least {limit} items"),
        Kind::MaxProperties { limit } => format!("at most {limit} properties"),
        Kind::MinProperties { limit } => format!("at least {limit} properties"),
        Kind::UniqueItems => "items that all differ".to_owned(),
        Kind::Pattern { pattern } => format!("text like {pattern}"),
        Kind::Format { format } => format_words(format),
        _ => format!("something else ({})", error.masked()),
    }
}

/// A format by what it looks like: its name alone says little of what is wrong.
fn format_words(format: &str) -> String {
    let known = FORMATS.iter().find(|(name, _)| *name == format);
    match known {
        Some((_, words)) => format!("{words} (format `{format}`)"),
        None => format!("text in the format `{format}`"),
    }
}

const FORMATS: [(&str, &str); 12] = [
    (
        "date-time",
        "a date and time with its zone, such as 2026-11-20T09:30:00Z",
    ),
    ("date", "a date, such as 2026-11-20"),
    ("time", "a time with its zone, such as 09:30:00Z"),
    ("duration", "a duration, such as P3D or PT15M"),
    ("email", "one e-mail address, such as ann@example.com"),
    (
        "uri",
        "a whole URL with its scheme, such as https://example.com/a",
    ),
    ("uri-reference", "a URL or a part of one, such as /a?b=1"),
    (
        "uuid",
        "a UUID, such as 123e4567-e89b-12d3-a456-426614174000",
    ),
    ("ipv4", "an address of IPv4, such as 192.0.2.1"),
    ("ipv6", "an address of IPv6, such as 2001:db8::1"),
    ("hostname", "the name of a host, such as example.com"),
    ("regex", "a regular expression"),
];
