//! The date and time in any time zone: what a model cannot know by itself.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::{Timestamp, tz};
use serde_json::{Value, json};
use tollhouse_core::{
    Care, Clock, Ctx, Effect, Fault, Offers, Output, Permit, Policy, Reported, Source, SystemClock,
    Tool, fail,
};

/// One tool, `get_current_date`.
#[derive(Debug)]
pub struct DateSource {
    zone: String,
    policy: Policy,
    clock: Arc<dyn Clock>,
}

/// There is no time zone of this name.
#[derive(Debug, thiserror::Error)]
#[error("no time zone is called {name}. Near: {near}")]
pub struct UnknownZone {
    /// The name.
    pub name: String,
    /// Names that are near it, the nearest first, as a list to read.
    pub near: String,
}

impl DateSource {
    /// A source that tells the date in this zone unless another is asked for. None is Europe/Stockholm.
    ///
    /// # Errors
    ///
    /// There is no such zone in the IANA Time Zone Database.
    pub fn new(zone: Option<&str>, policy: Policy) -> Result<Self, UnknownZone> {
        let zone = zone.unwrap_or(USUAL_ZONE);
        find(zone)?;
        Ok(Self {
            zone: zone.to_owned(),
            policy,
            clock: Arc::new(SystemClock::default()),
        })
    }

    /// The same by another clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    fn tell(&self, args: &Value) -> Result<Output, Fault> {
        let name = args.get(ZONE).and_then(Value::as_str);
        let zone = find(name.unwrap_or(&self.zone)).map_err(|error| fail(error.to_string()))?;
        let now = i64::try_from(self.clock.unix_ms())?;
        let local = Timestamp::from_millisecond(now)?.to_zoned(zone);
        let text = local.strftime("%FT%T%:z").to_string();
        Ok(Output::Tool(Reported::text(text)))
    }
}

impl Source for DateSource {
    fn name(&self) -> &str {
        "date"
    }

    fn offers(&self) -> Offers {
        let input = json!({
            "type": "object",
            "properties": {
                ZONE: {
                    "type": "string",
                    "description": "IANA name, such as Asia/Tokyo",
                    "minLength": 1,
                    "maxLength": NAME_CHARACTERS_MAX,
                    "default": self.zone,
                }
            },
            "additionalProperties": false,
        });
        let mut tool = Tool::new(TOOL, ABOUT, input);
        tool.title = Some("Current date".to_owned());
        tool.effect = Effect::Read;
        tool.policy = self.policy.clone();
        Offers {
            tools: vec![tool],
            care: Care::EACH,
            ..Offers::default()
        }
    }

    fn call<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        _: &'a Ctx,
    ) -> BoxFuture<'a, Result<Output, Fault>> {
        Box::pin(async move { self.tell(permit.args()) })
    }
}

/// The zone of this name, in any case of letters.
fn find(name: &str) -> Result<tz::TimeZone, UnknownZone> {
    tz::db().get(name).map_err(|_| {
        // What somebody types is longer than any name only by mistake, and costs as much as it is long.
        let typed: String = name.chars().take(NAME_CHARACTERS_MAX).collect();
        let typed = typed.to_lowercase();
        let mut names: Vec<String> = tz::db().available().map(|name| name.to_string()).collect();
        names.sort_by_cached_key(|name| strsim::levenshtein(&name.to_lowercase(), &typed));
        names.truncate(NEAR);
        UnknownZone {
            name: name.to_owned(),
            near: names.join(", "),
        }
    })
}

const TOOL: &str = "get_current_date";
const ZONE: &str = "timezone";
const ABOUT: &str = "Get the current date and time in a time zone, as ISO 8601 with its offset. Use it before \
    you work with \"today\", \"tomorrow\" or \"last week\".";
const USUAL_ZONE: &str = "Europe/Stockholm";
const NAME_CHARACTERS_MAX: usize = 64;
/// How many names are suggested.
const NEAR: usize = 3;
