//! Fragmented MP4 in memory: an initialisation segment, then one fragment (moof and mdat) at a time, for HLS and for
//! browsers. When to cut is the caller's decision.

use crate::{CodecError, Container, Labels, ff, id3, mux::Muxer};
use bytes::Bytes;
use ffmpeg_next::format::context::StreamIo;
use media::{MediaTime, Packet, StreamInfo};
use parking_lot::Mutex;
use std::{io::Write, sync::Arc};

/// Makes fragments.
pub struct FragmentMuxer {
    muxer: Muxer,
    out: Arc<Mutex<Vec<u8>>>,
    init: Bytes,
    empty: bool,
    /// Event messages that go before the fragment, and how many there were.
    events: Vec<u8>,
    events_seen: u32,
}

struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(buf);
        Ok(buf.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl FragmentMuxer {
    /// Starts fragments of `info` whose time zero is `origin` (within the run-up of sound and B-frames).
    ///
    /// # Errors
    /// When the streams don't fit into MP4.
    pub fn new(info: &StreamInfo, origin: MediaTime) -> Result<Self, CodecError> {
        Self::of(Container::FragmentedMp4, info, origin, &Labels::default())
    }

    /// As [`FragmentMuxer::new`], of any container that comes in fragments.
    pub(crate) fn of(
        container: Container,
        info: &StreamInfo,
        origin: MediaTime,
        labels: &Labels,
    ) -> Result<Self, CodecError> {
        let out = Arc::new(Mutex::new(Vec::new()));
        let io = StreamIo::from_write(Memory(out.clone())).map_err(|e| broken(e.to_string()))?;
        let mut muxer = Muxer::new(io, container, info, origin, labels)?;
        muxer.flush().map_err(|c| broken(ff::text(c)))?;
        let init = std::mem::take(&mut *out.lock()).into();
        Ok(Self {
            muxer,
            out,
            init,
            empty: true,
            events: vec![],
            events_seen: 0,
        })
    }

    /// What a player needs once, before the first fragment (ftyp and moov).
    pub fn init_segment(&self) -> Bytes {
        self.init.clone()
    }

    /// Adds `packet` to the fragment that is being gathered; timed metadata goes before it.
    ///
    /// # Errors
    /// When its stream is not among those announced.
    pub fn write(&mut self, packet: &Packet) -> Result<(), CodecError> {
        if packet.is_data() {
            if let Some(tag) = id3::tag(&packet.data) {
                self.events_seen += 1;
                let event = id3::event(self.events_seen, self.muxer.place(packet.pts), &tag);
                self.events.extend(event);
            }
            return Ok(());
        }
        self.muxer.write(packet, false).map_err(|c| broken(ff::text(c)))?;
        self.empty = false;
        Ok(())
    }

    /// Ends the fragment and gives it; empty when nothing was written since the last cut.
    ///
    /// # Errors
    /// When memory is short.
    pub fn cut(&mut self) -> Result<Bytes, CodecError> {
        if std::mem::replace(&mut self.empty, true) {
            return Ok(Bytes::new());
        }
        self.muxer.flush().map_err(|c| broken(ff::text(c)))?;
        let fragment = std::mem::take(&mut *self.out.lock());
        if self.events.is_empty() {
            return Ok(fragment.into());
        }
        let mut out = std::mem::take(&mut self.events);
        out.extend(fragment);
        Ok(out.into())
    }
}

fn broken(reason: String) -> CodecError {
    CodecError::Mux {
        container: Container::FragmentedMp4.name(),
        reason,
    }
}
