//! The windows on a display in memory: they open, draw the picture they are given in its colours, and close, again and
//! again. The test runs itself a second time with the display in its environment, which a process can't change for itself.
#![cfg(target_os = "linux")]

use media::{AlphaMode, ColorInfo, MediaTime, PixelFormat, Plane, VideoFrame};
use monitor::{Board, Gallery, Monitors, Picture, Tally, Target, Tile, View, Wake};
use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};
use test_support::{process::run, wait_for, xvfb::Xvfb};
use x11rb::protocol::xproto::{ConnectionExt, ImageFormat};

const SIZE: (u16, u16) = (1280, 720);
const LIMIT: Duration = Duration::from_secs(30);

/// R, G, B, and the same as BT.709 limited-range Y, U, V.
type Color = ([u8; 3], [u8; 3]);
const RED: Color = ([255, 0, 0], [63, 102, 240]);
const GREEN: Color = ([0, 255, 0], [173, 42, 26]);
const BLUE: Color = ([0, 0, 255], [32, 240, 118]);
const WHITE: Color = ([255, 255, 255], [235, 128, 128]);

/// A show whose programme is red above and blue below, whose preview is green and whose scenes are white.
#[derive(Default)]
struct TestShow {
    watched: AtomicUsize,
    dropped: Arc<AtomicUsize>,
}

impl Gallery for TestShow {
    fn watch(&self, target: &Target, width: u32, height: u32, _fps: u32, wake: Wake) -> Box<dyn Picture> {
        self.watched.fetch_add(1, Relaxed);
        let frame = match target {
            Target::Program(_) => halves(PixelFormat::I420, width, height, RED, BLUE),
            Target::Preview => halves(PixelFormat::Nv12, width, height, GREEN, GREEN),
            _ => halves(PixelFormat::I420, width, height, WHITE, WHITE),
        };
        wake();
        Box::new(Still(Some(Arc::new(frame)), self.dropped.clone()))
    }

    fn board(&self) -> Board {
        let tile = |id: &str, tally| Tile {
            target: Target::Scene(id.into()),
            label: format!("{id} 場景"),
            tally,
            level_db: None,
        };
        Board {
            preview: "PREVIEW".into(),
            program: "PROGRAMME".into(),
            on_air: true,
            level_db: [-12.0, -3.0],
            tiles: vec![tile("a", Tally::Program), tile("b", Tally::Off)],
        }
    }
}

struct Still(Option<Arc<VideoFrame>>, Arc<AtomicUsize>);

impl Picture for Still {
    fn newest(&mut self) -> Option<Arc<VideoFrame>> {
        self.0.take()
    }
}

impl Drop for Still {
    fn drop(&mut self) {
        self.1.fetch_add(1, Relaxed);
    }
}

fn halves(format: PixelFormat, width: u32, height: u32, above: Color, below: Color) -> VideoFrame {
    let half = |value: &dyn Fn(&Color) -> Vec<u8>, samples: usize, rows: usize| -> Plane {
        let mut data = value(&above).repeat(samples * (rows / 2));
        data.extend(value(&below).repeat(samples * (rows - rows / 2)));
        Plane {
            stride: data.len() / rows,
            data: data.into(),
        }
    };
    let (w, h) = (width as usize, height as usize);
    let (cw, ch) = (w.div_ceil(2), h.div_ceil(2));
    let mut planes = vec![half(&|c| vec![c.1[0]], w, h)];
    if format == PixelFormat::Nv12 {
        planes.push(half(&|c| vec![c.1[1], c.1[2]], cw, ch));
    } else {
        planes.push(half(&|c| vec![c.1[1]], cw, ch));
        planes.push(half(&|c| vec![c.1[2]], cw, ch));
    }
    VideoFrame::new(
        format,
        width,
        height,
        planes,
        ColorInfo::BT709_LIMITED,
        AlphaMode::Opaque,
        MediaTime::ZERO,
    )
    .expect("frame")
}

/// The display's picture.
struct Shot(Vec<u8>);

impl Shot {
    fn take() -> Self {
        let (x, screen) = x11rb::connect(None).expect("display");
        let root = x11rb::connection::Connection::setup(&x).roots[screen].root;
        let image = x
            .get_image(ImageFormat::Z_PIXMAP, root, 0, 0, SIZE.0, SIZE.1, u32::MAX)
            .expect("asked");
        Self(image.reply().expect("picture").data)
    }
    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let p = &self.0[(y * usize::from(SIZE.0) + x) * 4..][..3];
        [p[2], p[1], p[0]]
    }
    fn is(&self, x: usize, y: usize, want: [u8; 3]) -> bool {
        self.at(x, y).iter().zip(want).all(|(a, b)| a.abs_diff(b) <= 4)
    }
}

/// Waits until these pixels have these colours.
fn shows(what: &str, pixels: &[(usize, usize, [u8; 3])]) {
    let shown = wait_for(LIMIT, || {
        let shot = Shot::take();
        pixels.iter().all(|&(x, y, c)| shot.is(x, y, c))
    });
    let shot = Shot::take();
    let found: Vec<_> = pixels.iter().map(|&(x, y, want)| (x, y, want, shot.at(x, y))).collect();
    assert!(shown, "{what}: (x, y, wanted, found) {found:?}");
}

/// Runs `body` on a display of its own.
fn on_a_display(name: &str, body: impl FnOnce()) {
    const INSIDE: &str = "FOOTLIGHT_TEST_INSIDE";
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    let display = Xvfb::start(SIZE.0.into(), SIZE.1.into(), 24).expect("Xvfb");
    let mut again = Command::new(std::env::current_exe().expect("self"));
    again
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1")
        .env("DISPLAY", display.display());
    again.env_remove("WAYLAND_DISPLAY");
    run(&mut again).expect("the test on its display");
}

#[test]
fn a_projector_fills_the_display_twenty_times() {
    on_a_display("a_projector_fills_the_display_twenty_times", || {
        let show = Arc::new(TestShow::default());
        let monitors = Monitors::start(show.clone()).expect("there is a display");
        let displays = monitors.displays();
        assert_eq!(displays.len(), 1);
        assert_eq!((displays[0].width, displays[0].height), (SIZE.0.into(), SIZE.1.into()));
        for turn in 1..=20 {
            let id = monitors
                .open(View::One(Target::Program(None)), Some(0), "Programme")
                .expect("a window");
            assert_eq!(monitors.opened().len(), 1);
            shows(
                "red above, blue below",
                &[
                    (640, 100, RED.0),
                    (5, 5, RED.0),
                    (640, 600, BLUE.0),
                    (1275, 715, BLUE.0),
                ],
            );
            monitors.close(id);
            assert!(wait_for(LIMIT, || monitors.opened().is_empty()), "turn {turn}");
            shows("the empty display", &[(640, 100, [0, 0, 0]), (640, 600, [0, 0, 0])]);
        }
        assert_eq!(
            show.watched.load(Relaxed),
            show.dropped.load(Relaxed),
            "nobody is watched any more"
        );
        assert!(
            monitors
                .open(View::One(Target::Preview), Some(7), "x")
                .is_err_and(|e| e.to_string().contains("no display 7"))
        );
        drop(monitors);
    });
}

#[test]
fn a_multiview_shows_all_with_tally() {
    on_a_display("a_multiview_shows_all_with_tally", || {
        let monitors = Monitors::start(Arc::new(TestShow::default())).expect("there is a display");
        monitors.open(View::Multiview, Some(0), "Multiview").expect("a window");
        let air = [0xFF, 0x4A, 0x41];
        shows(
            "preview left, programme right with its red frame, scenes below, the rest black",
            &[
                (320, 100, GREEN.0),
                (960, 100, RED.0),
                (960, 240, BLUE.0),
                (960, 3, air),
                (160, 420, WHITE.0),
                (160, 363, air),
                (480, 420, WHITE.0),
                (480, 363, WHITE.0),
                (900, 500, [0, 0, 0]),
            ],
        );
        if let Some(path) = std::env::var_os("FOOTLIGHT_TEST_SHOT") {
            std::fs::write(path, Shot::take().0).expect("written");
        }
        monitors.watch_again();
        shows("the same again", &[(320, 100, GREEN.0), (960, 100, RED.0)]);
    });
}

#[test]
fn no_display_is_no_fault() {
    const INSIDE: &str = "FOOTLIGHT_TEST_BARE";
    if std::env::var_os(INSIDE).is_some() {
        assert!(Monitors::start(Arc::new(TestShow::default())).is_none());
        return;
    }
    let mut again = Command::new(std::env::current_exe().expect("self"));
    again
        .args(["--exact", "no_display_is_no_fault", "--nocapture"])
        .env(INSIDE, "1");
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        again.env_remove(name);
    }
    run(&mut again).expect("without a display");
}
