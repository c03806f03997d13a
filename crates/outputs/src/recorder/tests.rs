//! A disk that hangs.

use super::{tape::Sink, *};
use bytes::Bytes;
use codec::CodecError;
use media::{ManualClock, Packet, StreamInfo, StreamKind, SystemClock};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use test_support::wait_for;

/// The only disk of these tests hangs until it is let go.
static LET_GO: AtomicBool = AtomicBool::new(false);

struct Hanging;

impl Sink for Hanging {
    fn write(&mut self, _: &Packet) -> Result<(), CodecError> {
        assert!(wait_for(Duration::from_secs(60), || LET_GO.load(SeqCst)));
        Ok(())
    }
    fn flush_to_disk(&mut self) -> Result<(), CodecError> {
        Ok(())
    }
    fn bytes(&self) -> u64 {
        0
    }
    fn finish(self: Box<Self>, _: &[(MediaTime, String)]) -> Result<u64, CodecError> {
        Ok(0)
    }
}

fn second_of_sound(n: i64) -> Packet {
    let t = MediaTime::from_millis(n * 1000);
    Packet {
        stream: StreamKind::Audio(0),
        data: Bytes::from_static(b"sound"),
        pts: t,
        dts: t,
        duration: MediaTime::from_millis(1000),
        keyframe: true,
    }
}

#[test]
fn a_disk_that_hangs_holds_up_nobody_and_is_told() {
    let dir = tempfile::tempdir().expect("folder");
    let fanout = Fanout::new(StreamInfo::default());
    let other = fanout.subscribe(MediaTime::from_millis(1_000_000));
    let clock = Arc::new(ManualClock::new());
    let plan = RecordingPlan::of_path(&dir.path().join("show.mkv"));
    let r = Recorder::start_with(plan, &fanout, clock, Arc::new(|_, _, _| Ok(Box::new(Hanging)))).expect("thread");
    let watch = SystemClock::new();
    fanout.send_all((0..200).map(second_of_sound));
    assert!(watch.now() < MediaTime::from_millis(1000), "{}", watch.now());
    // Half a minute waits for the disk, and as much for the thread before it.
    assert!(
        wait_for(Duration::from_secs(20), || r.status().frames_dropped >= 135),
        "{:?}",
        r.status()
    );
    let s = r.status();
    assert!(s.error.is_some_and(|e| e.contains("can't keep up")));
    assert_eq!(other.stats().audio_dropped, 0);
    let s = r.stop_within(Duration::from_millis(50));
    assert_eq!(s.state, RecordingState::Failed);
    assert!(s.error.is_some_and(|e| e.contains("has not taken the end")));
    LET_GO.store(true, SeqCst);
}

/// A disk that has room for some packets only.
struct Full(u32);

impl Sink for Full {
    fn write(&mut self, _: &Packet) -> Result<(), CodecError> {
        self.0 = self.0.checked_sub(1).ok_or_else(|| CodecError::Write {
            path: "show.mkv".into(),
            // What the system says for ENOSPC.
            reason: std::io::Error::from_raw_os_error(28).to_string(),
        })?;
        Ok(())
    }
    fn flush_to_disk(&mut self) -> Result<(), CodecError> {
        Ok(())
    }
    fn bytes(&self) -> u64 {
        1
    }
    fn finish(self: Box<Self>, _: &[(MediaTime, String)]) -> Result<u64, CodecError> {
        Ok(1)
    }
}

#[test]
fn a_full_disk_ends_the_recording_with_a_sentence() {
    let dir = tempfile::tempdir().expect("folder");
    let fanout = Fanout::new(StreamInfo::default());
    let other = fanout.subscribe(MediaTime::from_millis(1_000_000));
    let clock = Arc::new(ManualClock::new());
    let plan = RecordingPlan::of_path(&dir.path().join("show.mkv"));
    let r = Recorder::start_with(plan, &fanout, clock, Arc::new(|_, _, _| Ok(Box::new(Full(5))))).expect("thread");
    fanout.send_all((0..20).map(second_of_sound));
    assert!(wait_for(Duration::from_secs(20), || r.status().state == RecordingState::Failed));
    let s = r.stop();
    let error = s.error.expect("a sentence");
    assert!(
        error.starts_with("The disk is full") && error.contains("Free some space"),
        "{error}"
    );
    assert_eq!((s.frames, other.stats().audio_dropped), (5, 0));
}

#[test]
fn a_disk_that_hangs_or_fills_up_is_left_for_the_second_folder() {
    for hangs in [true, false] {
        let dir = tempfile::tempdir().expect("folder");
        let fanout = Fanout::new(StreamInfo::default());
        let clock = ManualClock::new();
        let mut plan = RecordingPlan::of_path(&dir.path().join("first/show.mkv"));
        plan.folders.push(dir.path().join("second"));
        let open: OpenSink = Arc::new(move |path, _, _| {
            Ok(match (path.to_string_lossy().contains("first"), hangs) {
                (true, true) => Box::new(Hanging),
                (true, false) => Box::new(Full(5)),
                _ => Box::new(Full(1000)),
            })
        });
        let r = Recorder::start_with(plan, &fanout, Arc::new(clock.clone()), open).expect("thread");
        fanout.send_all((0..20).map(second_of_sound));
        assert!(wait_for(Duration::from_secs(20), || {
            // A second passes each time somebody looks.
            clock.set(clock.now() + MediaTime::from_millis(1000));
            r.files().len() == 2
        }));
        fanout.send_all((20..25).map(second_of_sound));
        fanout.end();
        assert!(wait_for(Duration::from_secs(20), || r.files()[1].state
            == RecordingState::Finished));
        let files = r.files();
        assert_eq!(files[0].state, RecordingState::Failed);
        let error = files[0].error.clone().expect("a sentence");
        assert!(
            error.contains(if hangs {
                "has taken nothing for 5 s"
            } else {
                "The disk is full"
            }),
            "{error}"
        );
        assert_eq!(files[1].frames, 25, "nothing is lost, hanging: {hangs}");
        LET_GO.store(true, SeqCst);
    }
}
