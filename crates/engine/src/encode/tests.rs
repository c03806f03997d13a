//! Sharing, scaling, tracks, and one lane's trouble staying its own.

use super::*;
use media::{
    AlphaMode, AudioBlock, ColorInfo, PixelFormat, Plane, StreamKind, SystemClock, VideoFrame, queue::Received,
};
use project::{AudioEncoding, AudioTrack, Destination, ScaleFilter};
use std::time::Duration;

const RATE: FrameRate = FrameRate::whole(30);
const SIZE: (u32, u32) = (320, 180);

fn encoders() -> (Encoders, EventLog) {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let log = EventLog::new(clock.clone(), MediaTime::ZERO);
    let format = CanvasFormat { size: SIZE, rate: RATE };
    let none: Probes = Box::new(|_| vec![]);
    (Encoders::new(vec![format], none, clock, log.clone()), log)
}

fn picture(n: i64, (w, h): (u32, u32)) -> Arc<VideoFrame> {
    let format = PixelFormat::I420;
    let planes = (0..format.planes())
        .map(|i| {
            let (stride, rows) = format.plane_size(i, w, h);
            let data = vec![if i == 0 { 60 } else { 128 }; stride * rows].into();
            Plane { data, stride }
        })
        .collect();
    let (color, alpha) = (ColorInfo::BT709_LIMITED, AlphaMode::Opaque);
    Arc::new(VideoFrame::new(format, w, h, planes, color, alpha, RATE.time_of(n)).expect("valid"))
}

fn want(height: u32, every: u32, kbps: u32) -> Want {
    let p = Project::default();
    let mut d = Destination {
        id: "d".into(),
        ..Destination::default()
    };
    d.encode.height = Some(height);
    d.encode.every = Some(every);
    d.encode.bitrate_kbps = Some(kbps);
    d.encode.filter = Some(ScaleFilter::Area);
    let format = CanvasFormat { size: SIZE, rate: RATE };
    Want::of_destination(&p, &[format], &d).expect("a want")
}

fn offer_all(e: &Encoders, frames: std::ops::Range<i64>) {
    for n in frames {
        for lane in e.video.load().iter() {
            lane.offer(&picture(n, SIZE));
        }
    }
}

/// Everything that comes out of a lease once the lanes have ended, by (stream, time).
fn drain(rx: &media::PacketReceiver) -> Vec<(StreamKind, MediaTime)> {
    let mut all = vec![];
    while let Received::Packet(p) = rx.recv_timeout(Duration::from_secs(20)) {
        all.push((p.stream, p.pts));
    }
    all
}

fn end(e: &Encoders) {
    e.end_video();
    e.end_audio();
    e.join();
}

#[test]
fn equal_wants_share_a_lane_and_a_size_is_scaled_once() {
    let (e, _) = encoders();
    let full = e.lease(&want(180, 1, 800)).expect("opens");
    let same = e.lease(&want(180, 1, 800)).expect("opens");
    assert!(Arc::ptr_eq(&full, &same));
    let a = e.lease(&want(90, 1, 300)).expect("opens");
    let b = e.lease(&want(90, 1, 200)).expect("opens");
    let half = e.lease(&want(90, 2, 200)).expect("opens");
    let lanes = e.video.load_full();
    assert_eq!(lanes.len(), 4, "full, two rates, half the pictures");
    assert_eq!(e.audio.load().len(), 1, "the sound is the same for all");
    let info = a.feed.fanout.info().video.clone().expect("video");
    assert_eq!((info.width, info.height), (160, 90));
    let slow = half.feed.fanout.info().video.clone().expect("video");
    assert_eq!(slow.rate, FrameRate::whole(15));
    let scaled: Vec<_> = lanes.iter().filter_map(|l| l.scaled.clone()).collect();
    assert_eq!(scaled.len(), 3);
    assert!(scaled.iter().all(|s| Arc::ptr_eq(s, &scaled[0])));
    let receivers = [&full, &a, &b, &half].map(|l| l.feed.fanout.subscribe(MediaTime::from_millis(60_000)));
    for n in 0..12 {
        offer_all(&e, n..n + 1);
        // In step with each other, as encoders that keep up are.
        let done = || {
            lanes
                .iter()
                .all(|l| l.encoded.load(Relaxed) == l.frames_in.load(Relaxed))
        };
        assert!(test_support::wait_for(Duration::from_secs(20), done), "picture {n}");
    }
    end(&e);
    let times: Vec<Vec<_>> = receivers
        .iter()
        .map(|rx| {
            let mut t: Vec<_> = drain(rx).iter().map(|p| RATE.index_at(p.1)).collect();
            t.sort_unstable();
            t
        })
        .collect();
    assert_eq!(times[0], (0..12).collect::<Vec<_>>());
    assert_eq!((&times[1], &times[2]), (&times[0], &times[0]));
    assert_eq!(times[3], [0, 2, 4, 6, 8, 10], "every second picture at its own time");
    let count = scaled[0].count();
    assert!(
        (12..=24).contains(&count),
        "{count}: once for all who keep up with each other"
    );
}

#[test]
fn a_lane_that_falls_behind_gets_more_threads_and_loses_nothing() {
    let (e, _) = encoders();
    let lease = e.lease(&want(90, 1, 300)).expect("opens");
    let rx = lease.feed.fanout.subscribe(MediaTime::from_millis(60_000));
    let lane = e.video.load()[0].clone();
    offer_all(&e, 0..1);
    let first = || lane.encoded.load(Relaxed) == 1;
    assert!(test_support::wait_for(Duration::from_secs(20), first), "it has begun");
    // Its scaler is held while more than a fifth of a second of pictures come.
    lane.scaled.clone().expect("scales").while_held(|| offer_all(&e, 1..20));
    end(&e);
    assert_eq!(lane.dropped.load(Relaxed), 0);
    let mut got = vec![];
    let mut keys = vec![];
    while let Received::Packet(p) = rx.recv_timeout(Duration::from_secs(20)) {
        got.push(RATE.index_at(p.pts));
        keys.extend(p.keyframe.then(|| RATE.index_at(p.pts)));
    }
    got.sort_unstable();
    assert_eq!(got, (0..20).collect::<Vec<_>>());
    assert_eq!(keys.len(), 2, "the first, and where it went on with others: {keys:?}");
}

#[test]
fn a_lane_that_stands_still_loses_pictures_for_itself_alone() {
    let (e, _) = encoders();
    let healthy = e.lease(&want(180, 1, 800)).expect("opens");
    let stuck = e.lease(&want(90, 1, 300)).expect("opens");
    let rx = healthy.feed.fanout.subscribe(MediaTime::from_millis(600_000));
    let lanes = e.video.load_full();
    let (fine, slow) = (&lanes[0], &lanes[1]);
    // Its scaler is held, as a driver that does not come back would hold its thread.
    let scaled = slow.scaled.clone().expect("scales");
    let clock = SystemClock::new();
    let (mut longest, mut offered) = (MediaTime::ZERO, 0);
    scaled.while_held(|| {
        for n in 0..120 {
            let frame = picture(n, SIZE);
            // The healthy one is given the time it needs; the other one's queue fills up.
            while fine.frames_in.load(Relaxed) > fine.encoded.load(Relaxed) + 20 {
                std::thread::yield_now();
            }
            let begun = clock.now();
            for lane in lanes.iter() {
                lane.offer(&frame);
            }
            longest = longest.max(clock.now() - begun);
            offered += 1;
        }
    });
    assert_eq!(fine.dropped.load(Relaxed), 0);
    let lost = slow.dropped.load(Relaxed);
    assert!(lost >= 120 - 32, "only its queue of a second is kept: {lost} lost");
    assert!(
        longest < MediaTime::from_millis(200),
        "handing over never waits: {longest}"
    );
    drop(stuck);
    end(&e);
    assert_eq!(drain(&rx).len(), offered);
}

#[test]
fn a_failed_lane_is_replaced_and_its_neighbour_does_not_notice() {
    let (e, log) = encoders();
    let healthy = e.lease(&want(180, 1, 800)).expect("opens");
    let rx = healthy.feed.fanout.subscribe(MediaTime::from_millis(60_000));
    let broken = e.lease(&want(180, 1, 400)).expect("opens");
    let lane = e.video.load()[1].clone();
    lane.offer(&picture(0, SIZE));
    // A picture it can't take: whatever it says, it stops.
    lane.offer(&picture(1, (64, 64)));
    assert!(
        test_support::wait_for(Duration::from_secs(20), || broken.has_failed()),
        "the lane has failed"
    );
    assert!(!healthy.has_failed());
    let again = e.lease(&want(180, 1, 400)).expect("opens anew");
    assert!(!again.has_failed() && !Arc::ptr_eq(&again, &broken));
    assert!(log.since(0).iter().any(|l| l.message.contains("stopped")), "told");
    let rx2 = again.feed.fanout.subscribe(MediaTime::from_millis(60_000));
    drop(broken);
    e.release_unused();
    offer_all(&e, 0..10);
    end(&e);
    assert_eq!(drain(&rx).len(), 10);
    assert_eq!(drain(&rx2).len(), 10);
}

#[test]
fn an_encoder_that_fails_again_and_again_is_given_up_in_words() {
    let (e, _) = encoders();
    let mut last = None;
    for _ in 0..MOST_FAILURES {
        let lease = e.lease(&want(180, 1, 400)).expect("opens");
        let lanes = e.video.load_full();
        lanes.last().expect("a lane").offer(&picture(1, (64, 64)));
        assert!(
            test_support::wait_for(Duration::from_secs(20), || lease.has_failed()),
            "it has failed"
        );
        last = Some(lease);
    }
    drop(last);
    let refused = e.lease(&want(180, 1, 400)).err().expect("given up").to_string();
    assert!(refused.contains("x264 stopped 3 times"), "{refused}");
    end(&e);
}

#[test]
fn each_output_gets_its_own_tracks_in_its_own_order() {
    let (e, _) = encoders();
    let sound = |track: &str| AudioWant {
        track: track.into(),
        settings: AudioEncoding {
            codec: project::AudioCodecName::Pcm,
            ..AudioEncoding::default()
        },
        begins: None,
    };
    let wants = |tracks: &[&str]| Want {
        encoder: "main".into(),
        video: None,
        audio: tracks.iter().map(|t| sound(t)).collect(),
        layers: vec![],
        changes: vec![],
    };
    let radio = e.lease(&wants(&["b"])).expect("opens");
    let both = e.lease(&wants(&["b", "a"])).expect("opens");
    assert!(e.video.load().is_empty(), "sound alone takes no video encoder");
    assert_eq!(e.audio.load().len(), 2, "b is encoded once for both");
    assert!(radio.feed.fanout.info().video.is_none());
    let receivers = [&radio, &both].map(|l| l.feed.fanout.subscribe(MediaTime::from_millis(60_000)));
    let ids = ["a", "b"].map(str::to_owned);
    for n in 0..3 {
        let block = |level: f32| {
            Arc::new(AudioBlock {
                time: MediaTime::from_millis(n * 10),
                samples: vec![level; 960],
            })
        };
        let blocks = [block(0.25), block(0.5)];
        let mixed = Mixed {
            ids: &ids,
            blocks: &blocks,
        };
        for lane in e.audio.load().iter() {
            lane.offer(&mixed);
        }
    }
    end(&e);
    let first_sample = |p: &media::Packet| i32::from_le_bytes([0, p.data[0], p.data[1], p.data[2]]) >> 8;
    let mut levels = vec![];
    for rx in &receivers {
        let mut of: Vec<(StreamKind, i32)> = vec![];
        while let Received::Packet(p) = rx.recv_timeout(Duration::from_secs(20)) {
            of.push((p.stream, first_sample(&p)));
        }
        of.sort_by_key(|(s, l)| (*s == StreamKind::Audio(1), *l));
        of.dedup();
        levels.push(of);
    }
    let (quarter, half) = (1 << 21, 1 << 22);
    assert_eq!(levels[0], [(StreamKind::Audio(0), half)]);
    assert_eq!(
        levels[1],
        [(StreamKind::Audio(0), half), (StreamKind::Audio(1), quarter)]
    );
}

#[test]
fn a_recording_takes_every_track() {
    let (e, _) = encoders();
    let mut p = Project::default();
    let track = |id: &str| AudioTrack {
        id: id.into(),
        ..AudioTrack::default()
    };
    p.audio.tracks = vec![track("live"), track("music"), track("voice")];
    let lease = e.feed(&p, "").expect("opens");
    assert_eq!(lease.feed.fanout.info().audio.len(), 3);
    assert_eq!(e.audio.load().len(), 3);
    end(&e);
}

#[test]
fn a_show_goes_on_with_another_encode_when_one_fails() {
    let dir = tempfile::tempdir().expect("folder");
    let mut p = Project::default();
    (p.canvases[0].width, p.canvases[0].height) = SIZE;
    p.destinations.push(Destination {
        id: "page".into(),
        kind: "local".into(),
        ..Destination::default()
    });
    p.recording.enabled = true;
    let options = crate::ShowOptions {
        renderer: compositor::RendererChoice::Software,
        ..crate::ShowOptions::default()
    };
    let show = crate::Show::start(p, dir.path(), &options).expect("starts");
    let long = Duration::from_secs(30);
    let live = || show.snapshot().destinations[0].status.state == outputs::DestinationState::Live;
    assert!(test_support::wait_for(long, live), "the page is live");
    let first = show.shared.encoders.video.load()[0].clone();
    assert!(
        test_support::wait_for(long, || first.frames_out.load(Relaxed) > 30),
        "a second is recorded"
    );
    first.offer(&picture(i64::from(u32::MAX), (64, 64)));
    assert!(
        test_support::wait_for(long, || first.failed.load(Relaxed)),
        "it has failed"
    );
    let replaced = || {
        let lanes = show.shared.encoders.video.load_full();
        let fresh = lanes.iter().find(|l| !l.failed.load(Relaxed));
        fresh.is_some_and(|l| l.frames_out.load(Relaxed) > 30) && live()
    };
    assert!(test_support::wait_for(long, replaced), "the page is live again");
    let report = show.end();
    assert_eq!(report.recordings.len(), 2, "the recording went on in another file");
    for r in &report.recordings {
        assert!(r.error.is_none() && r.frames >= 25, "{r:?}");
    }
}
