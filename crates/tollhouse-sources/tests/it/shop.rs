//! A shop declared in Rust: four tools, two ways to read an order as a resource, and a prompt.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tollhouse_core::{Effect, PromptFn, Resource, Template, Tool, prompt};

use tollhouse_sources::sql::{SqlOffers, SqlResource, SqlTemplate, SqlTool, Statement};

pub(crate) fn offers() -> SqlOffers {
    SqlOffers {
        tools: vec![
            search_orders(),
            get_order(),
            summarize_order(),
            cancel_order(),
        ],
        resources: vec![recent()],
        templates: vec![order()],
        ..SqlOffers::default()
    }
}

fn search_orders() -> SqlTool {
    let input = json!({
        "type": "object",
        "properties": {
            "query": {
                "type": "string",
                "description": "Part of the customer's e-mail address or name, part of a status, or an exact order id",
                "minLength": 1,
                "maxLength": 200
            },
            "status": {
                "type": "string",
                "enum": ["open", "paid", "shipped", "cancelled"],
                "description": "Only orders with this status"
            },
            "limit": {
                "type": "integer",
                "minimum": 1,
                "maximum": 50,
                "default": 10,
                "description": "How many orders to return at most"
            }
        },
        "additionalProperties": false
    });
    let description = "Search orders by customer, status or id; without arguments, the latest ones. Returns the \
                       newest first, without their items, and says in `truncated` whether there are more. When \
                       you have the exact id, use get_order instead.";
    let mut tool = reading("search_orders", "Search orders", description, input);
    tool.output = Some(json!({
        "type": "object",
        "properties": {
            "rows": {"type": "array", "items": {"type": "object", "properties": {
                "id": {"type": "string"},
                "customer_name": {"type": "string"},
                "customer_email": {"type": "string"},
                "status": {"type": "string"},
                "total_cents": {"type": "integer"},
                "currency": {"type": "string"},
                "created_at": {"type": "string"}
            }}},
            "truncated": {"type": "boolean"},
            "note": {"type": "string"}
        },
        "required": ["rows", "truncated"]
    }));
    SqlTool::new(
        tool,
        Statement {
            limit: Some("limit".to_owned()),
            ..Statement::many(SEARCH)
        },
    )
}

fn get_order() -> SqlTool {
    let description = "Get one order by its exact id: status, total, dates, the customer and every item. Use \
                       search_orders first when you only know the customer or the status.";
    let mut tool = reading("get_order", "Get an order", description, by_id());
    tool.output = Some(json!({
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "status": {"type": "string"},
            "total_cents": {"type": "integer"},
            "currency": {"type": "string"},
            "created_at": {"type": "string"},
            "updated_at": {"type": "string"},
            "customer": {"type": "object"},
            "items": {"type": "array", "items": {"type": "object"}}
        },
        "required": ["id", "status", "customer", "items"]
    }));
    SqlTool::new(tool, one_order())
}

fn summarize_order() -> SqlTool {
    let description = "Describe one order in a sentence that can be passed on to people: who ordered what and \
                       when, what it cost, and where it stands. Use get_order when you need the single fields.";
    let statement = Statement {
        not_found: NOT_FOUND.to_owned(),
        ..Statement::text(SUMMARY)
    };
    SqlTool::new(
        reading(
            "summarize_order",
            "Summarize an order",
            description,
            by_id(),
        ),
        statement,
    )
}

fn cancel_order() -> SqlTool {
    let description = "Cancel an order for good. Works while it is open or paid, not once it has been shipped. \
                       Make sure with get_order that it is the right one, and that the user wants this.";
    let mut tool = Tool::new("cancel_order", description, by_id());
    tool.title = Some("Cancel an order".to_owned());
    tool.effect = Effect::Destroy;
    tool.output = Some(json!({
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "status": {"type": "string"},
            "updated_at": {"type": "string"}
        },
        "required": ["id", "status"]
    }));
    SqlTool {
        unless: Some(CANNOT_CANCEL.to_owned()),
        changes: vec!["orders://{order_id}".to_owned(), RECENT.to_owned()],
        ..SqlTool::new(
            tool,
            Statement {
                not_found: NOT_FOUND.to_owned(),
                ..Statement::one(CANCEL)
            },
        )
    }
}

fn recent() -> SqlResource {
    SqlResource {
        resource: Resource {
            uri: RECENT.to_owned(),
            name: "recent_orders".to_owned(),
            title: Some("Recent orders".to_owned()),
            description: Some("The ten latest orders, without their items.".to_owned()),
            mime_type: Some(JSON.to_owned()),
            ..Resource::default()
        },
        statement: Statement::many(LATEST),
    }
}

fn order() -> SqlTemplate {
    SqlTemplate {
        suggestions: BTreeMap::new(),
        template: Template {
            uri_template: "orders://{order_id}".to_owned(),
            name: "order".to_owned(),
            title: Some("Order".to_owned()),
            description: Some("One order with its customer and items.".to_owned()),
            mime_type: Some(JSON.to_owned()),
            ..Template::default()
        },
        statement: one_order(),
    }
}

fn one_order() -> Statement {
    Statement {
        not_found: NOT_FOUND.to_owned(),
        json_columns: vec!["customer".to_owned(), "items".to_owned()],
        ..Statement::one(ORDER)
    }
}

fn reading(name: &str, title: &str, description: &str, input: Value) -> Tool {
    let mut tool = Tool::new(name, description, input);
    tool.title = Some(title.to_owned());
    tool.effect = Effect::Read;
    tool
}

fn by_id() -> Value {
    json!({
        "type": "object",
        "properties": {
            "order_id": {
                "type": "string",
                "pattern": "^ord_[a-z0-9]+$",
                "maxLength": 64,
                "description": "Exact order id, for example ord_abc123"
            }
        },
        "required": ["order_id"],
        "additionalProperties": false
    })
}

/// A prompt that goes with it.
pub(crate) fn standup_summary() -> PromptFn {
    prompt(
        "standup_summary",
        "Sum up the latest orders for a stand-up meeting.",
        || async { "Sum up the latest orders with search_orders, each by its id." },
    )
    .title("Stand-up summary")
}

const JSON: &str = "application/json";
const RECENT: &str = "orders://recent";
const NOT_FOUND: &str = "No order found: {order_id}. Use search_orders to find the right id.";

const SEARCH: &str = "
SELECT orders.id, customers.name AS customer_name, customers.email AS customer_email, orders.status,
    orders.total_cents, orders.currency, orders.created_at
FROM orders
JOIN customers ON customers.id = orders.customer_id
WHERE (:status IS NULL OR orders.status = :status)
    AND (
        :query IS NULL
        OR orders.id = :query
        OR instr(orders.status, lower(:query)) > 0
        OR instr(lower(customers.email), lower(:query)) > 0
        OR instr(lower(customers.name), lower(:query)) > 0
    )
ORDER BY orders.created_at DESC, orders.id
LIMIT :limit + 1";

const ORDER: &str = "
SELECT orders.id, orders.status, orders.total_cents, orders.currency, orders.created_at, orders.updated_at,
    json_object('id', customers.id, 'name', customers.name, 'email', customers.email) AS customer,
    (
        SELECT json_group_array(
            json_object('name', name, 'quantity', quantity, 'unit_price_cents', unit_price_cents) ORDER BY line
        )
        FROM order_items
        WHERE order_id = orders.id
    ) AS items
FROM orders
JOIN customers ON customers.id = orders.customer_id
WHERE orders.id = :order_id";

const SUMMARY: &str = "
SELECT format(
    'Order %s of %s <%s>, placed on %s, is %s (since %s). %s. Total: %.2f %s.',
    orders.id, customers.name, customers.email, substr(orders.created_at, 1, 10), orders.status,
    substr(orders.updated_at, 1, 10),
    (
        SELECT group_concat(quantity || ' × ' || name, ', ' ORDER BY line)
        FROM order_items
        WHERE order_id = orders.id
    ),
    orders.total_cents / 100.0, orders.currency
) AS summary
FROM orders
JOIN customers ON customers.id = orders.customer_id
WHERE orders.id = :order_id";

const CANNOT_CANCEL: &str = "
SELECT format(
    'Order %s is %s and stays so: only open and paid orders can be cancelled. Nothing was changed.', id, status
)
FROM orders
WHERE id = :order_id AND status NOT IN ('open', 'paid')";

const CANCEL: &str = "
UPDATE orders
SET status = 'cancelled', updated_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')
WHERE id = :order_id AND status IN ('open', 'paid')
RETURNING id, status, updated_at";

const LATEST: &str = "
SELECT orders.id, customers.name AS customer_name, customers.email AS customer_email, orders.status,
    orders.total_cents, orders.currency, orders.created_at
FROM orders
JOIN customers ON customers.id = orders.customer_id
ORDER BY orders.created_at DESC, orders.id
LIMIT 10";
