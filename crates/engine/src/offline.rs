//! Draws one moment of a scene without a show: what `footlight render` and thumbnails use. It goes through the same
//! sources, draw list and renderer, with a clock that stands still at the asked moment.

use crate::{
    EngineError,
    stage::{Stage, StageSetting},
};
use compositor::RendererChoice;
use media::{ManualClock, MediaTime, SystemClock, VideoFrame};
use project::Project;
use std::{collections::HashSet, path::Path, sync::Arc, time::Duration};

/// The longest a source may take to reach the asked moment.
const PATIENCE: Duration = Duration::from_secs(10);

/// A drawn picture.
pub struct OfflineFrame {
    /// The picture, as an encoder would get it.
    pub frame: Arc<VideoFrame>,
    /// `software` or `gpu`.
    pub renderer: String,
    /// Why another renderer than the asked one was used, or what a source is waiting for.
    pub notices: Vec<String>,
}

/// Draws `scene` (the first canvas' own when absent) as it looks `at_s` seconds into the show, at the size of the first
/// canvas.
///
/// # Errors
/// An unknown scene, a negative time, wrong settings, or no renderer.
pub fn render_frame(
    project: &Project,
    project_dir: &Path,
    scene: Option<&str>,
    at_s: f64,
    renderer: RendererChoice,
) -> Result<OfflineFrame, EngineError> {
    if !(0.0..=1e7).contains(&at_s) {
        return Err(EngineError::BadValue(format!(
            "{at_s} is not a time in the show: give seconds from 0 on"
        )));
    }
    let canvas = project
        .canvases
        .first()
        .ok_or_else(|| EngineError::Project("the project has no canvas; add one to `canvases`".into()))?;
    let wanted = scene.unwrap_or(&canvas.scene);
    let scene = project.scene(wanted).ok_or_else(|| EngineError::NotFound {
        what: "scene",
        id: wanted.into(),
        hint: crate::plan::hint(project.scenes.iter().map(|s| s.id.as_str())),
    })?;
    // On the grid of the canvas, as the show would draw it.
    let at = canvas.fps.time_of(canvas.fps.index_at(MediaTime::from_secs_f64(at_s)));
    let clock = ManualClock::new();
    clock.set(at);
    let size = (canvas.width & !1, canvas.height & !1);
    let mut setting = StageSetting::new(project, project_dir, Arc::new(clock), MediaTime::ZERO);
    setting.canvas = size;
    let used = used_sources(project, &scene.id);
    let stage = Stage::open(project, &setting, None, false, |id| used.contains(id))?;
    // The show's clock stands still here, so the patience is measured by the machine's own.
    stage.wait_ready(&SystemClock::new(), MediaTime::from_duration(PATIENCE));
    let mut notices = vec![];
    for s in stage.sources().values() {
        if let Some(slot) = &s.slot
            && !slot.wait_beyond(at, PATIENCE)
        {
            notices.push(format!("{}: took too long, its newest picture is shown", s.name()));
        }
        let source = s.source.lock();
        notices.extend(source.notices().iter().map(|n| format!("{}: {n}", s.name())));
        if let (_, Some(reason)) = crate::stage::state_words(&source.state()) {
            notices.push(format!("{}: {reason}", s.name()));
        }
    }
    let pictures = stage.pictures(at);
    let filtering = compositor::Filtering {
        store: &stage.filters(),
        time: at,
    };
    let list = compositor::draw_list_at(
        project,
        (canvas.width, canvas.height),
        canvas.background,
        &scene.id,
        &|id| pictures.get(id).cloned(),
        filtering,
    );
    let list = crate::tick::fit(list, size);
    let (mut renderer, why) = compositor::create(renderer, size.0, size.1)?;
    notices.extend(why);
    let frame = compositor::render_one(renderer.as_mut(), &list)?;
    stage.stop();
    Ok(OfflineFrame {
        frame,
        renderer: renderer.name().to_owned(),
        notices,
    })
}

fn used_sources(project: &Project, scene: &str) -> HashSet<String> {
    let mut used = HashSet::new();
    let mut seen = HashSet::new();
    let mut open = vec![scene];
    while let Some(id) = open.pop() {
        let Some(scene) = project.scene(id).filter(|s| seen.insert(s.id.as_str())) else {
            continue;
        };
        for item in &scene.items {
            used.extend(item.source.clone());
            open.extend(item.scene.as_deref());
        }
    }
    used
}
