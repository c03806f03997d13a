//! Ways in for bytes of strangers, for fuzzing (`fuzz/`) and for the tests that do the same with seeded mutations. Each takes
//! anything, and fails only by panicking.

use crate::{PublishSession, PublishUrl, SessionState, amf0};
use media::{AudioCodec, AudioStream, StreamInfo};

/// Everything a server says, from its half of the handshake on, in pieces of all sizes.
pub fn server(bytes: &[u8]) {
    let Ok(url) = PublishUrl::parse("rtmp://127.0.0.1/live/key", None) else {
        return;
    };
    let sound = AudioStream {
        codec: AudioCodec::Aac,
        sample_rate: 48_000,
        channels: 2,
        bitrate: 160_000,
        frame_size: 1024,
        initial_padding: 1024,
        extradata: bytes::Bytes::from_static(&[0x11, 0x90]),
    };
    let info = StreamInfo {
        video: None,
        audio: vec![sound],
    };
    let mut session = PublishSession::new(&url, &info);
    let mut rest = bytes;
    let mut size = 1537;
    while !rest.is_empty() && session.state() != SessionState::Closed {
        let (piece, after) = rest.split_at(size.min(rest.len()));
        let fed = session.feed(piece);
        let answered = session.take_output().map_or(0, |o| o.len());
        assert!(
            answered <= 40_000 + 4 * bytes.len(),
            "{answered} bytes of answers to {}",
            bytes.len()
        );
        assert!(fed.is_ok() || session.state() == SessionState::Closed);
        rest = after;
        size = size * 7 % 1013 + 1;
    }
    let _ = session.take_reconnect();
    let _ = session.doubts();
    let _ = session.hung_up();
    session.close();
}

/// The body of a command or data message.
pub fn amf0(bytes: &[u8]) {
    for value in amf0::read_all(bytes) {
        let _ = (value.text(), value.number(), value.get("code"));
    }
    let _ = crate::command::timed_data(bytes);
}
