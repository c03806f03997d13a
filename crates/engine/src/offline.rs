//! Draws one moment of a scene without a show: what `footlight render` and thumbnails use. It goes through the same
//! sources, draw list and renderer, with a clock that stands still at the asked moment.

use crate::{
    EngineError, films,
    following::Following,
    stage::{Stage, StageSetting},
};
use compositor::{DrawList, RendererChoice};
use media::{ManualClock, MediaTime, SystemClock, VideoFrame};
use project::{Canvas, Project, edit::EditError};
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

/// Which moment of a show is drawn.
#[derive(Clone, Debug, Default)]
pub struct Moment<'a> {
    /// The canvas, by id; the first when absent.
    pub canvas: Option<&'a str>,
    /// The scene, by id or name; the one the canvas begins with when absent.
    pub scene: Option<&'a str>,
    /// Seconds into the show.
    pub at_s: f64,
    /// On the way to that scene from another one.
    pub midway: Option<&'a Midway>,
}

/// Draws a moment of a show at the size of its canvas.
///
/// # Errors
/// An unknown canvas, scene or transition, a negative time, wrong settings, or no renderer.
pub fn render_frame(
    project: &Project,
    project_dir: &Path,
    moment: &Moment<'_>,
    renderer: RendererChoice,
) -> Result<OfflineFrame, EngineError> {
    let (at_s, project) = (moment.at_s, Arc::new(project.clone()));
    let project = &project;
    if !(0.0..=1e7).contains(&at_s) {
        return Err(EngineError::BadValue(format!(
            "{at_s} is not a time in the show: give seconds from 0 on"
        )));
    }
    let (canvas, main) = canvases(project, moment.canvas)?;
    let scene = find_scene(project, moment.scene.unwrap_or(&main.scene))?;
    let mut way = moment.midway.map(|m| Way::find(project, project_dir, m)).transpose()?;
    // On the grid of the canvas, as the show would draw it.
    let at = canvas.fps.time_of(canvas.fps.index_at(MediaTime::from_secs_f64(at_s)));
    let clock = ManualClock::new();
    clock.set(at);
    let size = (canvas.width & !1, canvas.height & !1);
    let mut setting = StageSetting::new(project, project_dir, Arc::new(clock), MediaTime::ZERO);
    setting.canvas = (main.width & !1, main.height & !1);
    let mut used = used_sources(project, &scene.id);
    used.extend(way.iter().flat_map(|w| used_sources(project, &w.from)));
    used.extend(way.iter().flat_map(|w| films::ids(&w.transition)));
    let stage = Stage::open(project, &setting, None, false, |id| used.contains(id))?;
    // The show's clock stands still here, so the patience is measured by the machine's own.
    stage.wait_ready(&SystemClock::new(), MediaTime::from_duration(PATIENCE));
    if let Some(way) = &mut way {
        way.begin_films(&stage, at, canvas.fps.frame_duration());
    }
    let mut notices = vec![];
    for (id, s) in stage.sources().iter() {
        // A film that can't be played has nothing to wait for.
        let plays = !films::is_film(id) || s.source.lock().film().is_some();
        if let Some(slot) = s.slot.as_ref().filter(|_| plays)
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
        cues: &compositor::Cues::of_scene(project, project_dir, &scene.id, MediaTime::ZERO),
    };
    let following = Following::default();
    let draw = |scene: &str| {
        let frames = |id: &str| pictures.get(id).cloned();
        let on = (canvas, (main.width, main.height));
        let list = following.lay_out(project, on, scene, &frames, filtering);
        crate::tick::fit(list, size)
    };
    let list = compositor::cull(match &way {
        Some(way) => {
            let films = films::pictures(&pictures, &way.transition);
            way.list(draw(&way.from), draw(&scene.id), &films)
        }
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
    transition: String,
    how: Option<Arc<dyn compositor::Transition>>,
    progress: f32,
}

impl Way {
    fn find(project: &Project, dir: &Path, m: &Midway) -> Result<Self, EngineError> {
        let known = project.transition(&m.transition).ok_or_else(|| EngineError::NotFound {
            what: "transition",
            id: m.transition.clone(),
            hint: crate::plan::hint(project.transition_ids()),
        })?;
        if !(0.0..=1.0).contains(&m.progress) {
            let text = format!("a transition is between 0 and 1 of its way, not {}", m.progress);
            return Err(EngineError::BadValue(text));
        }
        let made = compositor::transition(&known.kind, &known.settings, "settings", dir).transpose();
        Ok(Self {
            from: find_scene(project, &m.from)?.id.clone(),
            transition: known.id,
            how: made.map_err(EditError::Wrong)?,
            progress: m.progress,
        })
    }

    /// Plays its films so that they are as far at `at` as it is.
    fn begin_films(&mut self, stage: &Stage, at: MediaTime, picture_time: MediaTime) {
        let film = stage.film(&self.transition);
        let Some((how, length)) = self.how.as_ref().and_then(|how| how.on_film(film, picture_time)) else {
            return;
        };
        let gone_by = MediaTime((length.0 as f64 * f64::from(self.progress)) as i64);
        stage.begin_films(&self.transition, at - gone_by);
        self.how = Some(how);
    }

    fn list(&self, from: DrawList, to: DrawList, films: &compositor::FilmPictures) -> DrawList {
        match &self.how {
            _ if self.progress >= 1.0 => to,
            Some(how) if how.films().is_some() => how.list_with(from, to, self.progress, films),
            _ if self.progress <= 0.0 => from,
            Some(how) => how.list(from, to, self.progress),
            None => to,
        }
    }
}

/// The canvas of that id (the first when absent), and the one whose scene it shows.
fn canvases<'a>(project: &'a Project, id: Option<&str>) -> Result<(&'a Canvas, &'a Canvas), EngineError> {
    let i = crate::edits::canvas_index(project, id)?;
    let both = (project.canvases.get(i), project.canvases.get(project.leading_canvas(i)));
    let (Some(canvas), Some(main)) = both else {
        let text = "the project has no canvas; add one to `canvases`";
        return Err(EngineError::Project(text.into()));
    };
    Ok((canvas, main))
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
