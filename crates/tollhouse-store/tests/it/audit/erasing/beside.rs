//! What stands of a person outside of the audit goes with it: answers to calls, calls that wait, whole results.

use std::{fs, path::Path};

use tollhouse_core::{
    Journal as _, Principal, Record,
    approvals::{ApprovalId, Plea, Wish},
    ledger::{Answer, Bid, End, Slot, Standing},
    spills::{Label, Placed, Room, Spill, SpillId, Spills},
    taints::{Holder, Taint},
};
use tollhouse_store::State;

use crate::{
    audit::{NOW_MS, open, read, verify},
    house::House,
};

const ANA: &str = "ana@example.com";
const TEXT: &str = "canary4711";

/// What somebody leaves behind who calls: a record, an answer under a key, a call that waits, a long result, and what
/// was read that is not trusted.
async fn leaves(state: &State, who: &Principal, said: &str) -> Slot {
    let stores = state.stores();
    let audit = open(state);
    audit.write(Record {
        tenant: who.tenant().map(str::to_owned),
        grant: who.grant().map(str::to_owned),
        arguments: tollhouse_core::Payload::Text(format!("\"{said}\"")),
        ..read(who.subject(), 1)
    });
    audit.close();
    let slot = Slot {
        owner: who.mark(),
        key: [7; 32],
    };
    stores.ledger.claim(bid(slot)).await.unwrap();
    let answer = End::Done(Answer::Kept(format!("{{\"text\":\"{said}\"}}")));
    let settled = stores.ledger.settle(slot, "one".into(), answer).await;
    assert!(settled.unwrap());
    let wish = Wish {
        id: ApprovalId::random().unwrap(),
        binding: [who.mark()[0]; 32],
        owner: who.mark(),
        plea: Plea {
            subject: who.subject().to_owned(),
            client: None,
            tenant: who.tenant().map(str::to_owned),
            target: "cancel_order".to_owned(),
            definition: "d".to_owned(),
            question: format!("Cancel {said}?"),
            arguments: format!("\"{said}\""),
        },
        now_ms: NOW_MS,
        lasts_ms: 60_000,
    };
    stores.approvals.open(wish).await.unwrap();
    let taint = Taint {
        holder: Holder::of(who, None),
        by: format!("notes://{said}"),
        now_ms: NOW_MS,
        until_ms: NOW_MS + 60_000,
    };
    stores.taints.mark(taint).await.unwrap();
    spills(&*stores.spills, who, said).await;
    slot
}

async fn spills(store: &dyn Spills, who: &Principal, said: &str) {
    let spill = Spill {
        id: SpillId::random().unwrap(),
        owner: who.mark(),
        label: Label {
            tool: "list_orders".to_owned(),
            mime_type: "text/plain".to_owned(),
            is_text: true,
            is_untrusted: false,
            tokens: 8_000,
        },
        body: format!("a long {said}").into(),
        now_ms: NOW_MS,
        until_ms: NOW_MS + 60_000,
    };
    let room = Room {
        owner_bytes: 1_000,
        bytes: 1_000,
    };
    assert_eq!(store.put(spill, room).await.unwrap(), Placed::Kept);
}

fn bid(slot: Slot) -> Bid {
    Bid {
        slot,
        arguments: [1; 32],
        holder: "one".into(),
        now_ms: NOW_MS,
        until_ms: NOW_MS + 25_000,
        forget_ms: NOW_MS + 60_000,
        is_bold: false,
    }
}

/// The files below a folder that have this in them.
fn with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(with(&path, text));
        } else {
            let bytes = fs::read(&path).unwrap();
            if bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
            {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[tokio::test]
async fn a37_no_byte_of_a_person_is_left_in_any_file_of_the_state() {
    for who in [
        Principal::new(ANA, []),
        Principal::new(ANA, [])
            .of_tenant("acme")
            .under_grant("key_1"),
    ] {
        let house = House::new();
        let state = house.open();
        let slot = leaves(&state, &who, TEXT).await;
        leaves(&state, &Principal::new("ben", []), "what Ben said").await;
        let folder = house.file().parent().unwrap().to_owned();
        assert!(with(&folder, TEXT).len() >= 2 && !with(&folder, ANA).is_empty());
        let audit = open(&state);
        let erased = audit
            .erase(&state, ANA, (None, NOW_MS + 1000))
            .await
            .unwrap();
        audit.close();
        assert_eq!((erased.records, erased.is_nameless), (1, true));
        assert_eq!(
            (erased.answers, erased.approvals, erased.results),
            (1, 1, 1)
        );
        assert!(!erased.is_in_log);
        for text in [ANA, TEXT] {
            assert_eq!(with(&folder, text), [""; 0], "{text}");
        }
        assert_eq!(verify(&state).await.findings, []);
        // What was done is not done again, and what was read counts as before.
        let stores = state.stores();
        let again = stores.ledger.look(slot, [1; 32], NOW_MS).await.unwrap();
        assert!(
            matches!(again, Standing::Done(Answer::Gone(_))),
            "{again:?}"
        );
        let holder = Holder::of(&who, None);
        assert!(stores.taints.look(holder, NOW_MS).await.unwrap().is_some());
        // Nobody else is touched.
        assert_eq!(stores.approvals.list().await.unwrap().len(), 1);
        assert!(with(&folder, "what Ben said").len() >= 2);
    }
}

/// While somebody reads an older state, what went stays in the log; that is told, and doing it once more takes it out.
#[tokio::test]
async fn a37_what_a_reader_holds_back_is_told_and_goes_the_next_time() {
    let house = House::new();
    let state = house.open();
    leaves(&state, &Principal::new(ANA, []), TEXT).await;
    let folder = house.file().parent().unwrap().to_owned();
    let reader = house.connect();
    reader
        .execute_batch("BEGIN; SELECT * FROM audit_texts")
        .unwrap();
    let audit = open(&state);
    let erased = audit
        .erase(&state, ANA, (None, NOW_MS + 1000))
        .await
        .unwrap();
    assert!(erased.is_in_log && !with(&folder, TEXT).is_empty());
    reader.execute_batch("COMMIT").unwrap();
    let erased = audit
        .erase(&state, ANA, (None, NOW_MS + 2000))
        .await
        .unwrap();
    audit.close();
    assert!(!erased.is_in_log);
    assert_eq!(with(&folder, TEXT), [""; 0]);
}
