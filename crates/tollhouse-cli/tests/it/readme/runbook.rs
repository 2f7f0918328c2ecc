//! The runbook's lines for keys and for the state, and what they are there for.

use std::{fs, path::Path};

use super::house::House;
use crate::config::{HERE, text};

fn said(house: &House, line: &str) -> String {
    let line = line.replace("/srv/shop", house.here.to_str().unwrap());
    let done = house.shell(&line);
    assert!(done.status.success(), "{line}: {}", text(&done.stderr));
    text(&done.stdout)
}

fn lines(beginning: &str) -> Vec<String> {
    let page = fs::read_to_string(Path::new(HERE).join("../../../../docs/runbook.md")).unwrap();
    let lines = page.lines().filter(|line| line.starts_with(beginning));
    lines.map(str::to_owned).collect()
}

#[test]
fn a15_a_user_is_given_a_role_and_kept_out() {
    let mut house = House::new();
    house.here = house.home().join("shop");
    house.write_file();
    said(&house, "tollhouse keys create ci --user ana");
    let lines = lines("tollhouse users");
    let [set, list, block] = &lines[..] else {
        unreachable!("{lines:?}")
    };
    said(&house, set);
    let told = said(&house, list);
    assert!(told.contains("ana   editor  1"), "{told}");
    said(&house, block);
    let told = said(&house, list);
    assert!(told.contains("BLOCKED"), "{told}");
}

#[test]
fn a39_a_key_is_rotated_and_a_copy_of_the_state_brings_it_back() {
    let mut house = House::new();
    house.here = house.home().join("shop");
    house.write_file();
    said(&house, "tollhouse keys create ci");
    let names = |told: &str| {
        let lines = told.lines().skip(1);
        let names =
            lines.filter_map(|line| line.split_whitespace().find(|word| word.starts_with("ci")));
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let lines = lines("tollhouse keys");
    let [create, list, revoke] = &lines[..] else {
        unreachable!("{lines:?}")
    };
    said(&house, create);
    let mut both = names(&said(&house, list));
    both.sort();
    assert_eq!(both, ["ci", "ci-2"]);
    // Nobody has it open, so all that is written is in the one file or beside it.
    let state = house.here.join(".tollhouse");
    let copy = house.home().join("copy");
    fs::create_dir(&copy).unwrap();
    let copy_all = |from: &Path, to: &Path| {
        for entry in from.read_dir().unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if name.starts_with("state.db") {
                fs::copy(&path, to.join(name)).unwrap();
            }
        }
    };
    copy_all(&state, &copy);
    said(&house, revoke);
    assert_eq!(names(&said(&house, list)), ["ci-2"]);
    fs::remove_dir_all(&state).unwrap();
    fs::create_dir(&state).unwrap();
    copy_all(&copy, &state);
    assert_eq!(names(&said(&house, list)).len(), 2);
}

/// What came after a copy is gone from the audit when the copy is put back, and the second place says so.
#[test]
fn a39_a_copy_of_the_state_lacks_what_the_second_place_was_told_since() {
    let mut house = House::new();
    house.here = house.home().join("shop");
    house.write_file();
    let file = house.here.join("tollhouse.toml");
    let whole = fs::read_to_string(&file).unwrap();
    let second = "\n[audit.sink]\nfile = \"audit.ndjson\"\n";
    fs::write(&file, whole + second).unwrap();
    let verify = |house: &House, words: &str| {
        house
            .shell(&format!("tollhouse audit verify {words}"))
            .status
    };
    let call = "tollhouse call list_orders status=open";
    said(&house, call);
    let [keys] = &lines("cp -p /srv/shop/.tollhouse/")[..] else {
        unreachable!()
    };
    let backup = house.home().join("backup");
    fs::create_dir(&backup).unwrap();
    said(&house, &keys.replace("/backup/", backup.to_str().unwrap()));
    let state = house.here.join(".tollhouse");
    fs::copy(state.join("state.db"), backup.join("state.db")).unwrap();
    said(&house, call);
    assert!(verify(&house, "--checkpoint audit.ndjson").success());
    fs::remove_dir_all(&state).unwrap();
    fs::rename(&backup, &state).unwrap();
    assert!(verify(&house, "").success());
    assert_eq!(verify(&house, "--checkpoint audit.ndjson").code(), Some(2));
    // With the key of before, the server can tell that it made what the copy lacks.
    let done = house.shell("tollhouse audit verify --checkpoint audit.ndjson || true");
    let told = text(&done.stdout);
    assert!(told.contains("writer are missing"), "{told}");
    assert!(!told.contains("nobody knows whom"), "{told}");
}
