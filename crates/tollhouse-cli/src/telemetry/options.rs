//! What is said of a collector: by the file, and by the environment as OpenTelemetry has it.
//!
//! What the file says counts before what the environment says.

use std::time::Duration;

use anyhow::{Result, bail};
use opentelemetry_sdk::trace::Sampler;

use crate::config::resolve::Collector;

/// A variable of the environment, by its name.
pub(crate) type Variable<'a> = &'a dyn Fn(&str) -> Option<String>;

/// How a collector is told.
pub(super) struct Settings {
    pub(super) traces: Option<String>,
    pub(super) metrics: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) sampler: Sampler,
    /// How many records may wait.
    pub(super) queue: usize,
    pub(super) spans_every: Duration,
    pub(super) figures_every: Duration,
    pub(super) deadline: Duration,
}

impl Settings {
    /// `None` if no collector is named, or nothing is to be told.
    pub(super) fn of(in_file: &Collector, variable: Variable<'_>) -> Result<Option<Self>> {
        let said = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        if said("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Ok(None);
        }
        let url = |signal: &str, path: &str| {
            let is_off = said(&format!("OTEL_{signal}_EXPORTER")).as_deref() == Some("none");
            let whole = format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT");
            let below = |base: String| format!("{}{path}", base.trim_end_matches('/'));
            let url = in_file
                .otlp
                .clone()
                .map(below)
                .or_else(|| said(&whole))
                .or_else(|| said("OTEL_EXPORTER_OTLP_ENDPOINT").map(below));
            url.filter(|_| !is_off)
        };
        let traces = url("TRACES", "/v1/traces");
        let metrics = url("METRICS", "/v1/metrics");
        if traces.is_none() && metrics.is_none() {
            return Ok(None);
        }
        if let Some(protocol) = said("OTEL_EXPORTER_OTLP_PROTOCOL").filter(|it| it != PROTOCOL) {
            bail!(
                "OTEL_EXPORTER_OTLP_PROTOCOL is {protocol:?}, and only {PROTOCOL} is spoken here; set it to that, and \
                 name the collector's port for OTLP over HTTP, which is 4318 by custom"
            );
        }
        let time = |name: &str, usual: u64| -> Result<Duration> {
            Ok(Duration::from_millis(whole(name, said(name), usual)?))
        };
        let queue = "OTEL_BSP_MAX_QUEUE_SIZE";
        let queue = whole(queue, said(queue), QUEUE)?;
        Ok(Some(Self {
            traces,
            metrics,
            headers: in_file.headers.clone(),
            sampler: match in_file.sampled_of_million {
                Some(share) => sampler("parentbased_traceidratio", f64::from(share) / MILLION)?,
                None => by_environment(said)?,
            },
            queue: usize::try_from(queue).unwrap_or(usize::MAX).min(QUEUE_MAX),
            spans_every: time("OTEL_BSP_SCHEDULE_DELAY", 5_000)?,
            figures_every: time("OTEL_METRIC_EXPORT_INTERVAL", 60_000)?,
            deadline: time("OTEL_EXPORTER_OTLP_TIMEOUT", 10_000)?,
        }))
    }
}

fn by_environment(said: impl Fn(&str) -> Option<String>) -> Result<Sampler> {
    let name = said("OTEL_TRACES_SAMPLER");
    let share = match said("OTEL_TRACES_SAMPLER_ARG") {
        None => 1.0,
        Some(text) => match text.trim().parse() {
            Ok(share) if (0.0..=1.0).contains(&share) => share,
            _ => bail!("OTEL_TRACES_SAMPLER_ARG is {text:?}; write a number from 0 to 1"),
        },
    };
    sampler(name.as_deref().unwrap_or("parentbased_always_on"), share)
}

/// The samplers that OpenTelemetry names.
fn sampler(name: &str, share: f64) -> Result<Sampler> {
    let (is_by_parent, root) = match name.strip_prefix("parentbased_") {
        Some(root) => (true, root),
        None => (false, name),
    };
    let root = match root {
        "always_on" => Sampler::AlwaysOn,
        "always_off" => Sampler::AlwaysOff,
        "traceidratio" => Sampler::TraceIdRatioBased(share),
        _ => bail!(
            "OTEL_TRACES_SAMPLER is {name:?}; write always_on, always_off or traceidratio, or one of them behind \
             parentbased_"
        ),
    };
    Ok(if is_by_parent {
        Sampler::ParentBased(Box::new(root))
    } else {
        root
    })
}

/// A whole number from one on.
fn whole(name: &str, text: Option<String>, usual: u64) -> Result<u64> {
    match text {
        None => Ok(usual),
        Some(text) => match text.trim().parse() {
            Ok(number) if number > 0 => Ok(number),
            _ => bail!("{name} is {text:?}; write a whole number from 1 on"),
        },
    }
}

const PROTOCOL: &str = "http/protobuf";
const MILLION: f64 = 1_000_000.0;
const QUEUE: u64 = 2_048;
const QUEUE_MAX: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::Settings;
    use crate::config::resolve::Collector;

    fn settings(file: Option<&str>, said: &[(&str, &str)]) -> Option<Settings> {
        let options = Collector {
            otlp: file.map(str::to_owned),
            ..Collector::default()
        };
        let variable = |name: &str| {
            let found = said.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Settings::of(&options, &variable).unwrap()
    }

    #[test]
    fn n23_a_collector_is_named_by_the_file_or_the_environment() {
        const ENDPOINT: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:1/");
        const TRACES: (&str, &str) = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://t:2/in");
        for (file, said, expected) in [
            (None, &[][..], ""),
            (
                None,
                &[ENDPOINT],
                "http://c:1/v1/traces http://c:1/v1/metrics",
            ),
            (
                None,
                &[ENDPOINT, TRACES],
                "http://t:2/in http://c:1/v1/metrics",
            ),
            (
                Some("http://f:3"),
                &[ENDPOINT, TRACES],
                "http://f:3/v1/traces http://f:3/v1/metrics",
            ),
            (Some("http://f:3"), &[("OTEL_SDK_DISABLED", "TRUE")], ""),
            (None, &[("OTEL_EXPORTER_OTLP_ENDPOINT", " ")], ""),
        ] {
            let found = settings(file, said);
            let found = found.map(|it| [it.traces.unwrap(), it.metrics.unwrap()].join(" "));
            assert_eq!(found.unwrap_or_default(), expected, "{file:?} {said:?}");
        }
        let no_spans = settings(Some("http://f:3"), &[("OTEL_TRACES_EXPORTER", "none")]);
        let no_spans = no_spans.unwrap();
        assert!(no_spans.traces.is_none() && no_spans.metrics.is_some());
    }

    #[test]
    fn n23_what_cannot_be_followed_names_its_mend() {
        for (name, value, mend) in [
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "4318"),
            ("OTEL_TRACES_SAMPLER", "some", "always_on"),
            ("OTEL_TRACES_SAMPLER_ARG", "7", "from 0 to 1"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "0", "from 1 on"),
            ("OTEL_BSP_SCHEDULE_DELAY", "5s", "whole number"),
        ] {
            let options = Collector {
                otlp: Some("http://c:1".to_owned()),
                ..Collector::default()
            };
            let variable = |asked: &str| (asked == name).then(|| value.to_owned());
            let Err(error) = Settings::of(&options, &variable) else {
                unreachable!("{name} {value}");
            };
            let told = error.to_string();
            assert!(told.contains(name) && told.contains(mend), "{told}");
        }
    }
}
