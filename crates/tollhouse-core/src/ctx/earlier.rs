//! What earlier rounds of a call brought, once their seal has been checked.

use crate::{Answers, Confirmation, approvals::Nonce};

/// What earlier rounds brought.
#[derive(Clone, Debug, Default)]
pub(crate) struct Earlier {
    /// What was answered to the target.
    pub(crate) answers: Answers,
    /// What is known of a yes to the call.
    pub(crate) yes: Option<Yes>,
    /// Why a question of the road counts no more, and is asked anew.
    pub(crate) stale: Option<Stale>,
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
