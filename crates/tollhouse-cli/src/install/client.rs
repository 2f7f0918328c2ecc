//! The clients, and how each wants to be told of a server.

use super::place::{
    Folder::{Config, Home, Own, Roaming, Support},
    Place, Places,
};

/// A program that people use servers with.
#[derive(Debug)]
pub(crate) struct Client {
    /// The word for it on the command line.
    pub(crate) id: &'static str,
    /// The name that people know.
    pub(crate) title: &'static str,
    /// Other words that people try.
    aliases: &'static [&'static str],
    /// What it is called on the search path.
    pub(crate) programs: &'static [&'static str],
    /// Where it reads of servers. None if it only asks in its own window.
    pub(crate) file: Option<File>,
    pub(crate) local: Local,
    pub(crate) remote: Remote,
    /// What makes it look, or shows that it did.
    pub(crate) next: &'static str,
}

/// A configuration file.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) format: Format,
    /// The key that servers stand below.
    pub(crate) table: &'static str,
    pub(crate) user: Places,
    /// The file of one project, in its folder.
    pub(crate) project: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// JSON, with comments.
    Json,
    Toml,
}

/// How a server is written that the client starts itself.
#[derive(Debug)]
pub(crate) enum Local {
    /// `command` and `args`, with these before or after.
    Started(&'static [(Side, &'static str, Fixed)]),
    /// It starts none. What to do instead.
    Never(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    After,
}

/// A value that is always the same.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fixed {
    Text(&'static str),
    Empty,
}

/// How a server is written that the client reaches by its URL.
#[derive(Debug)]
pub(crate) enum Remote {
    File {
        /// The key of the URL. Some clients ignore all but one spelling, without a word.
        url: &'static str,
        /// What `type` says, where it has to say something.
        kind: Option<&'static str>,
        key: KeyFrom,
    },
    /// It is added by hand. The steps.
    Window(&'static [&'static str]),
}

/// Where the client takes a key from, so that the file does not hold it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeyFrom {
    /// A variable of its environment, written between these.
    Variable(&'static str, &'static str),
    /// It asks once and keeps the answer.
    Input,
    /// Keys of their own that name the variable.
    Named,
    /// Nowhere: the header would hold the key itself.
    Nowhere,
}

/// The client that is called this, or the nearest name.
pub(crate) fn find(word: &str) -> Result<&'static Client, Option<&'static str>> {
    let word = word.to_ascii_lowercase().replace([' ', '_'], "-");
    let named = CLIENTS
        .iter()
        .find(|client| client.words().any(|known| known == word));
    named.ok_or_else(|| {
        let words = CLIENTS
            .iter()
            .flat_map(|client| client.words().map(|known| (known, client.id)));
        let near = words.map(|(known, id)| (strsim::damerau_levenshtein(known, &word), id));
        let nearest = near.min()?;
        (nearest.0 <= 1 + word.len() / 3).then_some(nearest.1)
    })
}

impl Client {
    fn words(&self) -> impl Iterator<Item = &'static str> {
        [self.id].into_iter().chain(self.aliases.iter().copied())
    }
}

/// All of them, the one that most people have first.
pub(crate) const CLIENTS: [Client; 10] = [
    Client {
        id: "claude-code",
        title: "Claude Code",
        aliases: &["claude", "claudecode"],
        programs: &["claude"],
        file: Some(File {
            format: Format::Json,
            table: "mcpServers",
            user: Places::everywhere(Place(Own("CLAUDE_CONFIG_DIR", ""), ".claude.json")),
            project: Some(".mcp.json"),
        }),
        local: Local::Started(&[]),
        remote: Remote::File {
            url: "url",
            kind: Some("http"),
            key: KeyFrom::Variable("${", "}"),
        },
        next: "Start `claude` anew; /mcp in it shows the server.",
    },
    Client {
        id: "claude-desktop",
        title: "Claude Desktop",
        aliases: &["desktop", "claudedesktop"],
        programs: &[],
        file: Some(File {
            format: Format::Json,
            table: "mcpServers",
            user: Places {
                linux: Place(Config, "Claude/claude_desktop_config.json"),
                mac: Place(Support, "Claude/claude_desktop_config.json"),
                windows: Place(Roaming, "Claude/claude_desktop_config.json"),
            },
            project: None,
        }),
        local: Local::Started(&[]),
        remote: Remote::Window(&[
            "Open Claude Desktop or claude.ai, then Customize, then Connectors.",
            "Choose \"Add custom connector\".",
            "Give it the name and the URL.",
            "It is called from Anthropic's machines: the URL needs HTTPS and must be reachable from outside.",
        ]),
        next: "Quit Claude Desktop and open it again.",
    },
    Client {
        id: "cursor",
        title: "Cursor",
        aliases: &[],
        programs: &["cursor"],
        file: Some(File {
            format: Format::Json,
            table: "mcpServers",
            user: Places::everywhere(Place(Home, ".cursor/mcp.json")),
            project: Some(".cursor/mcp.json"),
        }),
        local: Local::Started(&[]),
        remote: Remote::File {
            url: "url",
            kind: None,
            key: KeyFrom::Variable("${env:", "}"),
        },
        next: "Cursor's settings, under Tools & MCP, show the server.",
    },
    Client {
        id: "vscode",
        title: "VS Code",
        aliases: &["vs-code", "code", "copilot"],
        programs: &["code"],
        file: Some(File {
            format: Format::Json,
            table: "servers",
            user: Places {
                linux: Place(Config, "Code/User/mcp.json"),
                mac: Place(Support, "Code/User/mcp.json"),
                windows: Place(Roaming, "Code/User/mcp.json"),
            },
            project: Some(".vscode/mcp.json"),
        }),
        local: Local::Started(&[(Side::Before, "type", Fixed::Text("stdio"))]),
        remote: Remote::File {
            url: "url",
            kind: Some("http"),
            key: KeyFrom::Input,
        },
        next: "The command \"MCP: List Servers\" shows the server and starts it.",
    },
    Client {
        id: "codex",
        title: "Codex",
        aliases: &["codex-cli"],
        programs: &["codex"],
        file: Some(File {
            format: Format::Toml,
            table: "mcp_servers",
            user: Places::everywhere(Place(Own("CODEX_HOME", ".codex"), "config.toml")),
            project: Some(".codex/config.toml"),
        }),
        local: Local::Started(&[]),
        remote: Remote::File {
            url: "url",
            kind: None,
            key: KeyFrom::Named,
        },
        next: "Start `codex` anew; /mcp in it shows the server.",
    },
    Client {
        id: "gemini-cli",
        title: "Gemini CLI",
        aliases: &["gemini"],
        programs: &["gemini"],
        file: Some(File {
            format: Format::Json,
            table: "mcpServers",
            user: Places::everywhere(Place(Home, ".gemini/settings.json")),
            project: Some(".gemini/settings.json"),
        }),
        local: Local::Started(&[]),
        remote: Remote::File {
            url: "httpUrl",
            kind: None,
            key: KeyFrom::Variable("${", "}"),
        },
        next: "Start `gemini` anew; /mcp in it shows the server.",
    },
    Client {
        id: "antigravity",
        title: "Antigravity",
        aliases: &["agy", "antigravity-cli"],
        programs: &["agy", "antigravity"],
        file: Some(File {
            format: Format::Json,
            table: "mcpServers",
            user: Places::everywhere(Place(Home, ".gemini/config/mcp_config.json")),
            project: None,
        }),
        local: Local::Started(&[]),
        remote: Remote::File {
            url: "serverUrl",
            kind: None,
            key: KeyFrom::Nowhere,
        },
        next: "Start it anew.",
    },
    Client {
        id: "windsurf",
        title: "Windsurf",
        aliases: &["codeium"],
        programs: &["windsurf"],
        file: Some(File {
            format: Format::Json,
            table: "mcpServers",
            user: Places::everywhere(Place(Home, ".codeium/windsurf/mcp_config.json")),
            project: None,
        }),
        local: Local::Started(&[]),
        remote: Remote::File {
            url: "serverUrl",
            kind: None,
            key: KeyFrom::Variable("${env:", "}"),
        },
        next: "Refresh the list of servers in Cascade's settings.",
    },
    Client {
        id: "zed",
        title: "Zed",
        aliases: &[],
        programs: &["zed", "zeditor"],
        file: Some(File {
            format: Format::Json,
            table: "context_servers",
            user: Places {
                linux: Place(Config, "zed/settings.json"),
                mac: Place(Home, ".config/zed/settings.json"),
                windows: Place(Roaming, "Zed/settings.json"),
            },
            project: None,
        }),
        local: Local::Started(&[(Side::After, "env", Fixed::Empty)]),
        remote: Remote::File {
            url: "url",
            kind: None,
            key: KeyFrom::Nowhere,
        },
        next: "The settings of Zed's agent panel show the server.",
    },
    Client {
        id: "chatgpt",
        title: "ChatGPT",
        aliases: &["chat-gpt", "openai"],
        programs: &[],
        file: None,
        local: Local::Never(
            "ChatGPT starts no programs: serve HTTPS where it can be reached, and give --url",
        ),
        remote: Remote::Window(&[
            "Open ChatGPT in a browser, then Settings, then Apps & Connectors, then Advanced settings.",
            "Switch on developer mode.",
            "Create a connector with the name and the URL.",
            "It signs in with OAuth or not at all, and is called from OpenAI's machines: the URL needs HTTPS.",
        ]),
        next: "",
    },
];

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_client_is_found_by_its_words_and_otherwise_told_the_nearest() {
        for (word, id) in [
            ("cursor", "cursor"),
            ("Claude", "claude-code"),
            ("VS Code", "vscode"),
            ("gemini", "gemini-cli"),
        ] {
            assert_eq!(find(word).unwrap().id, id);
        }
        assert_eq!(find("curser").unwrap_err(), Some("cursor"));
        assert_eq!(find("winsurf").unwrap_err(), Some("windsurf"));
        assert_eq!(find("something else").unwrap_err(), None);
    }
}
