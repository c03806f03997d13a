//! The tick by hand, frame by frame, with a renderer that counts what it is asked to draw and works behind as a graphics
//! card does.

use super::*;
use crate::{
    desk::{Desk, Transition},
    stage::{Sources, Stage, StageSetting, kind_of},
};
use compositor::{CompositorError, Rendered, software::SoftwareRenderer};
use media::{ManualClock, VideoFrame};
use project::{Canvas, Scene, SceneItem};
use serde_json::json;
use std::{collections::VecDeque, path::Path, time::Duration};

/// Gives every picture one tick late.
struct Behind {
    real: SoftwareRenderer,
    under_way: VecDeque<Rendered>,
    drawn: u32,
}

impl Renderer for Behind {
    fn name(&self) -> &'static str {
        "behind"
    }
    fn adapter(&self) -> String {
        String::new()
    }
    fn render(&mut self, list: &DrawList, time: MediaTime) -> Result<Option<Rendered>, CompositorError> {
        self.drawn += 1;
        self.under_way.extend(self.real.render(list, time)?);
        Ok((self.under_way.len() > 1).then(|| self.drain()).flatten())
    }
    fn drain(&mut self) -> Option<Rendered> {
        self.under_way.pop_front()
    }
}

struct Rig {
    ticker: Ticker,
    renderer: Behind,
    clock: ManualClock,
    index: i64,
}

impl Rig {
    /// A show of one moving gradient.
    fn new(idles: bool) -> Self {
        let (clock, rate) = (ManualClock::new(), FrameRate::whole(30));
        let project = Project {
            canvases: vec![Canvas {
                width: 64,
                height: 36,
                fps: rate,
                scene: "a".into(),
                ..Canvas::default()
            }],
            scenes: vec![Scene {
                id: "a".into(),
                items: vec![SceneItem {
                    source: Some("back".into()),
                    ..SceneItem::default()
                }],
                ..Scene::default()
            }],
            ..Project::default()
        };
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let setting = StageSetting::new(&project, Path::new("/"), shared.clone(), MediaTime::ZERO);
        let settings = json!({"color2": "#ffffff", "motion_s": 4.0});
        let settings = settings.as_object().expect("a map");
        let back = setting.open("back", "Back", kind_of("color").expect("known"), settings);
        let stage = Stage::default();
        stage.replace(Sources::from([("back".into(), Arc::new(back.expect("opens")))]));
        stage.wait_ready(&clock, MediaTime::from_millis(20_000));
        Self {
            ticker: Ticker {
                canvas: 0,
                size: (64, 36),
                rate,
                first: 0,
                end: None,
                clock: shared.clone(),
                project: Arc::new(ArcSwap::from_pointee(project)),
                stage: Arc::new(stage),
                desk: Arc::new(Desk::new(Transition::cut())),
                following: Following::default(),
                on_show: Arc::new(OnShow::new(1)),
                idles,
                lanes: Arc::default(),
                counters: Arc::default(),
                stop: Arc::default(),
                log: EventLog::new(shared, MediaTime::ZERO),
            },
            renderer: Behind {
                real: SoftwareRenderer::new(64, 36).expect("a size"),
                under_way: VecDeque::new(),
                drawn: 0,
            },
            clock,
            index: 0,
        }
    }

    /// The next frame; whether anybody got it.
    fn tick(&mut self) -> bool {
        let t = self.ticker.rate.time_of(self.index);
        self.index += 1;
        self.clock.set(t);
        self.ticker.counters.due.fetch_add(1, Relaxed);
        self.ticker.tick(&mut self.renderer, t)
    }

    /// How many of so many frames were drawn.
    fn drawn_of(&mut self, frames: u32) -> u32 {
        let before = self.renderer.drawn;
        for _ in 0..frames {
            self.tick();
        }
        self.renderer.drawn - before
    }

    fn newest(&self) -> Option<Arc<VideoFrame>> {
        self.ticker.on_show.frame(0).map(|d| d.frame.clone())
    }

    fn counts(&self) -> (u64, u64, u64) {
        let c = &self.ticker.counters;
        let drawn = c.rendered.load(Relaxed) + c.repeated.load(Relaxed);
        (c.due.load(Relaxed), drawn, c.unseen.load(Relaxed))
    }

    fn source(&self) -> media::FrameSlot {
        self.ticker.stage.slot("back").expect("open")
    }
}

#[test]
fn nothing_is_drawn_while_nobody_looks_and_the_first_look_gets_a_picture_of_its_moment() {
    let mut rig = Rig::new(true);
    assert_eq!(rig.drawn_of(60), 0);
    assert_eq!(rig.counts(), (60, 0, 60));
    assert!(!rig.source().is_seen(), "makers may rest");

    rig.ticker.on_show.watch(true, true);
    let t = rig.ticker.rate.time_of(rig.index);
    assert!(rig.tick());
    assert!(rig.source().is_seen(), "makers are awake");
    rig.tick();
    assert_eq!(
        rig.newest().map(|f| f.time),
        Some(t),
        "the renderer is one behind, no more"
    );

    // The page is hidden, or hangs: it has its wish and asks for nothing.
    rig.ticker.on_show.watch(true, false);
    assert!(rig.drawn_of(10) == 10, "a slow one is waited for");
    let more = rig.drawn_of(60);
    assert!(more < 40, "{more}");
    assert!(rig.newest().is_none(), "nothing old is left for the next one");
    assert!(rig.renderer.under_way.is_empty());
    let (due, drawn, unseen) = rig.counts();
    assert_eq!(due, drawn + unseen, "every frame is counted once");

    rig.ticker.on_show.watch(true, true);
    let t = rig.ticker.rate.time_of(rig.index);
    rig.tick();
    rig.tick();
    assert_eq!(rig.newest().map(|f| f.time), Some(t));
    rig.ticker.on_show.watch(false, false);
    assert_eq!(rig.drawn_of(5), 0, "gone: at once");
}

#[test]
fn the_sources_stay_in_step_while_nobody_looks() {
    let mut rig = Rig::new(true);
    for _ in 0..25 {
        rig.tick();
        let t = rig.ticker.rate.time_of(rig.index);
        assert!(
            rig.source().wait_beyond(t, Duration::from_secs(20)),
            "the maker has room"
        );
    }
    let on_show = rig.source().peek().expect("a picture").time;
    assert_eq!(on_show, rig.ticker.rate.time_of(rig.index - 1));
}

#[test]
fn a_show_that_is_no_studio_draws_every_frame() {
    let mut rig = Rig::new(false);
    assert_eq!(rig.drawn_of(60), 60);
    assert_eq!(rig.counts().2, 0);
}

#[test]
fn frames_nobody_missed_are_no_loss() {
    let rig = Rig::new(true);
    rig.ticker.miss(7, false);
    assert_eq!(rig.counts(), (7, 0, 7));
    assert!(rig.ticker.log.since(0).is_empty());
    rig.ticker.miss(3, true);
    assert_eq!(rig.ticker.counters.skipped.load(Relaxed), 3);
    assert_eq!(rig.ticker.log.since(0).len(), 1);
}
