//! `/api/ui`: the WebSocket a page lives on. It says who serves it, then the document, the state, what happened and, while the
//! page wants them, the meters; each as soon as it changed, never oftener than the page can use. A page that does not read for
//! five seconds is let go: it comes back when it wakes up, and gets everything anew.

use crate::Site;
use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use engine::DeskState;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// How often it is looked whether something changed: what a page hears of at most.
const PERIOD: Duration = Duration::from_millis(50);
/// Periods after which the state is told although nothing changed: its counters go on.
const STATE_EVERY: u32 = 10;
/// Who does not read for this long is let go.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a page says.
#[derive(Deserialize)]
struct Wish {
    meters: Option<bool>,
}

/// `GET /api/ui`
pub(crate) async fn open(State(site): State<Arc<Site>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .max_message_size(4096)
        .on_upgrade(|socket| async move { Line::new(socket, site).run().await })
}

/// The other side went away.
struct Gone;

/// What a page knows already.
#[derive(Default)]
struct Told {
    document: Option<(u64, u64)>,
    events: u64,
    desk: Option<DeskState>,
    /// Periods since the state was told; none before the first time.
    state: Option<u32>,
}

struct Line {
    socket: WebSocket,
    site: Arc<Site>,
    generation: u64,
    meters: bool,
    told: Told,
}

impl Line {
    fn new(socket: WebSocket, site: Arc<Site>) -> Self {
        Self {
            generation: site.house.generation(),
            socket,
            site,
            meters: false,
            told: Told::default(),
        }
    }

    async fn run(mut self) {
        let hello = json!({
            "type": "hello",
            "version": env!("CARGO_PKG_VERSION"),
            "generation": self.generation,
            "platform": std::env::consts::OS,
            "can": self.site.house.can(),
        });
        if self.send(hello.to_string()).await.is_err() {
            return;
        }
        let mut tick = tokio::time::interval(PERIOD);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            let went = tokio::select! {
                _ = tick.tick() => self.tell().await,
                message = self.socket.recv() => self.hear(message),
            };
            if went.is_err() {
                return;
            }
        }
    }

    fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), Gone> {
        match message {
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(Gone),
            Some(Ok(Message::Text(text))) => {
                if let Ok(Wish { meters: Some(on) }) = serde_json::from_str(&text) {
                    self.meters = on;
                }
                Ok(())
            }
            Some(Ok(_)) => Ok(()),
        }
    }

    /// Tells what is new.
    async fn tell(&mut self) -> Result<(), Gone> {
        let generation = self.site.house.generation();
        if generation != self.generation {
            // Another show: its events and its document begin anew.
            self.generation = generation;
            self.told = Told::default();
        }
        self.tell_document().await?;
        let remote = self.site.house.remote();
        let events = remote.events_since(self.told.events);
        let desk = Some(remote.desk());
        let waited = self.told.state.map_or(STATE_EVERY, |n| n + 1);
        self.told.state = Some(waited);
        if waited >= STATE_EVERY || !events.is_empty() || desk != self.told.desk {
            self.told.state = Some(0);
            self.told.desk = desk;
            let state = json!({ "type": "state", "state": remote.snapshot() });
            self.send(state.to_string()).await?;
        }
        if let Some(last) = events.last() {
            self.told.events = last.seq;
            self.send(json!({ "type": "events", "events": events }).to_string()).await?;
        }
        if self.meters {
            self.send(crate::meters::message(&remote)).await?;
        }
        Ok(())
    }

    async fn tell_document(&mut self) -> Result<(), Gone> {
        let now = (self.generation, self.site.house.document_mark());
        if self.told.document == Some(now) {
            return Ok(());
        }
        self.told.document = Some(now);
        let text = self.site.document_message(now).await;
        // What changed the document changed the state too: which scene is on show, which sources there are.
        self.told.state = None;
        self.send(text).await
    }

    async fn send(&mut self, text: impl Into<axum::extract::ws::Utf8Bytes>) -> Result<(), Gone> {
        match tokio::time::timeout(PATIENCE, self.socket.send(Message::Text(text.into()))).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }
}

/// The document's message as JSON.
pub(crate) fn document_text(document: Value) -> String {
    let mut message = document;
    if let Value::Object(m) = &mut message {
        m.insert("type".into(), "project".into());
    }
    message.to_string()
}
