//! A database that is made of a file of SQL: once, never half, and never in place of another.

use std::{fs, thread};

use tollhouse_sources::sql::{SeedError, seed};

use crate::house::{House, SEED};

#[test]
fn the_same_rows_are_made_everywhere() {
    let (one, other) = (House::empty(), House::empty());
    drop((one.orders_server(), other.orders_server()));
    let all = "SELECT group_concat(quote(orders.id) || status || total_cents || created_at || updated_at \
               || customer_id || line || order_items.name || quantity, '|' ORDER BY orders.id, line) \
               FROM orders JOIN order_items ON order_id = orders.id";
    let read = |house: &House| -> String {
        house
            .connect()
            .query_row(all, [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(read(&one), read(&other));
    assert_eq!(one.number("SELECT count(*) FROM orders"), 40);
    let broken = "SELECT count(*) FROM orders WHERE total_cents <> \
                  (SELECT sum(quantity * unit_price_cents) FROM order_items WHERE order_id = orders.id)";
    assert_eq!(one.number(broken), 0);
    assert_eq!(
        one.number("SELECT count(*) FROM pragma_foreign_key_check"),
        0
    );
}

#[test]
fn a_second_start_keeps_what_changed() {
    let house = House::empty();
    drop(house.orders_server());
    let change = "UPDATE orders SET status = 'cancelled' WHERE id = 'ord_abc123'";
    house.connect().execute(change, []).unwrap();
    drop(house.orders_server());
    let kept = "SELECT count(*) FROM orders WHERE id = 'ord_abc123' AND status = 'cancelled'";
    assert_eq!(house.number(kept), 1);
    assert_eq!(house.number("SELECT count(*) FROM orders"), 40);
}

#[cfg(unix)]
#[test]
fn the_file_and_its_companions_are_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let house = House::empty();
    let _server = house.orders_server();
    house.number("SELECT count(*) FROM orders");
    for entry in fs::read_dir(house.folder()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.path());
    }
}

/// Whoever is killed while the rows are written leaves a file that the next start fills again.
#[test]
fn a_half_made_file_heals() {
    let made = House::empty();
    let mut connection = made.connect();
    // Without room for changed pages they reach the file before the commit, as in a large transaction.
    connection.pragma_update(None, "cache_size", 1).unwrap();
    let transaction = connection.transaction().unwrap();
    let script = "CREATE TABLE orders (id TEXT); CREATE TABLE filler (text TEXT);
        INSERT INTO filler SELECT hex(zeroblob(2000)) FROM json_each('[1,2,3,4,5,6,7,8,9]');";
    transaction.execute_batch(script).unwrap();
    let killed = House::empty();
    let journal = |house: &House| house.folder().join("test.db-journal");
    fs::copy(made.file(), killed.file()).unwrap();
    fs::copy(journal(&made), journal(&killed)).unwrap();
    assert!(fs::metadata(killed.file()).unwrap().len() > 0);
    drop(killed.orders_server());
    assert_eq!(killed.number("SELECT count(*) FROM orders"), 40);
    assert_eq!(
        killed.number("SELECT count(*) FROM sqlite_schema WHERE name = 'filler'"),
        0
    );
}

#[test]
fn an_empty_file_is_filled() {
    let house = House::empty();
    fs::write(house.file(), "").unwrap();
    drop(house.orders_server());
    assert_eq!(house.number("SELECT count(*) FROM orders"), 40);
}

#[test]
fn two_first_starts_at_once_make_one_demo() {
    for _ in 0..5 {
        let house = House::empty();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| drop(house.orders_server()));
            }
        });
        assert_eq!(house.number("SELECT count(*) FROM orders"), 40);
    }
}

#[test]
fn what_somebody_else_made_is_left_alone() {
    let database =
        House::with("CREATE TABLE orders (id TEXT); INSERT INTO orders VALUES ('mine');");
    let before = fs::read(database.file()).unwrap();
    assert!(!seed(&database.file(), SEED).unwrap());
    assert_eq!(fs::read(database.file()).unwrap(), before);
    let text = House::empty();
    let list = "shopping list: milk, bread, and a lot more than one page of it";
    fs::write(text.file(), list).unwrap();
    let error = seed(&text.file(), SEED).unwrap_err();
    assert!(matches!(error, SeedError::Unreadable(..)), "{error}");
    assert_eq!(fs::read_to_string(text.file()).unwrap(), list);
    assert_eq!(fs::read_dir(text.folder()).unwrap().count(), 1);
}

#[test]
fn a_seed_with_a_mistake_makes_nothing() {
    let house = House::empty();
    let script = "CREATE TABLE a (b); INSERT INTO a VALUES (1); INSERT INTO c VALUES (1);";
    let error = seed(&house.file(), script).unwrap_err();
    assert!(error.to_string().contains("no such table: c"), "{error}");
    assert!(seed(&house.file(), SEED).unwrap());
    assert_eq!(house.number("SELECT count(*) FROM orders"), 40);
}

/// Half a database would be taken for a whole one at the next start, and whoever only looks at a file must not
/// find another one changed.
#[test]
fn a_seed_neither_ends_its_transaction_nor_reaches_another_file() {
    let other = House::with("CREATE TABLE a (b);");
    let file = other.file();
    let attach = format!("ATTACH '{}' AS other;", file.display());
    for begins in [
        "CREATE TABLE c (d); COMMIT; CREATE TABLE oops",
        "CREATE TABLE c (d); COMMIT; BEGIN; SELECT 1",
        "CREATE TABLE c (d); END",
        "CREATE TABLE c (d); ROLLBACK",
        &format!("{attach} INSERT INTO other.a VALUES (1)"),
        "ATTACH ':memory:' AS other",
        &format!("VACUUM INTO '{}.copy'", file.display()),
    ] {
        let house = House::empty();
        let error = seed(&house.file(), begins).unwrap_err();
        assert!(matches!(error, SeedError::Refused(..)), "{begins} {error}");
        assert!(seed(&house.file(), SEED).unwrap(), "{begins}");
        assert_eq!(house.number("SELECT count(*) FROM orders"), 40);
    }
    assert_eq!(other.number("SELECT count(*) FROM a"), 0);
    assert_eq!(fs::read_dir(other.folder()).unwrap().count(), 1);
}

#[test]
fn a_place_that_cannot_be_written_is_told() {
    let house = House::empty();
    let error = seed(&house.folder().join("missing").join("orders.db"), SEED).unwrap_err();
    assert!(matches!(error, SeedError::Unwritable(..)), "{error}");
}
