//! One output: who gets the packets of a video and an audio encode. The fan-out puts both in order; this only knows when
//! all streams have ended.

use media::{Packet, StreamKind};
use outputs::Fanout;
use parking_lot::Mutex;
use std::sync::Arc;

/// One output of the encoders.
pub(crate) struct Feed {
    pub(crate) fanout: Fanout,
    /// Whoever has it takes the picture as it is: it counts for nothing where the picture's rate is decided.
    pub(crate) visiting: bool,
    /// Streams that still run.
    running: Mutex<Vec<StreamKind>>,
}

impl Feed {
    pub(crate) fn new(fanout: Fanout) -> Self {
        let info = fanout.info();
        let audio = (0..info.audio.len()).map(|i| StreamKind::Audio(i as u8));
        let running = info.video.iter().map(|_| StreamKind::Video).chain(audio).collect();
        Self {
            fanout,
            visiting: false,
            running: Mutex::new(running),
        }
    }

    /// The same for somebody who takes the picture as it is.
    pub(crate) fn of_a_visitor(fanout: Fanout) -> Self {
        Self {
            visiting: true,
            ..Self::new(fanout)
        }
    }

    /// Passes packets of one stream on. Never blocks.
    pub(crate) fn push(&self, packets: impl IntoIterator<Item = Arc<Packet>>) {
        for p in packets {
            self.fanout.send(p);
        }
    }

    /// A stream has ended; with the last one everybody sees the end.
    pub(crate) fn end_stream(&self, stream: StreamKind) {
        let mut running = self.running.lock();
        running.retain(|s| *s != stream);
        if running.is_empty() {
            self.fanout.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use media::{
        AudioCodec, AudioStream, ColorInfo, FrameRate, MediaTime, StreamInfo, VideoCodec, VideoStream, queue::Received,
    };
    use std::time::Duration;

    #[test]
    fn the_end_comes_with_the_last_stream() {
        let video = VideoStream {
            codec: VideoCodec::H264,
            width: 16,
            height: 16,
            rate: FrameRate::whole(30),
            color: ColorInfo::BT709_LIMITED,
            bitrate: 0,
            extradata: Bytes::new(),
        };
        let audio = AudioStream {
            codec: AudioCodec::Aac,
            sample_rate: 48_000,
            channels: 2,
            bitrate: 0,
            frame_size: 1024,
            initial_padding: 0,
            extradata: Bytes::new(),
        };
        let feed = Feed::new(Fanout::new(StreamInfo {
            video: Some(video),
            audio: vec![audio],
        }));
        let rx = feed.fanout.subscribe(MediaTime::from_millis(1000));
        let key = Packet {
            stream: StreamKind::Video,
            data: Bytes::from_static(b"x"),
            pts: MediaTime::ZERO,
            dts: MediaTime::ZERO,
            duration: MediaTime::ZERO,
            keyframe: true,
        };
        feed.push([Arc::new(key)]);
        feed.end_stream(StreamKind::Video);
        assert!(matches!(rx.recv_timeout(Duration::ZERO), Received::Packet(_)));
        assert_eq!(
            rx.recv_timeout(Duration::ZERO),
            Received::TimedOut,
            "the sound still runs"
        );
        feed.end_stream(StreamKind::Audio(0));
        assert_eq!(rx.recv_timeout(Duration::ZERO), Received::End);
    }
}
