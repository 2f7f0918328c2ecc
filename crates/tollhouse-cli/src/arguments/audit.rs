//! The command line of `tollhouse audit`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::Place;

/// What to do with the audit.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct AuditArguments {
    /// What to do with it; nothing said lists it.
    #[command(subcommand)]
    pub(crate) command: Option<AuditCommand>,
    /// What to list.
    #[command(flatten)]
    pub(crate) list: ListArguments,
}

/// What to do with the audit.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// List records, the newest last.
    List(ListArguments),
    /// Show all that is known of one call.
    Show(ShowArguments),
    /// Write every record, with its texts, as lines of JSON or as a table.
    Export(ExportArguments),
    /// Prove that nothing was changed, taken out or added.
    Verify(VerifyArguments),
    /// Erase what somebody sent and got, and who it was; the records stay.
    Erase(EraseArguments),
}

/// Which records.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Filter {
    /// Only calls of this tool, prompt or resource.
    #[arg(long, value_name = "NAME")]
    pub(crate) tool: Option<String>,
    /// Only what this user did.
    #[arg(long, value_name = "USER")]
    pub(crate) user: Option<String>,
    /// Only calls by this program.
    #[arg(long, value_name = "ID")]
    pub(crate) client: Option<String>,
    /// Only from then on: `2h`, `30d`, `2026-11-20`, or a time as RFC 3339 writes it.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) since: Option<Then>,
    /// Only before then.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) until: Option<Then>,
    /// Only what failed or was refused.
    #[arg(long)]
    pub(crate) errors: bool,
}

/// What to list.
#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// At most so many, the newest.
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    pub(crate) limit: usize,
    /// Write JSON, one object for each record.
    #[arg(long)]
    pub(crate) json: bool,
    /// Go on with whatever is called from now on.
    #[arg(long, short)]
    pub(crate) follow: bool,
}

/// Which call.
#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    /// The number of a record, `3-1204`, or the id of a call.
    pub(crate) which: String,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// What to export.
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// The form.
    #[arg(long, value_enum, default_value = "ndjson")]
    pub(crate) format: ExportFormat,
    /// Write into this file, for its owner alone [default: standard output].
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// One JSON object for each record.
    Ndjson,
    /// A table (RFC 4180).
    Csv,
}

/// What to compare.
#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Compare with what the second place was told: the file of audit.sink.file, or a copy of it.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Vec<PathBuf>,
    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Whom to erase.
#[derive(Debug, Args)]
pub(crate) struct EraseArguments {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Who.
    #[arg(long, value_name = "USER")]
    pub(crate) user: String,
    /// Only texts of records before then; who it was stays.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) before: Option<Then>,
    /// Write JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A time that was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// So many milliseconds ago.
    Ago(u64),
    /// At this time, in milliseconds since 1970.
    At(u64),
}

impl Then {
    pub(crate) const fn ms(self, now_ms: u64) -> u64 {
        match self {
            Self::Ago(ms) => now_ms.saturating_sub(ms),
            Self::At(ms) => ms,
        }
    }
}

fn time(text: &str) -> Result<Then, String> {
    let wrong =
        || format!("{text:?} is no time; write 2h, 30d, 2026-11-20 or 2026-11-20T08:00:00Z");
    for (unit, ms) in [
        ("s", 1000),
        ("m", 60_000),
        ("h", 3_600_000),
        ("d", 86_400_000_u64),
    ] {
        let number = text.strip_suffix(unit).map(str::parse::<u64>);
        if let Some(Ok(number)) = number {
            return number.checked_mul(ms).map(Then::Ago).ok_or_else(wrong);
        }
    }
    let at = match text.parse::<Date>() {
        Ok(date) if !text.contains(['T', ' ']) => {
            let day = date.to_zoned(TimeZone::UTC);
            day.map(|day| day.timestamp()).map_err(|_| wrong())?
        }
        _ => text.parse::<Timestamp>().map_err(|_| wrong())?,
    };
    u64::try_from(at.as_millisecond())
        .map(Then::At)
        .map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::{Then, time};

    #[test]
    fn times_are_ago_days_or_moments() {
        let read = |text| time(text).ok();
        assert_eq!(read("2h"), Some(Then::Ago(7_200_000)));
        assert_eq!(read("30d"), Some(Then::Ago(2_592_000_000)));
        assert_eq!(read("1970-01-02"), Some(Then::At(86_400_000)));
        assert_eq!(read("1970-01-01T00:00:01Z"), Some(Then::At(1000)));
        for odd in ["", "h", "yesterday", "5x", "1960-01-01"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
