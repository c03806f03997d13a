//! Films of transitions: every way to store alpha, the first picture on its cue, sound in step, and what is wrong with files.

use super::*;
use crate::harness::{LONG, Stage, heard, ms, until};
use media::{FrameRate, PixelFormat, audio::SAMPLE_RATE};
use serde_json::json;
use std::{path::PathBuf, process::Command};

fn ffmpeg(args: &str, out: &Path) {
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-y"])
        .args(args.split_whitespace())
        .arg(out)
        .status()
        .expect("ffmpeg is installed");
    assert!(status.success(), "ffmpeg {args}");
}

/// `frames` pictures, the left half solid, the right half clear, each of its own grey.
fn pictures(rate: u32, frames: u32) -> String {
    let grey = "geq=r='20+6*N':g='20+6*N':b='20+6*N':a='if(lt(X,W/2),255,0)'";
    format!("-f lavfi -i color=black:s=64x36:r={rate},format=rgba,trim=end_frame={frames},{grey}")
}

fn film(dir: &Path, name: &str, codec: &str, frames: u32) -> PathBuf {
    let out = dir.join(name);
    ffmpeg(&format!("{} {codec}", pictures(25, frames)), &out);
    out
}

/// A sine that begins at once, besides the pictures.
fn loud(dir: &Path, name: &str, frames: u32) -> PathBuf {
    let out = dir.join(name);
    let sine = "-f lavfi -i aevalsrc=0.5*sin(2*PI*480*t)|0.5*sin(2*PI*480*t):s=48000:d=2";
    ffmpeg(
        &format!("{} {sine} -c:v png -c:a pcm_f32le", pictures(25, frames)),
        &out,
    );
    out
}

fn ready(s: &dyn Source) -> FilmInfo {
    until("the film is ready", || s.film().is_some());
    s.film().expect("ready")
}

fn reason(s: &dyn Source) -> String {
    let mut said = String::new();
    until("a word", || {
        if let SourceState::Waiting { reason } = s.state() {
            said = reason;
        }
        !said.is_empty()
    });
    said
}

/// Grey and alpha on both sides of a picture.
fn look(f: &VideoFrame) -> [(u8, u8); 2] {
    [8, 56].map(|x: usize| match f.format {
        PixelFormat::Rgba | PixelFormat::Bgra => {
            let px = &f.planes[0].row(18, 4 * 64)[4 * x..];
            (px[0], px[3])
        }
        _ => (
            f.planes[0].row(18, 64)[x],
            f.planes.last().expect("alpha").row(18, 64)[x],
        ),
    })
}

#[test]
fn every_way_to_store_alpha_is_played() {
    let dir = tempfile::tempdir().expect("dir");
    for (name, codec) in [
        (
            "vp9.webm",
            "-c:v libvpx-vp9 -pix_fmt yuva420p -auto-alt-ref 0 -lossless 1",
        ),
        ("prores.mov", "-c:v prores_ks -profile:v 4444 -pix_fmt yuva444p10le"),
        ("png.mov", "-c:v png -pix_fmt rgba"),
        ("rle.mov", "-c:v qtrle -pix_fmt argb"),
        ("moving.webp", "-c:v libwebp_anim -lossless 1 -pix_fmt bgra -loop 0"),
        ("moving.png", "-f apng -plays 0 -pix_fmt rgba"),
    ] {
        film(dir.path(), name, codec, 20);
        let stage = Stage::new(dir.path());
        let mut s = stage.open(&FILM, json!({"file": name, "audio": true}));
        let info = ready(&*s);
        assert_eq!(info.length.as_millis(), 800, "{name}");
        assert_eq!(info.picture_time.as_millis(), 40, "{name}");
        let slot = s.video().expect("pictures").clone();
        assert!(slot.peek().is_none(), "{name}: nothing before its cue");
        s.begin(ms(1000));
        let first = slot.at(ms(1000)).expect("there when the cue returns");
        assert_eq!((first.time, first.width, first.height), (ms(1000), 64, 36), "{name}");
        let [seen, clear] = look(&first);
        assert!(seen.1 > 250 && clear.1 < 5, "{name}: alpha {seen:?} {clear:?}");
        for n in 1..20 {
            let t = ms(1000 + 40 * n);
            stage.clock.set(t);
            until(name, || slot.at(t).is_some_and(|f| (f.time - t).0.abs() < 1_000_000));
        }
        stage.clock.set(ms(1801));
        until("nothing after its end", || {
            slot.at(ms(1801)).is_none_or(|f| f.width == 2)
        });
    }
}

#[test]
fn it_plays_again_and_again_and_a_cue_in_the_middle_begins_anew() {
    let dir = tempfile::tempdir().expect("dir");
    film(dir.path(), "a.mov", "-c:v png", 30);
    let stage = Stage::new(dir.path());
    let mut s = stage.open(&FILM, json!({"file": "a.mov"}));
    ready(&*s);
    let slot = s.video().expect("pictures").clone();
    let rate = FrameRate::whole(25);
    for (begin, pictures) in [(0, 30), (5000, 10), (5400, 30), (9000, 30)] {
        stage.clock.set(ms(begin));
        s.begin(ms(begin));
        for n in 0..pictures {
            let t = ms(begin) + rate.time_of(n);
            stage.clock.set(t);
            until("its picture", || {
                slot.at(t).is_some_and(|f| i64::from(look(&f)[0].0) == 20 + 6 * n)
            });
        }
    }
}

#[test]
fn its_sound_begins_with_its_first_picture_and_is_silent_otherwise() {
    let dir = tempfile::tempdir().expect("dir");
    loud(dir.path(), "a.mov", 50);
    let stage = Stage::new(dir.path());
    let mut s = stage.open(&FILM, json!({"file": "a.mov", "audio": true}));
    ready(&*s);
    let feed = s.audio().expect("sound").clone();
    assert!(feed.wait_until(ms(200), LONG), "silence is there, too");
    s.begin(ms(300));
    let mut sound = vec![];
    for n in 0..150 {
        let t = ms(300) + MediaTime::from_ticks(n * 480, SAMPLE_RATE);
        stage.clock.set(t);
        s.video().expect("pictures").at(t);
        sound.extend(heard(&*s, t, 480));
    }
    for (i, v) in sound.iter().enumerate() {
        let want = 0.5 * (std::f64::consts::TAU * 480.0 * i as f64 / 48_000.0).sin();
        assert!((f64::from(*v) - want).abs() < 1e-3, "sample {i}: {v} {want}");
    }
    let mute = stage.open(&FILM, json!({"file": "a.mov", "audio": false}));
    ready(&*mute);
    assert!(heard(&*mute, ms(1800), 480).iter().all(|v| *v == 0.0));
}

#[test]
fn a_film_that_is_no_good_is_told_and_never_seen() {
    let dir = tempfile::tempdir().expect("dir");
    std::fs::write(dir.path().join("text.webm"), "no film at all").expect("written");
    std::fs::write(dir.path().join("empty.webm"), "").expect("written");
    ffmpeg(
        "-f lavfi -i color=red:s=16x16 -frames:v 1",
        &dir.path().join("still.png"),
    );
    ffmpeg(
        "-f lavfi -i sine=duration=1 -c:a pcm_s16le",
        &dir.path().join("sound.wav"),
    );
    for (file, says) in [
        ("", "chosen"),
        ("gone.webm", "missing"),
        ("empty.webm", "empty"),
        ("text.webm", "text.webm"),
        ("still.png", "does not move"),
        ("sound.wav", "no picture"),
    ] {
        let stage = Stage::new(dir.path());
        let mut s = stage.open(&FILM, json!({"file": file}));
        let said = reason(&*s);
        assert!(said.contains(says) && !said.contains("/tmp"), "{file}: {said}");
        s.begin(ms(10));
        assert!(s.film().is_none());
        assert!(
            s.video().expect("slot").at(ms(50)).is_none(),
            "{file}: no slate on the air"
        );
    }
}

#[test]
fn a_missing_film_that_comes_is_ready_at_once() {
    let dir = tempfile::tempdir().expect("dir");
    let stage = Stage::new(dir.path());
    let s = stage.open(&FILM, json!({"file": "late.mov"}));
    assert!(reason(&*s).contains("missing"));
    film(dir.path(), "late.mov", "-c:v png", 5);
    until("the film", || {
        stage.clock.advance(Duration::from_millis(500));
        s.film().is_some()
    });
}

#[test]
fn one_joined_in_the_middle_shows_what_is_due_whoever_takes_its_pictures() {
    let dir = tempfile::tempdir().expect("dir");
    film(dir.path(), "a.mov", "-c:v png", 40);
    let stage = Stage::new(dir.path());
    let mut s = stage.open(&FILM, json!({"file": "a.mov"}));
    ready(&*s);
    // As when drawing offline: the clock stands still, nobody empties the slot.
    stage.clock.set(ms(5000));
    s.begin(ms(5000 - 30 * 40));
    let slot = s.video().expect("pictures").clone();
    assert!(slot.wait_beyond(ms(5000), LONG));
    let shown = slot.at(ms(5000)).expect("a picture");
    assert_eq!(i64::from(look(&shown)[0].0), 20 + 6 * 30);
}
