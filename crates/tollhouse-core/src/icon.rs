//! Pictures that clients may show beside a name.

/// One picture, in one or more sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Icon {
    /// Where it is: an `https:` or a `data:` URI.
    pub src: String,
    /// Its media type; clients must know `image/png` and `image/jpeg`.
    pub mime_type: Option<String>,
    /// Its sizes, as `48x48`, or `any` for one that scales.
    pub sizes: Vec<String>,
    /// The background that it is made for; `None` fits any.
    pub theme: Option<Theme>,
}

/// A background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Bright.
    Light,
    /// Dark.
    Dark,
}

impl Icon {
    /// The picture at this URI.
    #[must_use]
    pub fn new(src: &str) -> Self {
        Self {
            src: src.to_owned(),
            mime_type: None,
            sizes: Vec::new(),
            theme: None,
        }
    }

    /// Why clients would not show it, if so (MCP 2026-07-28, "Icons").
    pub(crate) fn problem(&self) -> Option<String> {
        let Self { src, sizes, .. } = self;
        if !src.starts_with("https://") && !src.starts_with("data:") {
            return Some(format!("icon `{src}`: clients load only https: and data:"));
        }
        let bad = sizes.iter().find(|size| !is_size(size))?;
        Some(format!(
            "icon `{src}`: the size `{bad}` is neither like 48x48 nor any"
        ))
    }
}

fn is_size(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    let sides = text.split_once('x');
    text == "any" || sides.is_some_and(|(width, height)| is_number(width) && is_number(height))
}

#[cfg(test)]
mod tests {
    use super::Icon;

    #[test]
    fn t114_only_what_clients_load_is_an_icon() {
        let sized = |src: &str, size: &str| Icon {
            sizes: vec![size.to_owned()],
            ..Icon::new(src)
        };
        for good in [
            Icon::new("data:image/png;base64,AAAA"),
            sized("https://example.com/a.svg", "any"),
            sized("https://example.com/a.png", "48x48"),
        ] {
            assert_eq!(good.problem(), None);
        }
        for bad in [
            Icon::new("http://example.com/a.png"),
            Icon::new("javascript:alert(1)"),
            Icon::new("file:///etc/passwd"),
            sized("https://example.com/a.png", "large"),
            sized("https://example.com/a.png", "48x"),
        ] {
            assert!(bad.problem().is_some(), "{bad:?}");
        }
    }
}
