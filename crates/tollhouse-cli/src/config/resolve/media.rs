//! The media type of a text, by the name of its file.

use tollhouse_sources::texts::Text;

/// None if nothing is known; clients then take it for what it is.
pub(super) fn of(text: &Text) -> Option<String> {
    let Text::File(path) = text else {
        return Some("text/plain".to_owned());
    };
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    let known = TYPES.iter().find(|(known, _)| *known == ending);
    known.map(|(_, media)| (*media).to_owned())
}

const TYPES: [(&str, &str); 17] = [
    ("csv", "text/csv"),
    ("css", "text/css"),
    ("gif", "image/gif"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("json", "application/json"),
    ("log", "text/plain"),
    ("md", "text/markdown"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("toml", "application/toml"),
    ("txt", "text/plain"),
    ("xml", "application/xml"),
    ("yaml", "application/yaml"),
];
