//! The promise: one receiver that does not read costs nobody else anything, and the encoder's thread least of all.

use crate::{
    script::{Act, Scripted},
    show::{frame, made_up_info, sound, until},
};
use media::{Clock, MediaTime, PacketReceiver, SystemClock, queue::Received};
use outputs::{Backoff, DestinationHandle, DestinationState, Fanout};
use std::{sync::Arc, time::Duration};
use tokio::runtime::Handle;

const SECONDS: i64 = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stalled_destination_among_six_costs_the_others_nothing() {
    let clock = Arc::new(SystemClock::new());
    let fanout = Fanout::new(made_up_info());
    let start = |act| {
        let (driver, log) = Scripted::new(&[act]);
        let name = "somewhere".to_owned();
        let backoff = Backoff::standard(1);
        let d = DestinationHandle::start_driver(&Handle::current(), name, driver, &fanout, clock.clone(), backoff);
        (d, log)
    };
    let (stalled, _) = start(Act::NeverRead);
    let good: Vec<_> = (0..5).map(|_| start(Act::Live)).collect();
    let mut took = vec![];
    let mut next_sound = 0;
    for second in 0..SECONDS {
        for n in second * 25..(second + 1) * 25 {
            let before = clock.now();
            fanout.send(Arc::new(frame(n)));
            took.push(clock.now() - before);
            while sound(next_sound).dts <= frame(n).dts {
                fanout.send(Arc::new(sound(next_sound)));
                next_sound += 1;
            }
        }
        let want = (second as u64 + 1) * 25;
        until("the others have it", Duration::from_secs(20), || {
            good.iter().all(|(d, _)| d.status().frames_sent == want)
        })
        .await;
    }
    let s = stalled.status();
    assert_eq!((s.state, s.frames_sent), (DestinationState::Degraded, 0));
    assert!(s.queued_ms <= 5100, "{} ms", s.queued_ms);
    assert!(s.frames_dropped >= (SECONDS as u64 - 6) * 25, "{}", s.frames_dropped);
    stalled.stop().await;
    assert_eq!(stalled.status().frames_dropped, SECONDS as u64 * 25, "all is counted");
    for (d, log) in &good {
        let s = d.status();
        assert_eq!((s.frames_sent, s.frames_dropped), (SECONDS as u64 * 25, 0));
        let video: Vec<_> = log.packets(0).iter().filter(|p| p.is_video()).map(|p| p.dts).collect();
        assert!(video.windows(2).all(|w| w[0] < w[1]), "in order");
    }
    let (first, last) = (median(&took[..300]), median(&took[took.len() - 300..]));
    assert!(last <= MediaTime(first.0 * 4 + 20_000), "{first:?} became {last:?}");
    assert!(median(&took) < MediaTime(500_000), "{:?}", median(&took));
}

fn median(times: &[MediaTime]) -> MediaTime {
    let mut t = times.to_vec();
    t.sort();
    t[t.len() / 2]
}

fn drain(rx: &PacketReceiver) -> Vec<(bool, i64)> {
    let mut got = vec![];
    while let Received::Packet(p) = rx.recv_timeout(Duration::ZERO) {
        got.push((p.is_video(), p.dts.as_millis()));
    }
    got
}

#[test]
fn sound_waits_for_the_picture_of_its_time() {
    let fanout = Fanout::new(made_up_info());
    let rx = fanout.subscribe(MediaTime::from_millis(5000));
    // Encoders give sound at once and pictures late.
    fanout.send_all((0..20).map(sound));
    assert_eq!(drain(&rx), []);
    fanout.send_all((0..5).map(frame));
    let got = drain(&rx);
    assert_eq!(got[0], (true, 0), "begins with the keyframe");
    assert!(got.windows(2).all(|w| w[0].1 <= w[1].1), "in decoding order: {got:?}");
    assert_eq!(
        got.iter().filter(|g| !g.0).count(),
        8,
        "all sound before the last picture at 160 ms: {got:?}"
    );
    fanout.end();
    assert_eq!(drain(&rx).len(), 12, "the end lets the rest go");
    assert_eq!(rx.recv_timeout(Duration::ZERO), Received::End);
}

#[test]
fn sound_goes_on_without_pictures_when_the_video_encoder_hangs() {
    let fanout = Fanout::new(made_up_info());
    let rx = fanout.subscribe(MediaTime::from_millis(30_000));
    fanout.send_all([frame(0)]);
    fanout.send_all((0..600).map(sound));
    let newest = drain(&rx).last().expect("sound").1;
    assert!((7_500..8_000).contains(&newest), "12.8 s of sound, 5 s held: {newest}");
}

#[test]
fn a_late_receiver_begins_at_a_keyframe_without_counting_drops() {
    let fanout = Fanout::new(made_up_info());
    fanout.send_all((0..30).map(frame));
    let rx = fanout.subscribe(MediaTime::from_millis(5000));
    assert_eq!(
        fanout.stats().keyframes_asked,
        0,
        "the last keyframe is 160 ms old: it has to wait"
    );
    fanout.send_all((30..60).map(frame));
    assert_eq!(drain(&rx)[0], (true, 2000));
    let s = rx.stats();
    assert_eq!((s.video_in, s.video_dropped), (10, 0));
}

#[test]
fn wishes_for_keyframes_come_together_and_not_too_often() {
    let fanout = Fanout::new(made_up_info());
    let asked = Arc::new(std::sync::atomic::AtomicU32::new(0));
    let a = asked.clone();
    fanout.on_keyframe_request(move || {
        a.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    });
    let asked = || asked.load(std::sync::atomic::Ordering::SeqCst);
    let plain = |n| media::Packet {
        keyframe: false,
        ..frame(n)
    };
    fanout.send_all([frame(0)]);
    fanout.send_all((1..10).map(plain));
    for _ in 0..5 {
        fanout.request_keyframe();
    }
    assert_eq!(asked(), 0, "only 360 ms after the last one");
    fanout.send_all((10..25).map(plain));
    assert_eq!(asked(), 0);
    fanout.send_all([plain(25)]);
    assert_eq!(asked(), 1, "a second after the last one");
    fanout.request_keyframe();
    fanout.send_all((26..40).map(plain));
    assert_eq!(asked(), 1, "the encoder was asked already");
}
