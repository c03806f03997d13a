//! The WHIP driver against an endpoint on aiortc: what arrives, how late, what is left of it on a bad line, and every way in
//! which an endpoint can refuse.

use crate::{live::Live, show::until};
use media::{AudioCodec, SystemClock, VideoCodec};
use outputs::{
    Backoff, DestinationHandle, DestinationState as State, Env, Fanout, HlsStore, ProbeWish, Probed, Terms, from_url,
};
use serde_json::{Value, json};
use std::{net::UdpSocket, sync::Arc, time::Duration};
use test_support::{
    coturn::{Coturn, PASSWORD, USER},
    faults::{Faults, UdpProxy},
    whip_endpoint::WhipEndpoint,
};
use tokio::runtime::Handle;

pub const LIMIT: Duration = Duration::from_secs(30);

pub fn go_live(url: &str, more: Value, fanout: &Fanout) -> DestinationHandle {
    go_live_in_sizes(url, more, fanout, &[])
}

/// The same with the picture at lower sizes beside it.
pub fn go_live_in_sizes(url: &str, more: Value, fanout: &Fanout, lower: &[Fanout]) -> DestinationHandle {
    go_live_by(url, more, fanout, lower, Arc::new(outputs::SystemRoutes))
}

/// The same from a computer with these addresses.
pub fn go_live_by(
    url: &str,
    more: Value,
    fanout: &Fanout,
    lower: &[Fanout],
    routes: Arc<dyn outputs::Routes>,
) -> DestinationHandle {
    let env = Env {
        hls: Arc::new(HlsStore::new()),
        clock: Arc::new(SystemClock::new()),
        routes,
    };
    let (kind, mut settings) = from_url(url).expect("an address");
    assert_eq!(kind.info.id, "whip");
    settings.extend(more.as_object().cloned().unwrap_or_default());
    let terms = Terms {
        layers: lower.to_vec(),
        ..Backoff::standard(1).into()
    };
    DestinationHandle::start(&Handle::current(), kind, &settings, fanout, &env, terms).expect("starts")
}

pub async fn seen(server: &WhipEndpoint, key: &str, least: u64) {
    until(&format!("{least} {key}; {}", server.log()), LIMIT, || {
        server.count(key) >= least
    })
    .await;
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "figures for people")]
async fn picture_and_sound_arrive_at_once_and_the_session_is_deleted() {
    let server = WhipEndpoint::start(json!({"token": "good", "numbers": true})).expect("aiortc");
    let live = Live::start(1500);
    let d = go_live(&server.url(), json!({"token": "good"}), &live.fanout);
    seen(&server, "frames", 150).await;
    seen(&server, "samples", 48_000 * 3).await;
    let notes = server.notes();
    assert_eq!((&notes["width"], &notes["height"]), (&json!(640), &json!(360)));
    assert!(
        notes["loudest"].as_u64() > Some(5000),
        "a tone is heard: {}",
        notes["loudest"]
    );
    let s = d.status();
    assert_eq!(s.state, State::Live, "{s:?}");
    assert!(s.bytes_sent > 100_000 && s.frames_sent >= 150, "{s:?}");
    let delay = median(live.delays_ms(&notes["numbers"]));
    println!("WHIP, picture made to picture decoded elsewhere: median {delay:.0} ms");
    // Far above what it is on an idle machine: the tests run side by side.
    assert!(delay < 500.0, "{delay} ms");
    d.stop().await;
    assert_eq!(d.status().state, State::Stopped);
    seen(&server, "deletes", 1).await;
}

/// How many of the pictures that were made arrived and were decoded, over a line that loses this share of packets.
#[expect(clippy::print_stdout, reason = "figures for people")]
async fn share_that_arrives(loss: f64, rtx: bool) -> f64 {
    let media = UdpSocket::bind("127.0.0.1:0")
        .and_then(|s| s.local_addr())
        .expect("a port");
    let proxy = UdpProxy::start(media, Faults::lossy(loss), 7).expect("proxy");
    let shown = proxy.address().port();
    let options = json!({"numbers": true, "media_port": media.port(), "shown_port": shown, "no_rtx": !rtx});
    let server = WhipEndpoint::start(options).expect("aiortc");
    let live = Live::start(1200);
    let d = go_live(&server.url(), json!({}), &live.fanout);
    seen(&server, "frames", 60).await;
    let (before, made) = (server.count("frames"), live.pictures());
    until("ten more seconds of pictures", LIMIT, || live.pictures() >= made + 300).await;
    let (frames, made) = (server.count("frames") - before, live.pictures() - made);
    let gaps = server.notes()["gaps_ms"].as_array().cloned().unwrap_or_default();
    let longest = gaps.iter().skip(60).filter_map(Value::as_u64).max();
    println!(
        "loss {loss}, RTX {rtx}: {frames} of {made} pictures, longest gap {longest:?} ms, {:?}",
        proxy.lost()
    );
    assert!(proxy.lost() > 20, "packets were lost");
    let line = d.status().line.expect("figures of the line");
    assert!(line.packets_repeated > Some(10) && line.rtt_ms.is_some(), "{line:?}");
    println!("{line:?}");
    assert_eq!(d.status().state, State::Live);
    frames as f64 / made as f64
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_percent_loss_leaves_the_picture_whole() {
    let share = share_that_arrives(0.02, true).await;
    assert!(share > 0.9, "{share}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_percent_loss_leaves_a_usable_picture() {
    let share = share_that_arrives(0.05, true).await;
    assert!(share > 0.8, "{share}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_rtx_gets_its_repairs_too() {
    let share = share_that_arrives(0.05, false).await;
    assert!(share > 0.8, "{share}");
}

/// Goes live to an endpoint that does not work out and gives the state and the sentence.
async fn refused(options: Value, more: Value) -> (State, String) {
    let server = WhipEndpoint::start(options).expect("aiortc");
    let live = Live::start(300);
    let d = go_live(&server.url(), more, &live.fanout);
    until("a refusal", LIMIT, || {
        matches!(d.status().state, State::Failed | State::Retrying)
    })
    .await;
    let s = d.status();
    (s.state, s.reason.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refusal_is_a_state_with_a_sentence() {
    let none = || json!({});
    let cases = [
        (
            json!({"token": "good"}),
            json!({"token": "bad-secret"}),
            State::Failed,
            "Check the token",
        ),
        (
            json!({"mode": "status", "status": 404}),
            none(),
            State::Failed,
            "no WHIP endpoint at this address",
        ),
        (
            json!({"mode": "status", "status": 415}),
            none(),
            State::Failed,
            "H.264 video and Opus sound",
        ),
        (
            json!({"mode": "status", "status": 409}),
            none(),
            State::Retrying,
            "streams there already",
        ),
        (
            json!({"mode": "status", "status": 503}),
            none(),
            State::Retrying,
            "the server's own words",
        ),
        (
            json!({"mode": "garbage"}),
            none(),
            State::Retrying,
            "no session description",
        ),
        (json!({"mode": "empty"}), none(), State::Retrying, "it is empty"),
        (
            json!({"mode": "vp8"}),
            none(),
            State::Failed,
            "does not take H.264 video",
        ),
        (json!({"mode": "deaf"}), none(), State::Retrying, "over UDP"),
        (
            json!({"mode": "deaf"}),
            json!({"relay_only": true}),
            State::Failed,
            "Name a TURN server",
        ),
    ];
    let running = cases.map(|(options, more, state, words)| {
        tokio::spawn(async move {
            let case = format!("{options} {more}");
            let (got, said) = refused(options, more).await;
            assert_eq!(got, state, "{case}: {said}");
            assert!(said.contains(words), "{case}: {said}");
            assert!(!said.contains("bad-secret"), "{said}");
        })
    });
    for r in running {
        r.await.expect("as expected");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redirects_are_followed_with_the_token() {
    let server = WhipEndpoint::start(json!({"mode": "redirect", "token": "good"})).expect("aiortc");
    let live = Live::start(300);
    let d = go_live(&server.url(), json!({"token": "good"}), &live.fanout);
    seen(&server, "frames", 10).await;
    assert_eq!((server.count("posts"), d.status().state), (2, State::Live));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_is_tried_again() {
    let mut server = WhipEndpoint::start(json!({})).expect("aiortc");
    let live = Live::start(300);
    let d = go_live(&server.url(), json!({}), &live.fanout);
    seen(&server, "frames", 10).await;
    server.kill();
    until("trying again", LIMIT, || d.status().state == State::Retrying).await;
    let reason = d.status().last_error.unwrap_or_default();
    assert!(reason.contains("was lost") || reason.contains("reached"), "{reason}");
}

/// A destination that may send by way of a relay only.
pub async fn arrives_by_relay(server: &WhipEndpoint, turn: &Coturn, more: Value) {
    let live = Live::start(800);
    let d = go_live(&server.url(), more, &live.fanout);
    until(&format!("pictures; {}; {}", server.log(), turn.log()), LIMIT, || {
        server.count("frames") >= 60 && server.count("samples") > 48_000
    })
    .await;
    assert_eq!(d.status().state, State::Live);
    let offered = server.notes()["offered"].as_array().cloned().unwrap_or_default();
    assert!(
        !offered.is_empty() && offered.iter().all(|o| o == "relay"),
        "{offered:?}"
    );
    d.stop().await;
    seen(server, "deletes", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_carries_it_where_nothing_else_may() {
    let turn = Coturn::start().expect("coturn");
    let server = WhipEndpoint::start(json!({})).expect("aiortc");
    let more = json!({"relay_only": true, "turn": turn.url(), "turn_user": USER, "turn_password": PASSWORD});
    arrives_by_relay(&server, &turn, more).await;
    assert_eq!(server.count("options"), 0, "there was nothing to ask for");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_the_endpoint_names_is_used() {
    let turn = Coturn::start().expect("coturn");
    let server = WhipEndpoint::start(json!({"link": turn.link()})).expect("aiortc");
    arrives_by_relay(&server, &turn, json!({"relay_only": true})).await;
    assert_eq!(server.count("options"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_does_not_know_us_is_told() {
    let turn = Coturn::start().expect("coturn");
    let server = WhipEndpoint::start(json!({})).expect("aiortc");
    let live = Live::start(300);
    let more = json!({"relay_only": true, "turn": turn.url(), "turn_user": USER, "turn_password": "bad-secret"});
    let d = go_live(&server.url(), more, &live.fanout);
    until("trying again", LIMIT, || d.status().state == State::Retrying).await;
    let said = d.status().reason.unwrap_or_default();
    assert!(
        said.contains("Check the TURN server's address, name and password"),
        "{said}"
    );
    assert!(!said.contains("bad-secret"), "{said}");
}

/// What is found before going live.
async fn looked_ahead(options: Value, more: Value) -> Result<Probed, String> {
    let server = WhipEndpoint::start(options).expect("aiortc");
    let (kind, mut settings) = from_url(&server.url()).expect("an address");
    settings.extend(more.as_object().cloned().unwrap_or_default());
    let env = Env {
        hls: Arc::new(HlsStore::new()),
        clock: Arc::new(SystemClock::new()),
        routes: Arc::new(outputs::SystemRoutes),
    };
    let wish = ProbeWish {
        video: Some(VideoCodec::H264),
        audio: &[AudioCodec::Opus],
        test_suffix: None,
    };
    let mut driver = (kind.open)(&settings, &env).expect("opens");
    let probed = driver.probe(&wish).await.map_err(|e| e.to_string());
    assert_eq!(
        (server.count("posts"), server.count("frames")),
        (0, 0),
        "nobody sees anything"
    );
    probed.map(|p| p.expect("it can look ahead"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_ahead_tells_what_would_fail() {
    let fine = looked_ahead(json!({"token": "good"}), json!({"token": "good"}))
        .await
        .expect("fine");
    assert_eq!((fine.passed.as_str(), fine.doubts.len()), ("the server answers", 0));
    let e = looked_ahead(json!({"token": "good"}), json!({"token": "bad-secret"})).await;
    let e = e.expect_err("a wrong token");
    assert!(e.contains("Check the token") && !e.contains("bad-secret"), "{e}");
    let nothing = looked_ahead(json!({"mode": "status", "status": 404}), json!({}))
        .await
        .expect("a doubt");
    assert!(nothing.doubts[0].contains("nothing at this address"), "{nothing:?}");
    let e = looked_ahead(json!({"mode": "status", "status": 503}), json!({})).await;
    assert!(e.expect_err("out of order").contains("at the moment"));
    let relay = looked_ahead(json!({}), json!({"relay_only": true}))
        .await
        .expect("a doubt");
    assert!(relay.doubts[0].contains("Name a TURN server"), "{relay:?}");
}
