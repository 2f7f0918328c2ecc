//! The form of a line: one for people, JSON for programs, and the program's own words as they are.

use std::fmt;

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{Format, Full, Json, Writer},
    },
    registry::LookupSpan,
};

use super::SAID;

/// Writes an event as one line.
#[derive(Debug)]
pub(super) struct Lines<F> {
    inner: Format<F>,
    /// Whether the program's own words are written as they are.
    is_plain: bool,
}

impl Lines<Full> {
    pub(super) fn pretty() -> Self {
        Self {
            inner: Format::default().with_target(false),
            is_plain: true,
        }
    }
}

impl Lines<Json> {
    pub(super) fn json(is_plain: bool) -> Self {
        let inner = Format::default().with_target(false).json();
        Self {
            inner: inner
                .flatten_event(true)
                .with_current_span(false)
                .with_span_list(false),
            is_plain,
        }
    }
}

impl<F, S, N> FormatEvent<S, N> for Lines<F>
where
    Format<F>: FormatEvent<S, N>,
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if !self.is_plain || event.metadata().target() != SAID {
            return self.inner.format_event(context, writer, event);
        }
        let mut words = Words(Ok(()), &mut writer);
        event.record(&mut words);
        words.0?;
        writeln!(writer)
    }
}

/// Writes the message of an event and nothing else.
struct Words<'a, 'w>(fmt::Result, &'a mut Writer<'w>);

impl Visit for Words<'_, '_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = write!(self.1, "{value:?}");
        }
    }
}
