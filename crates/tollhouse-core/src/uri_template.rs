//! URI templates (RFC 6570: `{name}` and a closing `{+name}`), read backwards: from a URI to its variables.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

mod overlap;

/// A parsed template.
#[derive(Debug)]
pub(crate) struct UriTemplate {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Literal(String),
    /// One piece of a path: no separator in it, neither plain nor encoded.
    Segment(String),
    /// Everything to the end.
    Rest(String),
}

impl UriTemplate {
    /// Parses a template. Two variables need a literal between them, or a URI could be read in two ways.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            let (variable, after) = after
                .split_once('}')
                .ok_or_else(|| format!("`{text}`: a `{{` has no `}}`"))?;
            if literal.is_empty() && !parts.is_empty() {
                return Err(format!("`{text}`: put a literal between two variables"));
            }
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.to_owned()));
            }
            parts.push(variable_part(text, variable, after.is_empty())?);
            rest = after;
        }
        if parts.is_empty() {
            return Err(format!("`{text}` has no variable; offer it as a resource"));
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// The variables' names, in order.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Segment(name) | Part::Rest(name) => Some(name.as_str()),
        })
    }

    /// The variables of a URI, decoded, if it follows the template.
    pub(crate) fn read(&self, uri: &str) -> Option<Value> {
        let mut values = Map::new();
        let mut rest = uri;
        for (at, part) in self.parts.iter().enumerate() {
            match part {
                Part::Literal(literal) => rest = rest.strip_prefix(literal.as_str())?,
                Part::Rest(name) => {
                    values.insert(name.clone(), decode(rest, false)?.into());
                    rest = "";
                }
                Part::Segment(name) => {
                    let end = match self.parts.get(at + 1) {
                        Some(Part::Literal(next)) => rest.find(next.as_str())?,
                        _ => rest.len(),
                    };
                    let (value, after) = rest.split_at_checked(end)?;
                    values.insert(name.clone(), decode(value, true)?.into());
                    rest = after;
                }
            }
        }
        rest.is_empty().then_some(Value::Object(values))
    }
}

fn variable_part(text: &str, variable: &str, last: bool) -> Result<Part, String> {
    let plain = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    match variable.strip_prefix('+') {
        Some(name) if plain(name) && last => Ok(Part::Rest(name.to_owned())),
        Some(name) if plain(name) => Err(format!("`{text}`: `{{+{name}}}` must stand at the end")),
        None if plain(variable) => Ok(Part::Segment(variable.to_owned())),
        _ => Err(format!(
            "`{text}`: `{{{variable}}}` is not supported; use {{name}} or {{+name}}"
        )),
    }
}

/// Decodes a value and refuses what could climb out of its place.
fn decode(value: &str, one_segment: bool) -> Option<String> {
    let decoded = percent_decode_str(value).decode_utf8().ok()?;
    let climbs = decoded
        .split(['/', '\\'])
        .any(|piece| piece == ".." || piece == ".");
    let separates = one_segment && decoded.contains(['/', '\\', '?', '#']);
    (!decoded.is_empty() && !climbs && !separates && !decoded.contains('\0'))
        .then(|| decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;
    use serde_json::json;

    use super::UriTemplate;

    #[test]
    fn variables_are_read_and_decoded() {
        let template = UriTemplate::parse("test://template/{id}/data").unwrap();
        assert_eq!(
            template.read("test://template/1%203/data"),
            Some(json!({"id": "1 3"}))
        );
        assert_eq!(template.read("test://template//data"), None);
        assert_eq!(template.read("test://template/1/2/data"), None);
        assert_eq!(template.read("test://template/1/data/more"), None);
        let rest = UriTemplate::parse("file:///{+path}").unwrap();
        assert_eq!(rest.read("file:///a/b.md"), Some(json!({"path": "a/b.md"})));
    }

    #[test]
    fn nothing_climbs_out() {
        let segment = UriTemplate::parse("x://{id}").unwrap();
        let rest = UriTemplate::parse("x:///{+path}").unwrap();
        for hostile in ["..", "%2e%2e", "a%2f..%2fb", "a%5cb", "%00", "%ff"] {
            assert_eq!(segment.read(&format!("x://{hostile}")), None, "{hostile}");
        }
        for hostile in ["../a", "a/%2e%2e/b", "a/..", "..\\a"] {
            assert_eq!(rest.read(&format!("x:///{hostile}")), None, "{hostile}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for text in [
            "x://{a}{b}",
            "x://{+a}/b",
            "x://{a",
            "x://{a*}",
            "x://plain",
        ] {
            assert!(UriTemplate::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_text_is_read_without_panic(template: String, uri: String) {
            if let Ok(template) = UriTemplate::parse(&template) {
                template.read(&uri);
            }
        }
    }
}
