//! Servers that say no, or that end a stream.

use crate::{
    fixtures::{info, url},
    peer::{Answers, Peer, exchange},
};
use media::{ErrorKind, MediaError};
use rml_amf0::Amf0Value;
use rml_rtmp::{chunk_io::ChunkSerializer, messages::RtmpMessage, time::RtmpTimestamp};
use rtmp::{PublishSession, RtmpError, SessionState};
use std::collections::HashMap;

fn refusal(answers: Answers) -> RtmpError {
    let mut session = PublishSession::new(&url(), &info());
    let mut peer = Peer::new(answers);
    let e = exchange(&mut session, &mut peer, usize::MAX).expect_err("refused");
    assert_eq!(session.state(), SessionState::Closed);
    assert!(!e.to_string().contains("s3cret"), "{e}");
    e
}

#[test]
fn a_bad_key_is_auth_with_the_servers_words() {
    let e = refusal(Answers {
        publish: Some(("NetStream.Publish.BadName", "Stream live_s3cret is not yours.")),
        ..Answers::default()
    });
    assert_eq!((e.kind(), e.retryable()), (ErrorKind::Auth, false));
    let want =
        "127.0.0.1 refused the stream: NetStream.Publish.BadName: Stream **** is not yours. Check the stream key";
    assert!(e.to_string().starts_with(want), "{e}");
}

#[test]
fn a_key_in_use_may_be_tried_again() {
    let e = refusal(Answers {
        publish: Some(("NetStream.Publish.BadName", "Already publishing")),
        ..Answers::default()
    });
    assert_eq!((e.kind(), e.retryable()), (ErrorKind::Auth, true));
}

#[test]
fn errors_on_connect() {
    let e = refusal(Answers {
        connect: Some(("NetConnection.Connect.Rejected", "Authorisation needed")),
        ..Answers::default()
    });
    assert_eq!((e.kind(), e.retryable()), (ErrorKind::Auth, false));
    assert!(e.to_string().contains("Authorisation needed"), "{e}");
    let e = refusal(Answers {
        connect: Some(("NetConnection.Connect.InvalidApp", "No such app")),
        ..Answers::default()
    });
    assert_eq!(e.kind(), ErrorKind::Config);
    assert!(
        e.to_string().contains("\"live\"") && e.to_string().contains("No such app"),
        "{e}"
    );
}

/// A live session, and what it makes of a status message.
fn live_then(command: &str, level: &str, code: &str) -> (Result<(), RtmpError>, SessionState) {
    let mut session = PublishSession::new(&url(), &info());
    let mut peer = Peer::new(Answers::default());
    exchange(&mut session, &mut peer, usize::MAX).expect("accepted");
    let fields = [("level", level), ("code", code), ("description", "words")];
    let object = fields.map(|(n, v)| (n.to_owned(), Amf0Value::Utf8String(v.to_owned())));
    let message = RtmpMessage::Amf0Command {
        command_name: command.to_owned(),
        transaction_id: 0.0,
        command_object: Amf0Value::Null,
        additional_arguments: vec![Amf0Value::Object(HashMap::from(object))],
    };
    let payload = message.into_message_payload(RtmpTimestamp::new(0), 1).expect("message");
    // A fresh writer: its headers are full ones, and its chunks are no longer than what the server announced.
    let mut writer = ChunkSerializer::new();
    writer.set_max_chunk_size(4096, RtmpTimestamp::new(0)).expect("size");
    let bytes = writer.serialize(&payload, true, false).expect("chunks").bytes;
    (session.feed(&bytes), session.state())
}

#[test]
fn a_live_stream_ends_only_for_a_reason() {
    for (command, level, code) in [
        ("onStatus", "status", "NetStream.Unpublish.Success"),
        ("onStatus", "error", "NetStream.Publish.BadName"),
        ("onStatus", "status", "NetConnection.Connect.Closed"),
        ("close", "", ""),
    ] {
        let (result, state) = live_then(command, level, code);
        let e = result.expect_err(code);
        assert!(matches!(e, RtmpError::Ended { .. }), "{e}");
        assert_eq!(
            (e.kind(), e.retryable(), state),
            (ErrorKind::Network, true, SessionState::Closed)
        );
    }
    for (command, level, code) in [
        ("onStatus", "error", "NetStream.Record.Failed"),
        ("onStatus", "status", "NetStream.Publish.Start"),
        ("onStatus", "warning", "NetStream.Play.InsufficientBW"),
        ("onFCPublish", "status", "NetStream.Publish.Start"),
        ("_error", "error", "NetConnection.Call.Failed"),
        ("_result", "status", "NetConnection.Connect.Success"),
    ] {
        let (result, state) = live_then(command, level, code);
        result.expect(code);
        assert_eq!(state, SessionState::Publishing);
    }
}

#[test]
fn hanging_up_means_what_the_state_says() {
    let check = |session: &mut PublishSession, kind, want: &str| {
        let e = session.hung_up();
        assert!(e.to_string().contains(want), "{e}");
        assert_eq!(
            (e.kind(), e.retryable(), session.state()),
            (kind, true, SessionState::Closed)
        );
    };
    let mut session = PublishSession::new(&url(), &info());
    check(&mut session, ErrorKind::Network, "before saying a word");

    // Step by step, a message at a time, until the state is reached.
    let until = |state| {
        let mut session = PublishSession::new(&url(), &info());
        let mut peer = Peer::new(Answers::default());
        while session.state() != state {
            if let Some(b) = session.take_output() {
                peer.feed(&b);
            }
            for b in peer.take_output().chunks(1) {
                if session.state() != state {
                    session.feed(b).expect("valid");
                }
            }
        }
        session
    };
    check(&mut until(SessionState::Connecting), ErrorKind::Network, "application");
    check(&mut until(SessionState::CreatingStream), ErrorKind::Auth, "stream key");
    check(
        &mut until(SessionState::Publishing),
        ErrorKind::Network,
        "in the middle",
    );
}

#[test]
fn another_protocol_is_told() {
    let mut session = PublishSession::new(&url(), &info());
    let e = session.feed(b"HTTP/1.1 400 Bad Request\r\n\r\n").expect_err("not RTMP");
    assert_eq!((e.kind(), session.state()), (ErrorKind::Network, SessionState::Closed));
    assert!(e.to_string().contains("RTMP server"), "{e}");
}
