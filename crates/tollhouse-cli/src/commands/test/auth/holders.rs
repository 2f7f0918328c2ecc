//! Keys for a test, in a state that ends with it.

use anyhow::{Context as _, Result};
use tollhouse::{Clock as _, Key, Keys as _, Names, SystemClock, UserChange, Users as _};
use tollhouse_store::State;

use super::stand_in::Grants;
use crate::keys::Secret;

/// Makes keys and users.
pub(super) struct Holders {
    state: State,
}

impl Holders {
    pub(super) const fn new(state: State) -> Self {
        Self { state }
    }

    /// A key of this user.
    pub(super) async fn key(&self, user: &str, grants: &Grants) -> Result<String> {
        self.made(user, user, grants, None).await
    }

    /// Keys that were good, or look as if they were, each with what is wrong with it.
    pub(super) async fn wrong(&self, grants: &Grants) -> Result<Vec<(String, String)>> {
        let now_ms = SystemClock::default().unix_ms();
        let stranger = Secret::draw().context(NO_RANDOMNESS)?.reveal().to_owned();
        let expired = self
            .made("expired", "ana", grants, Some(now_ms.saturating_sub(1000)))
            .await?;
        let revoked = self.made("revoked", "ana", grants, None).await?;
        self.state.revoke("revoked", now_ms).await?;
        let blocked = self.made("blocked", "blocked", grants, None).await?;
        self.state.block("blocked", now_ms).await?;
        let mistyped: String = stranger.chars().rev().skip(1).collect();
        let mistyped: String = mistyped.chars().rev().chain(['0']).collect();
        let wrong = [
            ("that nobody made", stranger),
            ("that is mistyped", mistyped),
            ("that has expired", expired),
            ("that was revoked", revoked),
            ("of a user who is blocked", blocked),
        ];
        Ok(wrong.map(|(what, key)| (what.to_owned(), key)).to_vec())
    }

    /// Gives a user exactly these roles.
    pub(super) async fn roles(&self, subject: &str, roles: &[&str]) -> Result<()> {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        let change = UserChange {
            roles: Names::exactly(roles),
            ..UserChange::default()
        };
        let now_ms = SystemClock::default().unix_ms();
        self.state.set(subject, change, now_ms).await?;
        Ok(())
    }

    async fn made(
        &self,
        name: &str,
        user: &str,
        grants: &Grants,
        expires_at_ms: Option<u64>,
    ) -> Result<String> {
        let secret = Secret::draw().context(NO_RANDOMNESS)?;
        let key = Key {
            id: format!("key_{name}"),
            name: name.to_owned(),
            subject: user.to_owned(),
            client: None,
            scopes: grants.scopes.clone(),
            roles: grants.roles.clone(),
            tenant: None,
            prefix: secret.prefix(),
            created_at_ms: SystemClock::default().unix_ms(),
            expires_at_ms,
            revoked_at_ms: None,
            last_used_at_ms: None,
        };
        self.state.create(key, secret.hash()).await?;
        Ok(secret.reveal().to_owned())
    }
}

const NO_RANDOMNESS: &str = "the system has no randomness to give";
