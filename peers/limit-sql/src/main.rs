//! The least that a server of one statement over axum and rusqlite can do: read the
//! body, parse it, run the statement on a thread that may block, write an answer. It
//! checks nothing, so no real server can be cheaper.
//!
//! `limit-sql make FILE` writes the database that it and others are measured on.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

mod answer;
mod database;

use answer::Request;
use database::Database;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => serve(&variable("DATABASE")?, variable("PORT")?.parse()?),
        ["make", file] => database::make(Path::new(file)),
        unknown => bail!("limit-sql [make FILE], not {unknown:?}"),
    }
}

#[tokio::main]
async fn serve(file: &str, port: u16) -> Result<()> {
    let router = Router::new()
        .route("/mcp", post(answer))
        .with_state(Arc::new(Database::open(Path::new(file))?));
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    axum::serve(listener, router).await?;
    Ok(())
}

async fn answer(State(database): State<Arc<Database>>, body: Bytes) -> Response {
    match row(&database, &body).await {
        Ok(answer) => ([(CONTENT_TYPE, "application/json")], answer).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

async fn row(database: &Arc<Database>, body: &[u8]) -> Result<Vec<u8>> {
    let request: Request<'_> = serde_json::from_slice(body)?;
    let order = database.order(request.order()?.to_owned()).await?;
    order.context("no such order")?.answer(request.id)
}

fn variable(name: &str) -> Result<String> {
    std::env::var(name).with_context(|| format!("{name} is not set"))
}
