//! What the state knows of users, whatever credential they show.

use std::{fmt, sync::Arc};

use tollhouse::{Unauthenticated, User, Users};

use super::{pulse::Pulse, warm::Warm};

/// Users by their subjects.
pub(crate) struct People {
    users: Arc<dyn Users>,
    pulse: Arc<Pulse>,
    warm: Warm<String, Option<Arc<User>>>,
}

impl People {
    pub(super) fn new(users: Arc<dyn Users>, pulse: Arc<Pulse>) -> Self {
        Self {
            users,
            pulse,
            warm: Warm::default(),
        }
    }

    /// What is known of this user, no older than a second; `None` if nothing is, which keeps nobody out.
    ///
    /// # Errors
    ///
    /// The user is kept out, which is told as any other failure of the credential, `refused`; or the state does not
    /// answer.
    pub(crate) async fn admit(
        &self,
        subject: &str,
        refused: Unauthenticated,
    ) -> Result<Option<Arc<User>>, Unauthenticated> {
        let user = self.find(subject).await?;
        if user.as_ref().is_some_and(|user| user.is_blocked()) {
            tracing::debug!(subject, "a credential of a blocked user came");
            return Err(refused);
        }
        Ok(user)
    }

    async fn find(&self, subject: &str) -> Result<Option<Arc<User>>, Unauthenticated> {
        let number = self.pulse.number().await?;
        if let Some(known) = self.warm.find(subject, number) {
            return Ok(known);
        }
        let found = self.users.user(subject).await.map_err(|error| {
            tracing::error!(%error, "users cannot be looked up");
            Unauthenticated::Unavailable
        })?;
        let found = found.map(Arc::new);
        self.warm.keep(subject.to_owned(), number, found.clone());
        Ok(found)
    }
}

impl fmt::Debug for People {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("People").finish_non_exhaustive()
    }
}
