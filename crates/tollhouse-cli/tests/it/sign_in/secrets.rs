//! Secrets that stand elsewhere: exchanged while they are used, missed when they are not there, shown nowhere.

use std::{fs, path::Path, thread, time::Duration};

use serde_json::json;
use tempfile::TempDir;
use tollhouse::{Clock as _, SystemClock};

use super::{RESOURCE, SOON, Shop, caller::Caller, file, issuer::Issuer, soon, until};
use crate::process::{Process, command};

const OLD: &str = "canary-old-4711-and-nothing-else";
const NEW: &str = "canary-new-0815-and-nothing-else";

/// The file with a fixed key, and with an issuer that is asked with this secret.
fn with(issuer: &Issuer, key: &str, secret: &str) -> String {
    let url = format!("url = \"{}\"", issuer.url);
    let asks =
        format!("{url}\nintrospection = true\nclient_id = \"shop\"\nclient_secret = \"{secret}\"");
    let mode = "mode = [\"keys\", \"external\"]";
    let text = file(&issuer.url).replace(&url, &asks);
    let text = text.replace(mode, &format!("{mode}\nkey = \"{key}\""));
    // Who looks whether something has changed calls often.
    format!("limits.calls = 'off'\nlimits.key = 'off'\nlimits.identical = 'off'\n{text}")
}

/// A folder with this in its secrets.
fn folder(key: &str, secret: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("key"), format!("{key}\n")).unwrap();
    fs::write(folder.path().join("secret"), format!("{secret}\n")).unwrap();
    folder
}

fn place(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

/// As programs do that replace a secret: whole or not at all.
fn put(folder: &TempDir, name: &str, text: &str) {
    let beside = folder.path().join("beside");
    fs::write(&beside, text).unwrap();
    fs::rename(beside, folder.path().join(name)).unwrap();
}

#[test]
fn sg11_the_key_in_a_file_is_exchanged_while_it_is_served() {
    let (issuer, kept) = (Issuer::start(), folder(OLD, OLD));
    issuer.wants(&[OLD]);
    let key = format!("file:{}", place(&kept, "key"));
    let text = with(&issuer, &key, &format!("file:{}", place(&kept, "secret")));
    let shop = Shop::with(issuer, &text, &[]);
    let [old, new] = [OLD, NEW].map(|key| Caller::new(shop.address, key));
    assert_eq!(old.sees(), "get_order set_status whoami");
    assert_eq!(new.call("whoami", &json!({})).status, 401);
    let both = old.clone().both();
    let mut streams = both.each_ref().map(Caller::listens);
    put(&kept, "key", &format!("{NEW}\r\n"));
    soon(&new, 200);
    for caller in &both {
        soon(caller, 401);
    }
    // Whoever came with the old one hears nothing more.
    for stream in &mut streams {
        stream.ends();
    }
    // A file that is away for a moment takes no key away.
    let _listens = new.listens();
    fs::remove_file(place(&kept, "key")).unwrap();
    shop.process.hears("cannot be read again");
    assert_eq!(new.call("whoami", &json!({})).status, 200);
    assert_eq!(old.call("whoami", &json!({})).status, 401);
}

#[test]
fn sg11_the_secret_for_introspection_is_exchanged_while_it_is_used() {
    let (issuer, kept) = (Issuer::start(), folder(OLD, OLD));
    issuer.wants(&[OLD]);
    let text = with(&issuer, OLD, &format!("file:{}", place(&kept, "secret")));
    let shop = Shop::with(issuer, &text, &[]);
    let said = json!({"active": true, "sub": "ana", "aud": RESOURCE, "exp": 4_000_000_000_u64});
    shop.issuer.say("opaque", Some(said));
    let caller = Caller::new(shop.address, "opaque");
    assert_eq!(caller.subject(), "ana");
    put(&kept, "secret", NEW);
    shop.issuer.wants(&[NEW]);
    let asked = || {
        caller.call("whoami", &json!({}));
        shop.issuer.shown()
    };
    let (_, took) = until(asked, |shown| shown.iter().any(|secret| secret == NEW));
    assert!(took < SOON, "{took:?}");
    soon(&caller, 200);
}

/// What a program says is good for half a minute, as it may ask another machine.
#[test]
fn sg11_a_secret_that_a_program_writes_is_exchanged_too() {
    let (issuer, kept) = (Issuer::start(), folder(OLD, OLD));
    issuer.wants(&[OLD]);
    let script = "#!/bin/sh\nexec cat \"$1\"\n";
    fs::write(place(&kept, "vault"), script).unwrap();
    let program = format!(
        "exec:sh '{}' '{}'",
        place(&kept, "vault"),
        place(&kept, "secret")
    );
    let text = with(&issuer, OLD, &program);
    let shop = Shop::with(issuer, &text, &[]);
    let said = json!({"active": true, "sub": "ana", "aud": RESOURCE});
    shop.issuer.say("opaque", Some(said));
    let caller = Caller::new(shop.address, "opaque");
    assert_eq!(caller.subject(), "ana");
    shop.issuer.wants(&[OLD, NEW]);
    put(&kept, "secret", NEW);
    // As issuers do it, both are good for a while.
    let clock = SystemClock::default();
    while !shop.issuer.shown().iter().any(|secret| secret == NEW) {
        assert!(clock.ticks() < Duration::from_secs(90), "it never came");
        assert_eq!(caller.subject(), "ana");
        thread::sleep(Duration::from_millis(200));
    }
    shop.issuer.wants(&[NEW]);
    soon(&caller, 200);
}

#[test]
fn sg11_a_secret_that_is_not_there_is_told_before_anything_is_served() {
    let issuer = Issuer::start();
    let kept = folder(OLD, OLD);
    fs::write(kept.path().join("empty"), "\n").unwrap();
    let nowhere = format!("file:{}", place(&kept, "nowhere"));
    let empty = format!("file:{}", place(&kept, "empty"));
    for (reference, mend) in [
        (
            "env:NOT_SET_ANYWHERE",
            "the variable NOT_SET_ANYWHERE is not set; set it",
        ),
        (&nowhere, "name a file that this user can read"),
        (&empty, "write the secret into it"),
        ("exec:false", "run it by hand to see why"),
        ("exec:no-such-program-4711", "name a program that is there"),
        ("exec:true", "write the secret into it"),
    ] {
        for text in [with(&issuer, reference, OLD), with(&issuer, OLD, reference)] {
            let served = crate::config::folder(&text);
            let serve = ["run", "--http", "127.0.0.1:0"];
            let (status, output, errors) = Process::start(served.path(), &serve).ends();
            let told = errors.join("\n");
            assert_eq!((status.code(), output.len()), (Some(2), 0), "{told}");
            assert!(
                told.contains("E121") && told.contains(mend),
                "{reference}: {told}"
            );
            assert!(!told.contains("canary"), "{told}");
        }
    }
}

/// What the program says when it is run in this way.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let done = command(folder, arguments).output().unwrap();
    let all = [done.stdout, done.stderr].concat();
    String::from_utf8(all).unwrap()
}

fn is_not_shown_by_commands(text: &str) {
    let folder = crate::config::folder(text);
    for arguments in [
        &["check"][..],
        &["check", "--json"],
        &["check", "--offline"],
        &["inspect", "tollhouse.toml"],
        &["keys", "list", "--json"],
        &["users", "list"],
    ] {
        let told = said(folder.path(), arguments);
        assert!(!told.contains("canary"), "{arguments:?}: {told}");
    }
}

#[test]
fn p10_case86_secrets_that_stand_elsewhere_are_shown_nowhere() {
    let (issuer, kept) = (Issuer::start(), folder(OLD, NEW));
    issuer.wants(&[NEW]);
    let key = format!("file:{}", place(&kept, "key"));
    let program = format!(
        "exec:sh -c 'cat \"$0\"' '{}' canary-argument",
        place(&kept, "secret")
    );
    let program = program.replace('"', "\\\"");
    let text = with(&issuer, &key, &program);
    // Written into the file itself, which is told, and not shown.
    for text in [&text, &with(&issuer, OLD, NEW)] {
        is_not_shown_by_commands(text);
    }
    let folder = crate::config::folder(&text);
    let serve = ["run", "--http", "127.0.0.1:0", "--log-level", "trace"];
    let process = Process::start(folder.path(), &serve);
    let address = process.address();
    assert_eq!(
        Caller::new(address, OLD).call("whoami", &json!({})).status,
        200
    );
    let said = json!({"active": true, "sub": "ana", "aud": RESOURCE});
    issuer.say("opaque", Some(said));
    assert_eq!(
        Caller::new(address, "opaque")
            .call("whoami", &json!({}))
            .status,
        200
    );
    issuer.wants(&["another"]);
    until(
        || {
            Caller::new(address, "opaque")
                .call("whoami", &json!({}))
                .status
        },
        |status| *status == 503,
    );
    put(&kept, "key", "canary-third-key-of-them-all");
    soon(&Caller::new(address, "canary-third-key-of-them-all"), 200);
    process.signal(rustix::process::Signal::TERM);
    let (_, output, errors) = process.ends();
    let log = [output, errors].concat();
    assert!(
        log.iter()
            .any(|line| line.contains("a secret was exchanged")),
        "{log:#?}"
    );
    let told = log.iter().find(|line| line.contains("canary"));
    assert_eq!(told, None);
}
