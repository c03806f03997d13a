//! The monitor on a manual clock, step by step and with its thread.

use super::*;
use media::{AlphaMode, FrameSlot, ManualClock, PixelFormat, SlotPolicy};
use project::{Canvas, Project, Scene, SceneItem};
use std::time::Duration;

struct Show {
    project: Project,
    slot: FrameSlot,
    preview: Mutex<String>,
}

impl Look for Show {
    fn project(&self) -> Arc<Project> {
        Arc::new(self.project.clone())
    }
    fn preview(&self) -> String {
        self.preview.lock().clone()
    }
    fn peek(&self, source: &str) -> Option<Arc<VideoFrame>> {
        (source == "cam").then(|| self.slot.peek()).flatten()
    }
    fn filters(&self) -> Arc<compositor::filters::Store> {
        Arc::default()
    }
}

fn frame(width: u32, height: u32, grey: u8, ms: i64) -> Arc<VideoFrame> {
    let pixels = vec![grey; (width * height * 4) as usize];
    let frame = VideoFrame::rgba(width, height, pixels, AlphaMode::Opaque).expect("frame");
    Arc::new(frame.at(MediaTime::from_millis(ms)))
}

struct Rig {
    worker: Worker,
    pictures: Pictures,
    on_show: Arc<OnShow>,
    show: Show,
    clock: ManualClock,
}

impl Rig {
    fn new() -> Self {
        let on_show = Arc::new(OnShow::new(1));
        let pictures = Pictures::new(on_show.clone());
        let clock = ManualClock::new();
        let scene = Scene {
            id: "a".into(),
            items: vec![SceneItem {
                source: Some("cam".into()),
                ..SceneItem::default()
            }],
            ..Scene::default()
        };
        let show = Show {
            project: Project {
                canvases: vec![Canvas {
                    width: 64,
                    height: 36,
                    scene: "a".into(),
                    ..Canvas::default()
                }],
                scenes: vec![scene],
                ..Project::default()
            },
            slot: FrameSlot::new(4, SlotPolicy::DropOldest),
            preview: Mutex::new("a".into()),
        };
        let worker = Worker {
            board: pictures.board.clone(),
            wake: on_show.waker(),
            clock: Arc::new(clock.clone()),
            jobs: HashMap::new(),
        };
        Self {
            worker,
            pictures,
            on_show,
            show,
            clock,
        }
    }
    fn tap(&self, target: &str, width: u32, fps: u32) -> PictureTap {
        let wish = PictureWish {
            target: target.parse().expect("target"),
            width,
            height: width,
            fps,
        };
        self.pictures.tap(wish, || {})
    }
    fn serve(&mut self) -> Option<MediaTime> {
        self.worker.serve(&self.show)
    }
    fn advance(&self, ms: u64) {
        self.clock.advance(Duration::from_millis(ms));
    }
}

#[test]
fn only_who_asks_gets_a_picture_and_only_a_new_one() {
    let mut rig = Rig::new();
    rig.show.slot.push(frame(64, 36, 200, 0));
    let tap = rig.tap("source:cam", 32, 10);
    assert_eq!(rig.serve(), None, "nobody asks: nothing is due");
    assert!(tap.take().is_none() && rig.worker.jobs.is_empty());
    tap.ask();
    assert!(rig.serve().is_some());
    let first = tap.take().expect("a picture");
    assert_eq!(
        (first.frame.width, first.frame.height, first.sequence, first.blank),
        (32, 18, 1, false)
    );
    assert_eq!(first.frame.format, PixelFormat::I420);
    tap.ask();
    for _ in 0..5 {
        rig.advance(100);
        rig.serve();
    }
    assert!(tap.take().is_none(), "it did not change");
    rig.show.slot.push(frame(64, 36, 10, 600));
    rig.advance(100);
    rig.serve();
    assert!(
        tap.take().is_none(),
        "the show has not taken the new one up, so nobody sees it"
    );
    rig.show.slot.at(MediaTime::from_millis(600));
    rig.advance(100);
    rig.serve();
    assert_eq!(tap.take().expect("changed").sequence, 2);
}

#[test]
fn a_wish_is_not_drawn_oftener_than_wished() {
    let mut rig = Rig::new();
    let tap = rig.tap("preview", 32, 10);
    let mut got = 0;
    for ms in 0..1000 {
        rig.show.slot.push(frame(8, 8, (ms % 200) as u8, ms));
        rig.show.slot.at(MediaTime::from_millis(ms));
        tap.ask();
        rig.serve();
        got += u32::from(tap.take().is_some());
        rig.advance(1);
    }
    assert_eq!(got, 10);
}

#[test]
fn equal_wishes_are_one_job_and_a_slow_one_gets_the_newest() {
    let mut rig = Rig::new();
    let (a, b) = (rig.tap("scene:a", 32, 30), rig.tap("scene:a", 32, 30));
    a.ask();
    rig.show.slot.push(frame(64, 36, 1, 0));
    rig.serve();
    for n in 1..=3 {
        rig.show.slot.push(frame(64, 36, 60 * n, i64::from(n)));
        rig.show.slot.at(MediaTime::from_millis(n.into()));
        a.ask();
        rig.advance(40);
        rig.serve();
    }
    assert_eq!(rig.worker.jobs.len(), 1);
    assert_eq!(a.take().expect("picture").sequence, 4);
    b.ask();
    rig.serve();
    assert_eq!(b.take().expect("the newest").sequence, 4);
    drop((a, b));
    rig.serve();
    assert!(rig.worker.jobs.is_empty(), "nobody looks any more");
}

#[test]
fn the_programme_is_the_delivered_frame() {
    let mut rig = Rig::new();
    rig.on_show.delivered(0, &frame(64, 36, 1, 0), false);
    assert!(rig.on_show.frame(0).is_none(), "nobody looks: nothing is kept");
    let (tap, other) = (rig.tap("program", 16, 30), rig.tap("program:elsewhere", 16, 30));
    tap.ask();
    other.ask();
    assert_eq!(rig.serve(), None, "frames tell of themselves");
    let times = [0, 17, 33, 50, 67, 83, 100];
    let mut shown = vec![];
    for t in times {
        rig.on_show.delivered(0, &frame(64, 36, 100, t), false);
        rig.serve();
        shown.extend(tap.take().map(|p| p.frame.time.as_millis()));
        tap.ask();
    }
    assert_eq!(shown.len(), 4, "every second one of sixty a second");
    // The last one stays on show: it is repeated with later times and comes through.
    let last = frame(64, 36, 7, 117);
    rig.on_show.delivered(0, &last, false);
    rig.serve();
    rig.on_show
        .delivered(0, &Arc::new(last.at(MediaTime::from_millis(134))), false);
    rig.serve();
    assert!(tap.take().is_some());
    assert!(other.take().is_none(), "there is no such canvas");
    drop((tap, other));
    rig.serve();
    assert!(rig.on_show.frame(0).is_none(), "let go when nobody looks");
}

#[test]
fn what_is_not_there_is_blank() {
    let mut rig = Rig::new();
    for target in ["scene:gone", "source:gone", "preview"] {
        *rig.show.preview.lock() = "gone".into();
        let tap = rig.tap(target, 32, 30);
        tap.ask();
        rig.serve();
        let p = tap.take().expect("a picture");
        assert!(p.blank && (p.frame.width, p.frame.height) == (32, 18), "{target}");
    }
}

#[test]
fn the_thread_serves_and_ends() {
    let rig = Rig::new();
    rig.show.slot.push(frame(64, 36, 9, 0));
    let (told, heard) = crossbeam_channel::bounded(4);
    let wish = PictureWish {
        target: Target::Source("cam".into()),
        width: 16,
        height: 16,
        fps: 30,
    };
    rig.pictures
        .start(Arc::new(rig.show), Arc::new(rig.clock.clone()))
        .expect("thread");
    let tap = rig.pictures.tap(wish, move || {
        let _ = told.try_send(());
    });
    tap.ask();
    heard
        .recv_timeout(Duration::from_secs(10))
        .expect("the waker is called");
    assert!(tap.take().is_some());
    rig.pictures.stop();
    tap.ask();
    assert!(heard.recv_timeout(Duration::from_millis(50)).is_err(), "over");
}
