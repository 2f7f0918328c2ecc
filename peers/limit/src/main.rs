//! The least that an echo server over axum and serde can do: read the body, parse
//! it, write an answer. It checks nothing, so no real server can be cheaper.

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

mod answer;
mod pipe;

use answer::Answers;

fn main() -> Result<()> {
    let answers = Answers::with_tools(number("TOOLS", 1)?)?;
    if std::env::args().any(|argument| argument == "--stdio") {
        return pipe::serve(&answers);
    }
    serve(answers, number("PORT", 8080)?)
}

#[tokio::main]
async fn serve(answers: Answers, port: u16) -> Result<()> {
    let router = Router::new()
        .route("/mcp", post(answer))
        .layer(DefaultBodyLimit::max(4 << 20))
        .with_state(Arc::new(answers));
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    axum::serve(listener, router).await?;
    Ok(())
}

async fn answer(State(answers): State<Arc<Answers>>, body: Bytes) -> Response {
    match answers.answer(&body) {
        Ok(answer) => ([(CONTENT_TYPE, "application/json")], answer).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

fn number<N: std::str::FromStr>(variable: &str, default: N) -> Result<N> {
    match std::env::var(variable) {
        Ok(text) => text
            .parse()
            .ok()
            .with_context(|| format!("{variable} is not a number: {text}")),
        Err(_) => Ok(default),
    }
}
