//! The deinterlacer against FFmpeg's yadif and bwdif, code for code, on an interlaced test picture with motion. Without the
//! `ffmpeg` program there is nothing to compare with.

use compositor::filters::{Hold, Store, Three, Weaving};
use media::{AlphaMode, ColorInfo, Fields, MediaTime, PixelFormat, Plane, VideoFrame};
use serde_json::json;
use std::{path::Path, process::Command, sync::Arc};

const W: usize = 192;
const H: usize = 128;
const FRAME: usize = W * H * 3 / 2;
const FRAMES: usize = 6;

/// Raw pictures that FFmpeg makes; `None` without it.
fn ffmpeg(input: &[&str], filter: &str) -> Option<Vec<u8>> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-threads", "1"]).args(input);
    command.args(["-vf", filter, "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"]);
    let out = command.output().ok()?;
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(out.stdout)
}

fn frame(bytes: &[u8], top_first: bool) -> VideoFrame {
    let plane = |from: usize, w: usize, h: usize| Plane {
        data: bytes[from..from + w * h].to_vec().into(),
        stride: w,
    };
    let planes = vec![
        plane(0, W, H),
        plane(W * H, W / 2, H / 2),
        plane(W * H * 5 / 4, W / 2, H / 2),
    ];
    let (color, alpha) = (ColorInfo::BT709_LIMITED, AlphaMode::Opaque);
    let f = VideoFrame::new(
        PixelFormat::I420,
        W as u32,
        H as u32,
        planes,
        color,
        alpha,
        MediaTime::ZERO,
    );
    let fields = if top_first {
        Fields::TopFirst
    } else {
        Fields::BottomFirst
    };
    VideoFrame {
        fields,
        ..f.expect("frame")
    }
}

fn weaving(method: &str) -> Arc<Weaving> {
    let filter = project::Filter {
        kind: "deinterlace".into(),
        settings: json!({ "method": method }).as_object().cloned().expect("object"),
        ..project::Filter::default()
    };
    match Store::default().get(&filter).expect("made").filter.hold() {
        Some(Hold::Woven(by)) => by,
        other => panic!("{other:?}"),
    }
}

/// Rows and columns inside the edges that differ, with the largest difference.
fn different(ours: &VideoFrame, theirs: &[u8]) -> (usize, u8) {
    let mut out = (0, 0);
    for (i, (from, w, h)) in [(0, W, H), (W * H, W / 2, H / 2), (W * H * 5 / 4, W / 2, H / 2)]
        .into_iter()
        .enumerate()
    {
        for y in 6..h - 6 {
            let (a, b) = (ours.planes[i].row(y, w), &theirs[from + y * w..][..w]);
            for d in a[4..w - 4]
                .iter()
                .zip(&b[4..w - 4])
                .map(|(a, b)| a.abs_diff(*b))
                .filter(|d| *d > 0)
            {
                out = (out.0 + 1, out.1.max(d));
            }
        }
    }
    out
}

#[test]
fn pictures_are_those_of_ffmpeg() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("weave-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder");
    let size = format!("{W}x{H}");
    for (order, tff) in [("interleave_top", true), ("interleave_bottom", false)] {
        let moving = format!(
            "testsrc2=size={size}:rate=50:duration={},noise=alls=6:allf=t",
            FRAMES as f64 / 25.0
        );
        let Some(raw) = ffmpeg(&["-f", "lavfi", "-i", &moving], &format!("tinterlace={order}")) else {
            return;
        };
        assert!(raw.len() >= FRAMES * FRAME, "{} bytes", raw.len());
        let file = dir.join("woven.yuv");
        std::fs::write(&file, &raw).expect("written");
        let frames: Vec<_> = raw.chunks_exact(FRAME).map(|b| frame(b, tff)).collect();
        let file = file.display().to_string();
        let input = [
            "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-r", "25", "-i", &file,
        ];
        let parity = if tff { "tff" } else { "bff" };
        for (method, theirs) in [
            ("yadif", "yadif=send_field"),
            ("yadif_no_spatial", "yadif=send_field_nospatial"),
            ("bwdif", "bwdif=send_field"),
        ] {
            let want = ffmpeg(&input, &format!("{theirs}:{parity}:all")).expect("it ran before");
            let by = weaving(method);
            for (n, second) in (1..FRAMES - 1).flat_map(|n| [(n, false), (n, true)]) {
                let three = Three {
                    before: &frames[n - 1],
                    now: &frames[n],
                    after: &frames[n + 1],
                };
                let ours = by.weave(three, second).expect("a picture");
                let at = (2 * n + usize::from(second)) * FRAME;
                let (count, worst) = different(&ours, &want[at..at + FRAME]);
                assert_eq!(
                    count, 0,
                    "{method} {parity}, frame {n}, second {second}: {count} codes, by {worst} at most"
                );
            }
        }
    }
    std::fs::remove_dir_all(&dir).expect("removed");
}
