//! Crash safety, proved by killing: a child records a show in files that are cut again and again, and is killed at a moment
//! nobody chose. Every file it leaves plays, at most a second is missing, all tracks are there, and the next start mends it.

use crate::show::{FPS, Show};
use codec::Container;
use media::{Clock, FrameRate, MediaTime, StreamKind, SystemClock};
use outputs::{Fanout, Recorder, RecordingPlan, mend_recordings};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
};
use test_support::ffprobe;

/// Tells the child where to record.
const FOLDER: &str = "FOOTLIGHT_TEST_KILLED_FOLDER";
/// And into what.
const CONTAINER: &str = "FOOTLIGHT_TEST_KILLED_CONTAINER";
const TRACKS: u8 = 3;
/// Children side by side.
const AT_ONCE: usize = 4;

fn container(name: &str) -> Container {
    *Container::ALL
        .iter()
        .find(|c| format!("{c:?}") == name)
        .expect("a container")
}

/// A show with several tracks of sound.
fn show() -> Show {
    let mut show = Show::new(300).inflated(6000);
    let sound: Vec<_> = show.packets.iter().filter(|p| !p.is_video()).cloned().collect();
    for track in 1..TRACKS {
        show.info.audio.push(show.info.audio[0].clone());
        show.packets.extend(sound.iter().cloned().map(|mut p| {
            p.stream = StreamKind::Audio(track);
            p
        }));
    }
    show.packets.sort_by_key(|p| p.dts);
    show
}

/// The child: records in real time and says after each picture how many there were.
fn record(folder: &Path, container: Container) {
    let show = show();
    let fanout = Fanout::new(show.info.clone());
    let mut plan = RecordingPlan::of_path(&folder.join("show.x"));
    plan.container = container;
    plan.ending = container.ending().into();
    plan.split_after = Some(MediaTime::from_millis(900));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let _recorder = Recorder::start_plan(plan, &fanout, clock.clone()).expect("starts");
    let begun = clock.now();
    let mut out = std::io::stdout().lock();
    let mut sent = 0;
    for p in show.packets {
        clock.sleep_until(begun + p.dts);
        let video = p.is_video();
        fanout.send_all([p]);
        if video {
            sent += 1;
            writeln!(out, "\nsent {sent}")
                .and_then(|()| out.flush())
                .expect("the parent reads");
        }
    }
    panic!("nobody killed it");
}

#[test]
fn killed_at_twelve_moments() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return record(Path::new(&folder), container(&std::env::var(CONTAINER).expect("told")));
    }
    kill_at_random(12, 20_261_123);
}

#[test]
#[ignore = "minutes long; run before a release: cargo nextest run -p outputs --run-ignored only killed"]
fn killed_at_two_hundred_moments() {
    kill_at_random(200, 4_711);
}

/// What a kill left.
struct Left {
    folder: tempfile::TempDir,
    container: Container,
    sent: u64,
}

#[expect(clippy::print_stdout, reason = "the figures are for people")]
fn kill_at_random(kills: u64, mut seed: u64) {
    let containers = [Container::Matroska, Container::FragmentedMp4, Container::HybridMp4];
    let mut worst = 0;
    let (mut files, mut mended) = (0, 0);
    let mut moments = vec![];
    for n in 0..kills {
        // Knuth's MMIX generator.
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let ms = 300 + (seed >> 33) % 3700;
        moments.push((
            containers[n as usize % containers.len()],
            MediaTime::from_millis(ms as i64),
        ));
    }
    for batch in moments.chunks(AT_ONCE) {
        let children: Vec<_> = batch
            .iter()
            .map(|&(c, after)| {
                std::thread::Builder::new()
                    .spawn(move || killed(c, after))
                    .expect("thread")
            })
            .collect();
        for c in children {
            let left = c.join().expect("the child ran");
            let (lost, n, m) = look(&left);
            worst = worst.max(lost);
            files += n;
            mended += m;
        }
    }
    println!("{kills} kills: {files} files, {mended} mended, at most {worst} of {FPS} frames a second lost");
    assert!(mended > 0, "a kill leaves something to mend");
}

/// Runs a child and kills it.
fn killed(container: Container, after: MediaTime) -> Left {
    let folder = tempfile::tempdir().expect("folder");
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "--nocapture", "killed::killed_at_twelve_moments"])
        .env(FOLDER, folder.path())
        .env(CONTAINER, format!("{container:?}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped"));
    let mut sent = 0;
    let clock = SystemClock::new();
    // The time counts from its first picture.
    read_sent(&mut lines, &mut sent, |n| n == 0);
    let first = clock.now();
    read_sent(&mut lines, &mut sent, |_| clock.now() - first < after);
    kill(&mut child);
    read_sent(&mut lines, &mut sent, |_| true);
    Left {
        folder,
        container,
        sent,
    }
}

/// Reads what the child says until `more` is false or it has ended.
fn read_sent(lines: &mut impl BufRead, sent: &mut u64, more: impl Fn(u64) -> bool) {
    let mut line = String::new();
    while more(*sent) {
        line.clear();
        if lines.read_line(&mut line).expect("reads") == 0 {
            return;
        }
        if let Some(n) = line.trim().strip_prefix("sent ").and_then(|n| n.parse().ok()) {
            *sent = n;
        }
    }
}

fn kill(child: &mut Child) {
    child.kill().expect("SIGKILL");
    child.wait().expect("its end");
}

/// Looks at everything that is there, before and after it is mended. Gives frames lost, files and files mended.
fn look(left: &Left) -> (u64, usize, usize) {
    let what = format!("{:?}, {} sent", left.container, left.sent);
    let before: u64 = recordings(left).iter().map(|f| frames(f)).sum();
    let lost = left.sent.saturating_sub(before);
    assert!(lost <= u64::from(FPS), "{what}: {lost} frames are lost");
    let mended = mend_recordings(left.folder.path());
    for m in &mended {
        assert!(m.message.contains("when Footlight ended without warning"), "{m:?}");
    }
    let files = recordings(left);
    let mut after = 0;
    for f in files.iter().filter(|f| fs::metadata(f).is_ok_and(|m| m.len() > 5000)) {
        assert_eq!(ffprobe::decode_errors(f).expect("ffmpeg"), "", "{what}: {f:?}");
        let n = frames(f);
        after += n;
        if n > u64::from(FPS) / 2 {
            let streams = ffprobe::streams(f).expect("ffprobe");
            let audio = streams["streams"]
                .as_array()
                .expect("list")
                .iter()
                .filter(|s| s["codec_type"] == "audio");
            assert_eq!(audio.count(), usize::from(TRACKS), "{what}: {f:?}");
            for track in 0..TRACKS {
                let sound = ffprobe::packets(f, &format!("a:{track}")).expect("packets").len() as f64;
                let picture = FrameRate::whole(FPS).time_of(n as i64).as_secs_f64();
                assert!(
                    sound * 1024.0 / 48_000.0 > picture - 1.0,
                    "{what}: {f:?}: {sound} packets of track {track}"
                );
            }
        }
    }
    assert!(after >= before, "{what}: mending costs nothing: {after} of {before}");
    let notes = fs::read_dir(left.folder.path()).expect("folder").count() - files.len();
    assert_eq!(notes, 0, "{what}: no note is left");
    assert_eq!(mend_recordings(left.folder.path()), [], "{what}: once is enough");
    (lost, files.len(), mended.len())
}

fn recordings(left: &Left) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(left.folder.path())
        .expect("folder")
        .map(|e| e.expect("entry").path())
        .filter(|p| p.extension().is_some_and(|e| e == left.container.ending()))
        .collect();
    all.sort();
    all
}

/// Pictures that decode; none in a file whose header was not yet written.
fn frames(file: &Path) -> u64 {
    ffprobe::count_frames(file, "v:0").unwrap_or(0)
}
