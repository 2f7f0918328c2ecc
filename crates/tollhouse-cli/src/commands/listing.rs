//! What commands on the state show: rows under a head, times, sets of names, and the nearest of some names.

use jiff::Timestamp;

use crate::client::one_line;

/// A line for each row, the first of which says what stands where. A column that says nothing is left out.
pub(super) fn columns<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    // What strangers wrote must not steer a terminal.
    let shown = rows
        .iter()
        .map(|row| row.each_ref().map(|cell| one_line(cell)));
    let rows: Vec<[String; COLUMNS]> = shown.collect();
    let mut widths = [0; COLUMNS];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let below = rows.get(1..).unwrap_or_default();
    for (place, width) in widths.iter_mut().enumerate() {
        let says_nothing =
            |row: &[String; COLUMNS]| row.get(place).is_none_or(|cell| cell == NOTHING);
        if below.iter().all(says_nothing) {
            *width = 0;
        }
    }
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(widths).filter(|(_, width)| *width > 0);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        format!("{}\n", cells.join("  ").trim_end())
    });
    lines.collect()
}

/// Names in a row; a word if there are none, and a dash if nothing was said of them.
pub(super) fn names(said: Option<&Vec<String>>) -> String {
    match said {
        None => NOTHING.to_owned(),
        Some(names) if names.is_empty() => NONE.to_owned(),
        Some(names) => names.join(" "),
    }
}

pub(super) fn minute(at_ms: u64) -> String {
    time(at_ms, "%Y-%m-%d %H:%MZ")
}

/// ISO 8601.
pub(crate) fn second(at_ms: u64) -> String {
    time(at_ms, "%Y-%m-%dT%H:%M:%SZ")
}

fn time(at_ms: u64, form: &str) -> String {
    let at = i64::try_from(at_ms)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok());
    // Later than any calendar goes.
    at.map_or_else(|| NEVER.to_owned(), |at| at.strftime(form).to_string())
}

/// The name that was probably meant.
pub(super) fn nearest<'a>(said: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(said, name), name))
        .filter(|(likeness, name)| *likeness > ALIKE && *name != said);
    let nearest = near.max_by(|one, other| one.0.total_cmp(&other.0));
    nearest.map(|(_, name)| name)
}

/// Where nothing was said.
pub(super) const NOTHING: &str = "-";
/// An empty set, or no value: what people write, and what they read.
pub(super) const NONE: &str = "none";
pub(super) const NEVER: &str = "never";
/// How alike two names have to be for the one to be meant by the other.
const ALIKE: f64 = 0.8;

#[cfg(test)]
mod tests {
    use super::{columns, names, nearest};

    #[test]
    fn columns_are_as_wide_as_they_must_be_and_silent_ones_are_left_out() {
        let rows = [["A", "BEE", "C"], ["é", "-", "x y"], ["long", "-", "-"]];
        let rows = rows.map(|row| row.map(str::to_owned));
        assert_eq!(columns(&rows), "A     C\né     x y\nlong  -\n");
        assert_eq!(names(Some(&Vec::new())), "none");
    }

    #[test]
    fn the_nearest_name_is_near_and_another_one() {
        assert_eq!(nearest("labtop", ["phone", "laptop"]), Some("laptop"));
        assert_eq!(nearest("laptop", ["laptop", "phone"]), None);
    }
}
