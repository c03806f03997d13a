//! What the tests with foreign programs share: starting destinations from their settings, sending at the pace of the show,
//! and programs that receive.

use crate::show::{FPS, Show, until};
use media::{Packet, SystemClock};
use outputs::{
    Backoff, DestinationHandle, DestinationState as State, Env, Fanout, HlsStore, destination_kind, from_url,
};
use serde_json::{Map, Value};
use std::{path::Path, process::Command, sync::Arc, time::Duration};
use test_support::process::ChildGuard;
use tokio::{runtime::Handle, time};

pub const LIMIT: Duration = Duration::from_secs(20);

pub fn start(kind: &str, settings: &Map<String, Value>, fanout: &Fanout) -> DestinationHandle {
    let env = Env {
        hls: Arc::new(HlsStore::new()),
        clock: Arc::new(SystemClock::new()),
        routes: Arc::new(outputs::SystemRoutes),
    };
    let kind = destination_kind(kind).expect("a kind");
    (kind.info.check)(settings, "s").expect("good settings");
    DestinationHandle::start(&Handle::current(), kind, settings, fanout, &env, Backoff::standard(1)).expect("starts")
}

/// From an address, with more settings.
pub fn go_live(url: &str, more: Value, fanout: &Fanout) -> DestinationHandle {
    let (kind, mut settings) = from_url(url).expect("an address");
    settings.extend(more.as_object().expect("settings").clone());
    start(kind.info.id, &settings, fanout)
}

pub async fn reaches(d: &DestinationHandle, state: State) {
    let seen = time::timeout(LIMIT, async {
        let mut look = time::interval(Duration::from_millis(10));
        while d.status().state != state {
            look.tick().await;
        }
    });
    assert!(seen.await.is_ok(), "not {state:?}: {:?}", d.status());
}

/// Sends packets at `speed` times the show's own pace: receivers play in real time and lose what comes too fast.
pub async fn send_paced(fanout: &Fanout, packets: Vec<Packet>, speed: f64) {
    let begun = time::Instant::now();
    let first = packets.first().map(|p| p.dts).unwrap_or_default();
    for p in packets {
        let at = (p.dts - first).to_duration().div_f64(speed);
        time::sleep_until(begun + at).await;
        fanout.send(Arc::new(p));
    }
}

pub fn program(name: &str, arguments: &[&str], log: &Path) -> ChildGuard {
    let mut c = Command::new(name);
    c.args(arguments);
    ChildGuard::spawn(c, log, false).expect(name)
}

/// FFmpeg that writes what it receives at `url` to `file`, as it comes.
pub fn ffmpeg_receives(url: &str, file: &Path) -> ChildGuard {
    let to = file.to_str().expect("text");
    let arguments = [
        "-nostdin", "-v", "warning", "-y", "-i", url, "-map", "0", "-c", "copy", "-f", "mpegts", to,
    ];
    program("/usr/bin/ffmpeg", &arguments, &file.with_extension("log"))
}

/// Ends a receiver as Ctrl-C does, so that it writes its end.
pub async fn ended(mut receiver: ChildGuard) {
    let alone = receiver.wait(Duration::from_secs(3)).is_some();
    if !alone {
        receiver.terminate();
    }
}

/// A show of `seconds`, and the number of its pictures.
pub fn show(seconds: u32) -> (Show, u64) {
    let show = Show::new(seconds * FPS);
    let frames = show.frames();
    (show, frames)
}

pub async fn taken(d: &DestinationHandle, frames: u64) {
    until("everything is handed over", LIMIT, || d.status().frames_sent >= frames).await;
}
