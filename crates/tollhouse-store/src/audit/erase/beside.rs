//! What stands of a person outside of the audit: answers to calls with a key, calls that wait for a yes, whole results,
//! and the names of what was read that is not trusted.
//!
//! Whose those are is told by a digest of subject and tenant, so every tenant that is known here is tried. That a call
//! was made and done stays, without its answer: else it could be done twice.

use std::collections::BTreeSet;

use rusqlite::{Transaction, params};
use tollhouse_core::{Principal, taints::Holder};

use crate::time;

/// Who is to be erased, as far as the audit has told of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Person {
    pub(super) subject: String,
    pub(super) tenants: BTreeSet<String>,
    pub(super) grants: BTreeSet<String>,
}

/// What went.
#[derive(Debug, Default)]
pub(super) struct Cleared {
    pub(super) answers: u64,
    pub(super) approvals: u64,
    /// Names of the files of whole results, which are still to be removed.
    pub(super) results: Vec<String>,
}

impl Person {
    /// Every caller that this person can have been.
    fn callers(&self) -> Vec<Principal> {
        let known = Principal::new(&self.subject, []);
        let tenants = self.tenants.iter();
        let mut all: Vec<Principal> = tenants.map(|one| known.clone().of_tenant(one)).collect();
        all.push(known);
        let nobody = Principal::anonymous();
        if nobody.subject() == self.subject {
            all.push(nobody);
        }
        all
    }

    /// Takes away what is theirs; with a time, what is older.
    pub(super) fn clear(
        mut self,
        state: &Transaction<'_>,
        before_ms: Option<u64>,
    ) -> rusqlite::Result<Cleared> {
        self.tenants.extend(names(state, TENANTS, &self.subject)?);
        self.grants.extend(names(state, GRANTS, &self.subject)?);
        let before = time::stored(before_ms.unwrap_or(u64::MAX));
        let mut cleared = Cleared {
            approvals: state.execute(APPROVALS, params![self.subject, before])? as u64,
            ..Cleared::default()
        };
        for caller in self.callers() {
            let whose = params![caller.mark(), before];
            cleared.answers += state.prepare_cached(ANSWERS)?.execute(whose)? as u64;
            let mut results = state.prepare_cached(RESULTS)?;
            let gone = results.query_map(whose, |row| row.get(0))?;
            for digest in gone {
                cleared.results.push(digest?);
            }
            let under = self
                .grants
                .iter()
                .map(|one| caller.clone().under_grant(one));
            for caller in under.chain([caller.clone()]) {
                let holder = Holder::of(&caller, None).0;
                state.prepare_cached(TAINTS)?.execute([holder])?;
            }
        }
        Ok(cleared)
    }
}

fn names(state: &Transaction<'_>, select: &str, subject: &str) -> rusqlite::Result<Vec<String>> {
    let mut select = state.prepare_cached(select)?;
    select.query_map([subject], |row| row.get(0))?.collect()
}

const TENANTS: &str = "SELECT tenant FROM approvals WHERE subject = ?1 AND tenant IS NOT NULL
    UNION SELECT tenant FROM keys WHERE tenant IS NOT NULL AND ?1 IS NOT NULL
    UNION SELECT tenant FROM users WHERE tenant IS NOT NULL";
const GRANTS: &str = "SELECT id FROM keys WHERE subject = ?1";
const APPROVALS: &str = "DELETE FROM approvals WHERE subject = ?1 AND since_ms < ?2";
const ANSWERS: &str = "UPDATE ledger SET answer = NULL
    WHERE owner = ?1 AND answer IS NOT NULL AND began_ms < ?2";
/// When a result came is not kept; one that has run out by then is older.
const RESULTS: &str = "DELETE FROM spills
    WHERE owner = ?1 AND (until_ms <= ?2 OR ?2 = 9223372036854775807) RETURNING digest";
const TAINTS: &str = "UPDATE taints SET source = '(erased)' WHERE holder = ?1";
