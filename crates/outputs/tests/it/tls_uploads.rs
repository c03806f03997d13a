//! Whole shows over encrypted uploads: a real TLS front (nginx) with a certificate of a private authority before the real
//! servers. What has no such authority named for it, or another one, sends nothing.

use crate::{
    live::Live,
    other_peers::listen,
    peers::{LIMIT, ended, go_live, reaches, send_paced, show},
    show::until,
    whip,
};
use outputs::{DestinationState as State, Fanout};
use serde_json::json;
use test_support::{
    ffprobe::{count_frames, packets},
    file_server::FileServer,
    icecast::{Icecast, SOURCE_PASSWORD},
    tls_front::{Certificate, TestAuthority, TlsFront},
    whip_endpoint::WhipEndpoint,
};

/// A front before a port, and the file of the authority that vouches for it.
fn front(to: u16) -> (TestAuthority, TlsFront, String) {
    let authority = TestAuthority::new().expect("authority");
    let front = TlsFront::start(&authority, Certificate::Good, to).expect("front");
    let file = authority.file().display().to_string();
    (authority, front, file)
}

/// Waits for a reason that names the authority, at a place that may show no secret.
async fn is_not_trusted(d: &outputs::DestinationHandle, secret: &str) {
    until("a reason", LIMIT, || d.status().last_error.is_some()).await;
    let reason = d.status().last_error.expect("a sentence");
    assert!(
        reason.contains("an authority that is not trusted") && !reason.contains(secret),
        "{reason}"
    );
    assert_eq!(d.status().bytes_sent, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn icecast_plays_what_comes_over_tls() {
    let (show, _) = show(8);
    let server = Icecast::start().expect("icecast");
    let (_authority, front, ca_file) = front(server.port());
    let stranger = TestAuthority::new().expect("authority").file().display().to_string();
    let dir = tempfile::tempdir().expect("folder");
    let file = dir.path().join("heard.aac");
    let fanout = Fanout::new(show.info.clone());
    let url = format!("icecasts://source:{SOURCE_PASSWORD}@localhost:{}/show", front.port());
    let wrong = go_live(&url, json!({"ca_file": stranger}), &fanout);
    // The file is gone by now, or is of somebody else: either way nothing is sent.
    until("a reason", LIMIT, || wrong.status().last_error.is_some()).await;
    assert_eq!(wrong.status().bytes_sent, 0);
    wrong.stop().await;
    let d = go_live(&url, json!({"ca_file": ca_file}), &fanout);
    reaches(&d, State::Live).await;
    let sending = send_paced(&fanout, show.packets.clone(), 1.0);
    let listening = async {
        until("it is on the air", LIMIT, || {
            server.status().is_ok_and(|s| s.contains("/show"))
        })
        .await;
        let listener = listen(&server, &file);
        until("something is heard", LIMIT, || {
            file.metadata().is_ok_and(|m| m.len() > 8_000)
        })
        .await;
        ended(listener).await;
    };
    tokio::join!(sending, listening);
    fanout.end();
    reaches(&d, State::Stopped).await;
    let heard = packets(&file, "a:0").expect("sound").len();
    assert!(heard > 50, "{heard} packets; {} {}", server.log(), front.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_hls_upload_over_tls_plays() {
    let (show, frames) = show(5);
    let server = FileServer::start().expect("server");
    let (_authority, front, ca_file) = front(server.port());
    let other = TestAuthority::new().expect("authority");
    let fanout = Fanout::new(show.info.clone());
    let url = format!("hls+https://localhost:{}/show/hush.m3u8", front.port());
    let wrong = go_live(&url, json!({"ca_file": other.file().display().to_string()}), &fanout);
    is_not_trusted(&wrong, "hush").await;
    wrong.stop().await;
    assert!(server.asked().is_empty(), "{:?}", server.asked());
    let d = go_live(&url, json!({"ca_file": ca_file, "segment_s": 1.0}), &fanout);
    reaches(&d, State::Live).await;
    send_paced(&fanout, show.packets.clone(), 6.0).await;
    fanout.end();
    reaches(&d, State::Stopped).await;
    let s = d.status();
    assert_eq!((s.frames_sent, s.frames_dropped, s.reconnects), (frames, 0, 0), "{s:?}");
    let dir = tempfile::tempdir().expect("folder");
    for (name, bytes) in server.files() {
        std::fs::write(dir.path().join(name), bytes).expect("write");
    }
    let got = count_frames(&dir.path().join("hush.m3u8"), "v:0").expect("plays");
    assert_eq!(got, frames, "{}", front.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whip_session_is_agreed_on_over_tls() {
    let server = WhipEndpoint::start(json!({"token": "good"})).expect("aiortc");
    let plain = server.url();
    let (host, path) = plain
        .split_once("://")
        .and_then(|(_, r)| r.split_once('/'))
        .expect("an address");
    let port = host.rsplit_once(':').and_then(|(_, p)| p.parse().ok()).expect("a port");
    let (_authority, front, ca_file) = front(port);
    let other = TestAuthority::new().expect("authority");
    let live = Live::start(800);
    let url = format!("whips://localhost:{}/{path}", front.port());
    let stranger = other.file().display().to_string();
    let wrong = whip::go_live(&url, json!({"token": "good", "ca_file": stranger}), &live.fanout);
    is_not_trusted(&wrong, "good").await;
    wrong.stop().await;
    assert_eq!(server.count("posts"), 0);
    let d = whip::go_live(&url, json!({"token": "good", "ca_file": ca_file}), &live.fanout);
    whip::seen(&server, "frames", 60).await;
    whip::seen(&server, "samples", 48_000).await;
    assert_eq!(d.status().state, State::Live, "{:?}", d.status());
    d.stop().await;
    whip::seen(&server, "deletes", 1).await;
}
