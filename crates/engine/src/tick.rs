//! The heart of a canvas: a thread that, at the exact time of every frame, picks up the newest pictures, composes them
//! and hands the result to the encoders. It never waits for anybody: a late source is shown again, a full encoder loses
//! a frame and it is counted, and when the machine was too busy for too long the missed frames are skipped and counted.
//!
//! In a studio off the air, while nobody looks, nothing is drawn: the pictures of the sources are picked up all the same, so
//! that they stay in step, and the frames count as unseen.

use crate::{
    desk::{Desk, Drawing, Showing},
    encode::VideoLane,
    events::{EventLevel, EventLog},
    following::Following,
    pictures::OnShow,
    stage::Stage,
};
use arc_swap::ArcSwap;
use compositor::{DrawList, Filtering, Renderer};
use media::{AlphaMode, Clock, FrameRate, MediaTime, VideoFrame};
use project::Project;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

/// What is encoded of a source that has no picture (yet).
static BLANK: LazyLock<Option<VideoFrame>> =
    LazyLock::new(|| VideoFrame::rgba(2, 2, [0, 0, 0, 255].repeat(4), AlphaMode::Opaque).ok());

/// How far the tick may lag before frames are given up: the encoders' queues smooth out less than this.
const CATCH_UP: MediaTime = MediaTime::from_millis(300);

/// Counters of a canvas.
#[derive(Default)]
pub(crate) struct CanvasCounters {
    pub(crate) due: AtomicU64,
    pub(crate) rendered: AtomicU64,
    pub(crate) repeated: AtomicU64,
    /// Due, and not drawn since there was nobody to draw them for.
    pub(crate) unseen: AtomicU64,
    pub(crate) late: AtomicU64,
    pub(crate) skipped: AtomicU64,
    pub(crate) compose_ns: AtomicU64,
    /// Set with the first picture: nanoseconds of engine time.
    pub(crate) first_done: AtomicU64,
}

/// What a tick thread needs to know.
pub(crate) struct Ticker {
    pub(crate) canvas: usize,
    /// Output size in pixels, which may differ from the canvas' own.
    pub(crate) size: (u32, u32),
    pub(crate) rate: FrameRate,
    /// Index of the first frame on the engine's grid.
    pub(crate) first: i64,
    /// Index after the last frame, if the length is known.
    pub(crate) end: Option<i64>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) project: Arc<ArcSwap<Project>>,
    pub(crate) stage: Arc<Stage>,
    pub(crate) desk: Arc<Desk>,
    pub(crate) following: Following,
    pub(crate) on_show: Arc<OnShow>,
    /// Nothing need be drawn that nobody encodes or looks at.
    pub(crate) idles: bool,
    pub(crate) lanes: Arc<ArcSwap<Vec<Arc<VideoLane>>>>,
    pub(crate) counters: Arc<CanvasCounters>,
    pub(crate) stop: Arc<AtomicBool>,
    pub(crate) log: EventLog,
}

impl Ticker {
    /// Runs until told to stop or the last frame; gives the engine time at which the show's picture ends.
    pub(crate) fn run(self, mut renderer: Box<dyn Renderer>) -> MediaTime {
        raise_priority();
        let mut index = self.first;
        let mut needed = true;
        while !self.stop.load(Relaxed) && self.end.is_none_or(|e| index < e) {
            let due = self.rate.time_of(index);
            self.clock.sleep_until(due);
            let lag = self.clock.now() - due;
            if lag > CATCH_UP {
                let target = self
                    .rate
                    .index_at(self.clock.now())
                    .min(self.end.unwrap_or(i64::MAX) - 1);
                let missed = (target - index).max(0) as u64;
                self.miss(missed, needed);
                index = target;
            }
            let t = self.rate.time_of(index);
            self.counters.due.fetch_add(1, Relaxed);
            needed = self.tick(renderer.as_mut(), t);
            index += 1;
        }
        while let Some(done) = renderer.drain() {
            self.deliver(done, false);
        }
        self.rate.time_of(index)
    }

    /// The frame of time `t`; gives whether anybody got it.
    fn tick(&self, renderer: &mut dyn Renderer, t: MediaTime) -> bool {
        let needed = self.is_needed();
        self.stage.seen(needed);
        if !needed {
            self.pass_by(renderer, t);
            return false;
        }
        self.compose(renderer, t);
        if self.clock.now() - t > self.rate.frame_duration() {
            self.counters.late.fetch_add(1, Relaxed);
        }
        true
    }

    /// Frames were given up since the machine was too busy: a loss only if somebody would have got them.
    fn miss(&self, missed: u64, needed: bool) {
        self.counters.due.fetch_add(missed, Relaxed);
        if !needed {
            self.counters.unseen.fetch_add(missed, Relaxed);
            return;
        }
        self.counters.skipped.fetch_add(missed, Relaxed);
        let text = format!("the computer was too busy: {missed} pictures were skipped");
        self.log.add(EventLevel::Warning, "show", text);
    }

    /// Whether anybody gets the next picture.
    fn is_needed(&self) -> bool {
        // Asked each time: it counts the ticks in which nobody looks.
        let wanted = self.on_show.is_wanted(self.canvas);
        !self.idles || wanted || self.lanes.load().iter().any(|l| l.canvas == self.canvas)
    }

    /// A tick without a picture. Nothing stays under way in the renderer: whoever looks next gets the picture of that moment.
    fn pass_by(&self, renderer: &mut dyn Renderer, t: MediaTime) {
        while let Some(done) = renderer.drain() {
            self.count(&done);
        }
        self.stage.pictures(t);
        self.counters.unseen.fetch_add(1, Relaxed);
    }

    fn compose(&self, renderer: &mut dyn Renderer, t: MediaTime) {
        let begun = self.clock.now();
        let mut pictures = self.stage.pictures(t);
        self.isolate(&pictures, t);
        let project = self.project.load();
        self.stage
            .holds
            .apply(&project, &self.stage.filters(), &mut pictures, t);
        let list = self.draw_list(t, &pictures);
        match renderer.render(&list, t) {
            Ok(Some(done)) => {
                let drawn = done.drawn;
                self.deliver(done, list.items.is_empty());
                if drawn {
                    let spent = (self.clock.now() - begun).0.max(0) as u64;
                    self.counters.compose_ns.fetch_add(spent, Relaxed);
                }
            }
            Ok(None) => {}
            Err(e) => {
                self.counters.skipped.fetch_add(1, Relaxed);
                self.log
                    .add(EventLevel::Error, "show", format!("a picture could not be drawn: {e}"));
            }
        }
    }

    /// Hands the pictures of sources by themselves to the encoders that want them.
    fn isolate(&self, pictures: &BTreeMap<Arc<str>, Arc<VideoFrame>>, t: MediaTime) {
        for lane in self.lanes.load().iter().filter(|l| l.canvas == self.canvas) {
            let Some(id) = &lane.want.source else { continue };
            let picture = pictures.get(id.as_str()).map(|f| f.at(t));
            if let Some(frame) = picture.or_else(|| BLANK.as_ref().map(|b| b.at(t))) {
                lane.offer(&Arc::new(frame));
            }
        }
    }

    fn draw_list(&self, t: MediaTime, pictures: &BTreeMap<Arc<str>, Arc<VideoFrame>>) -> DrawList {
        let project = self.project.load();
        let leading = project.leading_canvas(self.canvas);
        let (Some(canvas), Some(main)) = (project.canvases.get(self.canvas), project.canvases.get(leading)) else {
            return DrawList {
                width: self.size.0,
                height: self.size.1,
                background: project::Rgba::BLACK,
                items: vec![],
            };
        };
        // Fitted before they are laid over each other, so that a fade is drawn at the output's size too.
        let draw = |showing: &Showing| {
            let p = showing.copy.as_ref().unwrap_or(&*project);
            let frames = |id: &str| pictures.get(id).cloned();
            let filtering = Filtering {
                store: &self.stage.filters(),
                time: t,
                cues: &self.stage.cues(),
            };
            let on = (canvas, (main.width, main.height));
            let list = self.following.lay_out(p, on, &showing.id, &frames, filtering);
            fit(list, self.size)
        };
        let drawing = Drawing {
            scene: &draw,
            film: &|transition| crate::films::pictures(pictures, transition),
        };
        self.desk.list(leading, &main.scene, t, &drawing)
    }

    fn count(&self, done: &compositor::Rendered) {
        let counter = if done.drawn {
            &self.counters.rendered
        } else {
            &self.counters.repeated
        };
        counter.fetch_add(1, Relaxed);
    }

    fn deliver(&self, done: compositor::Rendered, blank: bool) {
        self.count(&done);
        if self.counters.first_done.load(Relaxed) == 0 {
            self.counters
                .first_done
                .store(self.clock.now().0.max(1) as u64, Relaxed);
        }
        for lane in self.lanes.load().iter().filter(|l| l.shows(self.canvas)) {
            lane.offer(&done.frame);
        }
        self.on_show.delivered(self.canvas, &done.frame, blank);
    }
}

/// The same list drawn at another size.
pub(crate) fn fit(mut list: DrawList, (width, height): (u32, u32)) -> DrawList {
    if (list.width, list.height) == (width, height) {
        return list;
    }
    let (sx, sy) = (width as f32 / list.width as f32, height as f32 / list.height as f32);
    for item in &mut list.items {
        let m = &mut item.canvas_from_picture;
        (m.a, m.c, m.e) = (m.a * sx, m.c * sx, m.e * sx);
        (m.b, m.d, m.f) = (m.b * sy, m.d * sy, m.f * sy);
        item.style.radius *= (sx * sy).sqrt();
    }
    DrawList { width, height, ..list }
}

/// Asks the system to prefer this thread; refused without rights, and then that is that.
pub(crate) fn raise_priority() {
    #[cfg(target_os = "linux")]
    if let Err(e) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), -10) {
        tracing::debug!("no raised priority: {e}");
    }
}

#[cfg(test)]
mod tests;
