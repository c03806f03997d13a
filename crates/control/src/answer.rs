//! Answers and errors as JSON: a stable code and a sentence.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use engine::EngineError;
use media::MediaError;
use schemars::JsonSchema;
use serde::Serialize;

/// An error: a stable code and a sentence.
#[derive(Serialize, JsonSchema)]
pub struct Problem {
    /// What it is about.
    pub code: &'static str,
    /// What happened and what to do.
    pub message: String,
}

pub(crate) fn problem(status: StatusCode, code: &'static str, message: impl Into<String>) -> Response {
    let message = message.into();
    (status, Json(Problem { code, message })).into_response()
}

/// An error of the engine.
pub(crate) fn failed(e: &EngineError) -> Response {
    let status = match e {
        EngineError::NotFound { .. } => StatusCode::NOT_FOUND,
        EngineError::Ended => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    problem(status, e.kind().name(), e.to_string())
}

/// Runs what may take a moment where nobody waits for it, and answers with what it gives.
pub(crate) async fn slowly<T: Serialize + Send + 'static>(
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Response {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(value)) => Json(value).into_response(),
        Ok(Err(e)) => failed(&e),
        Err(_) => problem(StatusCode::INTERNAL_SERVER_ERROR, "bug", "the request ended in a fault"),
    }
}
