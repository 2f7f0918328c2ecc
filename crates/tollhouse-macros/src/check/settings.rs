//! What the words of an attribute set.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, LitStr};

use crate::{
    kind::{Form, Kind},
    parse::words::Said,
    problems::Problems,
};

/// All that was set.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) name: Option<LitStr>,
    pub(super) uri: Option<LitStr>,
    pub(super) rest: Vec<Setting>,
}

/// One call of a method of the builder's function.
pub(crate) struct Setting {
    pub(crate) method: Ident,
    pub(crate) value: TokenStream,
}

impl Settings {
    pub(super) fn check(kind: Kind, said: Vec<Said>, problems: &mut Problems) -> Self {
        check_together(&said, problems);
        let mut settings = Self::default();
        for Said { word, place, texts } in said {
            if word.form == Form::Texts {
                let value = quote!([#(#texts),*]);
                settings.rest.push(set(word.name, &place, value));
                continue;
            }
            match (word.name, word.form, texts.into_iter().next()) {
                ("uri", _, Some(uri)) => settings.uri = Some(uri),
                ("name", _, Some(name)) => settings.name = Some(name),
                (method, Form::Time, Some(text)) => match milliseconds(&text.value()) {
                    Some(ms) => settings.rest.push(set(
                        method,
                        &place,
                        quote!(::core::time::Duration::from_millis(#ms)),
                    )),
                    None => problems.say(text, "a time is like \"500ms\", \"20s\" or \"2min\""),
                },
                (method, _, text) => settings.rest.push(set(method, &place, quote!(#text))),
            }
        }
        if let (Kind::Tool | Kind::Prompt, Some(name)) = (kind, &settings.name) {
            check_name(name, problems);
        }
        settings
    }
}

fn set(method: &str, place: &TokenStream, value: TokenStream) -> Setting {
    let span = place.clone().into_iter().next();
    let span = span.map_or_else(proc_macro2::Span::call_site, |token| token.span());
    Setting {
        method: Ident::new(method, span),
        value,
    }
}

/// What must not be said twice, or beside each other.
fn check_together(said: &[Said], problems: &mut Problems) {
    for (at, one) in said.iter().enumerate() {
        let name = one.word.name;
        let earlier = said.iter().take(at);
        if earlier.clone().any(|other| other.word.name == name) {
            problems.say(&one.place, format!("`{name}` is said twice"));
        }
        let other = match name {
            "read_only" => "destructive",
            "destructive" => "read_only",
            _ => continue,
        };
        if earlier.clone().any(|earlier| earlier.word.name == other) {
            let why = format!("`{other}` and `{name}` exclude each other: keep one");
            problems.say(&one.place, why);
        }
    }
}

/// The rule of the catalogue, told where the name stands.
fn check_name(name: &LitStr, problems: &mut Problems) {
    let text = name.value();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if text.is_empty() || text.len() > NAME_BYTES_MAX || !text.chars().all(allowed) {
        problems.say(name, "a name is 1 to 64 of A-Z a-z 0-9 _ . -");
    }
}

fn milliseconds(text: &str) -> Option<u64> {
    let units = [("ms", 1), ("s", 1000), ("min", 60_000)];
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text.strip_prefix(digits)?;
    let (_, factor) = units.iter().find(|(known, _)| *known == unit.trim())?;
    let ms = digits.parse::<u64>().ok()?.checked_mul(*factor)?;
    (ms > 0).then_some(ms)
}

const NAME_BYTES_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn a_time_has_a_number_and_a_unit() {
        let good = [
            ("500ms", 500),
            ("20s", 20_000),
            ("2min", 120_000),
            ("3 s", 3000),
        ];
        for (text, expected) in good {
            assert_eq!(milliseconds(text), Some(expected), "{text}");
        }
        for bad in [
            "",
            "s",
            "20",
            "0s",
            "-1s",
            "1.5s",
            "20 hours",
            "99999999999999999999s",
        ] {
            assert_eq!(milliseconds(bad), None, "{bad}");
        }
    }
}
