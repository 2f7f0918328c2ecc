//! Where secrets stand, and what becomes of one that is exchanged.

use std::{
    fs,
    sync::{Arc, Mutex},
    time::Duration,
};

use tollhouse::Clock;

use super::{Reference, Watched};

/// A clock that is moved by hand.
#[derive(Debug, Default)]
struct Hands(Mutex<Duration>);

impl Clock for Hands {
    fn unix_ms(&self) -> u64 {
        0
    }

    fn ticks(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

fn reference(text: &str) -> Reference {
    Reference::read(text, |path| path.into()).unwrap()
}

#[test]
fn n24_a_reference_says_where_and_what_it_names_is_found_there() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    fs::write(&file, "of a file\n").unwrap();
    let file = format!("file:{}", file.display());
    for (text, found) in [
        ("plain", "plain"),
        ("env:CARGO_PKG_NAME", "tollhouse-cli"),
        (&file, "of a file"),
        ("exec:printf '%s %s' 'of a' program", "of a program"),
        // There is no shell that would make anything of it.
        ("exec:printf %s '$(id)' ", "$(id)"),
    ] {
        assert_eq!(reference(text).look().as_deref(), Ok(found), "{text}");
    }
    for text in ["env:", "env:A=B", "file:", "exec:", "exec: ", "exec:a 'b"] {
        assert!(Reference::read(text, |path| path.into()).is_err(), "{text}");
    }
    for text in [
        "env:NO_SUCH_NAME",
        "file:/no/such/file",
        "exec:/no/such/program",
        "exec:false",
        "exec:true",
        "exec:yes",
        "file:/dev/null",
    ] {
        let why = reference(text).look().unwrap_err();
        assert!(why.len() > 20, "{text}: {why}");
    }
}

#[test]
fn p10_no_secret_is_shown() {
    for text in ["hunter2", "exec:vault login hunter2"] {
        let shown = reference(text);
        let shown = format!("{shown} {shown:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn n24_p35_a_secret_is_exchanged_while_it_is_used_and_stays_if_it_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let write = |text: &str| fs::write(&path, text).unwrap();
    for (text, good_for) in [
        (
            format!("file:{}", path.display()),
            Duration::from_millis(500),
        ),
        (
            format!("exec:cat {}", path.display()),
            Duration::from_secs(30),
        ),
    ] {
        write("first");
        let clock = Arc::new(Hands::default());
        let secret = Watched::open(reference(&text), clock.clone()).unwrap();
        write("second");
        assert_eq!(&*secret.value(), "first", "{text}");
        *clock.0.lock().unwrap() += good_for;
        // What a program writes counts from the next use.
        drop(secret.value());
        assert_eq!(&*secret.value(), "second", "{text}");
        for gone in ["", " \n"] {
            write(gone);
            *clock.0.lock().unwrap() += good_for;
            drop(secret.value());
            assert_eq!(&*secret.value(), "second", "{text}");
        }
    }
}

#[test]
fn n24_a_secret_that_is_not_taken_is_looked_at_again_soon_and_not_at_once_for_each_try() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    fs::write(&path, "first").unwrap();
    let clock = Arc::new(Hands::default());
    let text = format!("exec:cat {}", path.display());
    let secret = Watched::open(reference(&text), clock.clone()).unwrap();
    fs::write(&path, "second").unwrap();
    let used = || {
        drop(secret.value());
        secret.value().to_string()
    };
    secret.doubt();
    assert_eq!(used(), "first");
    *clock.0.lock().unwrap() += Duration::from_secs(1);
    assert_eq!(used(), "first");
    secret.doubt();
    assert_eq!(used(), "second");
}
