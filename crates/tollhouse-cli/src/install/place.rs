//! Where clients keep their files, by operating system.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::client::{Client, File};

/// A file below a folder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place(pub(crate) Folder, pub(crate) &'static str);

/// A folder of the user.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Folder {
    Home,
    /// Settings as the XDG Base Directory Specification has them.
    Config,
    /// `Library/Application Support`.
    Support,
    /// `%APPDATA%`.
    Roaming,
    /// What a variable of the client's own names, else this folder below home.
    Own(&'static str, &'static str),
}

/// One for each system.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    pub(crate) linux: Place,
    pub(crate) mac: Place,
    pub(crate) windows: Place,
}

/// Whose servers they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Scope {
    /// Yours, in every project.
    #[default]
    User,
    /// Of everybody who works in this folder.
    Project,
}

/// An operating system, as far as it decides where files are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum System {
    Linux,
    Mac,
    Windows,
}

/// What is known of the machine.
pub(crate) struct Machine<'a> {
    pub(crate) system: System,
    pub(crate) home: Option<PathBuf>,
    pub(crate) here: PathBuf,
    pub(crate) variable: &'a dyn Fn(&str) -> Option<String>,
}

impl Places {
    pub(crate) const fn everywhere(place: Place) -> Self {
        Self {
            linux: place,
            mac: place,
            windows: place,
        }
    }

    const fn on(&self, system: System) -> Place {
        match system {
            System::Linux => self.linux,
            System::Mac => self.mac,
            System::Windows => self.windows,
        }
    }
}

impl System {
    /// The one that this program was built for; whatever is not named keeps files as Linux does.
    pub(crate) const fn here() -> Self {
        if cfg!(target_os = "macos") {
            Self::Mac
        } else if cfg!(windows) {
            Self::Windows
        } else {
            Self::Linux
        }
    }
}

impl Machine<'_> {
    /// The file that the client reads.
    pub(crate) fn file(&self, client: &Client, file: &File, scope: Scope) -> Result<PathBuf> {
        match (scope, file.project) {
            (Scope::User, _) => self.of_the_user(file),
            (Scope::Project, Some(path)) => Ok(self.here.join(path)),
            (Scope::Project, None) => bail!(
                "{} reads no file of a project. Leave --scope project out",
                client.title
            ),
        }
    }

    fn of_the_user(&self, file: &File) -> Result<PathBuf> {
        let Place(folder, path) = file.user.on(self.system);
        let folder = self.folder(folder);
        let folder = folder.context("your home folder is not known: set HOME")?;
        Ok(folder.join(path))
    }

    /// A folder of the user; none if nothing says where it is.
    pub(crate) fn folder(&self, folder: Folder) -> Option<PathBuf> {
        let named = |name| {
            let value = (self.variable)(name).map(PathBuf::from);
            value.filter(|folder| folder.is_absolute())
        };
        let below_home = |path: &str| Some(self.home.as_ref()?.join(path));
        match folder {
            Folder::Home => self.home.clone(),
            Folder::Config => named("XDG_CONFIG_HOME").or_else(|| below_home(".config")),
            Folder::Support => below_home("Library/Application Support"),
            Folder::Roaming => named("APPDATA").or_else(|| below_home("AppData/Roaming")),
            Folder::Own(name, otherwise) => named(name).or_else(|| below_home(otherwise)),
        }
    }

    /// Whether there are signs of it: its folder, its file or its program.
    pub(crate) fn has(&self, client: &Client) -> bool {
        let path = client
            .file
            .as_ref()
            .and_then(|file| self.of_the_user(file).ok());
        let home = self.home.as_deref();
        let is_there = path.as_deref().is_some_and(|path| {
            // The home folder is there without any client.
            path.exists()
                || path
                    .parent()
                    .is_some_and(|folder| Some(folder) != home && folder.is_dir())
        });
        is_there || client.programs.iter().any(|program| self.finds(program))
    }

    /// Whether a program is on the search path.
    fn finds(&self, program: &str) -> bool {
        let path = (self.variable)("PATH").unwrap_or_default();
        let is_there = |folder: &Path| {
            ENDINGS
                .iter()
                .any(|ending| folder.join(format!("{program}{ending}")).is_file())
        };
        std::env::split_paths(&path).any(|folder| is_there(&folder))
    }
}

#[cfg(windows)]
const ENDINGS: [&str; 2] = [".exe", ".cmd"];
#[cfg(not(windows))]
const ENDINGS: [&str; 1] = [""];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Machine, Scope, System};
    use crate::install::client::find;

    fn file(system: System, client: &str, variables: &[(&str, &str)]) -> String {
        let machine = Machine {
            system,
            home: Some("/home/ana".into()),
            here: "/shop".into(),
            variable: &|name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            },
        };
        let client = find(client).unwrap();
        let path = machine.file(client, client.file.as_ref().unwrap(), Scope::User);
        path.unwrap().display().to_string()
    }

    #[test]
    fn every_system_has_its_own_places() {
        for (client, linux, mac, windows) in [
            (
                "claude-code",
                ".claude.json",
                ".claude.json",
                ".claude.json",
            ),
            (
                "claude-desktop",
                ".config/Claude/claude_desktop_config.json",
                "Library/Application Support/Claude/claude_desktop_config.json",
                "AppData/Roaming/Claude/claude_desktop_config.json",
            ),
            (
                "vscode",
                ".config/Code/User/mcp.json",
                "Library/Application Support/Code/User/mcp.json",
                "AppData/Roaming/Code/User/mcp.json",
            ),
            (
                "zed",
                ".config/zed/settings.json",
                ".config/zed/settings.json",
                "AppData/Roaming/Zed/settings.json",
            ),
        ] {
            let at = |system| file(system, client, &[]);
            assert_eq!(at(System::Linux), format!("/home/ana/{linux}"));
            assert_eq!(at(System::Mac), format!("/home/ana/{mac}"));
            assert_eq!(at(System::Windows), format!("/home/ana/{windows}"));
        }
    }

    #[test]
    fn variables_move_the_places() {
        for (client, name, expected) in [
            ("codex", "CODEX_HOME", "/else/config.toml"),
            ("claude-code", "CLAUDE_CONFIG_DIR", "/else/.claude.json"),
            ("zed", "XDG_CONFIG_HOME", "/else/zed/settings.json"),
        ] {
            assert_eq!(file(System::Linux, client, &[(name, "/else")]), expected);
            let relative = file(System::Linux, client, &[(name, "else")]);
            assert!(Path::new(&relative).starts_with("/home/ana"), "{relative}");
        }
    }
}
