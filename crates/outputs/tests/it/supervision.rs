//! The supervisor's states, with a scripted driver, a clock stepped by hand and tokio's virtual time.

use crate::{
    script::{
        Act::{self, HangConnecting, Live, LoseAfter, NeverRead, Panic, Refuse, TurnAway, WrongKey},
        Log, Scripted,
    },
    show::{frame, made_up_info, until},
};
use media::{ManualClock, MediaTime, Packet};
use outputs::{Backoff, DestinationHandle, DestinationState as State, Fanout, Terms};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::{runtime::Handle, time::Instant};

const SEED: u64 = 7;
const SOON: Duration = Duration::from_secs(1);

struct Stage {
    clock: ManualClock,
    fanout: Fanout,
    destination: DestinationHandle,
    log: Log,
    keyframes_asked: Arc<AtomicU32>,
}

fn start(acts: &[Act]) -> Stage {
    start_on(acts, MediaTime::ZERO)
}

fn start_on(acts: &[Act], delay: MediaTime) -> Stage {
    let clock = ManualClock::new();
    let fanout = Fanout::new(made_up_info());
    let keyframes_asked = Arc::new(AtomicU32::new(0));
    let asked = keyframes_asked.clone();
    fanout.on_keyframe_request(move || {
        asked.fetch_add(1, SeqCst);
    });
    let (driver, log) = Scripted::new(acts);
    let destination = DestinationHandle::start_driver(
        &Handle::current(),
        "rtmp://somewhere/app/****".into(),
        driver,
        &fanout,
        Arc::new(clock.clone()),
        Terms {
            backoff: Backoff::standard(SEED),
            delay,
            layers: vec![],
        },
    );
    Stage {
        clock,
        fanout,
        destination,
        log,
        keyframes_asked,
    }
}

impl Stage {
    async fn reaches(&self, state: State) {
        until(&format!("{state:?}"), SOON, || self.destination.status().state == state).await;
    }
    async fn tried(&self, times: usize) {
        until(&format!("try {times}"), SOON, || self.log.tries() == times).await;
    }
    async fn sent(&self, frames: u64) {
        until(&format!("{frames} frames sent"), SOON, || {
            self.destination.status().frames_sent == frames
        })
        .await;
    }
    /// Lets half a second of virtual time go by, in which nothing may happen.
    async fn quiet(&self) {
        let (tries, state) = (self.log.tries(), self.destination.status().state);
        let end = Instant::now() + Duration::from_millis(500);
        until("half a second", SOON, || Instant::now() >= end).await;
        assert_eq!((self.log.tries(), self.destination.status().state), (tries, state));
    }
    fn send(&self, frames: std::ops::Range<i64>) {
        self.fanout.send_all(frames.map(frame));
    }
}

fn times(packets: &[Arc<Packet>]) -> Vec<i64> {
    packets.iter().map(|p| p.dts.as_millis() / 40).collect()
}

#[tokio::test(start_paused = true)]
async fn a_server_that_turns_us_away_is_tried_for_ever_with_growing_waits() {
    let s = start(&[TurnAway; 10]);
    let mut waits = Backoff::standard(SEED);
    for try_number in 1..=8 {
        s.tried(try_number).await;
        s.reaches(State::Retrying).await;
        let status = s.destination.status();
        let wait = waits.next_wait();
        let said = status.retry_in_s.expect("it says when");
        assert!((said - wait.as_secs_f64()).abs() < 1e-6, "{said} for {wait:?}");
        let reason = status.reason.expect("a sentence");
        assert_eq!(
            reason,
            "The connection to rtmp://somewhere/app/**** was lost: the other side closed it."
        );
        s.clock.advance(wait - Duration::from_millis(1));
        s.quiet().await;
        s.clock.advance(Duration::from_millis(1));
    }
    assert_eq!(waits.ceiling(), Duration::from_secs(15));
    s.tried(9).await;
}

#[tokio::test(start_paused = true)]
async fn a_server_out_of_reach_is_tried_every_two_seconds_at_least() {
    let s = start(&[Refuse; 20]);
    for try_number in 1..=20 {
        s.tried(try_number).await;
        s.reaches(State::Retrying).await;
        let status = s.destination.status();
        assert!(status.retry_in_s.expect("it says when") <= 2.0);
        let reason = status.reason.expect("a sentence");
        assert!(reason.ends_with("can't be reached: nothing answers there."), "{reason}");
        s.clock.advance(Duration::from_secs(2));
    }
    s.reaches(State::Live).await;
}

#[tokio::test(start_paused = true)]
async fn a_delayed_destination_gets_all_of_the_show_later() {
    let s = start_on(&[Live], MediaTime::from_millis(4000));
    s.send(0..25);
    s.reaches(State::Connecting).await;
    let reason = s.destination.status().reason.expect("it says when");
    assert_eq!(reason, "Delayed: this begins in 4 s.");
    s.clock.advance(Duration::from_millis(3990));
    s.quiet().await;
    assert_eq!(s.log.tries(), 0, "a server would give up on a silent connection");
    // Frame 5 is due at 4.2 s.
    s.clock.advance(Duration::from_millis(210));
    s.reaches(State::Live).await;
    s.sent(6).await;
    s.quiet().await;
    s.clock.advance(Duration::from_millis(300));
    assert!(s.destination.finish());
    assert!(!s.destination.finish(), "who asks twice means at once");
    s.sent(13).await;
    let reason = s.destination.status().reason.expect("it says what is to come");
    assert!(reason.contains("still going out"), "{reason}");
    s.clock.advance(Duration::from_millis(1000));
    s.reaches(State::Stopped).await;
    assert_eq!(times(&s.log.packets(0)), (0..25).collect::<Vec<_>>());
    assert_eq!(s.destination.status().frames_dropped, 0);
}

#[tokio::test(start_paused = true)]
async fn stopping_a_delayed_destination_cuts_what_the_audience_has_not_seen() {
    let s = start_on(&[Live], MediaTime::from_millis(4000));
    s.send(0..25);
    s.clock.advance(Duration::from_millis(4400));
    s.sent(11).await;
    s.destination.stop().await;
    assert_eq!(s.destination.status().state, State::Stopped);
    s.clock.advance(Duration::from_secs(10));
    s.quiet().await;
    assert_eq!(times(&s.log.packets(0)).len(), 11);
    // One that has not begun ends as well.
    let s = start_on(&[Live], MediaTime::from_millis(4000));
    s.send(0..5);
    assert!(!s.destination.finish());
    s.destination.stop().await;
    assert_eq!(s.log.tries(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_fails_until_somebody_tries_again() {
    let s = start(&[WrongKey, Live]);
    s.reaches(State::Failed).await;
    let status = s.destination.status();
    assert_eq!(status.retry_in_s, None);
    assert!(status.reason.expect("a sentence").contains("Check the stream key"));
    s.clock.advance(Duration::from_secs(24 * 3600));
    s.quiet().await;
    s.destination.retry_now();
    s.reaches(State::Live).await;
    let status = s.destination.status();
    assert_eq!((status.reason, status.reconnects), (None, 0));
    assert!(status.last_error.expect("kept").contains("wrong key"));
}

#[tokio::test(start_paused = true)]
async fn retry_now_wakes_a_waiting_destination_and_shortens_the_waits() {
    let s = start(&[Refuse, Refuse, Refuse, Live]);
    for n in 1..=3 {
        s.tried(n).await;
        s.reaches(State::Retrying).await;
        assert!(s.destination.status().retry_in_s.expect("waits") <= 1.0);
        s.destination.retry_now();
    }
    s.reaches(State::Live).await;
    s.destination.retry_now();
    s.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn stop_ends_every_state_within_two_seconds() {
    for (acts, state) in [
        (&[HangConnecting][..], State::Connecting),
        (&[Live], State::Live),
        (&[NeverRead], State::Live),
        (&[Refuse], State::Retrying),
        (&[WrongKey], State::Failed),
    ] {
        let s = start(acts);
        s.reaches(state).await;
        s.send(0..10);
        let begun = Instant::now();
        s.destination.stop().await;
        assert!(
            begun.elapsed() < Duration::from_secs(2),
            "{state:?}: {:?}",
            begun.elapsed()
        );
        assert_eq!(s.destination.status().state, State::Stopped);
        s.destination.stop().await;
        s.destination.retry_now();
        s.quiet().await;
        s.send(10..20);
        assert_eq!(s.fanout.stats().receivers, 0, "{state:?}: its queue is gone");
    }
}

#[tokio::test(start_paused = true)]
async fn stopping_sends_what_is_queued_first() {
    let s = start(&[Live]);
    s.reaches(State::Live).await;
    s.send(0..50);
    s.destination.stop().await;
    assert_eq!(s.destination.status().frames_sent, 50);
}

#[tokio::test(start_paused = true)]
async fn the_first_connection_gets_the_show_from_its_first_frame() {
    let s = start(&[Live]);
    s.send(0..40);
    s.sent(40).await;
    assert_eq!(s.keyframes_asked.load(SeqCst), 0);
    let status = s.destination.status();
    assert_eq!((status.frames_dropped, status.bytes_sent), (0, 80_000));
    assert!(status.first_packet_ms.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_reconnect_begins_at_a_keyframe_and_asks_for_one() {
    let s = start(&[LoseAfter(30), Live]);
    s.reaches(State::Live).await;
    s.send(0..30);
    s.reaches(State::Retrying).await;
    let plain = |n| Packet {
        keyframe: false,
        ..frame(n)
    };
    s.fanout.send_all((30..60).map(plain));
    assert_eq!(
        s.keyframes_asked.load(SeqCst),
        0,
        "no keyframes for a server that is not there"
    );
    s.destination.retry_now();
    s.reaches(State::Live).await;
    assert_eq!(s.keyframes_asked.load(SeqCst), 1);
    s.send(60..100);
    s.sent(55).await;
    assert_eq!(times(&s.log.packets(1)), (75..100).collect::<Vec<_>>());
    let status = s.destination.status();
    assert_eq!((status.reconnects, status.frames_dropped), (1, 45));
    assert!(status.last_error.expect("kept").contains("was lost"));
}

#[tokio::test(start_paused = true)]
async fn every_frame_is_accounted_for() {
    let s = start(&[LoseAfter(13), LoseAfter(1), NeverRead]);
    for n in 0..20 {
        s.send(n * 25..(n + 1) * 25);
        s.quiet_turn().await;
        s.destination.retry_now();
    }
    s.destination.stop().await;
    let status = s.destination.status();
    assert_eq!(status.frames_sent, 14);
    assert_eq!(status.frames_sent + status.frames_dropped, 500);

    let waiting = start(&[Refuse]);
    waiting.reaches(State::Retrying).await;
    waiting.send(0..50);
    waiting.fanout.end();
    waiting.reaches(State::Stopped).await;
    assert_eq!(waiting.destination.status().frames_dropped, 50);
}

impl Stage {
    /// Lets the destination's task do what it can do now.
    async fn quiet_turn(&self) {
        let end = Instant::now() + Duration::from_millis(60);
        until("a turn", SOON, || Instant::now() >= end).await;
    }
}

#[tokio::test(start_paused = true)]
async fn waits_are_short_again_only_after_a_connection_that_held() {
    let s = start(&[Refuse, Refuse, LoseAfter(1), LoseAfter(1), Live]);
    for n in 1..=2 {
        s.tried(n).await;
        s.reaches(State::Retrying).await;
        s.clock.advance(Duration::from_secs(15));
    }
    s.reaches(State::Live).await;
    s.send(0..1);
    s.reaches(State::Retrying).await;
    // The third wait: the connection did not hold.
    let mut waits = Backoff::standard(SEED);
    let third = [waits.next_wait(), waits.next_wait(), waits.next_wait()][2];
    assert!((s.destination.status().retry_in_s.expect("waits") - third.as_secs_f64()).abs() < 1e-6);
    s.clock.advance(Duration::from_secs(15));
    s.reaches(State::Live).await;
    s.clock.advance(Duration::from_secs(11));
    s.send(25..26);
    s.reaches(State::Retrying).await;
    assert!(s.destination.status().retry_in_s.expect("waits") <= 1.0);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_show_ends_a_destination() {
    let s = start(&[Live]);
    s.send(0..30);
    s.fanout.end();
    s.reaches(State::Stopped).await;
    assert_eq!(s.destination.status().frames_sent, 30);
    let waiting = start(&[Refuse]);
    waiting.reaches(State::Retrying).await;
    waiting.fanout.end();
    waiting.reaches(State::Stopped).await;
}

#[tokio::test(start_paused = true)]
async fn a_mistake_in_a_driver_is_told_and_stays_alone() {
    let s = start(&[Panic]);
    s.reaches(State::Failed).await;
    assert!(s.destination.status().reason.expect("a sentence").contains("report it"));
    s.send(0..30);
    s.destination.stop().await;
    assert_eq!(s.fanout.stats().video_packets, 30);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_handle_ends_its_task() {
    let s = start(&[Live]);
    s.reaches(State::Live).await;
    drop(s.destination);
    let fanout = s.fanout;
    until("the queue is gone", SOON, || fanout.stats().receivers == 0).await;
}
