//! Tests of films: exact times, loops, seeking, missing and broken files.

use super::*;
use crate::{
    Clip,
    harness::{LONG, Stage, heard, mean_luma, ms, shown, step_until, until, waits},
};
use media::{FrameRate, audio::SAMPLE_RATE};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Runs ffmpeg: the tests' independent maker of files.
fn ffmpeg(args: &str, out: &Path) {
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-y"])
        .args(args.split_whitespace())
        .arg(out)
        .status()
        .expect("ffmpeg is installed");
    assert!(status.success(), "ffmpeg {args}");
}

/// A file of `frames` pictures, each of its own grey (20 + 2 × its number, lossless), with a sine.
fn clip(dir: &Path, name: &str, rate: &str, frames: u32, sound: &str) -> PathBuf {
    let out = dir.join(name);
    let grey = "geq=lum='20+2*N':cb=128:cr=128";
    let video = format!("-f lavfi -i color=black:s=64x36:r={rate},trim=end_frame={frames},format=yuv420p,{grey}");
    ffmpeg(&format!("{video} {sound} -c:v libx264 -qp 0 -c:a pcm_f32le"), &out);
    out
}

fn sine(seconds: &str) -> String {
    format!("-f lavfi -i aevalsrc=0.5*sin(2*PI*480*t)|0.5*sin(2*PI*480*t):s=48000:d={seconds}")
}

fn number(source: &dyn Source, t: MediaTime) -> i64 {
    let f = shown(source, t);
    assert_eq!((f.width, f.height), (64, 36), "no slate");
    (i64::from(f.planes[0].data[0]) - 20) / 2
}

#[test]
fn every_frame_comes_at_its_exact_time() {
    let dir = tempfile::tempdir().expect("dir");
    for (name, num, den) in [("a.mov", 24_000, 1001), ("b.mov", 60_000, 1001), ("c.mov", 25, 1)] {
        clip(dir.path(), name, &format!("{num}/{den}"), 90, &sine("4"));
        let mut stage = Stage::new(dir.path());
        stage.context.start = ms(777);
        let s = stage.open(&KIND, json!({"file": name}));
        let rate = FrameRate::new(num, den).expect("rate");
        for n in 0..90 {
            let t = ms(777) + rate.time_of(n);
            stage.clock.set(t);
            assert_eq!(number(&*s, t + MediaTime(1)), n, "{name}");
            if n > 0 {
                assert_eq!(number(&*s, t + MediaTime(1)), n);
            }
        }
        let last = shown(&*s, ms(777) + rate.time_of(89) + MediaTime(1));
        assert!(
            (last.time - ms(777) - rate.time_of(89)).0.abs() <= 1,
            "{name}: {}",
            last.time
        );
    }
}

#[test]
fn a_loop_has_no_seam_in_picture_or_sound() {
    let dir = tempfile::tempdir().expect("dir");
    clip(dir.path(), "a.mov", "30", 30, &sine("1"));
    let stage = Stage::new(dir.path());
    let s = stage.open(&KIND, json!({"file": "a.mov", "loop": true}));
    let rate = FrameRate::whole(30);
    let mut sound = Vec::new();
    for n in 0..200 {
        let t = rate.time_of(n);
        stage.clock.set(t);
        assert_eq!(number(&*s, t), n % 30, "frame {n}");
        sound.extend(heard(&*s, MediaTime::from_ticks(n * 1600, SAMPLE_RATE), 1600));
    }
    for (i, v) in sound.iter().enumerate() {
        let want = 0.5 * (std::f64::consts::TAU * 480.0 * i as f64 / 48_000.0).sin();
        assert!((f64::from(*v) - want).abs() < 1e-3, "sample {i}: {v} {want}");
    }
}

#[test]
fn sound_longer_than_the_picture_does_not_shift_the_loop() {
    let dir = tempfile::tempdir().expect("dir");
    clip(dir.path(), "a.mov", "30", 30, &sine("1.03"));
    let stage = Stage::new(dir.path());
    let s = stage.open(&KIND, json!({"file": "a.mov", "loop": true}));
    for n in 0..95 {
        let t = FrameRate::whole(30).time_of(n);
        stage.clock.set(t);
        assert_eq!(number(&*s, t), n % 30);
        let v = heard(&*s, MediaTime::from_ticks(n * 1600, SAMPLE_RATE), 1600);
        assert!(v.iter().take(100).any(|v| v.abs() > 0.3), "sound at frame {n}");
        assert!(
            v[0].abs() < 1e-3,
            "each frame begins at a whole number of cycles: in step"
        );
    }
}

#[test]
fn opened_late_it_joins_in() {
    let dir = tempfile::tempdir().expect("dir");
    clip(dir.path(), "a.mov", "30", 60, &sine("2"));
    let stage = Stage::new(dir.path());
    let t = ms(1000 * 60 + 500);
    stage.clock.set(t);
    let s = stage.open(&KIND, json!({"file": "a.mov", "loop": true}));
    assert_eq!(number(&*s, t), 15);
    let v = heard(&*s, t, 480);
    assert!((v[25] - 0.5).abs() < 1e-3, "480 Hz, a quarter cycle in");
    let once = stage.open(&KIND, json!({"file": "a.mov"}));
    until("ended", || once.state() == SourceState::Ended);
    assert_eq!(number(&*once, t), 59, "its last picture stays");
    let hidden = stage.open(&KIND, json!({"file": "a.mov", "at_end": "hide"}));
    until("ended", || hidden.state() == SourceState::Ended);
    assert!(shown(&*hidden, t).planes[0].data.iter().all(|v| *v == 0));
}

#[test]
fn a_jump_of_the_clock_is_followed() {
    let dir = tempfile::tempdir().expect("dir");
    clip(dir.path(), "a.mov", "30", 60, &sine("2"));
    let stage = Stage::new(dir.path());
    let s = stage.open(&KIND, json!({"file": "a.mov", "loop": true}));
    assert_eq!(number(&*s, ms(0)), 0);
    let t = ms(100_000 + 700);
    stage.clock.set(t);
    until("it catches up", || number(&*s, t) == 21);
}

#[test]
fn in_and_out_points_bound_the_piece() {
    let dir = tempfile::tempdir().expect("dir");
    clip(dir.path(), "a.mov", "30", 60, &sine("2"));
    let stage = Stage::new(dir.path());
    let s = stage.open(
        &KIND,
        json!({"file": "a.mov", "loop": true, "in_point_s": 0.5, "out_point_s": 1.0}),
    );
    for n in 0..60 {
        let t = FrameRate::whole(30).time_of(n);
        stage.clock.set(t);
        assert_eq!(number(&*s, t), 15 + n % 15);
        heard(&*s, MediaTime::from_ticks(n * 1600, SAMPLE_RATE), 1600);
    }
    let wrong = json!({"file": "a.mov", "in_point_s": 2.0, "out_point_s": 1.0});
    assert!((KIND.open)(wrong.as_object().expect("map"), stage.context.clone()).is_err());
}

#[test]
fn it_ends_on_its_last_picture_and_in_silence_without_holding_anybody_up() {
    let dir = tempfile::tempdir().expect("dir");
    clip(dir.path(), "a.mov", "30", 15, &sine("0.5"));
    let stage = Stage::new(dir.path());
    let s = stage.open(&KIND, json!({"file": "a.mov"}));
    for n in 0..60 {
        let t = FrameRate::whole(30).time_of(n);
        stage.clock.set(t);
        assert_eq!(number(&*s, t), n.min(14));
        let v = heard(&*s, MediaTime::from_ticks(n * 1600, SAMPLE_RATE), 1600);
        assert_eq!(v.iter().any(|v| *v != 0.0), n < 15);
    }
    until("it says so", || s.state() == SourceState::Ended);
}

#[test]
fn either_may_be_read_without_the_other() {
    let dir = tempfile::tempdir().expect("dir");
    clip(dir.path(), "a.mov", "30", 100, &sine("3.3334"));
    let stage = Stage::new(dir.path());
    let pictures = stage.open(&KIND, json!({"file": "a.mov", "loop": true}));
    for n in 0..250 {
        assert_eq!(number(&*pictures, FrameRate::whole(30).time_of(n)), n % 100);
    }
    let sound = stage.open(&KIND, json!({"file": "a.mov"}));
    let v = heard(&*sound, ms(0), 48_000 * 3);
    for (i, v) in v.iter().enumerate() {
        let want = 0.5 * (std::f64::consts::TAU * 480.0 * i as f64 / 48_000.0).sin();
        assert!((f64::from(*v) - want).abs() < 1e-3, "sample {i}");
    }
}

#[test]
fn streams_of_unequal_length_and_single_streams_hold_nobody_up() {
    let dir = tempfile::tempdir().expect("dir");
    let d = dir.path();
    clip(d, "short_sound.mov", "30", 100, &sine("0.5"));
    clip(d, "short_picture.mov", "30", 10, &sine("4"));
    ffmpeg(&format!("{} -c:a flac", sine("2")), &d.join("sound.flac"));
    clip(d, "silent.mov", "30", 60, "");
    let stage = Stage::new(d);
    for file in ["short_sound.mov", "short_picture.mov", "sound.flac", "silent.mov"] {
        let stage = Stage {
            clock: media::ManualClock::new(),
            context: stage.context.clone(),
        };
        let clock: std::sync::Arc<dyn media::Clock> = std::sync::Arc::new(stage.clock.clone());
        let stage = Stage {
            context: SourceContext { clock, ..stage.context },
            clock: stage.clock,
        };
        let s = stage.open(&KIND, json!({"file": file, "loop": true}));
        for n in 0..150 {
            let t = FrameRate::whole(30).time_of(n);
            stage.clock.set(t);
            let f = shown(&*s, t);
            let v = heard(&*s, MediaTime::from_ticks(n * 1600, SAMPLE_RATE), 1600);
            let loud = v.iter().any(|v| v.abs() > 0.4);
            match file {
                "short_sound.mov" => assert_eq!(loud, n % 100 < 15, "{file} {n}"),
                "short_picture.mov" => assert_eq!(f.planes[0].data[0], 20 + 2 * (n % 120).min(9) as u8, "{file} {n}"),
                "sound.flac" => assert!(loud && f.planes[0].data.iter().all(|v| *v == 0), "{file} {n}"),
                _ => assert!(!loud && f.planes[0].data[0] == 20 + 2 * (n % 60) as u8, "{file} {n}"),
            }
        }
    }
}

#[test]
fn alpha_is_kept() {
    let dir = tempfile::tempdir().expect("dir");
    let out = dir.path().join("a.webm");
    ffmpeg(
        "-f lavfi -i color=red@0.5:s=64x36:r=30,format=yuva420p -frames:v 10 -c:v libvpx-vp9 -auto-alt-ref 0",
        &out,
    );
    let stage = Stage::new(dir.path());
    let f = shown(&*stage.open(&KIND, json!({"file": "a.webm"})), ms(0));
    assert_eq!(
        (f.format, f.alpha),
        (media::PixelFormat::I420A, media::AlphaMode::Straight)
    );
    assert!(f.planes[3].data[0].abs_diff(128) < 4);
}

#[test]
fn fields_and_the_light_of_hdr_are_told() {
    let dir = tempfile::tempdir().expect("dir");
    let stage = |name: &str| {
        let stage = Stage::new(dir.path());
        shown(&*stage.open(&KIND, json!({ "file": name })), ms(0))
    };
    for (order, top, want) in [
        ("interleave_top", 1, media::Fields::TopFirst),
        ("interleave_bottom", 0, media::Fields::BottomFirst),
    ] {
        let name = format!("{order}.ts");
        ffmpeg(
            &format!(
                "-f lavfi -i testsrc2=s=128x64:r=50:d=0.4,tinterlace={order},format=yuv420p -c:v mpeg2video -flags +ildct+ilme -top {top} -qscale:v 2"
            ),
            &dir.path().join(&name),
        );
        let f = stage(&name);
        assert_eq!((f.fields, f.format), (want, media::PixelFormat::I420), "{order}");
    }
    // Ten bits stay where they are HDR, and nowhere else.
    let tags = "-color_primaries bt2020 -colorspace bt2020nc -color_range tv";
    let grey = "-f lavfi -i color=gray:s=64x36:r=30,format=yuv420p10le -frames:v 10 -c:v ffv1";
    ffmpeg(
        &format!("{grey} {tags} -color_trc smpte2084"),
        &dir.path().join("pq.mkv"),
    );
    ffmpeg(&format!("{grey} {tags} -color_trc bt709"), &dir.path().join("sdr.mkv"));
    let f = stage("pq.mkv");
    assert_eq!(
        (f.format, f.color.transfer),
        (media::PixelFormat::P010, media::ColorTransfer::Pq)
    );
    assert_eq!(f.color.primaries, media::ColorPrimaries::Bt2020);
    let word = u16::from_le_bytes([f.planes[0].data[0], f.planes[0].data[1]]);
    assert!((word >> 6).abs_diff(504) <= 4, "{}", word >> 6);
    assert_eq!(stage("sdr.mkv").format, media::PixelFormat::I420);
}

#[test]
fn a_missing_file_has_a_slate_and_plays_from_its_beginning_when_it_comes() {
    let dir = tempfile::tempdir().expect("dir");
    let stage = Stage::new(dir.path());
    stage.clock.set(ms(600_000));
    let s = stage.open(&KIND, json!({"file": "later.mov"}));
    assert!(s.ready(LONG) && waits(&*s));
    assert!(mean_luma_of_slate(&*s) < 60.0);
    assert!(heard(&*s, ms(0), 4800).iter().all(|v| *v == 0.0), "silence meanwhile");
    std::fs::write(dir.path().join("later.mov"), b"not a film").expect("write");
    step_until(
        &stage,
        "the wrong file is told",
        || matches!(s.state(), SourceState::Waiting { reason } if !reason.contains("missing")),
    );
    let made = dir.path().join("made.mov");
    ffmpeg(
        "-f lavfi -i color=white:s=64x36:r=5:d=120,format=yuv420p -c:v libx264",
        &made,
    );
    std::fs::rename(made, dir.path().join("later.mov")).expect("rename");
    step_until(
        &stage,
        "it plays from its beginning, or it would have ended at once",
        || s.state() == SourceState::Ready,
    );
    let slot = s.video().expect("pictures");
    until("its first pictures", || {
        slot.at(media::Clock::now(&stage.clock)).is_some_and(|f| f.width == 64)
    });
    // Another film takes its place.
    let out = dir.path().join("b.mov");
    ffmpeg(
        "-f lavfi -i color=white:s=32x18:r=30,format=yuv420p -frames:v 30 -c:v libx264",
        &out,
    );
    std::fs::rename(out, dir.path().join("later.mov")).expect("rename");
    step_until(&stage, "the new film", || {
        slot.at(media::Clock::now(&stage.clock)).is_some_and(|f| f.width == 32)
    });
}

fn mean_luma_of_slate(s: &dyn Source) -> f64 {
    let f = shown(s, ms(0));
    assert_eq!(f.width, 320);
    let bytes = &f.planes[0].data;
    bytes.iter().step_by(4).map(|v| f64::from(*v)).sum::<f64>() / (bytes.len() / 4) as f64
}

#[test]
fn pause_holds_the_picture_and_goes_on_from_there() {
    let dir = tempfile::tempdir().expect("dir");
    clip(dir.path(), "a.mov", "30", 60, &sine("2"));
    let stage = Stage::new(dir.path());
    let mut s = stage.open(&KIND, json!({"file": "a.mov", "paused": true}));
    let set = |s: &mut Box<dyn Source>, paused: bool| {
        let new = json!({"file": "a.mov", "paused": paused});
        s.update(new.as_object().expect("map")).expect("right");
    };
    assert_eq!(number(&*s, ms(50_000)), 0);
    assert!(heard(&*s, ms(0), 4800).iter().all(|v| *v == 0.0));
    stage.clock.set(ms(50_000));
    set(&mut s, false);
    until("it goes on", || {
        s.video()
            .and_then(|v| v.at(ms(50_510)))
            .is_some_and(|f| f.time > ms(50_400))
    });
    assert_eq!(number(&*s, ms(50_510)), 15);
    stage.clock.set(ms(50_510));
    set(&mut s, true);
    until("it stands", || {
        s.video()
            .and_then(|v| v.at(ms(60_000)))
            .is_some_and(|f| f.time == ms(50_510))
    });
    assert_eq!(
        number(&*s, ms(60_000)),
        16,
        "the next picture not before the place it stopped at"
    );
}

#[test]
fn damaged_and_cut_off_files_play_what_they_have() {
    let dir = tempfile::tempdir().expect("dir");
    let out = dir.path().join("a.mkv");
    ffmpeg(
        &format!(
            "-f lavfi -i testsrc=s=64x36:r=30:d=2 {} -c:v libx264 -g 10 -c:a aac",
            sine("2")
        ),
        &out,
    );
    let mut data = std::fs::read(&out).expect("read");
    let len = data.len();
    data.truncate(len * 3 / 4);
    for (i, b) in data.iter_mut().enumerate().skip(len / 3).take(2000) {
        *b ^= (i * 37) as u8;
    }
    std::fs::write(&out, data).expect("write");
    let stage = Stage::new(dir.path());
    let s = stage.open(&KIND, json!({"file": "a.mkv", "loop": true}));
    for n in 0..100 {
        let t = FrameRate::whole(30).time_of(n);
        stage.clock.set(t);
        assert_eq!(shown(&*s, t).width, 64);
    }
    for (name, data) in [("empty.mp4", &b""[..]), ("junk.mp4", &[7; 5000])] {
        std::fs::write(dir.path().join(name), data).expect("write");
        let s = stage.open(&KIND, json!({"file": name, "loop": true}));
        assert!(s.ready(LONG) && waits(&*s), "{name}");
    }
}

#[test]
fn h264_and_aac_in_mp4_loop_in_step() {
    let dir = tempfile::tempdir().expect("dir");
    let out = dir.path().join("a.mp4");
    ffmpeg(
        &format!(
            "-f lavfi -i color=black:s=64x36:r=30:d=2,geq=lum='if(lt(N,2),235,16)':cb=128:cr=128 {} -c:v libx264 -c:a aac",
            sine("2")
        ),
        &out,
    );
    let stage = Stage::new(dir.path());
    let s = stage.open(&KIND, json!({"file": "a.mp4", "loop": true}));
    for n in 0..190 {
        let t = FrameRate::whole(30).time_of(n);
        stage.clock.set(t);
        assert_eq!(mean_luma(&shown(&*s, t)) > 128.0, n % 60 < 2, "frame {n}");
        heard(&*s, MediaTime::from_ticks(n * 1600, SAMPLE_RATE), 1600);
    }
}

#[test]
fn stop_is_quick_whatever_it_does() {
    let dir = tempfile::tempdir().expect("dir");
    clip(dir.path(), "a.mov", "30", 60, &sine("2"));
    let stage = Stage::new(dir.path());
    for file in ["a.mov", "missing.mov", ""] {
        let mut s = stage.open(&KIND, json!({"file": file}));
        s.stop();
        assert!(s.video().is_some_and(media::FrameSlot::is_closed));
        drop(stage.open(&KIND, json!({"file": file})));
    }
}

#[test]
fn slow_and_fast_motion_have_every_picture_in_its_time() {
    let dir = tempfile::tempdir().expect("dir");
    clip(dir.path(), "a.mov", "30", 30, &sine("1"));
    let rate = FrameRate::whole(30);
    for (speed, frames) in [(0.5, 60), (2.0, 15)] {
        let stage = Stage::new(dir.path());
        let s = stage.open(&KIND, json!({"file": "a.mov", "speed": speed, "loop": true}));
        for n in 0..2 * frames {
            let t = rate.time_of(n) + MediaTime(1000);
            stage.clock.set(t);
            let want = (n as f64 * speed) as i64 % 30;
            assert_eq!(number(&*s, t), want, "frame {n} at {speed}");
            assert!(heard(&*s, t, 480).iter().all(|x| *x == 0.0), "silent");
        }
    }
    let stage = Stage::new(dir.path());
    let mut s = stage.open(&KIND, json!({"file": "a.mov"}));
    assert!(s.update(json!({"speed": 0.0}).as_object().expect("object")).is_err());
}

#[test]
fn a_replay_shows_nothing_but_the_clip_it_is_given() {
    let dir = tempfile::tempdir().expect("dir");
    let file = clip(dir.path(), "a.mov", "30", 60, &sine("2"));
    let stage = Stage::new(dir.path());
    let mut s = stage.open(&replay::KIND, json!({"seconds": 1, "speed": 0.5}));
    let empty = |s: &dyn Source, t| shown(s, t).planes[0].data.iter().all(|b| *b == 0);
    assert!(empty(&*s, ms(1)));
    for begin in [1000, 9000] {
        stage.clock.set(ms(begin));
        s.play(Clip {
            file: file.clone(),
            from_s: 0.0,
            length_s: 2.0,
        });
        until("the clip", || shown(&*s, ms(begin)).width == 64);
        // The last second of two, each picture twice as long.
        assert_eq!(number(&*s, ms(begin)), 30);
        stage.clock.set(ms(begin + 1005));
        assert_eq!(number(&*s, ms(begin + 1005)), 45);
        stage.clock.set(ms(begin + 2100));
        until("the end", || empty(&*s, ms(begin + 2100)));
        until("rest", || s.state() == SourceState::Ended);
    }
    std::fs::remove_file(&file).expect("gone");
    s.play(Clip {
        file,
        from_s: 0.0,
        length_s: 2.0,
    });
    until("a word", || !s.notices().is_empty());
    assert!(empty(&*s, ms(20_000)), "no slate on the air");
}
