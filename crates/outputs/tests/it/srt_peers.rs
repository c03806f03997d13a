//! SRT against FFmpeg and srt-live-transmit (both on libsrt, other programs than ours): every frame arrives in all three modes
//! and with encryption, what goes wrong is said in a sentence, and a lossy line loses nothing.

use crate::{
    peers::{LIMIT, ended, ffmpeg_receives, go_live, program, reaches, send_paced, show, taken},
    show::until,
};
use outputs::{DestinationState as State, Fanout};
use serde_json::json;
use std::{net::SocketAddr, time::Duration};
use test_support::{
    faults::{Faults, UdpProxy},
    ffprobe::{count_frames, decode_errors},
    ports::free_udp,
    wait_for,
};
use tokio::time::Instant;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ffmpeg_listens_and_gets_every_frame_encrypted() {
    let (show, frames) = show(4);
    for bits in ["128", "256"] {
        let dir = tempfile::tempdir().expect("folder");
        let file = dir.path().join("got.ts");
        let port = free_udp().expect("port");
        let receiver = ffmpeg_receives(
            &format!("srt://127.0.0.1:{port}?mode=listener&passphrase=correct-horse&transtype=live"),
            &file,
        );
        let fanout = Fanout::new(show.info.clone());
        let url = format!("srt://127.0.0.1:{port}?passphrase=correct-horse&streamid=#!::r=live/show,m=publish");
        let d = go_live(&url, json!({"key_length": bits, "languages": "eng"}), &fanout);
        reaches(&d, State::Live).await;
        send_paced(&fanout, show.packets.clone(), 1.0).await;
        fanout.end();
        reaches(&d, State::Stopped).await;
        let s = d.status();
        assert_eq!((s.frames_sent, s.frames_dropped, s.reconnects), (frames, 0, 0), "{s:?}");
        let line = s.line.expect("figures");
        assert!(
            line.encrypted == Some(true) && line.rtt_ms.is_some_and(|r| r > 0.0),
            "{line:?}"
        );
        assert_eq!((line.packets_late, line.latency_ms), (Some(0), Some(200)));
        ended(receiver).await;
        assert_eq!(count_frames(&file, "v:0").expect("a stream"), frames);
        assert_eq!(decode_errors(&file).expect("decodes"), "");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_comes_leaves_and_another_comes() {
    let (show, _) = show(12);
    let dir = tempfile::tempdir().expect("folder");
    let port = free_udp().expect("port");
    let fanout = Fanout::new(show.info.clone());
    let d = go_live(&format!("srt://127.0.0.1:{port}?mode=listener"), json!({}), &fanout);
    until("it waits", LIMIT, || {
        let s = d.status();
        s.state == State::Connecting && s.reason.as_deref() == Some("waiting for somebody to connect")
    })
    .await;
    let sending = send_paced(&fanout, show.packets.clone(), 1.0);
    let watching = async {
        for (n, name) in ["one.ts", "two.ts"].into_iter().enumerate() {
            let file = dir.path().join(name);
            let mut viewer = program(
                "/usr/bin/srt-live-transmit",
                &["-q", &format!("srt://127.0.0.1:{port}"), "file://con"],
                &file,
            );
            reaches(&d, State::Live).await;
            assert_eq!(d.status().reconnects as usize, n);
            let size = || file.metadata().map_or(0, |m| m.len());
            until("the viewer has something", LIMIT, || size() > 60_000).await;
            viewer.terminate();
            until("it waits again", LIMIT, || d.status().state == State::Connecting).await;
            assert!(count_frames(&file, "v:0").expect("a stream") > 10);
        }
    };
    tokio::join!(sending, watching);
    assert_eq!(d.status().last_error, None, "leaving is no failure");
    let begun = Instant::now();
    d.stop().await;
    assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
    assert_eq!(d.status().state, State::Stopped);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_call_each_other_in_rendezvous() {
    let (show, frames) = show(3);
    let dir = tempfile::tempdir().expect("folder");
    let file = dir.path().join("got.ts");
    let (here, there) = (free_udp().expect("port"), free_udp().expect("port"));
    let receiver = program(
        "/usr/bin/srt-live-transmit",
        &[
            "-q",
            &format!("srt://127.0.0.1:{here}?mode=rendezvous&port={there}&bind=127.0.0.1:{there}"),
            "file://con",
        ],
        &file,
    );
    let fanout = Fanout::new(show.info.clone());
    let d = go_live(
        &format!("srt://127.0.0.1:{there}?mode=rendezvous&localport={here}"),
        json!({}),
        &fanout,
    );
    reaches(&d, State::Live).await;
    send_paced(&fanout, show.packets.clone(), 1.0).await;
    fanout.end();
    reaches(&d, State::Stopped).await;
    ended(receiver).await;
    assert_eq!(count_frames(&file, "v:0").expect("a stream"), frames);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passphrases_and_empty_ports_get_a_sentence() {
    let (show, _) = show(1);
    let dir = tempfile::tempdir().expect("folder");
    let port = free_udp().expect("port");
    let _receiver = program(
        "/usr/bin/srt-live-transmit",
        &[
            "-q",
            &format!("srt://127.0.0.1:{port}?mode=listener&passphrase=correct-horse"),
            "file://con",
        ],
        &dir.path().join("log"),
    );
    let fanout = Fanout::new(show.info.clone());
    let listening = |u: &str| go_live(u, json!({}), &fanout);
    let wrong = listening(&format!("srt://127.0.0.1:{port}?passphrase=battery-staple"));
    let nobody = listening(&format!(
        "srt://127.0.0.1:{}?passphrase=battery-staple",
        free_udp().expect("port")
    ));
    let nameless = listening("srt://no-such-host.invalid:9?streamid=staple");
    for (d, state, words) in [
        (&wrong, State::Failed, "passphrase is not the one"),
        (&nobody, State::Retrying, "nobody answered within 5 s"),
        (&nameless, State::Retrying, "no server named no-such-host.invalid"),
    ] {
        reaches(d, state).await;
        let reason = d.status().reason.expect("a sentence");
        assert!(
            reason.contains(words) && !reason.contains("staple") && !reason.contains("horse"),
            "{reason}"
        );
    }
    let begun = Instant::now();
    let waits = listening(&format!("srt://127.0.0.1:{}", free_udp().expect("port")));
    reaches(&waits, State::Connecting).await;
    waits.stop().await;
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "cancelled at once: {:?}",
        begun.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_percent_loss_and_a_far_away_receiver_cost_no_frame() {
    let (show, frames) = show(10);
    let show = show.inflated(8_000);
    let dir = tempfile::tempdir().expect("folder");
    let file = dir.path().join("got.ts");
    let port = free_udp().expect("port");
    let to = SocketAddr::from(([127, 0, 0, 1], port));
    let faults = Faults {
        loss: 0.05,
        delay: Duration::from_millis(25),
        ..Faults::default()
    };
    let proxy = UdpProxy::start(to, faults, 7).expect("proxy");
    let receiver = ffmpeg_receives(&format!("srt://127.0.0.1:{port}?mode=listener&latency=500000"), &file);
    let fanout = Fanout::new(show.info.clone());
    let d = go_live(
        &format!("srt://127.0.0.1:{}?latency=500", proxy.port()),
        json!({}),
        &fanout,
    );
    reaches(&d, State::Live).await;
    send_paced(&fanout, show.packets.clone(), 1.0).await;
    taken(&d, frames).await;
    fanout.end();
    reaches(&d, State::Stopped).await;
    let s = d.status();
    assert_eq!((s.frames_sent, s.frames_dropped, s.reconnects), (frames, 0, 0), "{s:?}");
    let line = s.line.expect("figures");
    assert!(proxy.lost() > 20, "the line was bad: {}", proxy.lost());
    assert!(line.packets_repeated.is_some_and(|n| n > 10), "{line:?}");
    assert!(
        line.rtt_ms.is_some_and(|r| r > 40.0) && line.loss_percent.is_some_and(|p| p > 1.0),
        "{line:?}"
    );
    assert_eq!(line.packets_late, Some(0), "{line:?}");
    ended(receiver).await;
    assert_eq!(count_frames(&file, "v:0").expect("a stream"), frames);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_goes_dead_is_lost_and_comes_back_from_a_keyframe() {
    let (show, _) = show(4);
    let dir = tempfile::tempdir().expect("folder");
    let port = free_udp().expect("port");
    let proxy = UdpProxy::start(SocketAddr::from(([127, 0, 0, 1], port)), Faults::default(), 3).expect("proxy");
    let serve = |n: u32| {
        ffmpeg_receives(
            &format!("srt://127.0.0.1:{port}?mode=listener"),
            &dir.path().join(format!("{n}.ts")),
        )
    };
    let first = serve(1);
    let fanout = Fanout::new(show.info.clone());
    let d = go_live(&format!("srt://127.0.0.1:{}", proxy.port()), json!({}), &fanout);
    reaches(&d, State::Live).await;
    send_paced(&fanout, show.part(0, 25), 1.0).await;
    proxy.set(Faults {
        loss: 1.0,
        ..Faults::default()
    });
    reaches(&d, State::Retrying).await;
    let reason = d.status().reason.expect("a sentence");
    assert!(reason.contains("not been heard for 5 s"), "{reason}");
    drop(first);
    let second = serve(2);
    proxy.set(Faults::default());
    d.retry_now();
    reaches(&d, State::Live).await;
    send_paced(&fanout, show.part(25, 100), 1.0).await;
    fanout.end();
    reaches(&d, State::Stopped).await;
    assert_eq!(d.status().reconnects, 1);
    ended(second).await;
    let file = dir.path().join("2.ts");
    assert!(
        wait_for(LIMIT, || count_frames(&file, "v:0").is_ok_and(|n| n == 75)),
        "{:?}",
        count_frames(&file, "v:0")
    );
}
