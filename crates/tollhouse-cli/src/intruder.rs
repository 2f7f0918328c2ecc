//! Tries to get into a server as somebody who may not, in every way that is known, and says what came of it.
//!
//! A module below is one kind of attempt. Each attempt is a row: what was expected, what came. An attempt that cannot be
//! made against this server is a row too, and says why.

use reqwest::header::{AUTHORIZATION, HeaderName};

mod credentials;
mod damage;
mod others;
mod rules;
mod table;
mod wire;

pub(crate) use rules::{Rule, demoted, lacking, promoted, sees};
pub(crate) use table::Table;
pub(crate) use wire::Wire;

use table::Row;
use wire::Shown;

/// What is shown at the door.
#[derive(Debug)]
pub(crate) struct Passes {
    /// Of somebody who may come in.
    pub(crate) good: String,
    /// Of somebody else who may.
    pub(crate) other: Option<String>,
    /// Of nobody, each with what is wrong with it.
    pub(crate) wrong: Vec<(String, String)>,
    /// Where they stand.
    pub(crate) header: HeaderName,
}

/// Makes every attempt that needs no more than these.
///
/// # Errors
///
/// Nobody answers.
pub(crate) async fn try_all(wire: &Wire, passes: &Passes, table: &mut Table) -> Result<(), String> {
    let eras = credentials::admitted(wire, passes, table).await?;
    if eras.is_empty() {
        // Where nobody comes in, it says nothing that intruders do not.
        return Ok(());
    }
    credentials::try_all(wire, passes, &eras, table).await;
    others::try_all(wire, passes, &eras, table).await;
    Ok(())
}

/// What a signed token becomes in the hands of who cannot sign, each with what was done to it.
pub(crate) fn damaged(token: &str) -> Vec<(String, String)> {
    damage::all(token)
}

impl Passes {
    /// How a credential is shown.
    fn shown(&self, credential: &str) -> Shown {
        Shown::Headers(vec![self.header(credential)])
    }

    fn header(&self, credential: &str) -> (HeaderName, String) {
        let value = if self.header == AUTHORIZATION {
            format!("Bearer {credential}")
        } else {
            credential.to_owned()
        };
        (self.header.clone(), value)
    }
}
