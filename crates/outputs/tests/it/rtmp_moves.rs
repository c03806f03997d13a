//! What only a server of our own does on demand: asking a publisher to go on elsewhere, declaring what it takes, and
//! hanging up at every step.

use crate::{
    rtmp_nginx::{LIMIT, go_live, reaches, send},
    show::{FPS, GOP, frame, made_up_info, until},
};
use media::{MediaTime, Packet, StreamInfo, StreamKind, VideoCodec};
use outputs::{DestinationHandle, DestinationState as State, Fanout};
use std::time::Duration;
use test_support::rtmp_server::{Arrived, Behaviour, RtmpServer, Step};

/// Made-up video frames `from..to`, numbered in their first bytes.
fn numbered(from: i64, to: i64) -> Vec<Packet> {
    let packet = |n: i64| Packet {
        data: [&n.to_be_bytes()[..], &[0x55; 500]].concat().into(),
        ..frame(n)
    };
    (from..to).map(packet).collect()
}

/// The numbers of the frames that came, past the five bytes of an AVC body; the configuration record is left out.
fn numbers(arrived: &Arrived) -> Vec<i64> {
    let bodies = arrived.bodies(9).into_iter().filter(|b| b[1] == 1);
    let number = |b: Vec<u8>| i64::from_be_bytes(b[5..13].try_into().expect("eight bytes"));
    bodies.map(number).collect()
}

async fn sent(d: &DestinationHandle, frames: u64) {
    until("all sent", LIMIT, || d.status().frames_sent == frames).await;
}

fn video_only() -> StreamInfo {
    StreamInfo {
        audio: vec![],
        ..made_up_info()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wish_to_reconnect_loses_no_frame_and_doubles_none() {
    let old = RtmpServer::start(Behaviour::default()).expect("server");
    let new = RtmpServer::start(Behaviour::default()).expect("server");
    let fanout = Fanout::new(video_only());
    let d = go_live(&old.url("show"), &fanout, 1);
    reaches(&d, State::Live).await;
    fanout.send_all(numbered(0, 60));
    sent(&d, 60).await;
    old.ask_to_reconnect(Some(&format!("rtmp://127.0.0.1:{}/live", new.port())))
        .expect("asked");
    // Its configuration record is the first thing that a server gets once it has let us publish.
    until("the new one is ready", LIMIT, || {
        new.arrived().first().is_some_and(|a| a.bodies(9).len() == 1)
    })
    .await;
    // The rest of this GOP belongs to the old server, everything from the next keyframe on to the new one.
    fanout.send_all(numbered(60, 73));
    sent(&d, 73).await;
    assert_eq!(numbers(&new.arrived()[0]), Vec::<i64>::new());
    send(&fanout, numbered(73, 200), &[&d]).await;
    sent(&d, 200).await;
    until("the old one is left", LIMIT, || old.arrived()[0].closed).await;
    fanout.end();
    reaches(&d, State::Stopped).await;
    let s = d.status();
    assert_eq!((s.frames_sent, s.frames_dropped, s.reconnects), (200, 0, 0), "{s:?}");
    assert_eq!(s.last_error, None);
    let (a, b) = (&old.arrived()[0], &new.arrived()[0]);
    let first_new = *numbers(b).first().expect("frames");
    assert_eq!(first_new % GOP, 0, "the new one begins with a keyframe");
    assert_eq!(numbers(a), (0..first_new).collect::<Vec<_>>());
    assert_eq!(numbers(b), (first_new..200).collect::<Vec<_>>());
    assert!(a.commands.contains(&"deleteStream".into()), "{:?}", a.commands);
    assert_eq!(b.messages.iter().find(|m| m.kind == 9).map(|m| m.time_ms), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wish_that_cant_be_followed_changes_nothing_but_the_reason() {
    let server = RtmpServer::start(Behaviour::default()).expect("server");
    let shut = RtmpServer::start(Behaviour {
        close_at: Some(Step::Connect),
        ..Behaviour::default()
    })
    .expect("server");
    let fanout = Fanout::new(video_only());
    let d = go_live(&server.url("show"), &fanout, 1);
    reaches(&d, State::Live).await;
    fanout.send_all(numbered(0, 30));
    sent(&d, 30).await;
    for to in [
        "http://127.0.0.1/live".to_owned(),
        format!("rtmp://127.0.0.1:{}/live", shut.port()),
    ] {
        server.ask_to_reconnect(Some(&to)).expect("asked");
        until("the reason", LIMIT, || {
            d.status()
                .reason
                .is_some_and(|r| r.contains("asked to go on elsewhere"))
        })
        .await;
    }
    send(&fanout, numbered(30, 120), &[&d]).await;
    sent(&d, 120).await;
    assert_eq!(d.status().state, State::Live);
    fanout.end();
    reaches(&d, State::Stopped).await;
    assert_eq!(numbers(&server.arrived()[0]), (0..120).collect::<Vec<_>>());
}

fn hevc() -> StreamInfo {
    let mut info = made_up_info();
    if let Some(v) = &mut info.video {
        v.codec = VideoCodec::Hevc;
    }
    let second = info.audio[0].clone();
    info.audio.push(second);
    info
}

fn sound(track: u8) -> Packet {
    Packet {
        stream: StreamKind::Audio(track),
        ..crate::show::sound(0)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_declares_decides_what_is_sent_and_said() {
    let silent = RtmpServer::start(Behaviour::default()).expect("server");
    let says = RtmpServer::start(Behaviour {
        codecs: vec!["hvc1", "mp4a"],
        caps: 3,
        ..Behaviour::default()
    })
    .expect("server");
    let fanout = Fanout::new(hevc());
    let doubted = go_live(&silent.url("show"), &fanout, 1);
    let trusted = go_live(&says.url("show"), &fanout, 2);
    for d in [&doubted, &trusted] {
        reaches(d, State::Live).await;
    }
    let late = Packet {
        pts: MediaTime::from_millis(80),
        ..frame(1)
    };
    fanout.send_all([frame(0), sound(0), sound(1), late]);
    for d in [&doubted, &trusted] {
        sent(d, 2).await;
    }
    assert_eq!(trusted.status().reason, None);
    let reason = doubted.status().reason.expect("a doubt");
    assert!(reason.contains("HEVC") && reason.contains("only the first"), "{reason}");
    fanout.end();
    for d in [&doubted, &trusted] {
        reaches(d, State::Stopped).await;
    }
    let (silent, says) = (&silent.arrived()[0], &says.arrived()[0]);
    let heads = |a: &Arrived| a.bodies(9).iter().map(|b| b[..5].to_vec()).collect::<Vec<_>>();
    let want = [&b"\x90hvc1"[..], b"\x93hvc1", b"\xa1hvc1", b"\x92hvc1"];
    assert_eq!(
        (heads(silent), heads(says)),
        (want.map(<[u8]>::to_vec).to_vec(), want.map(<[u8]>::to_vec).to_vec())
    );
    assert_eq!(says.bodies(9)[2][5..8], [0, 0, 40], "composition time");
    assert_eq!(silent.bodies(8).len(), 2, "the first track's configuration and packet");
    let tracks: Vec<_> = says.bodies(8).iter().map(|b| b[..2].to_vec()).collect();
    assert_eq!(tracks, [[0xaf, 0], [0x95, 0], [0xaf, 1], [0x95, 1]]);
    assert_eq!(says.bodies(8)[3][2..7], *b"mp4a\x01");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hanging_up_at_every_step_is_a_state_and_a_sentence() {
    for (step, words) in [
        (Step::Accept, "before saying a word"),
        (Step::Handshake, "before saying a word"),
        (Step::Connect, "application"),
        (Step::CreateStream, "stream key"),
        (Step::Publish, "stream key"),
        (Step::Media, ""),
    ] {
        let server = RtmpServer::start(Behaviour {
            close_at: Some(step),
            ..Behaviour::default()
        })
        .expect("server");
        let fanout = Fanout::new(video_only());
        let d = go_live(&server.url("s3cret"), &fanout, 1);
        // The configuration record is the first media message, so it may be live for a blink only.
        fanout.send_all(numbered(0, 5));
        until(&format!("{step:?}"), LIMIT, || d.status().state == State::Retrying).await;
        let reason = d.status().reason.expect("a sentence");
        assert!(
            reason.contains(words) && !reason.contains("s3cret"),
            "{step:?}: {reason}"
        );
        d.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_instead_of_an_answer_is_told() {
    // A message of 16 MB, a chunk that goes on with nothing, and another protocol.
    for garbage in [
        vec![3, 0, 0, 0, 0xff, 0xff, 0xff, 20, 0, 0, 0, 0, 1],
        vec![0xc7],
        vec![2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    ] {
        let server = RtmpServer::start(Behaviour {
            garbage,
            ..Behaviour::default()
        })
        .expect("server");
        let fanout = Fanout::new(video_only());
        let d = go_live(&server.url("key"), &fanout, 1);
        until("a reason", LIMIT, || d.status().reason.is_some()).await;
        let s = d.status();
        assert_eq!(s.state, State::Retrying);
        assert!(s.reason.is_some_and(|r| r.contains("like an RTMP server")));
        d.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_costs_itself_whole_gops_and_nobody_else() {
    let slow = RtmpServer::start(Behaviour {
        slow: Duration::from_millis(100),
        ..Behaviour::default()
    })
    .expect("server");
    let good = RtmpServer::start(Behaviour::default()).expect("server");
    let fanout = Fanout::new(video_only());
    let (behind, ahead) = (
        go_live(&slow.url("show"), &fanout, 1),
        go_live(&good.url("show"), &fanout, 2),
    );
    for d in [&behind, &ahead] {
        reaches(d, State::Live).await;
    }
    // Ten pictures a second are taken of 60 kB each: a second of the show needs two and a half.
    let big = |n: i64| Packet {
        data: [&n.to_be_bytes()[..], &vec![0x55; 60_000]].concat().into(),
        ..frame(n)
    };
    for second in 0..12 {
        let frames = (second * GOP..(second + 1) * GOP).map(big);
        send(&fanout, frames.collect(), &[&ahead]).await;
    }
    let total = 12 * u64::from(FPS);
    sent(&ahead, total).await;
    assert_eq!(ahead.status().frames_dropped, 0);
    until("frames are left out", LIMIT, || behind.status().frames_dropped > 0).await;
    fanout.end();
    ahead.stop().await;
    behind.stop().await;
    let s = behind.status();
    assert_eq!(s.frames_sent + s.frames_dropped, total, "{s:?}");
    let got = numbers(&slow.arrived()[0]);
    for pair in got.windows(2) {
        let jumped = pair[1] != pair[0] + 1;
        assert!(!jumped || pair[1] % GOP == 0, "after a gap comes a keyframe: {pair:?}");
    }
}
