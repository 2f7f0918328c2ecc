//! The figures as tables, readable in a terminal and in Markdown alike.

use std::fmt;

use super::figures::Figures;
use super::held::{HELD, Held};
use super::plan::{Extra, Plan};
use super::revoked::Revoked;
use super::shipped::Shipped;
use super::subjects::{Kind, Scenario, Server, Transport};

/// A title and rows of cells.
#[derive(Debug)]
pub(super) struct Table {
    title: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Every table of a run: one for each scenario, then memory, sessions and cold starts.
pub(super) fn all(plan: &Plan, figures: &Figures) -> Vec<Table> {
    let mut tables: Vec<Table> = plan
        .scenarios
        .iter()
        .map(|scenario| {
            let columns = speed(figures, scenario);
            let servers = plan.speakers(scenario.kind);
            match scenario.kind {
                Kind::Caller => Table::added(scenario.title, &servers, &columns),
                Kind::Modern | Kind::Legacy | Kind::Row | Kind::Road | Kind::Written => {
                    Table::of(scenario.title, &servers, &columns)
                }
            }
        })
        .collect();
    let columns = memory(plan, figures);
    if !columns.is_empty() {
        let servers = plan.speakers(Kind::Modern);
        tables.push(Table::of("Memory, KiB resident", &servers, &columns));
    }
    if plan.includes(Extra::Sessions) {
        let columns: Vec<_> = HELD.iter().map(|held| weight(figures, held)).collect();
        let servers = plan.speakers(Kind::Legacy);
        tables.push(Table::of("Memory of a session, KiB", &servers, &columns));
    }
    if plan.includes(Extra::Cold) {
        let columns = cold(figures);
        let servers = plan.speakers(Kind::Modern);
        tables.push(Table::of("Cold start, ms", &servers, &columns));
    }
    if let Some(shipped) = figures.shipped {
        tables.push(bounds(&shipped));
    }
    if let Some(revoked) = &figures.revoked {
        tables.push(ends(revoked));
    }
    tables
}

/// One figure of every server.
struct Column<'a> {
    head: String,
    decimals: usize,
    /// Whether dividing one server's figure by another's means anything.
    compared: bool,
    value: Value<'a>,
}

type Value<'a> = Box<dyn Fn(&Server) -> Option<f64> + 'a>;

impl<'a> Column<'a> {
    fn new(
        head: impl Into<String>,
        decimals: usize,
        value: impl Fn(&Server) -> Option<f64> + 'a,
    ) -> Self {
        Self {
            head: head.into(),
            decimals,
            compared: true,
            value: Box::new(value),
        }
    }

    fn never_compared(mut self) -> Self {
        self.compared = false;
        self
    }
}

fn speed<'a>(figures: &'a Figures, scenario: &'a Scenario) -> Vec<Column<'a>> {
    let load = move |figure: fn(&super::load::Load) -> f64| {
        move |server: &Server| figures.load(server, scenario, figure)
    };
    let counted = move |figure: fn(&super::valgrind::Count) -> f64| {
        move |server: &Server| figures.counted(server, scenario).as_ref().map(figure)
    };
    vec![
        Column::new("calls/s", 0, load(|load| load.calls_per_s)),
        Column::new("CPU µs", 2, load(|load| load.server_cpu_us_per_call)),
        Column::new("p50 µs", 0, load(|load| load.p50_us)),
        Column::new("p99 µs", 0, load(|load| load.p99_us)),
        Column::new("instructions", 0, counted(|count| count.instructions)),
        Column::new("allocations", 1, counted(|count| count.allocations)),
        Column::new("allocated bytes", 0, counted(|count| count.allocated_bytes)),
        Column::new("answer bytes", 0, load(|load| load.answer_bytes as f64)).never_compared(),
        Column::new("generator %", 0, load(|load| load.generator_busy * 100.0)).never_compared(),
    ]
}

fn memory<'a>(plan: &'a Plan, figures: &'a Figures) -> Vec<Column<'a>> {
    let over_http = plan.scenarios.iter().filter(|scenario| {
        let is_echo = matches!(scenario.kind, Kind::Modern | Kind::Legacy);
        scenario.transport == Transport::Http && is_echo
    });
    let mut columns = Vec::new();
    for scenario in over_http {
        if columns.is_empty() {
            columns.push(Column::new("idle", 0, move |server: &Server| {
                figures.memory(server, scenario, |memory| memory.idle_kib)
            }));
        }
        let head = format!("after {}", scenario.name);
        columns.push(Column::new(head, 0, move |server: &Server| {
            figures.memory(server, scenario, |memory| memory.loaded_kib)
        }));
    }
    columns
}

fn weight<'a>(figures: &'a Figures, held: &'a Held) -> Column<'a> {
    Column::new(held.title, 2, |server| figures.held(server, held))
}

fn cold(figures: &Figures) -> Vec<Column<'_>> {
    let start = move |figure: fn(&super::figures::Cold) -> f64| {
        move |server: &Server| figures.cold_start(server).as_ref().map(figure)
    };
    vec![
        Column::new("HTTP, connected", 2, start(|cold| cold.connect_ms)),
        Column::new("HTTP, answered", 2, start(|cold| cold.http_answer_ms)),
        Column::new("stdio, answered", 2, start(|cold| cold.stdio_answer_ms)),
    ]
}

/// What was promised of the program beside what is so.
fn bounds(shipped: &Shipped) -> Table {
    let row = |name: &str, figure: f64, bound: u32| {
        vec![name.to_owned(), format!("{figure:.1}"), bound.to_string()]
    };
    Table {
        title: "`tollhouse run orders`".to_owned(),
        head: ["", "measured", "at most"].map(str::to_owned).to_vec(),
        rows: vec![
            row("from start to list of tools, HTTP, ms", shipped.http_ms, 30),
            row(
                "from start to list of tools, stdio, ms",
                shipped.stdio_ms,
                30,
            ),
            row("idle over HTTP, MiB resident", shipped.idle_mib, 15),
            row("the binary, MiB", shipped.binary_mib, 30),
        ],
    }
}

/// How soon revoked keys end, beside what was promised.
fn ends(revoked: &Revoked) -> Table {
    let figures = [
        revoked.least_ms,
        revoked.median_ms,
        revoked.most_ms,
        Revoked::ALLOWED_MS,
    ];
    let cells = figures.map(|figure| format!("{figure:.0}"));
    let name = "from `tollhouse keys revoke` to the first 401, ms".to_owned();
    Table {
        title: format!("A revoked key, {} times", revoked.tries),
        head: ["", "least", "median", "most", "at most"]
            .map(str::to_owned)
            .to_vec(),
        rows: vec![std::iter::once(name).chain(cells).collect()],
    }
}

impl Table {
    /// A row for each server, then what each one takes beyond the first, and each one divided by the first.
    fn added(title: &str, servers: &[&Server], columns: &[Column<'_>]) -> Self {
        let mut table = Self::figures(title, servers, columns);
        if let Some((first, others)) = servers.split_first() {
            table.rows.extend(others.iter().map(|other| {
                let name = format!("{} − {}", other.name, first.name);
                row(&name, columns, |column| difference(column, other, first))
            }));
            table.rows.extend(others.iter().map(|other| {
                let name = format!("{} ÷ {}", other.name, first.name);
                row(&name, columns, |column| ratio(column, other, first))
            }));
        }
        table
    }

    /// A row for each server, then the first server divided by each of the others.
    fn of(title: &str, servers: &[&Server], columns: &[Column<'_>]) -> Self {
        let mut table = Self::figures(title, servers, columns);
        if let Some((first, others)) = servers.split_first() {
            table.rows.extend(others.iter().map(|other| {
                let name = format!("{} ÷ {}", first.name, other.name);
                row(&name, columns, |column| ratio(column, first, other))
            }));
        }
        table
    }

    /// A row for each server.
    fn figures(title: &str, servers: &[&Server], columns: &[Column<'_>]) -> Self {
        let rows = servers.iter().map(|server| {
            let value = |column: &Column<'_>| match (column.value)(server) {
                Some(value) => format!("{value:.*}", column.decimals),
                None => "–".to_owned(),
            };
            row(server.name, columns, value)
        });
        let rows = rows.collect();
        let heads = columns.iter().map(|column| column.head.clone());
        Self {
            title: title.to_owned(),
            head: std::iter::once(String::new()).chain(heads).collect(),
            rows,
        }
    }
}

fn row(name: &str, columns: &[Column<'_>], cell: impl Fn(&Column<'_>) -> String) -> Vec<String> {
    std::iter::once(name.to_owned())
        .chain(columns.iter().map(cell))
        .collect()
}

fn ratio(column: &Column<'_>, first: &Server, other: &Server) -> String {
    if !column.compared {
        return String::new();
    }
    match ((column.value)(first), (column.value)(other)) {
        (Some(ours), Some(theirs)) if theirs > 0.0 => format!("{:.2}", ours / theirs),
        _ => "–".to_owned(),
    }
}

fn difference(column: &Column<'_>, more: &Server, less: &Server) -> String {
    if !column.compared {
        return String::new();
    }
    match ((column.value)(more), (column.value)(less)) {
        (Some(more), Some(less)) => format!("{:+.*}", column.decimals, more - less),
        _ => "–".to_owned(),
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "### {}\n", self.title)?;
        let widths: Vec<usize> = (0..self.head.len())
            .map(|at| {
                let cells = self.rows.iter().chain(std::iter::once(&self.head));
                let widths = cells.filter_map(|row| row.get(at).map(|cell| cell.chars().count()));
                widths.max().unwrap_or(0)
            })
            .collect();
        write_row(out, &self.head, &widths)?;
        for (at, width) in widths.iter().enumerate() {
            let dashes = "-".repeat(width.saturating_sub(1));
            // The names stand left, the figures right.
            match at {
                0 => write!(out, "|-{dashes}--")?,
                _ => write!(out, "|-{dashes}-:")?,
            }
        }
        writeln!(out, "|")?;
        for row in &self.rows {
            write_row(out, row, &widths)?;
        }
        Ok(())
    }
}

fn write_row(out: &mut fmt::Formatter<'_>, cells: &[String], widths: &[usize]) -> fmt::Result {
    for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
        match at {
            0 => write!(out, "| {cell:width$} ")?,
            _ => write!(out, "| {cell:>width$} ")?,
        }
    }
    writeln!(out, "|")
}

#[cfg(test)]
mod tests {
    use super::super::subjects::server;
    use super::{Column, Table};

    #[test]
    fn ratios_stand_below_the_figures() {
        let servers: Vec<_> = ["ours", "rmcp-echo", "limit"]
            .map(|name| server(name).unwrap())
            .to_vec();
        let columns = [
            Column::new("CPU µs", 1, |server| match server.name {
                "ours" => Some(3.0),
                "limit" => Some(2.0),
                _ => None,
            }),
            Column::new("bytes", 0, |_| Some(7.0)).never_compared(),
        ];
        let text = Table::of("Calls", &servers, &columns).to_string();
        let expected = "\
### Calls

|                  | CPU µs | bytes |
|------------------|-------:|------:|
| ours             |    3.0 |     7 |
| rmcp-echo        |      – |     7 |
| limit            |    2.0 |     7 |
| ours ÷ rmcp-echo |      – |       |
| ours ÷ limit     |   1.50 |       |
";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_is_added_stands_below_the_figures() {
        let servers: Vec<_> = ["no-sign-in", "one-key"]
            .map(|name| server(name).unwrap())
            .to_vec();
        let columns = [
            Column::new("CPU µs", 1, |server| match server.name {
                "no-sign-in" => Some(8.0),
                _ => Some(10.0),
            }),
            Column::new("bytes", 0, |_| Some(7.0)).never_compared(),
        ];
        let text = Table::added("Calls", &servers, &columns).to_string();
        let expected = "\
### Calls

|                      | CPU µs | bytes |
|----------------------|-------:|------:|
| no-sign-in           |    8.0 |     7 |
| one-key              |   10.0 |     7 |
| one-key − no-sign-in |   +2.0 |       |
| one-key ÷ no-sign-in |   1.25 |       |
";
        assert_eq!(text, expected);
    }
}
