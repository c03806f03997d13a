//! Ways in for what strangers send, for fuzzing (`fuzz/`) and for the tests that do the same with seeded mutations. Each takes
//! anything, and fails only by panicking.

use crate::{HlsStore, drivers, wire};
use bytes::Bytes;
use media::{AudioCodec, AudioStream, MediaTime, StreamInfo};

/// The head of a web server's answer, and the `Link` headers in it.
pub fn web_answer(bytes: &[u8]) {
    let _ = wire::parse(bytes);
    for line in String::from_utf8_lossy(bytes).lines() {
        drivers::whip::read_links(line);
    }
}

/// A playlist that lies in a folder, and names that are asked for.
pub fn playlist(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    drivers::hls_folder::read_list(&text);
    let store = HlsStore::new();
    let sound = AudioStream {
        codec: AudioCodec::Aac,
        sample_rate: 48_000,
        channels: 2,
        bitrate: 128_000,
        frame_size: 1024,
        initial_padding: 1024,
        // What describes the stream may come from a driver.
        extradata: Bytes::copy_from_slice(&bytes[..bytes.len().min(64)]),
    };
    let info = StreamInfo {
        video: None,
        audio: vec![sound],
    };
    let (second, none) = (MediaTime::from_millis(1000), MediaTime::ZERO);
    store.begin(&info, Bytes::from_static(b"init"), second, none);
    store.push_part(Bytes::from_static(b"part"), second, true);
    store.finish_segment(second);
    for name in text.lines().take(100) {
        let _ = store.file(name);
    }
}
