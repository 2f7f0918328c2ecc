//! A server in twenty lines of code: the date and time in any time zone.

use tollhouse::{Fault, RunError, Server, fail, tool};

/// The date and time in any time zone.
#[tool(name = "get_current_date", read_only)]
async fn now(
    /// IANA time zone, such as Asia/Tokyo
    #[default("Europe/Stockholm")]
    timezone: String,
) -> Result<String, Fault> {
    date(jiff::Timestamp::now(), &timezone)
}

fn date(now: jiff::Timestamp, zone: &str) -> Result<String, Fault> {
    let Ok(local) = now.in_tz(zone) else {
        let mut names = Vec::from_iter(jiff::tz::db().available().map(|name| name.to_string()));
        names.sort_by_cached_key(|name| strsim::levenshtein(name, zone));
        names.truncate(3);
        return Err(fail(format!("No zone {zone}; try {names:?}")));
    };
    Ok(local.strftime("%FT%T%:z").to_string())
}

#[tokio::main]
async fn main() -> Result<(), RunError> {
    tollhouse::run(Server::builder("date").tool(now::tool())).await
}

#[cfg(test)]
mod tests;
