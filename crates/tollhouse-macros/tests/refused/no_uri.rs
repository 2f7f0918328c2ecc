//! A resource stands somewhere.

use tollhouse::resource;

/// What everybody should know.
#[resource(mime_type = "text/plain")]
async fn motd() -> &'static str {
    "Be kind."
}

/// What nobody finds.
#[resource("motd")]
async fn lost() -> &'static str {
    "Be kind."
}

fn main() {
    let _ = (motd::resource(), lost::resource());
}
