//! What happened, in plain words, newest last. Bounded: the oldest lines go.

use media::{Clock, MediaTime};
use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::Serialize;
use std::{collections::VecDeque, sync::Arc};

/// How much an event matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventLevel {
    /// Good to know.
    Info,
    /// Needs a person's eye.
    Warning,
    /// Something is missing from the show.
    Error,
}

/// One line of the show's log.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Event {
    /// Counts up from 1.
    pub seq: u64,
    /// Seconds since the show began (negative before).
    pub at_s: f64,
    /// How much it matters.
    pub level: EventLevel,
    /// What it is about: `destination:yt`, `source:cam`, `recording`, `show`.
    pub subject: String,
    /// What happened.
    pub message: String,
}

const KEPT: usize = 500;

/// The log. Clones share it.
#[derive(Clone)]
pub(crate) struct EventLog {
    clock: Arc<dyn Clock>,
    start: MediaTime,
    inner: Arc<Mutex<(u64, VecDeque<Event>)>>,
}

impl EventLog {
    pub(crate) fn new(clock: Arc<dyn Clock>, start: MediaTime) -> Self {
        Self {
            clock,
            start,
            inner: Arc::default(),
        }
    }

    /// Adds a line and hands it to `tracing` too.
    pub(crate) fn add(&self, level: EventLevel, subject: impl Into<String>, message: impl Into<String>) {
        let (subject, message) = (subject.into(), message.into());
        match level {
            EventLevel::Info => tracing::info!(%subject, "{message}"),
            EventLevel::Warning => tracing::warn!(%subject, "{message}"),
            EventLevel::Error => tracing::error!(%subject, "{message}"),
        }
        let at_s = (self.clock.now() - self.start).as_secs_f64();
        let mut g = self.inner.lock();
        g.0 += 1;
        let seq = g.0;
        if g.1.len() == KEPT {
            g.1.pop_front();
        }
        g.1.push_back(Event {
            seq,
            at_s,
            level,
            subject,
            message,
        });
    }

    /// The number of the newest line.
    pub(crate) fn last_seq(&self) -> u64 {
        self.inner.lock().0
    }

    /// Lines after `seq`.
    pub(crate) fn since(&self, seq: u64) -> Vec<Event> {
        self.inner.lock().1.iter().filter(|e| e.seq > seq).cloned().collect()
    }
}
