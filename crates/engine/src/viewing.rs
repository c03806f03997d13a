//! What people see who watch over WebRTC: the watch page's encoder, made to fit (no B-frames, no looking ahead, Opus), started
//! for the first viewer and let go after the last. It touches no other encoder; where a destination wants the very same, both
//! share it.

use crate::{EngineError, Remote, show::Shared, wants::Want};
use outputs::{Fanout, Viewers, WATCH_PAGE};
use std::{any::Any, sync::Arc};

/// What is sent to a viewer, and what keeps its encoders running: to be held for as long as somebody watches.
pub type View = (Fanout, Arc<dyn Any + Send + Sync>);

impl Remote {
    /// Everybody who watches over WebRTC.
    pub fn viewers(&self) -> Arc<Viewers> {
        self.0.viewers.clone()
    }

    /// The show for one more viewer. Opens encoders where nobody watched before, which may take a moment.
    ///
    /// # Errors
    /// The watch page is not on, or an encoder does not open.
    pub fn view(&self) -> Result<View, EngineError> {
        self.0.view()
    }
}

impl Shared {
    fn view(&self) -> Result<View, EngineError> {
        if !self.env.hls.is_live() {
            return Err(EngineError::BadValue(
                "there is nothing to watch: the destination of the watch page is not live".into(),
            ));
        }
        let want = Want::of_viewers(&self.project.load(), &self.canvases, WATCH_PAGE)?;
        let lease = self.encoders.lease(&want)?;
        Ok((lease.feed.fanout.clone(), lease))
    }
}
