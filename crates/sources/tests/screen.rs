//! The screen kind against a real X server in memory (Xvfb), painted on by the test itself.
#![cfg(target_os = "linux")]

use media::{AlphaMode, Clock, ColorInfo, FrameRate, MediaTime, PixelFormat, SystemClock, VideoFrame};
use serde_json::{Map, Value, json};
use sources::{Source, SourceContext, SourceState, screen::KIND};
use std::{path::Path, process::Command, sync::Arc, time::Duration};
use test_support::{process::ChildGuard, wait_for, xvfb::Xvfb};
use x11rb::{
    connection::Connection,
    protocol::{
        randr::ConnectionExt as _,
        xproto::{ConnectionExt as _, CreateGCAux, Gcontext, Rectangle, Window},
    },
    rust_connection::RustConnection,
    wrapper::ConnectionExt as _,
};

const LIMIT: Duration = Duration::from_secs(15);

struct Painter {
    conn: RustConnection,
    root: Window,
    gc: Gcontext,
}

impl Painter {
    fn new(display: &str) -> Self {
        let (conn, n) = RustConnection::connect(Some(display)).expect("display");
        let root = conn.setup().roots[n].root;
        let gc = conn.generate_id().expect("id");
        conn.create_gc(gc, root, &CreateGCAux::new()).expect("gc");
        Self { conn, root, gc }
    }
    /// Fills a rectangle of the root window with 0xRRGGBB.
    fn fill(&self, color: u32, [x, y, width, height]: [i16; 4]) {
        let aux = x11rb::protocol::xproto::ChangeGCAux::new().foreground(color);
        self.conn.change_gc(self.gc, &aux).expect("gc");
        let r = Rectangle {
            x,
            y,
            width: width as u16,
            height: height as u16,
        };
        self.conn.poly_fill_rectangle(self.root, self.gc, &[r]).expect("fill");
        self.conn.sync().expect("sync");
    }
    fn point_at(&self, x: i16, y: i16) {
        self.conn.warp_pointer(0u32, self.root, 0, 0, 0, 0, x, y).expect("warp");
        self.conn.sync().expect("sync");
    }
}

struct Opened {
    source: Box<dyn Source>,
    clock: Arc<SystemClock>,
}

impl Opened {
    fn new(settings: Value) -> Self {
        let clock = Arc::new(SystemClock::new());
        let ctx = SourceContext {
            id: "screen".into(),
            name: "Desktop".into(),
            clock: clock.clone(),
            start: MediaTime::ZERO,
            rate: FrameRate::whole(60),
            canvas: (320, 180),
            project_dir: ".".into(),
        };
        let source = (KIND.open)(&map(settings), ctx).expect("right settings");
        assert!(source.ready(LIMIT), "the first picture or a reason");
        Self { source, clock }
    }
    fn frame(&self) -> Arc<VideoFrame> {
        self.source
            .video()
            .expect("video")
            .at(self.clock.now())
            .expect("a picture")
    }
    fn waits_until(&self, what: &str, mut f: impl FnMut(&VideoFrame) -> bool) {
        let ok = wait_for(LIMIT, || f(&self.frame()));
        assert!(ok, "{what}: {:?} {:?}", self.source.state(), self.frame().format);
    }
    fn reason(&self) -> String {
        match self.source.state() {
            SourceState::Waiting { reason } => reason,
            s => panic!("{s:?} instead of waiting"),
        }
    }
}

fn map(v: Value) -> Map<String, Value> {
    v.as_object().expect("an object").clone()
}

/// 0xRRGGBB at x, y.
fn pixel(f: &VideoFrame, x: usize, y: usize) -> u32 {
    let row = f.planes[0].row(y, f.width as usize * 4);
    u32::from_le_bytes([row[x * 4], row[x * 4 + 1], row[x * 4 + 2], 0])
}

fn is_all(f: &VideoFrame, color: u32) -> bool {
    f.format == PixelFormat::Bgrx && pixel(f, 10, 10) == color
}

#[test]
fn shows_what_is_painted_with_its_colours_times_and_size() {
    let x = Xvfb::start(640, 360, 24).expect("Xvfb");
    let p = Painter::new(x.display());
    p.fill(0x102030, [0, 0, 640, 360]);
    p.fill(0xff8001, [600, 300, 40, 60]);
    let s = Opened::new(json!({ "display": x.display(), "cursor": false }));
    assert_eq!(s.source.state(), SourceState::Ready);
    let f = s.frame();
    assert_eq!((f.width, f.height, f.format), (640, 360, PixelFormat::Bgrx));
    assert_eq!((f.alpha, f.color), (AlphaMode::Opaque, ColorInfo::SRGB));
    let corners = [
        (0, 0, 0x102030),
        (599, 300, 0x102030),
        (600, 300, 0xff8001),
        (639, 359, 0xff8001),
    ];
    for (px, py, color) in corners {
        assert_eq!(pixel(&f, px, py), color, "{px}, {py}");
    }
    let before = s.clock.now();
    p.fill(0x00ff00, [10, 10, 1, 1]);
    s.waits_until("the green dot", |f| pixel(f, 10, 10) == 0x00ff00);
    let now = s.clock.now();
    assert!(
        (before..=now).contains(&s.frame().time),
        "captured at {:?}",
        s.frame().time
    );
    assert_eq!(pixel(&s.frame(), 11, 10), 0x102030);
}

#[test]
fn an_unchanged_screen_makes_no_pictures() {
    let x = Xvfb::start(320, 200, 24).expect("Xvfb");
    let s = Opened::new(json!({ "display": x.display() }));
    let first = s.frame();
    // Longer than the look that does not trust DAMAGE.
    s.clock.sleep_until(s.clock.now() + MediaTime::from_millis(1500));
    assert_eq!(s.frame().id, first.id);
    assert_eq!(s.frame().time, first.time);
}

#[test]
fn a_region_is_cut_out_and_follows_new_settings() {
    let x = Xvfb::start(640, 360, 24).expect("Xvfb");
    let p = Painter::new(x.display());
    p.fill(0x0000ff, [0, 0, 640, 360]);
    p.fill(0xff0000, [100, 50, 30, 20]);
    let region = |x: u32, y: u32, w: u32, h: u32| json!({ "x": x, "y": y, "width": w, "height": h });
    let mut s = Opened::new(json!({ "display": x.display(), "cursor": false, "region": region(99, 49, 32, 22) }));
    let f = s.frame();
    assert_eq!((f.width, f.height), (32, 22));
    assert_eq!(
        [pixel(&f, 0, 0), pixel(&f, 1, 1), pixel(&f, 30, 20), pixel(&f, 31, 21)],
        [255, 0xff0000, 0xff0000, 255]
    );

    let wrong = json!({ "display": x.display(), "region": region(0, 0, 0, 5) });
    let e = s.source.update(&map(wrong)).expect_err("no width");
    assert!(e.to_string().contains("region.width"), "{e}");

    let beyond = json!({ "display": x.display(), "cursor": false, "region": region(630, 350, 100, 100) });
    s.source.update(&map(beyond)).expect("right settings");
    s.waits_until("the part that lies on the screen", |f| (f.width, f.height) == (10, 10));
    let outside = json!({ "display": x.display(), "region": region(640, 0, 100, 100) });
    s.source.update(&map(outside)).expect("right settings");
    assert!(wait_for(LIMIT, || s.source.state() != SourceState::Ready));
    assert!(s.reason().contains("outside"), "{}", s.reason());
}

#[test]
fn the_pointer_is_seen_only_when_wanted() {
    let x = Xvfb::start(320, 200, 24).expect("Xvfb");
    let p = Painter::new(x.display());
    p.fill(0x404040, [0, 0, 320, 200]);
    p.point_at(160, 100);
    let with = Opened::new(json!({ "display": x.display() }));
    let without = Opened::new(json!({ "display": x.display(), "cursor": false }));
    let touched = |f: &VideoFrame, x0: usize, y0: usize| {
        let near = (y0 - 12..y0 + 12).flat_map(|y| (x0 - 12..x0 + 12).map(move |x| (x, y)));
        near.filter(|&(x, y)| pixel(f, x, y) != 0x404040).count()
    };
    with.waits_until("the pointer", |f| touched(f, 160, 100) > 10);
    assert_eq!(touched(&with.frame(), 60, 40), 0);
    p.point_at(60, 40);
    with.waits_until("the pointer at its new place", |f| touched(f, 60, 40) > 10);
    assert_eq!(touched(&with.frame(), 160, 100), 0, "it left no trace");
    assert_eq!(
        touched(&without.frame(), 60, 40) + touched(&without.frame(), 160, 100),
        0
    );
}

/// A server on a number nobody else takes: those that choose for themselves begin at 0.
fn start_on(display: &str, size: &str, log: &Path) -> ChildGuard {
    let mut x = Command::new("Xvfb");
    x.args([
        display,
        "-screen",
        "0",
        &format!("{size}x24"),
        "-nolisten",
        "tcp",
        "-noreset",
        "-ac",
    ]);
    let x = ChildGuard::spawn(x, log, false).expect("Xvfb");
    assert!(
        wait_for(LIMIT, || RustConnection::connect(Some(display)).is_ok()),
        "{}",
        x.log()
    );
    x
}

#[test]
fn a_display_that_goes_and_comes_back_is_waited_for_under_a_slate() {
    let dir = tempfile::tempdir().expect("dir");
    let log = dir.path().join("log");
    let display = format!(":{}", 1000 + std::process::id() % 50_000);
    let mut x = start_on(&display, "320x200", &log);
    let other = Xvfb::start(320, 200, 24).expect("another display");
    Painter::new(&display).fill(0xff0000, [0, 0, 320, 200]);
    Painter::new(other.display()).fill(0x00ff00, [0, 0, 320, 200]);
    let s = Opened::new(json!({ "display": display, "cursor": false }));
    s.waits_until("red", |f| is_all(f, 0xff0000));

    x.terminate();
    s.waits_until("the slate", |f| f.format == PixelFormat::Rgba);
    assert!(s.reason().contains(&display), "{}", s.reason());
    assert_eq!((s.frame().width, s.frame().height), (320, 180), "the canvas's shape");

    let mut again = start_on(&display, "400x300", &log);
    Painter::new(&display).fill(0x0000ff, [0, 0, 400, 300]);
    s.waits_until("blue", |f| is_all(f, 0x0000ff));
    assert_eq!((s.frame().width, s.frame().height), (400, 300), "its new size");
    assert_eq!(s.source.state(), SourceState::Ready);
    drop(s);
    again.terminate();
}

#[test]
fn monitors_are_listed_and_a_missing_one_is_never_replaced() {
    let x = Xvfb::start(640, 360, 24).expect("Xvfb");
    // SAFETY: nextest runs each test in a process of its own, and no other thread of it runs yet (libtest's main thread only waits).
    unsafe { std::env::set_var("DISPLAY", x.display()) };
    let list = KIND.devices.expect("a list")().expect("devices");
    assert_eq!(
        (list[0].name.as_str(), list[0].detail.as_str()),
        ("Whole screen", "640 × 360 pixels")
    );
    let p = Painter::new(x.display());
    let resources = p
        .conn
        .randr_get_screen_resources_current(p.root)
        .expect("randr")
        .reply()
        .expect("randr");
    assert_eq!(list.len(), 1 + resources.outputs.len(), "{list:?}");
    let monitor = &list[1];
    assert!(monitor.detail.contains("640 × 360"), "{monitor:?}");

    p.fill(0x123456, [0, 0, 640, 360]);
    let s = Opened::new(Value::Object(monitor.settings.clone()));
    s.waits_until("the monitor", |f| {
        is_all(f, 0x123456) && (f.width, f.height) == (640, 360)
    });
    let missing = Opened::new(json!({ "output": "HDMI-9" }));
    let text = missing.reason();
    assert!(text.contains("HDMI-9 is not connected"), "{text}");
    assert_eq!(
        missing.frame().format,
        PixelFormat::Rgba,
        "a slate, not another monitor"
    );

    // Switched off and on again.
    let crtc = resources.crtcs[0];
    let info = p
        .conn
        .randr_get_crtc_info(crtc, 0)
        .expect("crtc")
        .reply()
        .expect("crtc");
    let set = |mode, outputs: &[u32]| {
        let c = p
            .conn
            .randr_set_crtc_config(crtc, 0, 0, 0, 0, mode, info.rotation, outputs);
        c.expect("crtc").reply().expect("crtc");
    };
    set(0, &[]);
    assert!(wait_for(LIMIT, || s.source.state() != SourceState::Ready));
    assert!(s.reason().contains("switched off"), "{}", s.reason());
    set(info.mode, &resources.outputs[..1]);
    assert!(wait_for(LIMIT, || s.source.state() == SourceState::Ready));
}

#[test]
fn without_a_display_it_waits_and_says_why() {
    // SAFETY: as in `monitors_are_listed_and_a_missing_one_is_never_replaced`.
    unsafe { std::env::remove_var("DISPLAY") };
    let mut s = Opened::new(json!({}));
    assert!(s.reason().contains("DISPLAY is not set"), "{}", s.reason());
    let e = KIND.devices.expect("a list")().expect_err("no display");
    assert!(e.to_string().contains("DISPLAY is not set"), "{e}");
    let stopping = s.clock.now();
    s.source.stop();
    assert!(s.clock.now() - stopping < MediaTime::from_millis(500), "ends at once");
}
