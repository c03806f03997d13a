//! Saves the document by itself, on a thread of its own: a second after the last change, and at the latest a few seconds
//! after the first when changes don't stop (a fader that keeps moving).

use crate::{EventLevel, show::Shared};
use media::MediaTime;
use std::sync::atomic::Ordering::Relaxed;

/// How often it looks.
const PERIOD: MediaTime = MediaTime::from_millis(250);
/// Quiet time after a change before it is saved.
const QUIET: MediaTime = MediaTime::from_millis(1000);
/// The longest a change waits.
const LONGEST: MediaTime = MediaTime::from_millis(5000);

impl Shared {
    /// Runs until the show has ended, and saves what is not saved then.
    pub(crate) fn keep_saved(&self) {
        let mut first_change: Option<MediaTime> = None;
        let mut failed: Option<String> = None;
        loop {
            let over = self.ended.load(Relaxed);
            let now = self.clock.now();
            if self.saved_revision.load(Relaxed) == self.revision.load(Relaxed) {
                first_change = None;
            } else {
                let first = *first_change.get_or_insert(now);
                let last = MediaTime(self.changed_at.load(Relaxed));
                if over || now - last >= QUIET || now - first >= LONGEST {
                    self.save_and_tell(&mut failed);
                    // A disk that does not take it is tried again in a while, not four times a second.
                    first_change = Some(now);
                    self.changed_at.fetch_max(now.0, Relaxed);
                }
            }
            if over {
                return;
            }
            self.clock.sleep_until(now + PERIOD);
        }
    }

    /// A fault is told once, not with every try.
    fn save_and_tell(&self, failed: &mut Option<String>) {
        match self.save_project(true) {
            Ok(()) => {
                if failed.take().is_some() {
                    self.log
                        .add(EventLevel::Info, "project", "the project can be saved again");
                }
            }
            Err(e) => {
                let text = e.to_string();
                if failed.as_ref() != Some(&text) {
                    self.log.add(EventLevel::Error, "project", text.clone());
                }
                *failed = Some(text);
            }
        }
    }
}
