//! The running show as the monitor sees it: to read only.

use super::Look;
use crate::{desk::Desk, show::Shared, stage::Stage};
use arc_swap::ArcSwap;
use compositor::{Cues, filters::Store};
use media::VideoFrame;
use project::Project;
use std::sync::Arc;

/// The parts of a show that pictures are drawn from. It does not keep the show alive.
pub(crate) struct ShowView {
    project: Arc<ArcSwap<Project>>,
    desk: Arc<Desk>,
    stage: Arc<Stage>,
}

impl ShowView {
    pub(crate) fn of(s: &Shared) -> Self {
        Self {
            project: s.project.clone(),
            desk: s.desk.clone(),
            stage: s.stage.clone(),
        }
    }
}

impl Look for ShowView {
    fn project(&self) -> Arc<Project> {
        self.project.load_full()
    }
    fn preview(&self) -> String {
        self.desk.preview(&self.project.load())
    }
    fn peek(&self, source: &str) -> Option<Arc<VideoFrame>> {
        let slot = self.stage.slot(source)?;
        slot.look();
        self.stage.holds.shown(source).or_else(|| slot.peek())
    }
    fn filters(&self) -> Arc<Store> {
        self.stage.filters()
    }
    fn cues(&self) -> Arc<Cues> {
        self.stage.cues()
    }
}
