//! What the program brings along: a few configurations with their databases' SQL, to be tried and to begin with.

/// A configuration and the files that it names, all of them text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pack {
    pub(crate) name: &'static str,
    /// What it is for, in a line.
    pub(crate) about: &'static str,
    /// A question that its tools answer.
    pub(crate) question: &'static str,
    /// A call to try: a tool, and arguments as JSON.
    pub(crate) call: Option<(&'static str, &'static str)>,
    files: &'static [(&'static str, &'static str)],
}

impl Pack {
    /// The pack of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|pack| pack.name == name).copied()
    }

    /// Its file of this name.
    pub(crate) fn file(self, name: &str) -> Option<&'static str> {
        let mut files = self.files.iter();
        files
            .find(|(known, _)| *known == name)
            .map(|(_, text)| *text)
    }

    /// Its files: their names and texts.
    pub(crate) const fn files(self) -> &'static [(&'static str, &'static str)] {
        self.files
    }
}

macro_rules! pack {
    ($name:literal, $about:literal, $question:literal, $call:expr, [$($file:literal),+]) => {
        Pack {
            name: $name,
            about: $about,
            question: $question,
            call: $call,
            files: &[$(($file, include_str!(concat!("../../../examples/", $name, "/", $file)))),+],
        }
    };
}

/// The one that is served when nothing is named.
pub(crate) const FIRST: Pack = pack!(
    "orders",
    "the orders of a small shop",
    "What's the status of order ord_abc123?",
    Some(("get_order", r#"{"order_id": "ord_abc123"}"#)),
    ["tollhouse.toml", "resources.toml", "seed.sql"]
);

/// All of them.
pub(crate) const ALL: &[Pack] = &[
    FIRST,
    pack!(
        "memory",
        "what you asked models to remember",
        "What do you remember about me?",
        Some(("search_memory", r#"{"query": "preferences"}"#)),
        ["tollhouse.toml"]
    ),
    pack!(
        "customers",
        "customers, and what was said with them",
        "Which paying customers have we not talked to for a month?",
        Some(("search_customers", r#"{"query": "lyon"}"#)),
        ["tollhouse.toml", "seed.sql"]
    ),
    pack!(
        "deploys",
        "what was deployed where, and how it went",
        "Which deploys to production went wrong?",
        Some(("list_deploys", r#"{"environment": "production"}"#)),
        ["tollhouse.toml", "seed.sql"]
    ),
    pack!(
        "logs",
        "the log lines of a few services",
        "What went wrong in the last hours, and why?",
        Some(("count_problems", "{}")),
        ["tollhouse.toml", "seed.sql"]
    ),
    pack!(
        "diary",
        "a food diary",
        "How much protein did I eat on each day of this week?",
        Some(("get_diary", "{}")),
        ["tollhouse.toml", "seed.sql"]
    ),
    pack!(
        "notes",
        "a team's notes, and prompts to begin with",
        "What do our notes say about a slow database?",
        Some(("search_notes", r#"{"query": "database"}"#)),
        ["tollhouse.toml", "prompts.toml", "seed.sql"]
    ),
    pack!(
        "date",
        "the date in any time zone",
        "What time is it in Tokyo?",
        Some(("get_current_date", r#"{"timezone": "Asia/Tokyo"}"#)),
        ["tollhouse.toml"]
    ),
];

/// The file of every pack that says what is served.
pub(crate) const CONFIG: &str = "tollhouse.toml";
