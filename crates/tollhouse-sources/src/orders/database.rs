//! The demo's file: made once, recognised afterwards.

use std::{fs::OpenOptions, io, path::Path, time::Duration};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::{OrdersError, seed};

/// What a file holds.
enum Holds {
    Nothing,
    Orders,
    OtherVersion(i64),
    SomethingElse,
}

/// Makes the file if it is missing or empty, and refuses one that is not the demo's.
///
/// Tables, rows and the marks by which the file is recognised are one transaction: whoever is killed in the
/// middle of it leaves a file that the next start sees as empty.
pub(super) fn prepare(path: &Path) -> Result<(), OrdersError> {
    make_private(path).map_err(|error| OrdersError::Unwritable(path.to_owned(), error))?;
    let failed = |error| OrdersError::Database(path.to_owned(), error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(LOCK_WAIT).map_err(failed)?;
    match look_or_fill(&mut connection).map_err(failed)? {
        Holds::Orders => {}
        Holds::OtherVersion(version) => {
            return Err(OrdersError::Version {
                path: path.to_owned(),
                version,
                known: VERSION,
            });
        }
        Holds::Nothing | Holds::SomethingElse => {
            return Err(OrdersError::Foreign(path.to_owned()));
        }
    }
    // Readers and the writer then do not wait for each other. Where that is not to be had, it works without.
    if let Err(error) = connection.pragma_update(None, "journal_mode", "wal") {
        tracing::debug!(%error, "the write-ahead log stays off");
    }
    Ok(())
}

/// Creates the file if it is missing, for its owner alone; SQLite gives its companions the same mode.
fn make_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn look(connection: &Connection) -> rusqlite::Result<Holds> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let (mark, version) = match (number("application_id"), number("user_version")) {
        (Err(error), _) | (_, Err(error)) => {
            let other = error.sqlite_error_code() == Some(ErrorCode::NotADatabase);
            return if other {
                Ok(Holds::SomethingElse)
            } else {
                Err(error)
            };
        }
        (Ok(mark), Ok(version)) => (mark, version),
    };
    let objects: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (mark, version, objects) {
        (MARK, VERSION, _) => Holds::Orders,
        (MARK, other, _) => Holds::OtherVersion(other),
        (0, 0, 0) => Holds::Nothing,
        _ => Holds::SomethingElse,
    })
}

fn look_or_fill(connection: &mut Connection) -> rusqlite::Result<Holds> {
    // One transaction, so that the three answers are of one moment.
    let holds = look(&*connection.transaction()?)?;
    if !matches!(holds, Holds::Nothing) {
        return Ok(holds);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let holds = look(&transaction)?;
    if !matches!(holds, Holds::Nothing) {
        return Ok(holds);
    }
    transaction.execute_batch(include_str!("schema.sql"))?;
    seed::insert(&transaction)?;
    transaction.pragma_update(None, "application_id", MARK)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(Holds::Orders)
}

/// "TOLL" as a number: the file's `application_id`.
const MARK: i64 = 0x544f_4c4c;
const VERSION: i64 = 1;
const LOCK_WAIT: Duration = Duration::from_secs(5);
