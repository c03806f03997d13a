//! From the handshake to the last packet, as rml_rtmp's server sees it.

use crate::{
    fixtures::{AAC_CONFIG, AVCC, KEY, audio, info, url, video},
    peer::{Answers, Peer, exchange},
};
use media::{ErrorKind, MediaError, StreamInfo};
use proptest::prelude::*;
use rtmp::{PublishSession, RtmpError, SessionState};

fn connected(info: &StreamInfo, piece: usize) -> (PublishSession, Peer) {
    let mut session = PublishSession::new(&url(), info);
    let mut peer = Peer::new(Answers::default());
    exchange(&mut session, &mut peer, piece).expect("accepted");
    assert_eq!(session.state(), SessionState::Publishing);
    (session, peer)
}

#[test]
fn headers_go_out_by_themselves() {
    let (_session, peer) = connected(&info(), usize::MAX);
    let a = peer.arrived;
    assert_eq!((a.app.as_str(), a.key.as_str()), ("live", KEY));
    assert_eq!(a.commands, ["releaseStream", "FCPublish"]);
    assert_eq!(a.video, [(0, [&[0x17, 0, 0, 0, 0], AVCC].concat().into())]);
    assert_eq!(a.audio, [(0, [&[0xaf, 0], AAC_CONFIG].concat().into())]);
    let m = a.metadata.expect("metadata");
    assert_eq!((m.video_width, m.video_height), (Some(1280), Some(720)));
    assert!(m.video_frame_rate.is_some_and(|r| (r - 29.97).abs() < 0.001));
    assert_eq!((m.video_bitrate_kbps, m.audio_bitrate_kbps), (Some(4500), Some(160)));
    assert_eq!((m.video_codec_id, m.audio_codec_id), (Some(7), Some(10)));
    assert_eq!(
        (m.audio_sample_rate, m.audio_channels, m.audio_is_stereo),
        (Some(48_000), Some(2), Some(true))
    );
    assert_eq!(m.encoder.as_deref(), Some("Footlight"));
}

#[test]
fn streams_that_are_not_there_are_not_announced() {
    let video_only = StreamInfo {
        audio: vec![],
        ..info()
    };
    let (_session, peer) = connected(&video_only, usize::MAX);
    assert_eq!((peer.arrived.video.len(), peer.arrived.audio.len()), (1, 0));
    let audio_only = StreamInfo { video: None, ..info() };
    let (_session, peer) = connected(&audio_only, usize::MAX);
    assert_eq!((peer.arrived.video.len(), peer.arrived.audio.len()), (0, 1));
    assert_eq!(peer.arrived.metadata.expect("metadata").video_codec_id, None);
}

/// Three B-frame pictures at 29.97 fps from an engine that has run for an hour, and audio around them.
fn send_some(session: &mut PublishSession) {
    let t0 = 3_600_000_000;
    for packet in [
        video(t0, t0 + 66_733, true, vec![1; 70_000]),
        audio(0, t0 - 10_000, vec![2; 400]),
        video(t0 + 33_367, t0 + 133_467, false, vec![3; 5_000]),
        audio(0, t0 + 11_333, vec![4; 401]),
        audio(1, t0 + 11_333, vec![9; 100]),
        video(t0 + 66_733, t0 + 100_100, false, vec![5; 200]),
    ] {
        session.send(&packet).expect("live");
    }
}

fn check_arrival(peer: &Peer) {
    let body = |head: &[u8], fill: u8, n: usize| [head, &vec![fill; n]].concat();
    let video: Vec<_> = peer.arrived.video[1..].iter().map(|(t, b)| (*t, b.to_vec())).collect();
    let want = [
        (0, body(&[0x17, 1, 0, 0, 67], 1, 70_000)),
        (33, body(&[0x27, 1, 0, 0, 100], 3, 5_000)),
        (67, body(&[0x27, 1, 0, 0, 33], 5, 200)),
    ];
    assert_eq!(video, want);
    let audio: Vec<_> = peer.arrived.audio[1..].iter().map(|(t, b)| (*t, b.to_vec())).collect();
    assert_eq!(audio, [(0, body(&[0xaf, 1], 2, 400)), (11, body(&[0xaf, 1], 4, 401))]);
}

#[test]
fn packets_arrive_with_their_times_and_bodies() {
    let (mut session, mut peer) = connected(&info(), usize::MAX);
    send_some(&mut session);
    exchange(&mut session, &mut peer, usize::MAX).expect("live");
    check_arrival(&peer);
}

#[test]
fn every_byte_on_its_own_is_as_good() {
    let (mut session, mut peer) = connected(&info(), 1);
    send_some(&mut session);
    exchange(&mut session, &mut peer, 1).expect("live");
    check_arrival(&peer);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn pieces_of_any_size_are_as_good(piece in 1_usize..5000) {
        let (mut session, mut peer) = connected(&info(), piece);
        send_some(&mut session);
        exchange(&mut session, &mut peer, piece).expect("live");
        check_arrival(&peer);
    }
}

#[test]
fn days_later_times_are_still_right() {
    let (mut session, mut peer) = connected(&info(), usize::MAX);
    let mut want = vec![];
    // Steps of four hours: across the 24-bit limit (4 h 39 min) and on to 40 days.
    for i in 0..240 {
        let t = i * 4 * 3_600_000_000;
        session.send(&video(t, t, true, vec![7; 100])).expect("live");
        want.push((t / 1000) as u32);
    }
    exchange(&mut session, &mut peer, usize::MAX).expect("live");
    let got: Vec<u32> = peer.arrived.video[1..].iter().map(|(t, _)| *t).collect();
    assert_eq!(got, want);
}

#[test]
fn pings_are_answered_and_bytes_acknowledged() {
    let mut session = PublishSession::new(&url(), &info());
    let mut peer = Peer::new(Answers::default()).with_window(100);
    exchange(&mut session, &mut peer, usize::MAX).expect("accepted");
    let time = peer.ping();
    exchange(&mut session, &mut peer, usize::MAX).expect("live");
    assert_eq!(peer.arrived.pongs, [time]);
    let acks = &peer.arrived.acknowledged;
    assert!(
        !acks.is_empty() && acks.is_sorted() && acks[0] > 3073,
        "{acks:?}: all bytes count, the handshake too"
    );
}

#[test]
fn closing_says_goodbye() {
    let (mut session, mut peer) = connected(&info(), usize::MAX);
    session.close();
    assert_eq!(session.state(), SessionState::Closed);
    exchange(&mut session, &mut peer, usize::MAX).expect("closed sessions ignore the server");
    assert!(peer.arrived.finished);
    assert!(peer.arrived.commands.contains(&"FCUnpublish".into()));
    session.close();
    assert_eq!(session.take_output(), None, "only once");
    assert!(session.feed(&[0xff; 100]).is_ok());
}

#[test]
fn packets_out_of_place_are_errors() {
    let mut session = PublishSession::new(&url(), &info());
    let e = session.send(&audio(0, 0, vec![1])).expect_err("not live");
    assert!(matches!(e, RtmpError::NotPublishing { .. }) && e.kind() == ErrorKind::Bug);
    let (mut session, mut peer) = connected(&info(), usize::MAX);
    let e = session
        .send(&video(0, 0, true, vec![0; 1 << 24]))
        .expect_err("too long");
    assert!(matches!(e, RtmpError::Unsupported { .. }));
    session.send(&audio(0, 0, vec![])).expect("an empty packet is left out");
    exchange(&mut session, &mut peer, usize::MAX).expect("live");
    assert_eq!(peer.arrived.audio.len(), 1);
}

/// What a codec's first bodies begin with, and the ids in the metadata.
#[test]
fn newer_codecs_go_out_by_name() {
    use media::{AudioCodec, VideoCodec};
    for (codec, record, first, last) in [
        (
            VideoCodec::Hevc,
            &[1, 2][..],
            &b"\x90hvc1\x01\x02"[..],
            &b"\x92hvc1"[..],
        ),
        (VideoCodec::Av1, &[0x81, 4], b"\x90av01\x81\x04", b"\x92av01"),
        (VideoCodec::Vp9, &[0, 10], b"\x90vp09\x01\0\0\0\0\x0a", b"\x92vp09"),
    ] {
        let mut info = info();
        let v = info.video.as_mut().expect("video");
        (v.codec, v.extradata) = (codec, record.to_vec().into());
        info.audio[0].codec = AudioCodec::Opus;
        info.audio[0].extradata = b"OpusHead".to_vec().into();
        rtmp::check_streams(&info).expect("can be carried");
        let (mut session, mut peer) = connected(&info, usize::MAX);
        let doubts = session.doubts();
        assert_eq!(doubts.len(), 2, "rml_rtmp's server declares nothing: {doubts:?}");
        assert_eq!(peer.arrived.video[0].1, first);
        assert_eq!(peer.arrived.audio[0].1, b"\x90OpusOpusHead"[..]);
        session.send(&video(0, 40_000, true, vec![7; 3])).expect("live");
        session.send(&audio(0, 0, vec![8; 3])).expect("live");
        session.close();
        exchange(&mut session, &mut peer, usize::MAX).expect("closed");
        let bodies: Vec<_> = peer.arrived.video[1..].iter().map(|(_, b)| b.clone()).collect();
        let picture: &[u8] = match codec {
            VideoCodec::Hevc => b"\x91hvc1\0\0\x28\x07\x07\x07",
            VideoCodec::Av1 => b"\x91av01\x07\x07\x07",
            _ => b"\x91vp09\x07\x07\x07",
        };
        assert_eq!(bodies, [picture, last]);
        assert_eq!(peer.arrived.audio[1].1, b"\x91Opus\x08\x08\x08"[..]);
        let m = peer.arrived.metadata.expect("metadata");
        assert_eq!(m.audio_codec_id, Some(0x4f70_7573));
        assert!(m.video_codec_id.is_some_and(|id| id > 0x6000_0000));
    }
}

#[test]
fn a_greeting_stops_before_the_key() {
    let mut session = PublishSession::greeting(&url());
    let mut peer = Peer::new(Answers::default());
    exchange(&mut session, &mut peer, usize::MAX).expect("let in");
    assert_eq!(session.state(), SessionState::Greeted);
    session.close();
    exchange(&mut session, &mut peer, usize::MAX).expect("closed");
    assert_eq!((peer.arrived.app.as_str(), peer.arrived.key.as_str()), ("live", ""));
    assert_eq!(peer.arrived.commands, Vec::<String>::new());
}
