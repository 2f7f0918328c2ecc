//! The resolved rules of one target, as data, and those that hold for every call.
//!
//! What a rule leaves open (`None`, or the default of an enum) follows from the tool's effect or from [`Rules`], so
//! that a tool of which nothing is said is safe.

use std::time::Duration;

use crate::{Access, Capabilities, Effect};

mod repeat;

pub use repeat::{Doubt, Repeat};

mod care;
mod shape;

pub use care::{Care, FailsAs};
pub use shape::{Form, Rest, Rollup, Shape};

mod trust;

pub use trust::{Trust, Untrusted};

/// The resolved rules of one target.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Who may use it.
    pub access: Access,
    /// How long one call may take.
    pub deadline: Duration,
    /// What the caller's client must be able to do, or the call is refused before it starts.
    pub needs: Capabilities,
    /// How often, and how much at once.
    pub rate: Rate,
    /// What a call that is sent twice does. Only for tools that change something.
    pub repeat: Repeat,
    /// Who has to say yes before it runs.
    pub confirm: Confirm,
    /// How much of a result a caller gets, and in which form.
    pub shape: Shape,
    /// What its results may be taken for, and what it may be used for after reading what is not trusted.
    pub trust: Trust,
    /// What of its arguments and results is written down; else what [`Rules::written`] says.
    pub written: Option<Written>,
}

impl Default for Policy {
    /// For everybody, no needs, 25 seconds: many clients give up near 30.
    fn default() -> Self {
        Self {
            access: Access::default(),
            deadline: Duration::from_secs(25),
            needs: Capabilities::NONE,
            rate: Rate::default(),
            repeat: Repeat::default(),
            confirm: Confirm::default(),
            shape: Shape::default(),
            trust: Trust::default(),
            written: None,
        }
    }
}

/// So many times in so long a time; so many may also come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// How many times; at least one.
    pub times: u32,
    /// In how long a time.
    pub per: Duration,
}

impl Quota {
    /// More often than anybody calls.
    pub const UNLIMITED: Self = Self {
        times: u32::MAX,
        per: Duration::from_secs(1),
    };

    /// So many times a minute.
    #[must_use]
    pub const fn per_minute(times: u32) -> Self {
        Self {
            times,
            per: Duration::from_mins(1),
        }
    }
}

/// How often one target may be called, and how much of it may run at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How often by one caller; else what [`Limits`] says for its effect.
    pub calls: Option<Quota>,
    /// How many calls of it may run at once, of all callers; else as many as come.
    pub concurrent: Option<usize>,
    /// How many calls one counts as.
    pub weight: u32,
    /// Whether callers with the same rights who ask the same at the same time share one run. Only for what reads.
    pub is_shared: bool,
}

impl Default for Rate {
    fn default() -> Self {
        Self {
            calls: None,
            concurrent: None,
            weight: 1,
            is_shared: false,
        }
    }
}

/// Who has to say yes before a tool runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confirm {
    /// Who; else [`Confirmation::Client`] for what destroys, and nobody for the rest.
    pub by: Option<Confirmation>,
    /// What is asked; `{name}` stands for an argument. Else a sentence is made of the tool and its arguments.
    pub ask: Option<String>,
}

impl Confirm {
    /// Who has to say yes to a tool of this effect.
    #[must_use]
    pub const fn needed(&self, effect: Effect) -> Confirmation {
        match (self.by, effect) {
            (Some(by), _) => by,
            (None, Effect::Destroy) => Confirmation::Client,
            (None, Effect::Read | Effect::Write) => Confirmation::Nobody,
        }
    }
}

/// Who says yes to a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confirmation {
    /// Nobody is asked.
    #[default]
    Nobody,
    /// The user, through their client.
    Client,
    /// A person, where neither the model nor the client has its hands.
    Human,
}

/// What of arguments and results is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Of the arguments.
    pub arguments: Detail,
    /// Of the result.
    pub results: Detail,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            arguments: Detail::Redacted,
            results: Detail::Hash,
        }
    }
}

/// How much is masked in what callers read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mask {
    /// Secrets that the server knows.
    #[default]
    Known,
    /// Also what looks like a secret, and fields whose names say that they are one.
    All,
}

/// How much of a payload is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Nothing.
    Nothing,
    /// A salted digest.
    Hash,
    /// All but what looks like a secret.
    Redacted,
    /// All of it, but for known secrets.
    Full,
}

/// What holds for every call.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How often, over all tools.
    pub limits: Limits,
    /// How many tokens a result has at most, at four bytes each.
    pub tokens: u32,
    /// What becomes of the rest of a result that has more.
    pub rest: Rest,
    /// What of arguments and results is written down.
    pub written: Written,
    /// What of results is masked.
    pub mask: Mask,
    /// What follows from reading what is not trusted.
    pub taint: Taint,
    /// How long somebody may take to say yes where nobody waits for it.
    pub approval: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            tokens: 8_000,
            rest: Rest::default(),
            written: Written::default(),
            mask: Mask::default(),
            taint: Taint::default(),
            approval: Duration::from_mins(15),
        }
    }
}

impl Rules {
    /// What is wrong with them, and the mend.
    pub(crate) fn problem(&self) -> Option<String> {
        Shape::tokens_problem(self.tokens).map(|why| format!("the rules: {why}"))
    }
}

/// How often anything may be called. `None` means as often as somebody likes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls of all tools by one key or sign-in, or by one caller without.
    pub key: Option<Quota>,
    /// Calls of one tool that reads, by one caller.
    pub reads: Option<Quota>,
    /// Calls of one tool that writes, by one caller.
    pub writes: Option<Quota>,
    /// Calls of one tool that destroys, by one caller.
    pub destroys: Option<Quota>,
    /// Calls of all callers.
    pub all: Option<Quota>,
    /// Calls in one session.
    pub session: Option<Quota>,
    /// Rows given to one key or sign-in.
    pub rows: Option<Quota>,
    /// Calls of one caller that run at once.
    pub concurrent: Option<usize>,
    /// The same call in one turn: calls of one sign-in or session with less than half a minute between them.
    pub identical: Option<u32>,
    /// Calls in one turn from which on somebody is told.
    pub turn: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            key: Some(Quota::per_minute(100)),
            reads: Some(Quota::per_minute(60)),
            writes: Some(Quota::per_minute(30)),
            destroys: Some(Quota::per_minute(5)),
            all: None,
            session: None,
            rows: Some(Quota::per_minute(10_000)),
            concurrent: Some(32),
            identical: Some(20),
            turn: Some(50),
        }
    }
}

impl Limits {
    /// No limits at all.
    pub const NONE: Self = Self {
        key: None,
        reads: None,
        writes: None,
        destroys: None,
        all: None,
        session: None,
        rows: None,
        concurrent: None,
        identical: None,
        turn: None,
    };
}

/// What follows from reading what is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taint {
    /// For how long a privileged tool needs a yes after that.
    pub lasts: Duration,
    /// Whether it is refused without a yes; else only the log tells.
    pub is_enforced: bool,
}

impl Default for Taint {
    fn default() -> Self {
        Self {
            lasts: Duration::from_hours(1),
            is_enforced: true,
        }
    }
}
