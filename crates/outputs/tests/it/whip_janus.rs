//! The WHIP driver against Janus' VideoRoom, another WebRTC stack: what Janus hands on is decoded by FFmpeg.

use crate::{
    live::Live,
    show::until,
    whip::{LIMIT, go_live, go_live_by, go_live_in_sizes},
};
use outputs::{DestinationHandle, DestinationState as State, Routes};
use serde_json::json;
use std::{
    net::{IpAddr, SocketAddr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering::SeqCst},
    },
};
use test_support::{
    faults::{Faults, UdpProxy},
    janus::Janus,
    whip_endpoint::WhipEndpoint,
};

/// Waits as [`until`] does, for tests that say themselves what was found instead.
async fn wait(mut holds: impl FnMut() -> bool) -> bool {
    let mut look = tokio::time::interval(std::time::Duration::from_millis(50));
    let looking = async {
        while !holds() {
            look.tick().await;
        }
    };
    tokio::time::timeout(LIMIT, looking).await.is_ok()
}

async fn decoded(server: &Janus, layer: usize, least: u64) {
    let came = wait(|| server.layer(layer).0 >= least).await;
    assert!(came, "not {least} pictures of layer {layer}; {}", server.log());
}

async fn ends(server: &Janus, d: &DestinationHandle) {
    d.stop().await;
    until("the session deleted", LIMIT, || server.count("deletes") == 1).await;
}

/// Picture in this codec and sound arrive and can be decoded.
async fn arrives(codec: &str, encoder: &str, preset: &str) {
    let server = Janus::start(json!({"codec": codec})).expect("Janus");
    let live = Live::by(encoder, preset, 800);
    let d = go_live(&server.url(), json!({}), &live.fanout);
    decoded(&server, 0, 90).await;
    until("sound", LIMIT, || server.count("samples") >= 96_000).await;
    assert_eq!(server.layer(0).1, 640);
    let s = d.status();
    assert_eq!(s.state, State::Live, "{s:?}");
    let line = s.line.expect("figures");
    assert!(
        line.rtt_ms.is_some() && line.waiting_ms.is_some() && line.arriving_kbps > Some(100.0),
        "{line:?}"
    );
    ends(&server, &d).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h264_and_opus_arrive_at_janus() {
    arrives("h264", "x264", "ultrafast").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hevc_arrives_at_janus_and_can_be_decoded() {
    arrives("h265", "x265", "ultrafast").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn av1_arrives_at_janus_and_can_be_decoded() {
    arrives("av1", "svtav1", "ultrafast").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_codec_that_the_answer_lacks_is_refused_in_words() {
    let server = Janus::start(json!({"codec": "h264"})).expect("Janus");
    let live = Live::by("x265", "ultrafast", 300);
    let d = go_live(&server.url(), json!({}), &live.fanout);
    until("a refusal", LIMIT, || d.status().state == State::Failed).await;
    let said = d.status().reason.unwrap_or_default();
    assert!(
        said.contains("does not take HEVC video") && said.contains("choose H.264"),
        "{said}"
    );
}

/// The widths that arrive when the show is sent in so many sizes.
async fn widths(sizes: u32) -> Vec<u64> {
    let server = Janus::start(json!({"layers": sizes})).expect("Janus");
    let live = Live::in_sizes(900, sizes);
    let d = go_live_in_sizes(&server.url(), json!({"layers": sizes}), &live.fanout, &live.lower);
    for layer in 0..sizes as usize {
        decoded(&server, layer, 60).await;
    }
    let s = d.status();
    assert_eq!((s.state, &s.reason), (State::Live, &None), "{s:?}");
    let mut widths: Vec<_> = (0..sizes as usize).map(|n| server.layer(n).1).collect();
    widths.sort_unstable();
    ends(&server, &d).await;
    widths
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn janus_gets_the_picture_in_three_sizes() {
    assert_eq!(widths(3).await, [160, 320, 640]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn janus_gets_the_picture_in_two_sizes() {
    assert_eq!(widths(2).await, [320, 640]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_one_size_gets_one_and_it_is_said() {
    let server = WhipEndpoint::start(json!({})).expect("aiortc");
    let live = Live::in_sizes(900, 3);
    let d = go_live_in_sizes(&server.url(), json!({"layers": 3}), &live.fanout, &live.lower);
    until(&format!("pictures; {}", server.log()), LIMIT, || {
        server.count("frames") >= 60
    })
    .await;
    assert_eq!(server.notes()["width"], 640);
    let said = d.status().reason.unwrap_or_default();
    assert!(said.contains("in one size only"), "{said}");
}

/// A session whose way dies after a while. Another one is there, for whoever asks again.
async fn loses_its_way(restarts: bool) -> (Janus, DestinationHandle, Live, [UdpProxy; 2]) {
    let media = UdpSocket::bind("127.0.0.1:0")
        .and_then(|s| s.local_addr())
        .expect("a port");
    let proxy = || UdpProxy::start(media, Faults::default(), 5).expect("proxy");
    let ways = [proxy(), proxy()];
    let ports = [ways[0].port(), ways[1].port()];
    let options = json!({"media_port": media.port(), "shown_ports": ports, "restarts": restarts});
    let server = Janus::start(options).expect("Janus");
    let live = Live::start(600);
    let d = go_live(&server.url(), json!({}), &live.fanout);
    decoded(&server, 0, 30).await;
    ways[0].set(Faults {
        stalled: true,
        ..Faults::default()
    });
    (server, d, live, ways)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_way_that_dies_is_replaced_within_the_session() {
    let (server, d, _live, ways) = loses_its_way(true).await;
    assert!(
        wait(|| server.count("restarts") == 1).await,
        "no restart; {}",
        server.log()
    );
    let before = server.layer(0).0;
    decoded(&server, 0, before + 60).await;
    let s = d.status();
    assert_eq!(
        (s.state, s.reconnects, server.count("posts")),
        (State::Live, 0, 1),
        "{s:?}"
    );
    assert!(ways[1].passed() > 100, "over the other way");
    ends(&server, &d).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_restarts_gets_a_new_session() {
    let (server, d, _live, ways) = loses_its_way(false).await;
    until("trying again", LIMIT, || d.status().state == State::Retrying).await;
    assert_eq!(server.count("restarts"), 0);
    ways[0].set(Faults::default());
    let again = wait(|| server.count("posts") >= 2 && d.status().state == State::Live).await;
    assert!(again, "no new session; {:?} {}", d.status(), server.log());
    assert!(server.count("deletes") >= 1, "the old one was ended");
}

/// A computer whose address is 127.0.0.n.
struct Moving(AtomicU8);

impl Routes for Moving {
    fn own_address(&self, _: SocketAddr) -> Option<IpAddr> {
        Some([127, 0, 0, self.0.load(SeqCst)].into())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_computer_with_another_address_looks_for_the_way_anew() {
    let media = UdpSocket::bind("127.0.0.1:0")
        .and_then(|s| s.local_addr())
        .expect("a port");
    let proxy = || UdpProxy::start(media, Faults::default(), 5).expect("proxy");
    let ways = [proxy(), proxy()];
    let ports = [ways[0].port(), ways[1].port()];
    let options = json!({"media_port": media.port(), "shown_ports": ports, "restarts": true});
    let server = Janus::start(options).expect("Janus");
    let live = Live::start(600);
    let computer = Arc::new(Moving(AtomicU8::new(1)));
    let d = go_live_by(&server.url(), json!({}), &live.fanout, &[], computer.clone());
    decoded(&server, 0, 30).await;
    assert_eq!(server.count("restarts"), 0);
    // The old way works all the while: nothing but the address tells that it should be left.
    computer.0.store(2, SeqCst);
    assert!(
        wait(|| server.count("restarts") == 1).await,
        "no restart; {}",
        server.log()
    );
    let (before, over) = (server.layer(0).0, ways[1].passed());
    decoded(&server, 0, before + 60).await;
    until("nothing is said any more", LIMIT, || d.status().reason.is_none()).await;
    let s = d.status();
    assert_eq!(
        (s.state, s.reconnects, server.count("posts"), server.count("restarts")),
        (State::Live, 0, 1, 1),
        "{s:?}"
    );
    assert!(ways[1].passed() > over + 50, "over the other way");
    ends(&server, &d).await;
}
