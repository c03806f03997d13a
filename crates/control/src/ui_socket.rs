//! `/api/ui`: the WebSocket a page lives on. It says who serves it, then the document, the state, what happened and, while the
//! page wants them, the meters; each as soon as it changed, never oftener than the page can use. A page that does not read for
//! five seconds is let go: it comes back when it wakes up, and gets everything anew.

use crate::{
    Site, Told as Document,
    messages::{Hello, UiMessage, UiWish},
};
use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use engine::DeskState;
use std::{sync::Arc, time::Duration};

/// How often it is looked whether something changed: what a page hears of at most.
const PERIOD: Duration = Duration::from_millis(50);
/// Periods after which the state is told although nothing changed: its counters go on.
const STATE_EVERY: u32 = 10;
/// The same for a page nobody can see: its lamps and its title must be right, its counters need not.
const STATE_EVERY_HIDDEN: u32 = 60;
/// Periods from one look to the next for such a page.
const LOOK_EVERY_HIDDEN: u32 = 5;
/// Who does not read for this long is let go.
const PATIENCE: Duration = Duration::from_secs(5);

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
    /// The document itself, for those who are told changes.
    kept: Option<Arc<Document>>,
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
    hidden: bool,
    changes: bool,
    told: Told,
}

impl Line {
    fn new(socket: WebSocket, site: Arc<Site>) -> Self {
        Self {
            generation: site.house.generation(),
            socket,
            site,
            meters: false,
            hidden: false,
            changes: false,
            told: Told::default(),
        }
    }

    async fn run(mut self) {
        let hello = UiMessage::Hello(Hello {
            version: env!("CARGO_PKG_VERSION"),
            generation: self.generation,
            platform: std::env::consts::OS,
            can: self.site.house.can(),
        });
        if self.send(text(&hello)).await.is_err() {
            return;
        }
        let mut tick = tokio::time::interval(PERIOD);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        let mut period = 0_u32;
        loop {
            let went = tokio::select! {
                _ = tick.tick() => {
                    period = period.wrapping_add(1);
                    let look = !self.hidden || period.is_multiple_of(LOOK_EVERY_HIDDEN);
                    if look { self.tell().await } else { Ok(()) }
                }
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
                let Ok(wish) = serde_json::from_str::<UiWish>(&text) else {
                    return Ok(());
                };
                self.meters = wish.meters.unwrap_or(self.meters);
                self.changes = wish.changes.unwrap_or(self.changes);
                if let Some(hidden) = wish.hidden {
                    self.hidden = hidden;
                    // Whoever is shown again has old counters.
                    self.told.state = None;
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
        let (step, every) = if self.hidden {
            (LOOK_EVERY_HIDDEN, STATE_EVERY_HIDDEN)
        } else {
            (1, STATE_EVERY)
        };
        let waited = self.told.state.map_or(every, |n| n + step);
        self.told.state = Some(waited);
        if waited >= every || !events.is_empty() || desk != self.told.desk {
            self.told.state = Some(0);
            self.told.desk = desk;
            let state = Box::new(if self.hidden {
                remote.glance()
            } else {
                remote.snapshot()
            });
            self.send(text(&UiMessage::State { state })).await?;
        }
        if let Some(last) = events.last() {
            self.told.events = last.seq;
            self.send(text(&UiMessage::Events { events })).await?;
        }
        if self.meters {
            self.send(text(&UiMessage::Meters(remote.meters().into()))).await?;
        }
        Ok(())
    }

    async fn tell_document(&mut self) -> Result<(), Gone> {
        let now = (self.generation, self.site.house.document_mark());
        if self.told.document == Some(now) {
            return Ok(());
        }
        self.told.document = Some(now);
        let Some(document) = self.site.told(now).await else {
            return Ok(());
        };
        let before = self.told.kept.replace(document.clone());
        let text = match before {
            Some(before) if self.changes => {
                let made = tokio::task::spawn_blocking(move || document.since(&before));
                made.await.unwrap_or_default()
            }
            _ => document.whole(),
        };
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

/// A message as JSON.
pub(crate) fn text(message: &UiMessage) -> String {
    // Nothing in these types can fail to be written.
    serde_json::to_string(message).unwrap_or_default()
}
