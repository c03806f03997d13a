//! The state of the show, what happened, and commands, as JSON.

use crate::guard;
use axum::{
    Json,
    body::Bytes,
    extract::{ConnectInfo, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use engine::{Command, EngineError, Event, Remote, Snapshot};
use media::MediaError;
use serde::{Deserialize, Serialize};
use std::{net::SocketAddr, sync::Arc};

/// `GET /api/state`
pub(crate) async fn state(State(show): State<Arc<Remote>>) -> Json<Snapshot> {
    Json(show.snapshot())
}

#[derive(Deserialize)]
pub(crate) struct Since {
    #[serde(default)]
    since: u64,
}

/// `GET /api/events?since=N`: what happened after event N, at most the newest 500.
pub(crate) async fn events(State(show): State<Arc<Remote>>, Query(q): Query<Since>) -> Json<Vec<Event>> {
    Json(show.events_since(q.since))
}

/// An error as JSON: a stable code and a sentence.
#[derive(Serialize)]
struct Problem {
    code: &'static str,
    message: String,
}

pub(crate) fn problem(status: StatusCode, code: &'static str, message: impl Into<String>) -> Response {
    (
        status,
        Json(Problem {
            code,
            message: message.into(),
        }),
    )
        .into_response()
}

/// `POST /api/command` with one [`Command`]; `{"ok":true}` when it was carried out.
pub(crate) async fn command(
    State(show): State<Arc<Remote>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(why) = guard::may_command(peer, &headers) {
        return problem(StatusCode::FORBIDDEN, "forbidden", why);
    }
    let command: Command = match serde_json::from_slice(&body) {
        Ok(c) => c,
        Err(e) => return problem(StatusCode::BAD_REQUEST, "config", format!("this is not a command: {e}")),
    };
    // Opening an encoder may take a moment; the server's other answers must not wait for it.
    let done = tokio::task::spawn_blocking(move || show.command(command)).await;
    match done {
        Ok(Ok(made)) => {
            let mut answer = serde_json::Map::from_iter([("ok".to_owned(), true.into())]);
            answer.extend(made.0);
            Json(answer).into_response()
        }
        Ok(Err(e)) => {
            let status = match e {
                EngineError::NotFound { .. } => StatusCode::NOT_FOUND,
                EngineError::Ended => StatusCode::CONFLICT,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            problem(status, e.kind().name(), e.to_string())
        }
        Err(_) => problem(StatusCode::INTERNAL_SERVER_ERROR, "bug", "the command ended in a fault"),
    }
}
