//! What one process changes of keys and users, while two others are busy serving them.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use tempfile::TempDir;
use tollhouse::{Clock as _, SystemClock};

use super::{FILE, call, keys, made, reader, serving, users};
use crate::{
    config::folder,
    process::{PATIENCE, Process},
};

/// Three times what is promised.
const SOON: Duration = Duration::from_secs(3);

/// Two servers on one state, whose keys are used all the time.
struct Busy {
    servers: [SocketAddr; 2],
    /// Keys that have to be good all the time, and those that are being changed.
    kept: Vec<String>,
    changed: Vec<String>,
    is_over: AtomicBool,
    /// What keys that have to be good were answered instead.
    wrong: Mutex<Vec<u16>>,
}

impl Busy {
    /// Runs `change` in the middle of the load, and gives what it gives.
    fn while_busy<T>(&self, change: impl FnOnce() -> T) -> T {
        thread::scope(|scope| {
            for address in self.servers {
                scope.spawn(move || self.load(address));
            }
            let _over = Over(&self.is_over);
            change()
        })
    }

    fn load(&self, address: SocketAddr) {
        while !self.is_over.load(Ordering::Relaxed) {
            let statuses = self.kept.iter().map(|key| status(address, key));
            let wrong = statuses.filter(|status| *status != 200);
            self.wrong.lock().unwrap().extend(wrong);
            for key in &self.changed {
                status(address, key);
            }
        }
    }

    /// Waits until every server answers each changed key so, and gives how long that took.
    fn until(&self, expected: u16) -> Duration {
        let clock = SystemClock::default();
        let keys = |address| self.changed.iter().map(move |key| (address, key));
        for (address, key) in self.servers.into_iter().flat_map(keys) {
            while status(address, key) != expected {
                assert!(clock.ticks() < PATIENCE, "it never came");
            }
        }
        clock.ticks()
    }
}

/// Ends the load, also when the test fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A server whose orders only those may see who may read them.
fn scoped() -> String {
    FILE.replace("scope = \"any\"", "scope = \"orders:read\"")
}

fn shop() -> TempDir {
    folder(&scoped())
}

fn status(address: SocketAddr, key: &str) -> u16 {
    call(address, &[("x-api-key", key)]).0
}

fn start(folder: &Path, kept: Vec<String>, changed: Vec<String>) -> ([Process; 2], Busy) {
    let processes = [serving(folder, &[]), serving(folder, &[])];
    let servers = [processes[0].address(), processes[1].address()];
    let busy = Busy {
        servers,
        kept,
        changed,
        is_over: AtomicBool::new(false),
        wrong: Mutex::default(),
    };
    (processes, busy)
}

#[test]
fn case43_w38_a_key_revoked_elsewhere_ends_within_a_second_on_every_server_under_load() {
    let folder = shop();
    let [lost, old] = ["lost", "old"].map(|name| reader(folder.path(), &[name, "--user", "ana"]));
    let (_processes, busy) = start(folder.path(), vec![old.clone()], vec![lost]);
    let took = busy.while_busy(|| {
        assert!(busy.until(200) < PATIENCE);
        assert_eq!(keys(folder.path(), &["revoke", "lost"]).0, 0);
        busy.until(401)
    });
    assert!(took < SOON, "{took:?}");
    // W38: one key takes over from another, and no call fails on the way.
    let new = reader(folder.path(), &["new", "--user", "ana"]);
    for address in busy.servers {
        assert_eq!((status(address, &old), status(address, &new)), (200, 200));
    }
    assert_eq!(*busy.wrong.lock().unwrap(), Vec::<u16>::new());
}

#[test]
fn case43_a_user_blocked_elsewhere_is_out_within_a_second_with_every_key_and_comes_back() {
    let folder = shop();
    let [laptop, phone] =
        ["laptop", "phone"].map(|name| reader(folder.path(), &[name, "--user", "ana"]));
    let other = reader(folder.path(), &["bob"]);
    let (_processes, busy) = start(folder.path(), vec![other], vec![laptop, phone]);
    let took = busy.while_busy(|| {
        assert!(busy.until(200) < PATIENCE);
        [("block", 401), ("unblock", 200)].map(|(verb, expected)| {
            assert_eq!(users(folder.path(), &[verb, "ana"]).0, 0);
            busy.until(expected)
        })
    });
    assert!(took.iter().all(|took| *took < SOON), "{took:?}");
    assert_eq!(*busy.wrong.lock().unwrap(), Vec::<u16>::new());
}

/// #43 for roles: what a user may do is otherwise within a second, with every key, and nobody else notices.
#[test]
fn case43_a17_a_user_in_another_role_may_do_something_else_within_a_second() {
    let rights =
        "[auth.roles]\nreader = [\"orders:read\"]\nguest = [\"orders:look\"]\n\n[sources.shop]";
    let folder = folder(&scoped().replace("[sources.shop]", rights));
    let by_role = |name| made(folder.path(), &[name, "--user", "ana"]);
    let changed = vec![
        by_role("by-role"),
        reader(folder.path(), &["by-both", "--user", "ana"]),
    ];
    let other = reader(folder.path(), &["bob"]);
    let (_processes, busy) = start(folder.path(), vec![other], changed);
    let took = busy.while_busy(|| {
        // To lose the last role is not the same as never to have had any.
        let roles = [
            ("reader", 200),
            ("guest", 403),
            ("reader,guest", 200),
            ("none", 403),
        ];
        roles.map(|(roles, expected)| {
            assert_eq!(users(folder.path(), &["set", "ana", "--roles", roles]).0, 0);
            busy.until(expected)
        })
    });
    assert!(took.iter().all(|took| *took < SOON), "{took:?}");
    assert_eq!(*busy.wrong.lock().unwrap(), Vec::<u16>::new());
}

#[test]
fn case43_a_key_whose_end_is_moved_elsewhere_ends_then() {
    let folder = shop();
    let [brief, other] = ["brief", "other"].map(|name| reader(folder.path(), &[name]));
    let (_processes, busy) = start(folder.path(), vec![other], vec![brief]);
    let took = busy.while_busy(|| {
        busy.until(200);
        let change = ["change", "brief", "--expires", "1s"];
        assert_eq!(keys(folder.path(), &change).0, 0);
        busy.until(401)
    });
    // A second until its end, and one until that is known.
    assert!(took < 2 * SOON, "{took:?}");
    assert_eq!(*busy.wrong.lock().unwrap(), Vec::<u16>::new());
}
