//! When things happened to items of the running show: found out by whoever publishes a document, and by the command that plays
//! an animation. Times lie on the main canvas' own grid, so that what begins there has its first step in the next picture.

use crate::{EngineError, plan::hint, show::Shared};
use media::MediaTime;
use project::Project;

impl Shared {
    /// What begins now begins with the newest picture that is due.
    fn cue_time(&self) -> MediaTime {
        let now = self.clock.now();
        self.canvases
            .first()
            .map_or(now, |c| c.rate.time_of(c.rate.index_at(now)))
    }

    /// Notes what happens by the step to the next document. The document's lock is held by the caller.
    pub(crate) fn follow_cues(&self, next: &Project) {
        let cues = self.stage.cues().follow(&self.project.load(), next, self.cue_time());
        self.stage.cue(cues);
    }

    /// Begins one animation of an item, or all of them.
    pub(crate) fn play_animation(&self, scene: &str, item: &str, one: Option<String>) -> Result<(), EngineError> {
        let _one_at_a_time = self.history.lock();
        let p = self.project.load();
        let missing = |what, id: &str, hint| EngineError::NotFound {
            what,
            id: id.to_owned(),
            hint,
        };
        let s = p
            .scene(scene)
            .ok_or_else(|| missing("scene", scene, hint(p.scenes.iter().map(|s| s.id.as_str()))))?;
        let i = s
            .item(item)
            .ok_or_else(|| missing("item", item, hint(s.items.iter().map(|i| i.id.as_str()))))?;
        let known = || i.animations.iter().map(|a| &a.id);
        if let Some(one) = one.as_ref().filter(|one| known().all(|id| id != *one)) {
            return Err(missing("animation", one, hint(known().map(String::as_str))));
        }
        let wanted: Vec<String> = known()
            .filter(|id| one.as_ref().is_none_or(|o| o == *id))
            .cloned()
            .collect();
        if wanted.is_empty() {
            return Err(EngineError::BadValue(format!(
                "{item} has no animation; give it one first"
            )));
        }
        self.stage
            .cue(self.stage.cues().play(&s.id, item, &wanted, self.cue_time()));
        Ok(())
    }
}
