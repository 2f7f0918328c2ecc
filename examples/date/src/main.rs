//! A server in twenty lines of code: the date and time in any time zone.

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Place {
    /// IANA time zone, such as Asia/Tokyo; Europe/Stockholm if left out
    timezone: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), tollhouse::RunError> {
    let date = async |place: Place| date(jiff::Timestamp::now(), place.timezone.as_deref());
    let date = tollhouse::tool("get_current_date", "The date and time in any zone.", date);
    tollhouse::run(tollhouse::Server::builder("date").tool(date.read_only())).await
}

fn date(now: jiff::Timestamp, zone: Option<&str>) -> Result<String, tollhouse::Fault> {
    let zone = zone.unwrap_or("Europe/Stockholm");
    let Ok(local) = now.in_tz(zone) else {
        let mut names = Vec::from_iter(jiff::tz::db().available().map(|name| name.to_string()));
        names.sort_by_cached_key(|name| strsim::levenshtein(name, zone));
        names.truncate(3);
        return Err(tollhouse::fail(format!("No zone {zone}; try {names:?}")));
    };
    Ok(local.strftime("%FT%T%:z").to_string())
}

#[cfg(test)]
mod tests;
