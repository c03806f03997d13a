//! Drawing one wish: which list, at which size, and whether it differs from the last one.

use super::{MonitorPicture, OnShow, PictureWish, Target};
use crate::following::Following;
use compositor::{Cues, DrawItem, DrawList, Filtering, Renderer, filters::Store, software::SoftwareRenderer};
use media::{MediaTime, VideoFrame};
use project::{Project, Rgba};
use std::sync::Arc;

/// What the monitor may see of a show.
pub(crate) trait Look: Send + Sync {
    /// The document as it runs.
    fn project(&self) -> Arc<Project>;
    /// Id of the scene in preview.
    fn preview(&self) -> String;
    /// The picture of a source that is on show, without moving it on.
    fn peek(&self, source: &str) -> Option<Arc<VideoFrame>>;
    /// The project's filters, ready for work.
    fn filters(&self) -> Arc<Store>;
    /// What items' movements count their time from.
    fn cues(&self) -> Arc<Cues> {
        Arc::default()
    }
}

/// A wish that somebody has, with what was drawn for it last.
#[derive(Default)]
pub(crate) struct Job {
    renderer: Option<((u32, u32), SoftwareRenderer)>,
    following: Following,
    newest: Option<MonitorPicture>,
    sequence: u32,
    /// The period in which it was drawn last.
    drawn_in: Option<i64>,
    /// The programme's frame it was drawn from.
    frame: Option<u64>,
}

impl Job {
    pub(crate) fn newest(&self) -> Option<&MonitorPicture> {
        self.newest.as_ref()
    }

    /// When it is to be looked at next; none for the programme, whose frames tell of themselves.
    pub(crate) fn due(&self, wish: &PictureWish, now: MediaTime) -> Option<MediaTime> {
        let period = wish.period().0;
        match (&wish.target, self.drawn_in) {
            (Target::Program(_), _) => None,
            (_, None) => Some(now),
            (_, Some(last)) => Some(MediaTime((last + 1) * period)),
        }
    }

    /// Looks whether there is something new and draws it.
    pub(crate) fn draw(&mut self, wish: &PictureWish, look: &dyn Look, on_show: &OnShow, now: MediaTime) {
        let project = look.project();
        let mut nothing = false;
        let (list, native) = match &wish.target {
            Target::Program(canvas) => match self.program(wish, canvas.as_deref(), &project, on_show) {
                Some((list, size, blank)) => {
                    nothing = blank;
                    (list, size)
                }
                None => return,
            },
            Target::Preview => self.at(wish, now, || scene(&project, &look.preview(), look, now)),
            Target::Scene(id) => self.at(wish, now, || scene(&project, id, look, now)),
            Target::Source(id) => self.at(wish, now, || source(&project, id, look)),
            Target::Layout(canvas, id) => {
                let drawn = layout(&self.following, &project, (canvas, id), look, now);
                self.at(wish, now, || drawn)
            }
        };
        let blank = nothing || list.items.is_empty();
        self.compose(list, blank, wish.fit(native), now);
    }

    /// Marks the period and makes the list.
    fn at(
        &mut self,
        wish: &PictureWish,
        now: MediaTime,
        list: impl FnOnce() -> (DrawList, (u32, u32)),
    ) -> (DrawList, (u32, u32)) {
        self.drawn_in = Some(now.0.div_euclid(wish.period().0));
        list()
    }

    /// The programme as it went out; none when it is not newer than what was drawn, or not due.
    fn program(
        &mut self,
        wish: &PictureWish,
        canvas: Option<&str>,
        project: &Project,
        on_show: &OnShow,
    ) -> Option<(DrawList, (u32, u32), bool)> {
        let index = canvas.map_or(Some(0), |id| project.canvases.iter().position(|c| c.id == id))?;
        let Some(delivered) = on_show.frame(index) else {
            // Nothing has been drawn for a while: what was drawn before is old, and not for whoever asks now.
            (self.newest, self.frame, self.drawn_in) = (None, None, None);
            return None;
        };
        let frame = &delivered.frame;
        // A frame lies in the middle of its period, so that a rate equal to the canvas' takes every one.
        let period = wish.period().0;
        let within = (frame.time.0 + period / 2).div_euclid(period);
        if self.frame == Some(frame.id) || self.drawn_in == Some(within) {
            return None;
        }
        self.drawn_in = Some(within);
        self.frame = Some(frame.id);
        let size = (frame.width, frame.height);
        Some((alone(frame.clone()), size, delivered.blank))
    }

    fn compose(&mut self, list: DrawList, blank: bool, size: (u32, u32), now: MediaTime) {
        let list = crate::tick::fit(list, size);
        let Some(renderer) = self.renderer(size) else { return };
        let drawn = match renderer.render(&list, now) {
            Ok(Some(done)) => done,
            Ok(None) => return,
            Err(e) => {
                tracing::warn!("a picture for the window could not be drawn: {e}");
                return;
            }
        };
        let unchanged = !drawn.drawn && self.newest.as_ref().is_some_and(|n| n.frame.id == drawn.frame.id);
        if unchanged {
            return;
        }
        // 0 is what nobody has seen yet.
        self.sequence = self.sequence.wrapping_add(1).max(1);
        self.newest = Some(MonitorPicture {
            sequence: self.sequence,
            blank,
            frame: drawn.frame,
        });
    }

    fn renderer(&mut self, size: (u32, u32)) -> Option<&mut SoftwareRenderer> {
        if self.renderer.as_ref().is_none_or(|(s, _)| *s != size) {
            self.renderer = Some((size, SoftwareRenderer::new(size.0, size.1).ok()?));
        }
        self.renderer.as_mut().map(|(_, r)| r)
    }
}

/// A frame as a canvas of its own size.
fn alone(frame: Arc<VideoFrame>) -> DrawList {
    DrawList {
        width: frame.width,
        height: frame.height,
        background: Rgba::BLACK,
        items: vec![DrawItem::whole(frame, 0.0, 0.0)],
    }
}

/// A scene as the main canvas would show it.
fn scene(project: &Project, id: &str, look: &dyn Look, time: MediaTime) -> (DrawList, (u32, u32)) {
    let (size, background) = project
        .canvases
        .first()
        .map_or(((1920, 1080), Rgba::BLACK), |c| ((c.width, c.height), c.background));
    let (store, cues) = (&look.filters(), &look.cues());
    let frames = |source: &str| look.peek(source);
    let list = compositor::draw_list_at(project, size, background, id, &frames, Filtering { store, time, cues });
    (list, size)
}

/// A scene as a canvas lays it out; on the main canvas' size where that canvas is gone.
fn layout(
    following: &Following,
    project: &Arc<Project>,
    (canvas, id): (&str, &str),
    look: &dyn Look,
    time: MediaTime,
) -> (DrawList, (u32, u32)) {
    let here = project.canvases.iter().find(|c| c.id == canvas);
    let (Some(canvas), Some(main)) = (here, project.canvases.first()) else {
        return scene(project, id, look, time);
    };
    let (store, cues) = (&look.filters(), &look.cues());
    let frames = |source: &str| look.peek(source);
    let on = (canvas, (main.width, main.height));
    let list = following.lay_out(project, on, id, &frames, Filtering { store, time, cues });
    (compositor::cull(list), (canvas.width, canvas.height))
}

/// A source by itself; an empty picture of the canvas' shape while it has none.
fn source(project: &Project, id: &str, look: &dyn Look) -> (DrawList, (u32, u32)) {
    match look.peek(id) {
        Some(frame) => {
            let size = (frame.width, frame.height);
            (alone(frame), size)
        }
        None => {
            let (width, height) = project.canvases.first().map_or((1920, 1080), |c| (c.width, c.height));
            let list = DrawList {
                width,
                height,
                background: Rgba::BLACK,
                items: vec![],
            };
            (list, (width, height))
        }
    }
}
