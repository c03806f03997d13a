//! Getting a device back after a loss (driver reset, card taken away): a thread makes a new painter while the renderer
//! repeats its last picture. A card that does not come back is asked for again now and then.

use super::{context::GpuContext, painter::Painter};
use crate::CompositorError;
use std::thread::JoinHandle;

/// Pictures between two attempts.
const PAUSE_PICTURES: u32 = 30;
/// Failed attempts before the failure is told: a driver that restarts needs a second or two.
const SILENT_FAILURES: u32 = 5;

type Attempt = JoinHandle<Result<Painter, CompositorError>>;

/// Attempts to get a device back.
#[derive(Default)]
pub struct Recovery {
    attempt: Option<Attempt>,
    pause: u32,
    failures: u32,
    /// Why the last attempt failed.
    failure: Option<CompositorError>,
}

impl Recovery {
    /// Called once a picture while there is no device; gives a new painter when there is one.
    pub fn step(&mut self, size: (u32, u32)) -> Option<Painter> {
        let Some(attempt) = self.attempt.take() else {
            if self.pause == 0 {
                self.start(size);
            }
            self.pause = self.pause.saturating_sub(1);
            return None;
        };
        if !attempt.is_finished() {
            self.attempt = Some(attempt);
            return None;
        }
        let result = attempt
            .join()
            .unwrap_or_else(|_| Err(failed("the driver crashed".into())));
        self.pause = PAUSE_PICTURES;
        match result {
            Ok(painter) => {
                self.pause = 0;
                self.failures = 0;
                self.failure = None;
                tracing::info!(target: "gpu", "the graphics card is back: {}", painter.context().summary().name);
                Some(painter)
            }
            Err(e) => {
                if self.failure.as_ref() != Some(&e) {
                    tracing::warn!(target: "gpu", "the graphics card is not back yet: {e}");
                }
                self.failures += 1;
                self.failure = Some(e);
                None
            }
        }
    }

    /// Why the card does not come back; `None` while there is hope that it soon does. Attempts go on all the same.
    pub fn failure(&self) -> Option<&CompositorError> {
        self.failure.as_ref().filter(|_| self.failures >= SILENT_FAILURES)
    }

    fn start(&mut self, size: (u32, u32)) {
        let make = move || Painter::new(GpuContext::shared()?, size);
        match std::thread::Builder::new().name("gpu-recovery".into()).spawn(make) {
            Ok(attempt) => self.attempt = Some(attempt),
            Err(e) => {
                self.failures += 1;
                self.failure = Some(failed(e.to_string()));
                self.pause = PAUSE_PICTURES;
            }
        }
    }
}

fn failed(reason: String) -> CompositorError {
    CompositorError::Gpu {
        doing: "getting the graphics card back",
        reason,
    }
}
