//! What the road would do with a call, for whoever runs the server. Callers never get to see it: it tells of what is
//! hidden from them.

use crate::Refusal;

/// What each step of the road would do with a call, up to the one that would end it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The steps, in their order.
    pub steps: Vec<Verdict>,
}

impl Explanation {
    /// Why the call would not run: what its caller would read. `None` if it would run, perhaps when somebody has said
    /// yes to it.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        self.steps.iter().find_map(|step| step.refusal.as_ref())
    }
}

/// What one step would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The step, by its verb.
    pub step: &'static str,
    /// The rule that decides, by its key in a file: `scope` of the target, say, or `limits.calls` of the whole file. `None`
    /// if none does.
    pub rule: Option<&'static str>,
    /// What the rule says and why, in a sentence for whoever runs the server.
    pub text: String,
    /// What the caller would read, if the call ends here.
    pub refusal: Option<Refusal>,
}
