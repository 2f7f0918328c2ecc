//! Takes the force out of links and pictures in what others wrote: the text stays, nothing is fetched by showing it.

use std::borrow::Cow;

/// Writes links so that no client fetches or opens them, but for those to these hosts: `example.com` is that host
/// alone, `*.example.com` are those below it.
pub(crate) fn defang(text: &mut String, hosts: &[String]) {
    if !may_have_links(text) {
        return;
    }
    if let Cow::Owned(other) = without_schemes(text, hosts) {
        *text = other;
    }
    if let Cow::Owned(other) = without_targets(text) {
        *text = other;
    }
    if let Cow::Owned(other) = without_tags(text, hosts) {
        *text = other;
    }
}

fn may_have_links(text: &str) -> bool {
    memchr::memchr2(b':', b'/', text.as_bytes()).is_some()
        || memchr::memchr3(b'&', b'<', b'\\', text.as_bytes()).is_some()
        || contains(text.as_bytes(), b"www.")
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len())
        .any(|window| window.eq_ignore_ascii_case(word))
}

/// `https://host` becomes `hxxps://host`, and `www.host` becomes `www[.]host`.
fn without_schemes<'a>(text: &'a str, hosts: &[String]) -> Cow<'a, str> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut copied = 0;
    for (place, &byte) in bytes.iter().enumerate() {
        let rest = bytes.get(place..).unwrap_or_default();
        let before = place.checked_sub(1).and_then(|before| bytes.get(before));
        let begins = before.is_none_or(|byte| !byte.is_ascii_alphanumeric());
        if !begins || !matches!(byte.to_ascii_lowercase(), b'h' | b'f' | b'w') {
            continue;
        }
        if let Some(harmless) = harmless(rest, hosts) {
            out.push_str(text.get(copied..place).unwrap_or_default());
            out.push_str(harmless.1);
            copied = place + harmless.0;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// How many bytes of a link go, and what comes in their place; `None` if it is none, or leads where it may.
fn harmless(rest: &[u8], hosts: &[String]) -> Option<(usize, &'static str)> {
    for (scheme, other) in SCHEMES {
        let Some(behind) = strip_prefix(rest, scheme.as_bytes()) else {
            continue;
        };
        // Markdown takes a backslash before it for nothing, and HTML has names for it.
        let slashes = behind.iter().take_while(|byte| **byte == b'\\').count();
        let behind = behind.get(slashes..)?;
        let colon = COLONS.into_iter();
        let mut colon = colon.filter(|colon| strip_prefix(behind, colon.as_bytes()).is_some());
        let Some(colon) = colon.next() else {
            continue;
        };
        let target = behind.get(colon.len()..).unwrap_or_default();
        if target.first().is_none_or(|byte| byte.is_ascii_whitespace()) {
            return None;
        }
        let is_plain = slashes == 0 && colon == ":";
        if is_plain && leads_to(target, hosts) {
            return None;
        }
        return Some((scheme.len() + slashes + colon.len(), other));
    }
    let behind = strip_prefix(rest, b"www.")?;
    let is_host = behind.first().is_some_and(u8::is_ascii_alphanumeric);
    if is_host && !is_allowed(host(rest)?, hosts) {
        return Some((4, "www[.]"));
    }
    None
}

/// Whether what stands behind `https:` leads to one of these hosts, however it is read.
fn leads_to(target: &[u8], hosts: &[String]) -> bool {
    let Some(authority) = strip_prefix(target, b"//") else {
        return false;
    };
    host(authority).is_some_and(|host| is_allowed(host, hosts))
}

/// The host at the beginning of this, if nobody can read another one there.
fn host(authority: &[u8]) -> Option<&str> {
    let end = authority.iter().position(|byte| ENDS.contains(byte));
    let authority = authority.get(..end.unwrap_or(authority.len()))?;
    let authority = std::str::from_utf8(authority).ok()?;
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let is_host = !host.is_empty() && host.chars().all(is_plain);
    (is_host && port.chars().all(|c| c.is_ascii_digit())).then_some(host)
}

fn is_allowed(host: &str, hosts: &[String]) -> bool {
    let host = host.trim_end_matches('.');
    hosts
        .iter()
        .any(|allowed| match allowed.strip_prefix("*.") {
            Some(above) => {
                let place = host.len().checked_sub(above.len());
                let (name, end) = place.map_or(("", ""), |place| {
                    (
                        host.get(..place).unwrap_or_default(),
                        host.get(place..).unwrap_or_default(),
                    )
                });
                name.len() > 1 && name.ends_with('.') && end.eq_ignore_ascii_case(above)
            }
            None => host.eq_ignore_ascii_case(allowed),
        })
}

/// Targets without a scheme that lead away all the same (`](//host`), and those that hide what they are behind
/// names of characters (`](&#104;ttps…`).
fn without_targets(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut copied = 0;
    let mut from = 0;
    while let Some(found) = bytes
        .get(from..)
        .and_then(|rest| memchr::memchr3(b'(', b'=', b':', rest))
    {
        let sign = from + found;
        from = sign + 1;
        let before = sign.checked_sub(1).and_then(|before| bytes.get(before));
        let leads = match bytes.get(sign) {
            Some(b'=') => is_behind(bytes.get(..sign).unwrap_or_default(), &ATTRIBUTES),
            Some(b'(') if before != Some(&b']') => {
                is_behind(bytes.get(..sign).unwrap_or_default(), &["url"])
            }
            _ => before == Some(&b']'),
        };
        let target = from + gap(bytes.get(from..).unwrap_or_default());
        let rest = bytes.get(target..).unwrap_or_default();
        if !leads {
            continue;
        }
        if let [b'/' | b'\\', b'/' | b'\\', ..] = rest {
            out.push_str(text.get(copied..target).unwrap_or_default());
            out.push_str("hxxps:");
            copied = target;
        } else if let Some(name) = hidden(rest) {
            out.push_str(text.get(copied..target + name).unwrap_or_default());
            out.push_str("&amp;");
            copied = target + name + 1;
        }
    }
    if copied == 0 && out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// Whether what comes last in a text is one of these words.
fn is_behind(text: &[u8], words: &[&str]) -> bool {
    let text = text.trim_ascii_end();
    words.iter().any(|word| {
        let begin = text.len().checked_sub(word.len());
        begin
            .and_then(|begin| text.get(begin..))
            .is_some_and(|end| end.eq_ignore_ascii_case(word.as_bytes()))
    })
}

/// What may stand between a sign and the target behind it.
fn gap(rest: &[u8]) -> usize {
    let is_gap = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'<' | b'"' | b'\'');
    rest.iter().take_while(is_gap).count().min(GAP_BYTES_MAX)
}

/// Where in a target the name of a character stands that may hide a scheme or a host.
fn hidden(target: &[u8]) -> Option<usize> {
    let is_end = |byte: &u8| matches!(byte, b'?' | b')' | b'>' | b'"' | b'\'' | b' ' | b'\n');
    let head = target.get(..TARGET_BYTES_MAX.min(target.len()))?;
    let head = head.split(is_end).next()?;
    let place = memchr::memchr(b'&', head)?;
    let name = head.get(place + 1..)?;
    let is_name = name
        .first()
        .is_some_and(|byte| *byte == b'#' || byte.is_ascii_alphabetic());
    (is_name && strip_prefix(name, b"amp;").is_none()).then_some(place)
}

/// `<img src=…>` and its like become `&lt;img src=…>`, unless all that they name leads where it may.
fn without_tags<'a>(text: &'a str, hosts: &[String]) -> Cow<'a, str> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut copied = 0;
    for place in memchr::memchr_iter(b'<', bytes) {
        let rest = bytes.get(place + 1..).unwrap_or_default();
        let word = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric());
        let word = rest.get(..word.count()).unwrap_or_default();
        let is_tag = TAGS
            .iter()
            .any(|tag| word.eq_ignore_ascii_case(tag.as_bytes()));
        if is_tag && !is_harmless_tag(rest, hosts) {
            out.push_str(text.get(copied..place).unwrap_or_default());
            out.push_str("&lt;");
            copied = place + 1;
        }
    }
    if out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// Whether a tag names one place, in the plainest way, and may lead there.
fn is_harmless_tag(rest: &[u8], hosts: &[String]) -> bool {
    let head = rest
        .get(..TARGET_BYTES_MAX.min(rest.len()))
        .unwrap_or_default();
    let Some(end) = memchr::memchr(b'>', head) else {
        return false;
    };
    let tag = head.get(..end).unwrap_or_default();
    let mut values = tag.split(|byte| *byte == b'=').skip(1);
    let is_plain = |value: &[u8]| {
        let value = value.strip_prefix(b"\"").unwrap_or_default();
        strip_prefix(value, b"https:").is_some_and(|target| leads_to(target, hosts))
    };
    values.next().is_some_and(is_plain) && values.next().is_none()
}

/// The rest behind a word, in whatever case.
fn strip_prefix<'a>(text: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let (begin, rest) = text.split_at_checked(word.len())?;
    begin.eq_ignore_ascii_case(word).then_some(rest)
}

/// Longer ones first, where one begins with another.
const SCHEMES: [(&str, &str); 5] = [
    ("https", "hxxps:"),
    ("http", "hxxp:"),
    ("ftp", "fxp:"),
    ("wss", "wxs:"),
    ("ws", "wx:"),
];
const COLONS: [&str; 4] = [":", "&colon;", "&#58;", "&#x3a;"];
/// What may follow a host.
const ENDS: &[u8] = b"/?#)]}>\"' \t\r\n,;|";
/// Tags that fetch or open something.
const TAGS: [&str; 19] = [
    "a", "area", "audio", "base", "embed", "form", "frame", "iframe", "image", "img", "input",
    "link", "meta", "object", "script", "source", "style", "svg", "video",
];
/// Attributes that name a place.
const ATTRIBUTES: [&str; 10] = [
    "action",
    "background",
    "cite",
    "content",
    "data",
    "formaction",
    "href",
    "poster",
    "src",
    "srcset",
];
const GAP_BYTES_MAX: usize = 64;
const TARGET_BYTES_MAX: usize = 2048;
