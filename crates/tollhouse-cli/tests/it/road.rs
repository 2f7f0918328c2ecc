//! The road of a call through every door and over every state: each step has a file of cases here.
//!
//! A case is a story that is told eight times: through both eras over HTTP and over pipes, with a state in memory and in
//! a file. What differs by design (a status over HTTP, a pipe whose caller is alone with its server) says so in the
//! story. To add a case, write it into the file of its step; to add a step, give it a file.
#![expect(clippy::panic, reason = "a test may panic")]

mod door;
mod exchange;
mod house;
mod library;

mod adversary;
mod confirm;
mod execute;
mod fence;
mod limit;
mod record;
mod repeat;
mod shape;
mod together;
mod validate;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use house::House;

/// How a caller comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    ModernHttp,
    LegacyHttp,
    ModernPipe,
    LegacyPipe,
}

/// Where the state is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keeps {
    Memory,
    File,
}

impl Way {
    const ALL: [Self; 4] = [
        Self::ModernHttp,
        Self::LegacyHttp,
        Self::ModernPipe,
        Self::LegacyPipe,
    ];

    const fn is_modern(self) -> bool {
        matches!(self, Self::ModernHttp | Self::ModernPipe)
    }

    const fn is_http(self) -> bool {
        matches!(self, Self::ModernHttp | Self::LegacyHttp)
    }
}

/// Tells a story with the program, which serves this file. Whatever happens in it, the audit verifies afterwards.
fn everywhere(file: &str, story: impl Fn(&mut House) + Sync) {
    seeded(file, "", story);
}

/// The same with more in the database.
fn seeded(file: &str, seed: &str, story: impl Fn(&mut House) + Sync) {
    ways(|way, keeps| {
        let mut house = House::open((file, seed), way, keeps);
        story(&mut house);
        house.is_verified();
    });
}

/// Tells a story eight times, and on a failure says which of them failed.
fn ways(story: impl Fn(Way, Keeps) + Sync) {
    let one = |way, keeps| {
        let told = catch_unwind(AssertUnwindSafe(|| story(way, keeps)));
        assert!(told.is_ok(), "{way:?}, {keeps:?}: see above");
    };
    thread::scope(|scope| {
        for keeps in [Keeps::Memory, Keeps::File] {
            let one = &one;
            scope.spawn(move || Way::ALL.iter().for_each(|way| one(*way, keeps)));
        }
    });
}
