//! The demo's rows: the same ones on every machine.

use rusqlite::{Connection, params};

/// Inserts customers, orders and items into empty tables.
pub(super) fn insert(connection: &Connection) -> rusqlite::Result<()> {
    let mut customer =
        connection.prepare("INSERT INTO customers (id, name, email) VALUES (?1, ?2, ?3)")?;
    for (id, name, email) in CUSTOMERS {
        customer.execute([id, name, email])?;
    }
    for number in 0..ORDERS {
        insert_order(connection, number)?;
    }
    Ok(())
}

fn insert_order(connection: &Connection, number: u32) -> rusqlite::Result<()> {
    let id = id(number);
    let (customer, _, _) = pick(&CUSTOMERS, number * 5 + number / 8);
    let status = pick(&STATUSES, number);
    // Older ones first, a few hours apart; what is not open any more was changed some time after.
    let hours_ago = (ORDERS - number) * 7;
    let hours_later = if status == "open" { 0 } else { 3 + number % 4 };
    let items = 1 + number % 3;
    connection
        .prepare_cached(
            "INSERT INTO orders (id, customer_id, status, total_cents, currency, created_at, updated_at)
             SELECT ?1, ?2, ?3, 0, 'EUR',
                 strftime('%Y-%m-%dT%H:%M:%SZ', ?4, '-' || ?5 || ' hours'),
                 strftime('%Y-%m-%dT%H:%M:%SZ', ?4, (?6 - ?5) || ' hours')",
        )?
        .execute(params![id, customer, status, LATEST, hours_ago, hours_later])?;
    for line in 0..items {
        let (name, unit_price_cents) = pick(&PRODUCTS, number * 3 + line);
        connection
            .prepare_cached(
                "INSERT INTO order_items (order_id, line, name, quantity, unit_price_cents)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                id,
                line + 1,
                name,
                1 + (number + line) % 3,
                unit_price_cents
            ])?;
    }
    connection
        .prepare_cached(
            "UPDATE orders SET total_cents =
                 (SELECT sum(quantity * unit_price_cents) FROM order_items WHERE order_id = ?1)
             WHERE id = ?1",
        )?
        .execute([id])?;
    Ok(())
}

/// `ord_` and six signs that look drawn, but are computed.
fn id(number: u32) -> String {
    if number == EXAMPLE {
        return "ord_abc123".to_owned();
    }
    let mut rest = u64::from(number + 1) * STEP % 36_u64.pow(6);
    let mut id = "ord_".to_owned();
    for _ in 0..6 {
        let digit = u32::try_from(rest % 36).unwrap_or_default();
        id.push(char::from_digit(digit, 36).unwrap_or('0'));
        rest /= 36;
    }
    id
}

fn pick<T: Copy + Default>(from: &[T], number: u32) -> T {
    let number = usize::try_from(number).unwrap_or_default();
    from.get(number % from.len()).copied().unwrap_or_default()
}

const ORDERS: u32 = 40;
/// The order that examples name: shipped, and among the newest.
const EXAMPLE: u32 = 34;
const LATEST: &str = "2026-11-20T09:00:00Z";
/// No factor in common with 36, so ids do not repeat.
const STEP: u64 = 1_234_567_891;
const STATUSES: [&str; 7] = [
    "paid",
    "shipped",
    "open",
    "shipped",
    "cancelled",
    "paid",
    "shipped",
];
const CUSTOMERS: [(&str, &str, &str); 8] = [
    ("cus_ana", "Ana Silva", "ana.silva@example.com"),
    ("cus_ben", "Ben Okafor", "ben.okafor@example.com"),
    ("cus_chloe", "Chloé Martin", "chloe.martin@example.org"),
    ("cus_dmitri", "Dmitri Volkov", "dmitri.volkov@example.net"),
    ("cus_emi", "Emi Tanaka", "emi.tanaka@example.com"),
    ("cus_farid", "Farid Haddad", "farid.haddad@example.org"),
    (
        "cus_greta",
        "Greta Lindqvist",
        "greta.lindqvist@example.net",
    ),
    ("cus_hugo", "Hugo O'Brien", "hugo.obrien@example.com"),
];
const PRODUCTS: [(&str, i64); 10] = [
    ("Espresso beans 1 kg", 2190),
    ("Filter papers, 100", 450),
    ("Hand grinder", 8900),
    ("Gooseneck kettle", 6450),
    ("Glass server 600 ml", 2800),
    ("Pour-over dripper", 2350),
    ("Kitchen scale", 3990),
    ("Oat drink, 6 pack", 1380),
    ("Travel mug", 2495),
    ("Cleaning tablets, 30", 1190),
];
