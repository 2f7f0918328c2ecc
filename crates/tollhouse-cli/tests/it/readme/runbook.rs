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
