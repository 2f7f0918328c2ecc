//! Commands that the pages show: each is one that the program takes as it stands.

use std::{fs, path::Path};

use super::house::House;
use crate::config::{HERE, text};

/// A command with `--help` behind it is read to its end, and then does nothing.
#[test]
fn every_command_of_the_pages_is_understood() {
    let house = House::new();
    let mut seen = 0;
    for entry in Path::new(HERE).join("../../../../docs").read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        let page = fs::read_to_string(&path).unwrap();
        for line in shown(&page) {
            let line = line.split_once("  #").map_or(line, |(line, _)| line);
            // What stands behind `--` belongs to another program.
            let line = line.split_once(" -- ").map_or(line, |(line, _)| line);
            let done = house.shell(&format!("{line} --help"));
            let said = text(&done.stderr);
            assert!(done.status.success(), "{}: {line}: {said}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 20, "{seen}");
}

/// Lines of blocks for a shell, and lines behind a prompt.
fn shown(page: &str) -> impl Iterator<Item = &str> {
    let blocks = page.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(|block| {
        let (kind, text) = block.split_once('\n').unwrap_or(("", block));
        text.lines()
            .filter_map(move |line| match line.strip_prefix("$ ") {
                Some(line) => Some(line),
                None => (kind == "sh").then_some(line),
            })
    });
    lines.filter(|line| line.starts_with("tollhouse "))
}

/// What the page of packs tells its reader to try is tried.
#[test]
fn every_line_of_the_packs_page_works() {
    let house = House::new();
    let page = fs::read_to_string(Path::new(HERE).join("../../../../docs/packs.md")).unwrap();
    for line in shown(&page) {
        let line = match line.split(' ').nth(1).unwrap() {
            // One serves until it is stopped; the other asks.
            "run" => format!("{line} --stdio"),
            "install" => format!("{line} --yes"),
            _ => line.to_owned(),
        };
        let done = house.shell(&line);
        assert!(done.status.success(), "{line}: {}", text(&done.stderr));
    }
    assert!(house.here.join("seed.sql").is_file());
}
