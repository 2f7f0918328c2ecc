//! The three attributes, and the words that each of them knows.

/// What is made of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Tool,
    Prompt,
    Resource,
}

/// A word of an attribute. Except for `name` and `uri` it is a method of the builder's function, too.
pub(crate) struct Word {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
}

/// What stands behind a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Nothing.
    Flag,
    /// `= "…"`.
    Text,
    /// `= ["…", "…"]`.
    Texts,
    /// `= "20s"`.
    Time,
}

impl Kind {
    /// The attribute's name, which is also what the function gets.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Prompt => "prompt",
            Self::Resource => "resource",
        }
    }

    pub(crate) fn words(self) -> &'static [Word] {
        match self {
            Self::Tool => TOOL,
            Self::Prompt => PROMPT,
            Self::Resource => RESOURCE,
        }
    }
}

const fn flag(name: &'static str) -> Word {
    let form = Form::Flag;
    Word { name, form }
}

const fn text(name: &'static str) -> Word {
    let form = Form::Text;
    Word { name, form }
}

const fn texts(name: &'static str) -> Word {
    let form = Form::Texts;
    Word { name, form }
}

const NAME: Word = text("name");
const TITLE: Word = text("title");
const SCOPE: Word = text("scope");
const DEADLINE: Word = Word {
    name: "deadline",
    form: Form::Time,
};

const ROLES: Word = texts("roles");
const CLIENTS: Word = texts("clients");
const KNOWN: Word = flag("known");

const TOOL: &[Word] = &[
    NAME,
    TITLE,
    SCOPE,
    ROLES,
    CLIENTS,
    KNOWN,
    DEADLINE,
    flag("read_only"),
    flag("destructive"),
    flag("idempotent"),
    flag("open_world"),
];
const PROMPT: &[Word] = &[NAME, TITLE, SCOPE, ROLES, CLIENTS, KNOWN, DEADLINE];
const RESOURCE: &[Word] = &[
    text("uri"),
    NAME,
    TITLE,
    text("mime_type"),
    SCOPE,
    ROLES,
    CLIENTS,
    KNOWN,
    DEADLINE,
];
