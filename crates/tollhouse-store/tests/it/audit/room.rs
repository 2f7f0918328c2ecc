//! What callers send does not push out what others did, whatever its size.

use tollhouse_core::{Ending, Intent, Journal as _, Payload, Record, Refusal};
use tollhouse_store::{Audit, AuditOptions, State};

use super::{all, both, intent, options, read, verify};

const MIB: usize = 1024 * 1024;

/// A call with so many bytes of arguments.
fn long(number: u64, bytes: usize) -> Record {
    Record {
        ending: Ending::Refused(Refusal::BadArguments("no".to_owned())),
        arguments: Payload::Text(format!("\"{}\"", "a".repeat(bytes))),
        ..read("eve", number)
    }
}

fn at_most(bytes: u64) -> AuditOptions {
    AuditOptions {
        bytes_max: Some(bytes),
        ..options()
    }
}

async fn deeds(state: &State) -> usize {
    let all = all(state).await;
    all.iter().filter(|one| one["kind"] == "intent").count()
}

async fn bytes(state: &State) -> usize {
    let all = all(state).await;
    all.iter().map(|one| one.to_string().len()).sum()
}

#[tokio::test]
async fn p39_long_arguments_do_not_push_out_what_was_done() {
    both(async |state| {
        let audit = Audit::open(state, at_most(8 * MIB as u64)).unwrap();
        audit.intend(intent("eve", 1)).await.unwrap();
        for number in 0..12 {
            // Half an hour apart, so that each commit looks at what is too much.
            audit.write(long(number * 1_800_000, MIB));
            let intent = intent("ben", number * 1_800_000);
            audit.intend(intent).await.unwrap();
        }
        audit.close();
        assert_eq!(deeds(state).await, 13);
        assert!(bytes(state).await < MIB);
        let verified = verify(state).await;
        assert_eq!((verified.findings, verified.lost), (vec![], 0));
    })
    .await;
}

/// What is too long has a digest, and its length is in the chain.
#[tokio::test]
async fn p39_of_what_is_too_long_there_is_a_digest_and_its_length() {
    both(async |state| {
        let audit = Audit::open(state, options()).unwrap();
        audit.write(long(1, 16 * 1024 - 2));
        audit.write(long(2, 16 * 1024 - 1));
        let long = Intent {
            arguments: Payload::Text(format!("\"{}\"", "b".repeat(MIB))),
            ..intent("eve", 3)
        };
        audit.intend(long).await.unwrap();
        audit.close();
        let records = all(state).await;
        assert!(records[1]["arguments"].is_string());
        assert!(records[1].get("too_long").is_none());
        for (record, bytes) in [(&records[2], 16 * 1024 + 1), (&records[3], MIB + 2)] {
            assert!(record.get("arguments").is_none());
            assert_eq!(record["arguments_digest"].as_str().unwrap().len(), 80);
            assert_eq!(record["too_long"]["arguments"], bytes);
        }
        assert_eq!(verify(state).await.findings, []);
    })
    .await;
}

/// More than there is room for in one go: texts are given up before records are.
#[tokio::test]
async fn p39_a_flood_makes_no_gap_among_the_records_of_others() {
    both(async |state| {
        let audit = Audit::open(state, options()).unwrap();
        for number in 0..70 {
            audit.write(long(number, MIB));
            audit.write(read("ana", number));
        }
        audit.close();
        assert_eq!(all(state).await.len(), 141);
        let verified = verify(state).await;
        assert_eq!((verified.findings, verified.lost), (vec![], 0));
    })
    .await;
}

/// Nobody waits for the next look: what is too much goes with the commit that makes it so.
#[tokio::test]
async fn a37_too_much_is_seen_at_once_whoever_wrote_it() {
    both(async |state| {
        let most = 200_000;
        let audits = [0, 1].map(|_| Audit::open(state, at_most(most as u64)).unwrap());
        for number in 0..200 {
            let audit = &audits[usize::from(number % 2 == 0)];
            audit.write(long(number, 10_000));
            audit.intend(intent("ana", number)).await.unwrap();
            let bytes = bytes(state).await;
            assert!(bytes < most + 15_000, "{number}: {bytes}");
        }
        for audit in audits {
            audit.close();
        }
        assert!(bytes(state).await > most / 2);
        assert_eq!(verify(state).await.findings, []);
    })
    .await;
}
