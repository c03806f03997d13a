//! The state of the show, what happened, the document, and commands, as JSON.

use crate::{
    Site,
    answer::{failed, problem, slowly},
    messages::DocumentMessage,
};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use engine::{Command, Event, Snapshot, without_secrets};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// `GET /api/state`
pub(crate) async fn state(State(site): State<Arc<Site>>) -> Json<Snapshot> {
    Json(site.house.remote().snapshot())
}

#[derive(Deserialize)]
pub(crate) struct Since {
    #[serde(default)]
    since: u64,
}

/// `GET /api/events?since=N`: what happened after event N, at most the newest 500.
pub(crate) async fn events(State(site): State<Arc<Site>>, Query(q): Query<Since>) -> Json<Vec<Event>> {
    Json(site.house.remote().events_since(q.since))
}

/// `GET /api/project`
pub(crate) async fn project(State(site): State<Arc<Site>>) -> Response {
    slowly(move || Ok(site.document())).await
}

/// `POST /api/command` with one [`Command`]; `{"ok":true}` and what it made when it was carried out.
pub(crate) async fn command(State(site): State<Arc<Site>>, body: Bytes) -> Response {
    let command: Command = match serde_json::from_slice(&body) {
        Ok(c) => c,
        Err(e) => return problem(StatusCode::BAD_REQUEST, "config", format!("this is not a command: {e}")),
    };
    // Opening an encoder may take a moment; the server's other answers must not wait for it.
    slowly(move || {
        let made = site.house.command(command)?;
        let mut answer = Map::from_iter([("ok".to_owned(), true.into())]);
        answer.extend(made.0);
        Ok(answer)
    })
    .await
}

/// `GET /api/check`
pub(crate) async fn check(State(site): State<Arc<Site>>) -> Response {
    slowly(move || site.house.check()).await
}

/// `GET /api/plan`: which encodes the show takes, and who shares them.
pub(crate) async fn plan(State(site): State<Arc<Site>>) -> Response {
    // Encoders may have to be tried first.
    slowly(move || Ok(site.house.remote().plan())).await
}

/// `POST /api/shader`: what can be set in the shader that the settings of a filter name.
pub(crate) async fn shader(
    State(site): State<Arc<Site>>,
    Json(settings): Json<serde_json::Map<String, Value>>,
) -> Response {
    slowly(move || site.house.remote().shader_form(&settings)).await
}

/// `GET /api/services`: the list of streaming services that ships with Footlight, or this user's newer one.
pub(crate) async fn services(State(site): State<Arc<Site>>) -> Response {
    slowly(move || Ok(site.house.remote().services())).await
}

/// `GET` of what only a studio has.
pub(crate) async fn read(site: Arc<Site>, what: &'static str) -> Response {
    slowly(move || site.house.read(what, None)).await
}

/// `GET /api/reports/{id}`: one past show.
pub(crate) async fn report(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Response {
    slowly(move || site.house.read("reports", Some(&id))).await
}

/// Changes what only a studio has.
pub(crate) async fn write(site: Arc<Site>, what: &'static str, body: Bytes) -> Response {
    match serde_json::from_slice::<Value>(&body) {
        Ok(wish) => match tokio::task::spawn_blocking(move || site.house.write(what, wish)).await {
            Ok(Ok(value)) => Json(value).into_response(),
            Ok(Err(e)) => failed(&e),
            Err(_) => problem(StatusCode::INTERNAL_SERVER_ERROR, "bug", "the request ended in a fault"),
        },
        Err(e) => problem(StatusCode::BAD_REQUEST, "config", format!("this is no JSON: {e}")),
    }
}

impl Site {
    /// The document for pages, without secrets.
    pub(crate) fn document(&self) -> DocumentMessage {
        let d = self.house.document();
        let shown = without_secrets(&d.project);
        DocumentMessage {
            revision: d.revision,
            project: shown.project,
            secrets: shown.secrets,
            undo: d.undo,
            redo: d.redo,
            saved: d.saved,
            path: d.path.display().to_string(),
        }
    }
}
