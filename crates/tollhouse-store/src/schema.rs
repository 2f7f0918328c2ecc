//! The schema, one step per version, and the way from any older version to the newest.
//!
//! To change the schema: add a file to `migrations/` and to [`STEPS`]. A step that has been released is never
//! edited. A process of the release before may still be running on the file, so a step adds what it needs and
//! takes nothing away that the release before uses.

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

/// The newest version, which is also the number of steps.
pub(crate) const NEWEST: i64 = STEPS.len() as i64;

/// Why a file cannot be brought to the newest version.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// It is something else.
    Foreign,
    /// It is newer than this release, and has this version.
    Newer(i64),
    /// The database fails.
    Database(rusqlite::Error),
}

/// Brings the file to the newest version, from wherever it is.
///
/// Each step is one transaction with its version in it: whoever is killed in the middle leaves the file as it
/// was before the step, and whoever comes second finds the step done.
pub(crate) fn upgrade(connection: &mut Connection) -> Result<(), Unfit> {
    for (version, step) in (1..).zip(STEPS) {
        if found(connection)? < version {
            climb(connection, version, step)?;
        }
    }
    match found(connection)? {
        newer if newer > NEWEST => Err(Unfit::Newer(newer)),
        _ => Ok(()),
    }
}

fn climb(connection: &mut Connection, version: i64, step: &str) -> Result<(), Unfit> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    if found(&transaction)? < version {
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "application_id", MARK)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

/// The file's version; 0 for an empty one.
fn found(connection: &Connection) -> Result<i64, Unfit> {
    // One statement, so that the three numbers are of one moment.
    let numbers = "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
         FROM pragma_application_id, pragma_user_version";
    let (mark, version, objects): (i64, i64, i64) = connection.query_row(numbers, [], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    match (mark, version, objects) {
        (MARK, version, _) => Ok(version),
        (0, 0, 0) => Ok(0),
        _ => Err(Unfit::Foreign),
    }
}

impl From<rusqlite::Error> for Unfit {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign,
            _ => Self::Database(error),
        }
    }
}

const STEPS: [&str; 9] = [
    include_str!("migrations/0001_keys.sql"),
    include_str!("migrations/0002_memory.sql"),
    include_str!("migrations/0003_users.sql"),
    include_str!("migrations/0004_approvals.sql"),
    include_str!("migrations/0005_ledger.sql"),
    include_str!("migrations/0006_audit.sql"),
    include_str!("migrations/0007_seals.sql"),
    include_str!("migrations/0008_taints.sql"),
    include_str!("migrations/0009_spills.sql"),
];
/// "TOST" as a number: the file's `application_id`.
pub(crate) const MARK: i64 = 0x544f_5354;
