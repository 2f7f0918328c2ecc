//! What ends up in the file.

use std::{fs, path::PathBuf, time::Duration};

use serde_json::Value;
use tollhouse::{Ending, Journal, Record, Refusal};

use super::{FileJournal, RECORDS_MAX};

#[tokio::test(start_paused = true)]
async fn records_are_written_in_order_before_the_writer_ends() {
    let lines = lines_after("order", |journal| {
        journal.write(record("first", Ending::Done));
        journal.write(record("second", Ending::Refused(Refusal::BadState)));
    });
    let lines = lines.await;
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["target"], &lines[0]["ending"]),
        (&"first".into(), &"done".into())
    );
    assert_eq!(lines[0]["duration_ms"], 1.5);
    assert_eq!(lines[1]["ending"], "refused");
    assert!(lines[1]["refusal"].is_string());
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_is_counted() {
    let lines = lines_after("gap", |journal| {
        for _ in 0..RECORDS_MAX + 3 {
            journal.write(record("echo", Ending::Done));
        }
    });
    let lines = lines.await;
    assert_eq!(lines.len(), RECORDS_MAX + 1);
    assert_eq!(lines.last().unwrap()["gap"], 3);
}

async fn lines_after(name: &str, fill: impl Fn(&FileJournal)) -> Vec<Value> {
    let path = scratch(name);
    let (journal, writer) = FileJournal::open(&path).unwrap();
    fill(&journal);
    drop(journal);
    writer.run().await.unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn scratch(name: &str) -> PathBuf {
    let own = format!("tollhouse-echo-{}-{name}.ndjson", std::process::id());
    std::env::temp_dir().join(own)
}

fn record(target: &str, ending: Ending) -> Record {
    Record {
        at_ms: 1,
        subject: "somebody".to_owned(),
        duration: Duration::from_micros(1500),
        ..Record::new("tool", target, ending)
    }
}
