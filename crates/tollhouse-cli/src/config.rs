//! The configuration: a file that says where tools come from and what they are.
//!
//! `load` reads it and what it includes, as a tree (`toml`, `json`, `node`) and then as what was said (`fields`,
//! `raw`). `resolve` finds out what that means. Problems are collected on the way (`problem`, `codes`) and shown
//! together (`show`). Nothing after that reads the file again.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
};

pub(crate) mod codes;
mod expand;
mod fields;
pub(crate) mod files;
mod json;
pub(crate) mod lint;
mod load;
mod node;
mod place;
pub(crate) mod problem;
pub(crate) mod raw;
pub(crate) mod reference;
pub(crate) mod resolve;
pub(crate) mod schema;
pub(crate) mod secret;
pub(crate) mod show;
pub(crate) mod statement;
mod toml;

use expand::World;
use files::Files;
use problem::Problems;
use resolve::Resolved;

use crate::pack::{self, Pack};

/// What became of a file.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) files: Files,
    pub(crate) problems: Problems,
    /// What it means as far as it can be understood. None if there was nothing to read.
    pub(crate) resolved: Option<Resolved>,
}

impl Config {
    /// Reads a file, with variables from this environment.
    pub(crate) fn read(path: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Self {
        Self::of(Files::default(), path, variable)
    }

    /// Reads a pack of the program, as if its files stood in this folder.
    pub(crate) fn of_pack(
        pack: Pack,
        folder: &Path,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let path = folder.join(pack::CONFIG);
        Self::of(Files::of_pack(folder, pack), &path, variable)
    }

    fn of(mut files: Files, path: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut problems = Problems::default();
        let said = load::load(path, &mut files, &mut problems);
        let world = World {
            variable,
            files: &files,
            seen: RefCell::default(),
            secrets: RefCell::default(),
        };
        let name = path
            .file_stem()
            .map_or("tollhouse".into(), |stem| stem.to_string_lossy());
        let resolved = said.map(|said| resolve::resolve(said, &name, &world, &mut problems));
        let (seen, secrets) = (world.seen.into_inner(), world.secrets.into_inner());
        seen.iter().for_each(|path| files.depend_on(path));
        secrets.into_iter().for_each(|text| files.silence(text));
        problems.without_echoes();
        Self {
            files,
            problems,
            resolved,
        }
    }

    /// The folder of the first file, to which paths are relative.
    pub(crate) fn folder(&self) -> PathBuf {
        self.files.folder()
    }

    /// Whether it came with the program.
    pub(crate) const fn is_pack(&self) -> bool {
        self.files.is_pack()
    }

    /// Keeps the secrets that stand in the files out of all that is written or given from now on.
    pub(crate) fn learn_secrets(&self) {
        let all = self.files.silenced().iter();
        all.flat_map(|one| secret::secrets_in(one))
            .for_each(crate::log::learn);
    }

    /// All problems as people read them, one after the other.
    pub(crate) fn shown(&self, reader: &impl std::io::IsTerminal) -> String {
        // As https://no-color.org has it.
        let is_plain = crate::environment("NO_COLOR").is_some_and(|wish| !wish.is_empty());
        let is_coloured = reader.is_terminal() && !is_plain;
        let problems = self.problems.in_order();
        let shown: Vec<String> = problems
            .into_iter()
            .map(|problem| show::show(problem, &self.files, is_coloured) + "\n")
            .collect();
        shown.join("\n")
    }
}

#[cfg(test)]
mod tests;
