//! R21, case 84: whatever is changed in the file is found, with the record.
#![expect(clippy::indexing_slicing, reason = "a test may panic")]

use std::fs;

use proptest::prelude::{Just, Strategy, prop_oneof, proptest};
use rusqlite::{Connection, params};
use tokio::runtime::Runtime;
use tollhouse_core::Journal as _;
use tollhouse_store::Finding;

use super::{intent, open, read, verify};
use crate::house::House;

mod around;

/// A change by somebody who has the file and edits it.
#[derive(Clone, Debug)]
enum Edit {
    /// One bit of a segment: which segment, which column, which bit.
    Flip(usize, &'static str, usize),
    /// One bit of what stands about a segment, its writer, or whoever is in it: which segment, which column, which bit.
    Turn(usize, &'static str, usize),
    /// A record goes, with its place.
    Delete(usize, usize),
    /// A record stands there twice.
    Insert(usize, usize),
    /// Two records that follow each other change places.
    Swap(usize, usize),
    /// A whole segment goes.
    Drop(usize),
    /// A text goes.
    Strip(usize),
}

fn edits() -> impl Strategy<Value = Edit> {
    let columns = prop_oneof![Just("lines"), Just("marks"), Just("head"), Just("texts")];
    let around = (0..around::COLUMNS.len()).prop_map(|number| around::COLUMNS[number]);
    prop_oneof![
        4 => (0..100_usize, columns, 0..1_000_000_usize).prop_map(|(at, of, bit)| Edit::Flip(at, of, bit)),
        8 => (0..100_usize, around, 0..1000_usize).prop_map(|(at, of, bit)| Edit::Turn(at, of, bit)),
        1 => (0..100_usize, 0..1000_usize).prop_map(|(at, line)| Edit::Delete(at, line)),
        1 => (0..100_usize, 0..1000_usize).prop_map(|(at, line)| Edit::Insert(at, line)),
        1 => (0..100_usize, 0..1000_usize).prop_map(|(at, line)| Edit::Swap(at, line)),
        1 => (0..100_usize).prop_map(Edit::Drop),
        1 => (0..100_usize).prop_map(Edit::Strip),
    ]
}

/// One segment, as somebody finds it who opens the file.
struct Found {
    number: i64,
    writer: i64,
    first: i64,
    lines: Vec<Vec<u8>>,
    marks: Vec<u8>,
}

fn segments(file: &Connection) -> Vec<Found> {
    let mut select = file
        .prepare(
            "SELECT number, first_seq, lines, marks, writer FROM audit_segments ORDER BY number",
        )
        .unwrap();
    let rows = select.query_map([], |row| {
        let lines: Vec<u8> = row.get(2)?;
        Ok(Found {
            number: row.get(0)?,
            writer: row.get(4)?,
            first: row.get(1)?,
            lines: lines
                .split_inclusive(|byte| *byte == b'\n')
                .map(<[u8]>::to_vec)
                .collect(),
            marks: row.get(3)?,
        })
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

impl Found {
    fn last(&self) -> i64 {
        self.first + self.lines.len() as i64 - 1
    }

    fn put(&self, file: &Connection, lines: &[Vec<u8>], marks: &[u8]) {
        let row = params![self.number, lines.concat(), marks];
        let update = "UPDATE audit_segments SET lines = ?2, marks = ?3 WHERE number = ?1";
        file.execute(update, row).unwrap();
    }

    fn strip(&self, file: &Connection) {
        let strip = "DELETE FROM audit_texts WHERE segment = ?1";
        file.execute(strip, [self.number]).unwrap();
    }

    /// The record in whose line this byte is.
    fn record_at(&self, place: usize) -> i64 {
        let mut ends = 0;
        let index = self.lines.iter().position(|line| {
            ends += line.len();
            place < ends
        });
        self.first + index.unwrap() as i64
    }
}

/// Makes the change, and says between which records it has to be found. None if it changes nothing.
fn make(file: &Connection, edit: &Edit) -> Option<(i64, i64)> {
    let segments = segments(file);
    let of = |at: usize| &segments[at % segments.len()];
    match *edit {
        Edit::Flip(at, column, bit) => flip(file, of(at), (column, bit)),
        Edit::Turn(at, column, bit) => {
            let found = of(at);
            let same = segments.iter().filter(|one| one.writer == found.writer);
            let end = same.map(Found::last).max().unwrap();
            around::turn(file, (found, end), (column, bit))
        }
        Edit::Delete(at, line) => {
            let found = of(at);
            let line = line % found.lines.len();
            let (mut lines, mut marks) = (found.lines.clone(), found.marks.clone());
            lines.remove(line);
            marks.drain(line * 8..line * 8 + 8);
            found.put(file, &lines, &marks);
            let seq = found.first + line as i64;
            // Without its last record a segment is whole, but for its end.
            Some((seq - 1, seq))
        }
        Edit::Insert(at, line) => {
            let found = of(at);
            let line = line % found.lines.len();
            let (mut lines, mut marks) = (found.lines.clone(), found.marks.clone());
            lines.insert(line, lines[line].clone());
            let mark: Vec<u8> = marks[line * 8..line * 8 + 8].to_vec();
            marks.splice(line * 8..line * 8, mark);
            found.put(file, &lines, &marks);
            let seq = found.first + line as i64;
            Some((seq, seq + 1))
        }
        Edit::Swap(at, line) => {
            let found = of(at);
            if found.lines.len() < 2 {
                return None;
            }
            let line = line % (found.lines.len() - 1);
            let mut lines = found.lines.clone();
            lines.swap(line, line + 1);
            found.put(file, &lines, &found.marks);
            let seq = found.first + line as i64;
            Some((seq, seq))
        }
        Edit::Drop(at) => {
            let found = of(at);
            found.strip(file);
            let drop = "DELETE FROM audit_segments WHERE number = ?1";
            file.execute(drop, [found.number]).unwrap();
            Some((found.first, found.first))
        }
        Edit::Strip(at) => {
            let found = of(at);
            found.strip(file);
            Some((found.first, found.last()))
        }
    }
}

fn flip(file: &Connection, found: &Found, (column, bit): (&str, usize)) -> Option<(i64, i64)> {
    let (table, id) = match column {
        "texts" => ("audit_texts", "segment"),
        _ => ("audit_segments", "number"),
    };
    let select = format!("SELECT {column} FROM {table} WHERE {id} = ?1");
    let bytes = file.query_row(&select, [found.number], |row| row.get(0));
    let mut bytes: Vec<u8> = bytes.unwrap();
    let place = bit / 8 % bytes.len();
    let before = bytes[place];
    bytes[place] ^= 1 << (bit % 8);
    // Another space between texts is no change of a text.
    if column == "texts"
        && [before, bytes[place]].map(|byte| byte.is_ascii_whitespace()) == [true; 2]
    {
        return None;
    }
    let update = format!("UPDATE {table} SET {column} = ?2 WHERE {id} = ?1");
    file.execute(&update, params![found.number, bytes]).unwrap();
    Some(match column {
        "lines" => (found.record_at(place), found.record_at(place)),
        "marks" => {
            let seq = found.first + (place / 8) as i64;
            (seq, seq)
        }
        "head" => (found.last(), found.last()),
        _ => (found.first, found.last()),
    })
}

/// The file of two processes, with several commits of each.
fn made() -> (Vec<u8>, Runtime) {
    let (house, runtime) = (House::new(), Runtime::new().unwrap());
    let state = house.open();
    runtime.block_on(async {
        for name in ["ana", "ben"] {
            let audit = open(&state);
            for part in 0..3 {
                (0..30).for_each(|number| audit.write(read(name, part * 30 + number)));
                audit.intend(intent(name, part * 30 + 30)).await.unwrap();
            }
        }
        assert_eq!(verify(&state).await.findings, []);
    });
    drop(state);
    (fs::read(house.file()).unwrap(), runtime)
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(400))]

    #[test]
    fn r21_case_84_any_change_is_found_with_its_record(edit in edits()) {
        thread_local! {
            static MADE: (Vec<u8>, Runtime) = made();
        }
        MADE.with(|(bytes, runtime)| {
            let house = House::new();
            let file = house.connect();
            drop(file);
            fs::write(house.file(), bytes).unwrap();
            let file = house.connect();
            let expected = make(&file, &edit);
            drop(file);
            let findings = runtime.block_on(verify(&house.open())).findings;
            let Some((from, to)) = expected else { return };
            let is_there = |finding: &Finding| {
                (from..=to).contains(&i64::try_from(finding.seq).unwrap())
            };
            assert!(findings.first().is_some_and(is_there), "{edit:?}: {from} to {to}, {findings:?}");
        });
    }
}
