//! Reading files: counts, times, seeking, alpha, damage, devices.

mod common;

use codec::{CodecError, Decoded, Interrupter, Location, MediaReader, ReadOptions};
use common::*;
use media::{AlphaMode, ColorMatrix, ColorRange, FrameRate, MediaError, MediaTime, PixelFormat};
use std::path::Path;

fn test_file(dir: &Path) -> std::path::PathBuf {
    let path = dir.join("a:b test.mp4");
    ffmpeg(
        "-f lavfi -i testsrc2=s=320x180:r=30:d=4 -f lavfi -i sine=f=440:r=44100:d=4 -c:v libx264 -preset veryfast -bf 3 -g 60 -pix_fmt yuv420p -c:a aac",
        &path,
    );
    path
}

#[test]
fn every_frame_comes_once_and_at_its_time() {
    let dir = tempfile::tempdir().expect("temp");
    let mut r = open(&test_file(dir.path()));
    let info = r.info().clone();
    let v = info.video.expect("picture");
    assert_eq!(
        (v.width, v.height, v.codec.as_str(), v.has_alpha),
        (320, 180, "h264", false)
    );
    assert_eq!(v.rate, Some(FrameRate::whole(30)));
    let a = info.audio.expect("sound");
    assert_eq!((a.codec.as_str(), a.sample_rate, a.channels), ("aac", 44_100, 1));
    let d = info.duration.expect("known");
    assert!((d.as_millis() - 4000).abs() < 60, "{d}");

    let (frames, blocks) = read_all(&mut r);
    assert_eq!(frames.len(), 120);
    for (n, f) in frames.iter().enumerate() {
        assert_eq!(f.time, FrameRate::whole(30).time_of(n as i64));
        assert_eq!(
            (f.format, f.color.matrix, f.color.range),
            (PixelFormat::I420, ColorMatrix::Bt601, ColorRange::Limited)
        );
    }
    let samples: usize = blocks.iter().map(|b| b.frames()).sum();
    assert!((samples as i64 - 4 * 48_000).abs() < 2048, "{samples}");
    assert_eq!(blocks[0].time, MediaTime::ZERO);
    for w in blocks.windows(2) {
        assert_eq!(w[0].end().to_ticks(48_000), w[1].time.to_ticks(48_000), "without holes");
    }
    // Mono goes to both sides at its own level (lavfi's sine is 1/8 of full scale).
    let (_, peak) = loudest(&blocks, 48_000..96_000);
    assert!((0.11..0.14).contains(&peak.abs()), "{peak}");
    assert!(blocks[20].samples.chunks_exact(2).all(|s| s[0] == s[1]));
    assert!(r.next().expect("still fine").is_none());
}

#[test]
fn pictures_are_those_that_ffmpeg_decodes() {
    let dir = tempfile::tempdir().expect("temp");
    let file = test_file(dir.path());
    let raw = dir.path().join("raw.yuv");
    let plain = dir.path().join("x.mp4");
    std::fs::copy(&file, &plain).expect("copies");
    ffmpeg(&format!("-i {} -f rawvideo -pix_fmt yuv420p", plain.display()), &raw);
    let want = std::fs::read(&raw).expect("reads");
    let mut got = Vec::new();
    for f in read_all(&mut open(&file)).0 {
        for (i, p) in f.planes.iter().enumerate() {
            let (bytes, rows) = f.format.plane_size(i, f.width, f.height);
            (0..rows).for_each(|y| got.extend_from_slice(p.row(y, bytes)));
        }
    }
    assert!(got == want, "all 120 pictures are equal to the bit");
}

#[test]
fn seeking_is_exact() {
    let dir = tempfile::tempdir().expect("temp");
    let file = test_file(dir.path());
    let mut r = open(&file);
    let (all, sound) = read_all(&mut open(&file));
    let rate = FrameRate::whole(30);
    for ms in [1950, 0, 3999, 2000, 1033, 1999, 2017, 500, 66] {
        let to = MediaTime::from_millis(ms);
        r.seek(to).expect("seeks");
        let (frames, blocks) = read_all(&mut r);
        let expected: Vec<_> = all.iter().filter(|f| f.time >= to).collect();
        assert_eq!(frames.len(), expected.len(), "from {to}");
        for (f, e) in frames.iter().zip(expected) {
            assert_eq!(f.time, e.time);
            assert_eq!(
                f.planes[0].row(90, 320),
                e.planes[0].row(90, 320),
                "the picture of {}",
                f.time
            );
        }
        if ms < 3900 {
            assert_eq!(
                blocks[0].time,
                MediaTime::from_ticks(to.to_ticks(48_000), 48_000),
                "from {to}"
            );
            let want = timeline(&sound);
            let at = want
                .iter()
                .position(|(i, _)| MediaTime::from_ticks(*i, 48_000) >= to)
                .expect("there");
            for (g, w) in timeline(&blocks).iter().zip(&want[at..]) {
                assert_eq!(g.0, w.0);
                assert!(
                    (g.1 - w.1).abs() < 2e-3,
                    "sample {} from {to}: {} instead of {}",
                    g.0,
                    g.1,
                    w.1
                );
            }
        }
    }
    r.seek(rate.time_of(500)).expect("beyond the end");
    assert!(r.next().expect("fine").is_none());
    r.seek(MediaTime::ZERO).expect("back");
    assert_eq!(read_all(&mut r).0.len(), 120);
}

#[test]
fn seeking_works_in_other_containers() {
    let dir = tempfile::tempdir().expect("temp");
    for name in ["x.mkv", "x.ts", "x.webm", "x.mov", "x.flv"] {
        let path = dir.path().join(name);
        let codec = if name == "x.webm" {
            "libvpx -deadline realtime -cpu-used 8"
        } else {
            "libx264 -bf 2"
        };
        ffmpeg(
            &format!("-f lavfi -i testsrc2=s=160x90:r=25:d=3 -f lavfi -i sine=d=3 -c:v {codec} -g 25 -pix_fmt yuv420p"),
            &path,
        );
        let (all, _) = read_all(&mut open(&path));
        assert_eq!(all.len(), 75, "{name}");
        let mut r = open(&path);
        for n in [40, 10, 74, 25, 0] {
            r.seek(all[n].time).expect("seeks");
            let (frames, _) = read_all(&mut r);
            assert_eq!(frames.len(), 75 - n, "{name} from picture {n}");
            assert_eq!(frames[0].time, all[n].time, "{name}");
        }
    }
}

#[test]
fn vp9_alpha_is_real() {
    let dir = tempfile::tempdir().expect("temp");
    let path = dir.path().join("alpha.webm");
    // Left half transparent, right half opaque red.
    ffmpeg(
        "-f lavfi -i color=red:s=128x64:r=10:d=1,format=yuva420p,geq=lum='p(X,Y)':cb='p(X,Y)':cr='p(X,Y)':a='255*gte(X,64)' -c:v libvpx-vp9 -deadline realtime -cpu-used 8",
        &path,
    );
    let mut r = open(&path);
    assert!(r.info().video.as_ref().expect("picture").has_alpha);
    let (frames, _) = read_all(&mut r);
    assert_eq!(frames.len(), 10);
    for f in &frames {
        assert_eq!((f.format, f.alpha), (PixelFormat::I420A, AlphaMode::Straight));
        assert!(
            f.planes[3].row(30, 60).iter().all(|a| *a < 8) && f.planes[3].row(30, 128)[70..].iter().all(|a| *a > 247)
        );
        assert!((60..110).contains(&f.planes[0].row(30, 128)[100]), "red");
    }
}

#[test]
fn layouts_we_lack_become_the_nearest() {
    let dir = tempfile::tempdir().expect("temp");
    let cases = [
        ("yuv420p10le", "ffv1", PixelFormat::I420),
        ("yuv422p10le", "ffv1", PixelFormat::I422),
        ("yuv444p", "ffv1", PixelFormat::I444),
        ("yuva444p10le", "prores_ks", PixelFormat::I444A),
        ("gray", "ffv1", PixelFormat::I420),
        ("gbrp", "ffv1", PixelFormat::Bgrx),
        ("bgra", "ffv1", PixelFormat::Bgra),
        ("rgba", "png", PixelFormat::Rgba),
        ("rgb24", "png", PixelFormat::Bgrx),
    ];
    for (pix, codec, want) in cases {
        let path = dir
            .path()
            .join(format!("{pix}-{codec}.mov").replace("ffv1.mov", "ffv1.mkv"));
        // Mid grey in every layout: luma and full-range values are known.
        ffmpeg(
            &format!("-f lavfi -i color=0x808080:s=64x36:r=5:d=1,format={pix} -c:v {codec}"),
            &path,
        );
        let (frames, _) = read_all(&mut open(&path));
        assert_eq!(frames.len(), 5, "{pix}");
        assert_eq!(frames[0].format, want, "{pix}");
        let value = frames[0].planes[0].row(5, 64)[20];
        let expected = if want.is_yuv() && frames[0].color.range == ColorRange::Limited {
            126
        } else {
            128
        };
        assert!(value.abs_diff(expected) <= 2, "{pix}: {value}, expected {expected}");
    }
}

/// A small generator, so that the damage is the same every time.
fn random(state: &mut u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

#[test]
fn damaged_files_end_and_never_hang() {
    let dir = tempfile::tempdir().expect("temp");
    let mut state = 7;
    for (name, args) in [
        ("d.mp4", "-c:v libx264 -preset ultrafast -c:a aac -movflags faststart"),
        ("d.mkv", "-c:v libx264 -preset ultrafast -c:a libopus"),
        ("d.webm", "-c:v libvpx -deadline realtime -cpu-used 8"),
        ("d.ts", "-c:v mpeg2video -c:a mp2"),
        ("d.avi", "-c:v mjpeg -c:a pcm_s16le"),
    ] {
        let path = dir.path().join(name);
        ffmpeg(
            &format!("-f lavfi -i testsrc2=s=128x72:r=25:d=1 -f lavfi -i sine=d=1 {args} -pix_fmt yuv420p"),
            &path,
        );
        let good = std::fs::read(&path).expect("reads");
        let mut some_came = 0;
        for round in 0..12 {
            let mut bad = good.clone();
            for _ in 0..[1, 20, 200, 2000][round % 4] {
                let i = random(&mut state) as usize % bad.len();
                bad[i] ^= 1 << (random(&mut state) % 8);
            }
            bad.truncate(bad.len() - round % 3 * (bad.len() / 5));
            let path = dir.path().join(format!("bad-{name}"));
            std::fs::write(&path, bad).expect("writes");
            // Whether it opens is the damage's choice; that it ends is ours.
            let Ok(mut r) = MediaReader::open(&Location::File(path), ReadOptions::default()) else {
                continue;
            };
            let mut pieces = 0;
            for _ in 0..2 {
                while let Ok(Some(d)) = r.next() {
                    pieces += 1;
                    assert!(pieces < 100_000, "{name}: endless");
                    if let Decoded::Video(f) = d {
                        assert_eq!(f.planes.len(), f.format.planes());
                    }
                }
                let _ = r.seek(MediaTime::from_millis(400));
            }
            some_came += i32::from(pieces > 0);
        }
        assert!(some_came >= 6, "{name}: only {some_came} of 12 gave anything");
    }
}

#[test]
fn errors_say_what_and_why() {
    let dir = tempfile::tempdir().expect("temp");
    let missing = dir.path().join("missing.mp4");
    let Err(e) = MediaReader::open(&Location::File(missing), ReadOptions::default()) else {
        panic!("it is not there")
    };
    assert!(
        e.to_string().contains("missing.mp4") && e.to_string().contains("No such file"),
        "{e}"
    );
    assert!(e.retryable());
    let text = dir.path().join("text.mp4");
    std::fs::write(&text, "This is no video. ".repeat(500)).expect("writes");
    assert!(MediaReader::open(&Location::File(text), ReadOptions::default()).is_err());
    let sound = dir.path().join("s.wav");
    ffmpeg("-f lavfi -i sine=d=1", &sound);
    let only_video = ReadOptions {
        audio: false,
        ..ReadOptions::default()
    };
    let e = MediaReader::open(&Location::File(sound), only_video)
        .err()
        .expect("no picture");
    assert!(matches!(e, CodecError::NoStream { wanted: "picture", .. }), "{e}");
}

fn device(name: &str) -> Location {
    Location::Device {
        format: "lavfi".into(),
        name: name.into(),
        options: vec![],
    }
}

#[test]
fn devices_start_at_zero_and_can_be_interrupted() {
    let mut r = MediaReader::open(
        &device("testsrc2=s=64x36:r=30,setpts=PTS+100/TB"),
        ReadOptions::default(),
    )
    .expect("opens");
    let Some(Decoded::Video(f)) = r.next().expect("reads") else {
        panic!("a picture first")
    };
    assert_eq!((f.time, f.width), (MediaTime::ZERO, 64));
    assert!(r.seek(MediaTime::ZERO).is_err());
    r.interrupter().interrupt();
    assert!(matches!(r.next(), Err(CodecError::Interrupted { .. })));

    let stop = Interrupter::new();
    stop.interrupt();
    let opened = MediaReader::open_interruptible(&device("testsrc2"), ReadOptions::default(), stop);
    assert!(opened.is_err() || opened.is_ok_and(|mut r| r.next().is_err()));

    let no_such = Location::Device {
        format: "v4l2".into(),
        name: "/dev/video-that-is-not-there".into(),
        options: vec![],
    };
    let e = MediaReader::open(&no_such, ReadOptions::default())
        .err()
        .expect("no camera");
    assert!(e.to_string().contains("No such file"), "{e}");
    assert_eq!(e.kind(), media::ErrorKind::Device);
}

#[test]
fn a_jpeg_is_decoded_and_damage_is_survived() {
    let dir = tempfile::tempdir().expect("temp");
    let path = dir.path().join("x.jpg");
    ffmpeg(
        "-f lavfi -i color=0x4080c0:s=160x120 -frames:v 1 -pix_fmt yuvj422p",
        &path,
    );
    let jpeg = std::fs::read(&path).expect("reads");
    let mut d = codec::JpegDecoder::new().expect("opens");
    let check = |f: media::VideoFrame| {
        assert_eq!((f.width, f.height, f.format), (160, 120, PixelFormat::I422));
        assert_eq!((f.color.matrix, f.color.range), (ColorMatrix::Bt601, ColorRange::Full));
        // 0x4080c0 by BT.601, full range: Y 116, Cb 171, Cr 91.
        let px = [
            f.planes[0].row(60, 160)[80],
            f.planes[1].row(60, 80)[40],
            f.planes[2].row(60, 80)[40],
        ];
        assert!(
            px.iter().zip([116u8, 171, 91]).all(|(a, b)| a.abs_diff(b) <= 2),
            "{px:?}"
        );
    };
    let t = MediaTime::from_millis(40);
    let f = d.decode(&jpeg, t).expect("decodes");
    assert_eq!(f.time, t);
    check(f);
    assert!(d.decode(b"no jpeg", t).is_err());
    assert!(d.decode(&[0xff, 0xd8, 0xff, 0xd9], t).is_err());
    let mut state = 3;
    for _ in 0..50 {
        let mut bad = jpeg.clone();
        for _ in 0..10 {
            let i = 2 + random(&mut state) as usize % (bad.len() - 2);
            bad[i] = random(&mut state) as u8;
        }
        let _ = d.decode(&bad, t);
    }
    check(d.decode(&jpeg, t).expect("still decodes"));
}
