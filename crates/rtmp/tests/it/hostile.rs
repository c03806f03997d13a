//! Servers that send garbage at any stage: no panic, no endless loop, no memory without bound.

use crate::{
    fixtures::{info, url},
    peer::{Answers, Peer, exchange},
};
use proptest::prelude::*;
use rtmp::{PublishSession, SessionState};

/// A session that has received the first `bytes` bytes of a good server (all of them when there are fewer), and a server's
/// remaining ones.
fn advanced(bytes: usize) -> PublishSession {
    let mut session = PublishSession::new(&url(), &info());
    let mut peer = Peer::new(Answers::default());
    let mut left = bytes;
    while left > 0 {
        let sent = session.take_output();
        if let Some(b) = &sent {
            peer.feed(b);
        }
        let back = peer.take_output();
        if sent.is_none() && back.is_empty() {
            break;
        }
        let n = left.min(back.len());
        session.feed(&back[..n]).expect("valid so far");
        left -= n;
        if n < back.len() {
            break;
        }
    }
    session.take_output();
    session
}

/// Chunks that look right, with contents that do not.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let kind = prop::sample::select(vec![1_u8, 2, 3, 4, 5, 6, 8, 9, 15, 17, 18, 20, 22, 255]);
    let name = prop::sample::select(vec!["_result", "_error", "onStatus", "close", "onBWDone", "x"]);
    (kind, name, 0_u8..6, prop::collection::vec(any::<u8>(), 0..100)).prop_map(|(kind, name, transaction, tail)| {
        let mut body = vec![];
        if kind == 17 {
            body.push(0);
        }
        if kind >= 17 {
            body.extend([2, 0, name.len() as u8]);
            body.extend(name.as_bytes());
            body.push(0);
            body.extend(f64::from(transaction).to_be_bytes());
        }
        body.extend(tail);
        body.truncate(128);
        let mut chunk = vec![3, 0, 0, 0, 0, 0, body.len() as u8, kind, 1, 0, 0, 0];
        chunk.extend(body);
        chunk
    })
}

fn check_output(session: &mut PublishSession, fed: usize) -> Result<(), TestCaseError> {
    let out = session.take_output().map_or(0, |b| b.len());
    prop_assert!(out <= 40_000 + 4 * fed, "{out} bytes for {fed}");
    Ok(())
}

proptest! {
    #[test]
    fn garbage_at_any_stage(stage in 0_usize..4200, bytes in prop::collection::vec(any::<u8>(), 0..6000), piece in 1_usize..2000) {
        let mut session = advanced(stage);
        for b in bytes.chunks(piece) {
            if session.feed(b).is_err() {
                prop_assert_eq!(session.state(), SessionState::Closed);
            }
        }
        check_output(&mut session, bytes.len())?;
        session.close();
    }

    #[test]
    fn well_formed_nonsense_at_any_stage(stage in 0_usize..4200, messages in prop::collection::vec(message(), 1..60)) {
        let mut session = advanced(stage);
        let fed: usize = messages.iter().map(Vec::len).sum();
        for m in &messages {
            let _ = session.feed(m);
        }
        check_output(&mut session, fed)?;
        let _ = session.hung_up();
    }
}

#[test]
fn a_flood_of_pings_is_not_answered_in_full() {
    let mut session = advanced(usize::MAX);
    assert_eq!(session.state(), SessionState::Publishing);
    let ping = [&[2, 0, 0, 0, 0, 0, 6, 4, 0, 0, 0, 0][..], &[0, 6, 1, 2, 3, 4]].concat();
    session.feed(&ping.repeat(10_000)).expect("allowed");
    assert!(session.take_output().expect("some answers").len() < 1000);
}

#[test]
fn a_window_of_nothing_gives_one_acknowledgement_a_feed() {
    let mut session = advanced(usize::MAX);
    session
        .feed(&[2, 0, 0, 0, 0, 0, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0])
        .expect("allowed");
    assert!(session.take_output().is_some_and(|b| b.len() < 20));
}

#[test]
fn streams_without_number_or_order_are_refused() {
    let start = |session: &mut PublishSession| {
        let text = |s: &str| [&[2, 0, s.len() as u8], s.as_bytes()].concat();
        let body = [
            text("onStatus"),
            vec![0; 9],
            vec![5],
            vec![3, 0, 4],
            b"code".to_vec(),
            text("NetStream.Publish.Start"),
            vec![0, 0, 9],
        ]
        .concat();
        let chunk = [&[3, 0, 0, 0, 0, 0, body.len() as u8, 20, 1, 0, 0, 0], &body[..]].concat();
        session.feed(&chunk)
    };
    let mut session = PublishSession::new(&url(), &info());
    let mut peer = Peer::new(Answers::default());
    let hello = session.take_output().expect("hello");
    peer.feed(&hello);
    session.feed(&peer.take_output()).expect("handshake");
    assert_eq!(session.state(), SessionState::Connecting);
    start(&mut session).expect("ignored while connecting");
    assert_eq!(session.state(), SessionState::Connecting);
    exchange(&mut session, &mut peer, usize::MAX).expect("accepted all the same");
    assert_eq!(session.state(), SessionState::Publishing);
}

/// A whole conversation with a good server of whose bytes number `at` is changed; gives what the session made of it, and
/// how many bytes the server sent.
fn with_changed_byte(at: usize, mask: u8) -> (Result<(), String>, usize) {
    let mut session = PublishSession::new(&url(), &info());
    let mut peer = Peer::new(Answers::default()).tolerant();
    let mut sent = 0;
    // As many rounds as a whole conversation never has.
    for _ in 0..1000 {
        let out = session.take_output();
        if let Some(b) = &out {
            peer.feed(b);
        }
        let mut back = peer.take_output();
        if out.is_none() && back.is_empty() {
            return (Ok(()), sent);
        }
        if let Some(b) = at.checked_sub(sent).and_then(|i| back.get_mut(i)) {
            *b ^= mask;
        }
        sent += back.len();
        if let Err(e) = session.feed(&back) {
            return (Err(e.to_string()), sent);
        }
    }
    panic!("with byte {at} changed by {mask:#x} they talk for ever");
}

#[test]
fn any_one_byte_changed_is_an_end_or_a_state_and_never_shows_the_key() {
    let (good, length) = with_changed_byte(usize::MAX, 0);
    assert!(good.is_ok() && length > 3073, "{length}");
    let after_handshake = 3073..length;
    for at in (0..3073).step_by(101).chain(after_handshake) {
        for mask in [0x01, 0x80, 0xff] {
            if let (Err(text), _) = with_changed_byte(at, mask) {
                assert!(text.ends_with('.') && text.len() > 20, "{at}: {text}");
                assert!(!text.contains("s3cret"), "{at}: {text}");
            }
        }
    }
}

#[test]
fn hanging_up_after_any_byte_is_a_sentence_without_the_key() {
    let (_, length) = with_changed_byte(usize::MAX, 0);
    for at in (0..3073).step_by(211).chain(3073..=length) {
        let text = advanced(at).hung_up().to_string();
        assert!(
            text.contains("127.0.0.1") && text.ends_with('.') && !text.contains("s3cret"),
            "{at}: {text}"
        );
    }
}
