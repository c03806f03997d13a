//! Tests of pictures, animations and broken files.

use super::*;
use crate::harness::{Stage, ms, shown, step_until, waits};
use ::image::{
    Delay, ExtendedColorType, Frame, ImageEncoder, Rgba, RgbaImage,
    codecs::{
        gif::{GifEncoder, Repeat},
        jpeg::JpegEncoder,
        png::PngEncoder,
    },
};
use media::AlphaMode;
use serde_json::json;
use std::{fs, path::Path};

fn solid(w: u32, h: u32, c: [u8; 4]) -> RgbaImage {
    RgbaImage::from_pixel(w, h, Rgba(c))
}

fn png(path: &Path, image: &RgbaImage) {
    let mut data = Vec::new();
    PngEncoder::new(&mut data)
        .write_image(image, image.width(), image.height(), ExtendedColorType::Rgba8)
        .expect("png");
    fs::write(path, data).expect("write");
}

fn gif(path: &Path, delays_ms: &[u32], repeat: Repeat) {
    let mut data = Vec::new();
    {
        let mut e = GifEncoder::new(&mut data);
        e.set_repeat(repeat).expect("repeat");
        for (i, d) in delays_ms.iter().enumerate() {
            let image = solid(4, 4, [i as u8 * 80, 0, 0, 255]);
            e.encode_frame(Frame::from_parts(image, 0, 0, Delay::from_numer_denom_ms(*d, 1)))
                .expect("frame");
        }
    }
    fs::write(path, data).expect("write");
}

fn red(source: &dyn Source, t: i64) -> u8 {
    shown(source, ms(t)).planes[0].data[0]
}

#[test]
fn a_picture_keeps_its_size_and_alpha() {
    let dir = tempfile::tempdir().expect("dir");
    png(&dir.path().join("a.png"), &solid(7, 5, [200, 100, 50, 128]));
    png(&dir.path().join("b.png"), &solid(7, 5, [200, 100, 50, 255]));
    let stage = Stage::new(dir.path());
    let s = stage.open(&KIND, json!({"file": "a.png"}));
    let f = shown(&*s, ms(0));
    assert_eq!((f.width, f.height, f.alpha), (7, 5, AlphaMode::Straight));
    assert_eq!(f.planes[0].data[..4], [200, 100, 50, 128]);
    assert_eq!(shown(&*s, ms(100_000)).id, f.id);
    let s = stage.open(&KIND, json!({"file": dir.path().join("b.png")}));
    assert_eq!(shown(&*s, ms(0)).alpha, AlphaMode::Opaque, "full alpha is no alpha");
}

#[test]
fn a_turned_photograph_stands_upright() {
    let dir = tempfile::tempdir().expect("dir");
    let mut data = Vec::new();
    let image = ::image::DynamicImage::from(solid(6, 2, [10, 200, 30, 255])).into_rgb8();
    let mut e = JpegEncoder::new(&mut data);
    // TIFF header, one entry: orientation (0x0112) = 6, turned by a quarter.
    let exif = [
        b"II*\0\x08\0\0\0\x01\0".as_slice(),
        &[0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0],
        &[0; 4],
    ]
    .concat();
    e.set_exif_metadata(exif).expect("exif");
    e.write_image(&image, 6, 2, ExtendedColorType::Rgb8).expect("jpeg");
    fs::write(dir.path().join("a.jpg"), data).expect("write");
    let f = shown(&*Stage::new(dir.path()).open(&KIND, json!({"file": "a.jpg"})), ms(0));
    assert_eq!((f.width, f.height), (2, 6));
}

#[test]
fn a_gif_keeps_its_delays_and_loops() {
    let dir = tempfile::tempdir().expect("dir");
    gif(&dir.path().join("a.gif"), &[100, 250, 50], Repeat::Infinite);
    let mut stage = Stage::new(dir.path());
    stage.context.start = ms(1000);
    let s = stage.open(&KIND, json!({"file": "a.gif"}));
    for turn in 0..20 {
        let t = 1000 + 400 * turn;
        for (at, want) in [(0, 0), (99, 0), (100, 80), (349, 80), (350, 160), (399, 160)] {
            assert_eq!(red(&*s, t + at), want, "turn {turn} at {at} ms");
        }
    }
    stage.clock.set(ms(1000 + 400 * 10_000 + 120));
    let late = stage.open(&KIND, json!({"file": "a.gif"}));
    assert_eq!(red(&*late, 1000 + 400 * 10_000 + 120), 80, "opened late it joins in");
}

#[test]
fn a_gif_that_ends_stays_on_its_last_picture() {
    let dir = tempfile::tempdir().expect("dir");
    gif(&dir.path().join("a.gif"), &[100, 100], Repeat::Finite(2));
    let stage = Stage::new(dir.path());
    let s = stage.open(&KIND, json!({"file": "a.gif"}));
    let turns: Vec<u8> = (0..12).map(|i| red(&*s, i * 100 + 50)).collect();
    let loops = turns.iter().filter(|r| **r == 0).count();
    assert!(
        loops == 2 || loops == 3,
        "twice, or once and two repeats, by the encoder's reading: {turns:?}"
    );
    assert_eq!(turns[11], 80);
}

#[test]
fn a_missing_file_has_a_slate_until_it_comes_and_changes_are_seen() {
    let dir = tempfile::tempdir().expect("dir");
    let path = dir.path().join("a.png");
    let stage = Stage::new(dir.path());
    let s = stage.open(&KIND, json!({"file": "a.png"}));
    assert!(s.ready(crate::harness::LONG));
    assert!(waits(&*s));
    assert_eq!(shown(&*s, ms(0)).width, 320, "the slate has the canvas's shape");
    fs::write(&path, "").expect("write");
    step_until(
        &stage,
        "the empty file is told",
        || matches!(s.state(), SourceState::Waiting { reason } if reason.contains("empty")),
    );
    fs::write(&path, b"\x89PNG\r\n\x1a\nnot really").expect("write");
    step_until(
        &stage,
        "the broken file is told",
        || matches!(s.state(), SourceState::Waiting { reason } if reason.contains("damaged")),
    );
    png(&path, &solid(3, 3, [1, 2, 3, 255]));
    step_until(&stage, "it appears", || s.state() == SourceState::Ready);
    assert_eq!(shown(&*s, ms(1_000_000)).planes[0].data[0], 1);
    png(&path, &solid(9, 3, [9, 2, 3, 255]));
    step_until(&stage, "the new version", || shown(&*s, ms(2_000_000)).width == 9);
    fs::remove_file(&path).expect("remove");
    step_until(&stage, "the loss is told", || !s.notices().is_empty());
    assert_eq!(shown(&*s, ms(3_000_000)).width, 9, "what was good stays");
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let dir = tempfile::tempdir().expect("dir");
    let path = dir.path().join("bomb.png");
    png(&path, &solid(1, 1, [0; 4]));
    let mut data = fs::read(&path).expect("read");
    data[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]); // 65536×65536
    let crc = crc32(&data[12..29]);
    data[29..33].copy_from_slice(&crc.to_be_bytes());
    fs::write(&path, data).expect("write");
    let s = Stage::new(dir.path()).open(&KIND, json!({"file": "bomb.png"}));
    assert!(s.ready(crate::harness::LONG));
    assert!(matches!(s.state(), SourceState::Waiting { reason } if reason.contains("too large")));
}

fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(!0_u32, |c, b| {
        (0..8).fold(c ^ u32::from(*b), |c, _| {
            c >> 1 ^ (0xEDB8_8320 & (c & 1).wrapping_neg())
        })
    })
}
