//! The moving parts: HLS files of the local destination and the WebSocket that tells pages what goes on.

use crate::Site;
use axum::{
    extract::{
        Path, Query, State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use outputs::NotServed;
use serde::Deserialize;
use std::{sync::Arc, time::Duration};

/// How often a page hears of the state.
const PERIOD: Duration = Duration::from_millis(500);

/// What a player of low-latency HLS waits for; other directives are not ours.
#[derive(Deserialize)]
pub(crate) struct Awaited {
    #[serde(rename = "_HLS_msn")]
    segment: Option<u64>,
    #[serde(rename = "_HLS_part")]
    part: Option<u64>,
}

/// `GET /hls/…`: the playlists, segments and parts of the local destination. What is about to come is waited for.
pub(crate) async fn hls(
    State(site): State<Arc<Site>>,
    Path(file): Path<String>,
    Query(awaited): Query<Awaited>,
) -> Response {
    let store = site.house.remote().hls();
    match store.file_soon(&file, awaited.segment, awaited.part).await {
        Ok(served) => {
            let cache = if served.immutable {
                "max-age=60, immutable"
            } else {
                "no-store"
            };
            let headers = [
                (header::CONTENT_TYPE, served.content_type),
                (header::CACHE_CONTROL, cache),
                (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            ];
            (headers, served.bytes).into_response()
        }
        Err(NotServed::Missing) => {
            (StatusCode::NOT_FOUND, "not there (yet): is the local destination live?").into_response()
        }
        Err(NotServed::TooFar) => (StatusCode::BAD_REQUEST, "that is too far ahead to wait for").into_response(),
        Err(NotServed::Late) => (StatusCode::SERVICE_UNAVAILABLE, "it did not come in time").into_response(),
    }
}

/// `GET /api/live`: a WebSocket on which `{"state": …, "events": […]}` arrives twice a second.
pub(crate) async fn socket(State(site): State<Arc<Site>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message_size(4096).on_upgrade(|socket| tell(socket, site))
}

async fn tell(mut socket: WebSocket, site: Arc<Site>) {
    let mut seen = 0;
    let mut tick = tokio::time::interval(PERIOD);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = tick.tick() => {
                let show = site.house.remote();
                let events = show.events_since(seen);
                seen = events.last().map_or(seen, |e| e.seq);
                let text = serde_json::json!({ "state": show.snapshot(), "events": events }).to_string();
                // A page that does not read is let go: it will come back when it wakes up.
                match tokio::time::timeout(Duration::from_secs(5), socket.send(Message::text(text))).await {
                    Ok(Ok(())) => {}
                    _ => return,
                }
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}
