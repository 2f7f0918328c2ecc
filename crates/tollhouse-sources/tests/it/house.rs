//! What the tests stand on: files in a folder of their own, and servers over them.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;
use tollhouse_core::{
    Effect, Limits, Rules, Server, Tool,
    testing::{TestReply, TestServer},
};
use tollhouse_sources::sql::{SqlOffers, SqlSource, SqlTool, Statement, seed};

use crate::shop;

/// A folder with a database in it.
pub(crate) struct House {
    folder: TempDir,
}

impl House {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A database made by this script.
    pub(crate) fn with(script: &str) -> Self {
        let house = Self::empty();
        house.connect().execute_batch(script).unwrap();
        house
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("test.db")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A connection without any guard.
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.file()).unwrap()
    }

    pub(crate) fn number(&self, query: &str) -> i64 {
        self.connect()
            .query_row(query, [], |row| row.get(0))
            .unwrap()
    }

    /// A server over the database.
    pub(crate) fn serve(&self, offers: impl Into<SqlOffers>) -> TestServer {
        self.serve_by(Rules::default(), offers)
    }

    /// A server over the database with these rules, but for how often it may be called.
    pub(crate) fn serve_by(&self, rules: Rules, offers: impl Into<SqlOffers>) -> TestServer {
        let source = SqlSource::open(&self.file(), offers).unwrap();
        TestServer::new(
            Server::builder("test")
                .source(source)
                .rules(rules)
                .limits(Limits::NONE)
                .build()
                .unwrap(),
        )
        .showing(tollhouse_wire_check::check)
        .confirming()
    }

    /// The orders of a shop, made here on first use.
    pub(crate) fn orders(&self) -> TestServer {
        TestServer::new(self.orders_server()).confirming()
    }

    pub(crate) fn orders_server(&self) -> Server {
        seed(&self.file(), SEED).unwrap();
        let source = SqlSource::open(&self.file(), shop::offers()).unwrap();
        let server = Server::builder("orders")
            .source(source)
            .limits(Limits::NONE);
        server.prompt(shop::standup_summary()).build().unwrap()
    }
}

/// The tools that a source offers, as they are listed. The tool to read on in long results is added by the server.
pub(crate) fn offered(listed: &TestReply) -> Vec<Value> {
    let tools = listed.result()["tools"].as_array().unwrap();
    let offered = tools.iter().filter(|tool| tool["name"] != "read_more");
    offered.cloned().collect()
}

/// A tool with these properties as its arguments.
pub(crate) fn tool(effect: Effect, properties: &Value, statement: Statement) -> SqlTool {
    let input = json!({"type": "object", "properties": properties, "additionalProperties": false});
    let mut tool = Tool::new("run", "Run the statement.", input);
    tool.effect = effect;
    SqlTool::new(tool, statement)
}

/// A tool without arguments that reads.
pub(crate) fn reading(statement: Statement) -> SqlTool {
    tool(Effect::Read, &json!({}), statement)
}

pub(crate) const SEED: &str = include_str!("../../../../examples/orders/seed.sql");
