//! What earlier rounds of a call brought, once their seal has been checked.

use std::sync::Arc;

use crate::{Answers, Confirmation, approvals::Nonce};

/// What earlier rounds brought.
#[derive(Clone, Debug, Default)]
pub(crate) struct Earlier {
    /// What the records of earlier rounds call the call.
    pub(crate) call: Option<Arc<str>>,
    /// What was answered to the target.
    pub(crate) answers: Answers,
    /// What is known of a yes to the call.
    pub(crate) yes: Option<Yes>,
    /// Under which keys something was asked that has no answer yet.
    pub(crate) asked: Vec<String>,
    /// How often the call has asked.
    pub(crate) rounds: u64,
    /// Why a question of the road counts no more, and is asked anew.
    pub(crate) stale: Option<Stale>,
}

impl Earlier {
    /// Whether one of these is an answer to what was asked.
    pub(crate) fn is_answered_by(&self, answers: &Answers) -> bool {
        self.asked.iter().any(|key| answers.contains_key(key))
    }
}

/// What a state says of a yes. It is good for one use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Yes {
    /// What is used up with it.
    pub(crate) nonce: Nonce,
    /// Until when it may be used.
    pub(crate) until_ms: u64,
    /// Who said it; nobody where the question has only been asked.
    pub(crate) by: Confirmation,
}

/// Why a question counts no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stale {
    /// It was asked too long ago.
    Expired,
    /// The call came back with other arguments.
    Arguments,
    /// The target is another now.
    Definition,
}
