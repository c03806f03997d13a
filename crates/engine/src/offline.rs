//! Draws one moment of a scene without a show: what `footlight render` and thumbnails use. It goes through the same
//! sources, draw list and renderer, with a clock that stands still at the asked moment.

use crate::{
    EngineError,
    stage::{Stage, StageSetting},
};
use compositor::{DrawList, RendererChoice};
use media::{ManualClock, MediaTime, SystemClock, VideoFrame};
use project::{Project, edit::EditError};
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

/// A moment on the way from one scene to another.
#[derive(Clone, Debug)]
pub struct Midway {
    /// The scene it comes from, by id or name.
    pub from: String,
    /// The transition's id or name: one of the project's, `cut` or `fade`.
    pub transition: String,
    /// How far it is, 0 to 1.
    pub progress: f32,
}

/// Draws `scene` (the first canvas' own when absent) as it looks `at_s` seconds into the show, at the size of the first
/// canvas; with `midway` on the way to it from another scene.
///
/// # Errors
/// An unknown scene or transition, a negative time, wrong settings, or no renderer.
pub fn render_frame(
    project: &Project,
    project_dir: &Path,
    scene: Option<&str>,
    at_s: f64,
    renderer: RendererChoice,
    midway: Option<&Midway>,
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
    let scene = find_scene(project, scene.unwrap_or(&canvas.scene))?;
    let way = midway.map(|m| Way::find(project, m)).transpose()?;
    // On the grid of the canvas, as the show would draw it.
    let at = canvas.fps.time_of(canvas.fps.index_at(MediaTime::from_secs_f64(at_s)));
    let clock = ManualClock::new();
    clock.set(at);
    let size = (canvas.width & !1, canvas.height & !1);
    let mut setting = StageSetting::new(project, project_dir, Arc::new(clock), MediaTime::ZERO);
    setting.canvas = size;
    let mut used = used_sources(project, &scene.id);
    used.extend(way.iter().flat_map(|w| used_sources(project, &w.from)));
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
    let filters = stage.filters();
    let filtering = compositor::Filtering {
        store: &filters,
        time: at,
        cues: &compositor::Cues::of_scene(project, &scene.id, MediaTime::ZERO),
    };
    let draw = |scene: &str| {
        let (whole, frames) = ((canvas.width, canvas.height), |id: &str| pictures.get(id).cloned());
        let list = compositor::lay_out_at(project, whole, canvas.background, scene, &frames, filtering);
        crate::tick::fit(list, size)
    };
    let list = compositor::cull(match &way {
        Some(way) => way.list(draw(&way.from), draw(&scene.id)),
        None => draw(&scene.id),
    });
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

/// A transition that stands still.
struct Way {
    from: String,
    how: Option<Arc<dyn compositor::Transition>>,
    progress: f32,
}

impl Way {
    fn find(project: &Project, m: &Midway) -> Result<Self, EngineError> {
        let known = project.transition(&m.transition).ok_or_else(|| EngineError::NotFound {
            what: "transition",
            id: m.transition.clone(),
            hint: crate::plan::hint(project.transition_ids()),
        })?;
        if !(0.0..=1.0).contains(&m.progress) {
            let text = format!("a transition is between 0 and 1 of its way, not {}", m.progress);
            return Err(EngineError::BadValue(text));
        }
        let made = compositor::transition(&known.kind, &known.settings, "settings").transpose();
        Ok(Self {
            from: find_scene(project, &m.from)?.id.clone(),
            how: made.map_err(EditError::Wrong)?,
            progress: m.progress,
        })
    }

    fn list(&self, from: DrawList, to: DrawList) -> DrawList {
        match &self.how {
            _ if self.progress >= 1.0 => to,
            _ if self.progress <= 0.0 => from,
            Some(how) => how.list(from, to, self.progress),
            None => to,
        }
    }
}

fn find_scene<'a>(project: &'a Project, wanted: &str) -> Result<&'a project::Scene, EngineError> {
    project.scene(wanted).ok_or_else(|| EngineError::NotFound {
        what: "scene",
        id: wanted.into(),
        hint: crate::plan::hint(project.scenes.iter().map(|s| s.id.as_str())),
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
