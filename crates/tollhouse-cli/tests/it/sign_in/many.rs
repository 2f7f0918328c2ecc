//! A crowd with keys and tokens at one endpoint.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::{Shop, caller::Caller};
use crate::process::command;

const USERS: usize = 1000;
const THREADS: usize = 8;

#[test]
fn n5_a_thousand_users_with_keys_and_tokens_are_each_taken_for_themselves() {
    let shop = Shop::open();
    let (issuer, folder, address) = (&shop.issuer, shop.folder.path(), shop.address);
    let callers: Vec<Caller> = in_parallel(USERS, |number| {
        let name = name(number);
        if number % 2 == 0 {
            return Caller::new(address, &issuer.token(&name, "orders:read"));
        }
        let made = ["keys", "create", &name, "--scopes", "orders:read"];
        let done = command(folder, &made).output().unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        let key = String::from_utf8(done.stdout).unwrap();
        Caller::new(address, key.trim())
    });
    // Twice, so that the second round meets verdicts that are kept; every tenth in a session.
    for round in 0..2 {
        in_parallel(USERS, |place| {
            // Neighbours in time are no neighbours in the list.
            let number = place * 7 % USERS;
            let caller = callers[number].clone();
            let caller = if number % 10 < 2 {
                caller.in_session()
            } else {
                caller
            };
            assert_eq!(caller.subject(), name(number), "round {round}");
        });
    }
}

fn name(number: usize) -> String {
    format!("user-{number}")
}

/// Does it for each number, on several threads that take the next one as they get to it.
fn in_parallel<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return done;
            }
            done.push((number, work(number)));
        }
    };
    let mut done = thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(worker)).collect();
        let done = workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap());
        done.collect::<Vec<_>>()
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, done)| done).collect()
}
