//! RTMP messages into chunks (Adobe RTMP 1.0, section 5.3), appended to one growing buffer: each payload is copied exactly
//! once, straight behind its header, and the buffer's memory is used again when the driver has let go of what it took.
//! The first message of a chunk stream has a full header, the later ones a time difference, so that a stream of days
//! never needs an extended timestamp.

use bytes::{Bytes, BytesMut};

/// Protocol control messages (section 5.4 prescribes 2).
pub const CONTROL: u8 = 2;
/// Commands.
pub const COMMAND: u8 = 3;
/// Audio.
pub const AUDIO: u8 = 4;
/// Metadata.
pub const DATA: u8 = 5;
/// Video.
pub const VIDEO: u8 = 6;

/// Longest message: the length has 24 bits.
pub const MAX_MESSAGE: usize = 0xff_ffff;
/// What a 24-bit time says when the real one follows in four bytes.
const EXTENDED: u32 = 0xff_ffff;
/// Chunk size both sides begin with.
const INITIAL_CHUNK_SIZE: usize = 128;
/// Room asked for at a time, so that small messages do not each grow the buffer.
const GROW: usize = 64 * 1024;

/// One message to write.
pub struct Message<'a> {
    /// Chunk stream id, one of the constants above.
    pub chunk_stream: u8,
    /// Message type id.
    pub kind: u8,
    /// Message stream id.
    pub stream: u32,
    /// Timestamp in ms, modulo 2³².
    pub time_ms: u32,
    /// The body, in pieces that follow each other.
    pub parts: &'a [&'a [u8]],
}

#[derive(Clone, Copy)]
struct Previous {
    stream: u32,
    time_ms: u32,
}

/// The sending side of a connection.
pub struct ChunkWriter {
    out: BytesMut,
    chunk_size: usize,
    previous: [Option<Previous>; 8],
}

impl ChunkWriter {
    /// A writer for a new connection.
    pub fn new() -> Self {
        Self {
            out: BytesMut::new(),
            chunk_size: INITIAL_CHUNK_SIZE,
            previous: [None; 8],
        }
    }

    /// Takes everything written so far; `None` when there is nothing.
    pub fn take(&mut self) -> Option<Bytes> {
        (!self.out.is_empty()).then(|| self.out.split().freeze())
    }

    /// Bytes as they are: the handshake.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// Announces and uses a new chunk size (1 to [`MAX_MESSAGE`]).
    pub fn set_chunk_size(&mut self, size: u32) {
        self.control(1, &size.to_be_bytes());
        self.chunk_size = size as usize;
    }

    /// Writes a protocol control message.
    pub fn control(&mut self, kind: u8, body: &[u8]) {
        self.write(&Message {
            chunk_stream: CONTROL,
            kind,
            stream: 0,
            time_ms: 0,
            parts: &[body],
        });
    }

    /// Writes a message. An empty one is left out, since it can't be told from no message; so is one longer than
    /// [`MAX_MESSAGE`], which the callers rule out before.
    pub fn write(&mut self, m: &Message<'_>) {
        let length: usize = m.parts.iter().map(|p| p.len()).sum();
        if length == 0 || length > MAX_MESSAGE {
            return;
        }
        let chunks = length.div_ceil(self.chunk_size);
        self.reserve(length + 20 + chunks * 5);
        let extended = self.header(m, length as u32);
        let continuation = 0xc0 | m.chunk_stream;
        let mut room = self.chunk_size;
        for part in m.parts {
            let mut rest = *part;
            while !rest.is_empty() {
                if room == 0 {
                    self.out.extend_from_slice(&[continuation]);
                    if let Some(time) = extended {
                        self.out.extend_from_slice(&time.to_be_bytes());
                    }
                    room = self.chunk_size;
                }
                let (now, later) = rest.split_at(rest.len().min(room));
                self.out.extend_from_slice(now);
                room -= now.len();
                rest = later;
            }
        }
    }

    fn reserve(&mut self, need: usize) {
        if self.out.capacity() - self.out.len() < need {
            self.out.reserve(need.max(GROW));
        }
    }

    /// Writes a type 0 or type 1 header and gives the extended timestamp where one was needed.
    fn header(&mut self, m: &Message<'_>, length: u32) -> Option<u32> {
        let slot = usize::from(m.chunk_stream & 7);
        // Time may run on past 2³², but not back: a full header says an earlier time.
        let delta = self.previous[slot]
            .filter(|p| p.stream == m.stream)
            .map(|p| m.time_ms.wrapping_sub(p.time_ms))
            .filter(|d| *d < EXTENDED);
        self.previous[slot] = Some(Previous {
            stream: m.stream,
            time_ms: m.time_ms,
        });
        let format = if delta.is_some() { 0x40 } else { 0x00 };
        let time = delta.unwrap_or(m.time_ms);
        let extended = (time >= EXTENDED).then_some(time);
        let field = time.min(EXTENDED).to_be_bytes();
        let size = length.to_be_bytes();
        self.out.extend_from_slice(&[
            format | m.chunk_stream,
            field[1],
            field[2],
            field[3],
            size[1],
            size[2],
            size[3],
            m.kind,
        ]);
        if delta.is_none() {
            self.out.extend_from_slice(&m.stream.to_le_bytes());
        }
        if let Some(time) = extended {
            self.out.extend_from_slice(&time.to_be_bytes());
        }
        extended
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rml_rtmp::{chunk_io::ChunkDeserializer, messages::MessagePayload};

    fn video<'a>(time_ms: u32, parts: &'a [&'a [u8]]) -> Message<'a> {
        Message {
            chunk_stream: VIDEO,
            kind: 9,
            stream: 1,
            time_ms,
            parts,
        }
    }

    /// Reads everything back with rml_rtmp's reader.
    fn read(w: &mut ChunkWriter) -> Vec<MessagePayload> {
        let mut reader = ChunkDeserializer::new();
        reader.set_max_chunk_size(w.chunk_size).expect("size");
        let mut bytes = w.take().unwrap_or_default();
        let mut out = Vec::new();
        while let Some(m) = reader.get_next_message(&bytes).expect("valid chunks") {
            out.push(m);
            bytes = Bytes::new();
        }
        out
    }

    #[test]
    fn bodies_survive_at_every_length_around_the_chunk_size() {
        for length in [1_usize, 2, 127, 128, 129, 255, 256, 257, 1000] {
            for cut in [0, 1, length / 2, length] {
                let body: Vec<u8> = (0..length).map(|i| i as u8).collect();
                let mut w = ChunkWriter::new();
                w.write(&video(7, &[&body[..cut], &body[cut..]]));
                let got = read(&mut w);
                assert_eq!((got.len(), &got[0].data[..], got[0].timestamp.value), (1, &body[..], 7));
                assert_eq!((got[0].type_id, got[0].message_stream_id), (9, 1));
            }
        }
    }

    #[test]
    fn times_go_forward_back_and_beyond_24_and_32_bits() {
        // The last but one is a jump back, which needs a full header with an extended time.
        let times = [
            5,
            5,
            45,
            0x00ff_fffe,
            0x00ff_ffff,
            0x0100_0000,
            0x7000_0000,
            0x6fff_ffff,
            0x7000_0010,
        ];
        let mut w = ChunkWriter::new();
        let body = [3; 300];
        for t in times {
            w.write(&video(t, &[&body]));
        }
        let got: Vec<u32> = read(&mut w).iter().map(|m| m.timestamp.value).collect();
        assert_eq!(got, times);
        let mut w = ChunkWriter::new();
        for t in [u32::MAX - 10, 29] {
            w.write(&video(t, &[&body]));
        }
        assert!(read(&mut w).iter().all(|m| m.data[..] == body));
        // Wrapping: type 1 header, a difference of 40 ms.
        let mut w = ChunkWriter::new();
        w.write(&video(u32::MAX - 10, &[&[1]]));
        w.take();
        w.write(&video(29, &[&[1]]));
        assert_eq!(w.take().expect("bytes")[..4], [0x40 | VIDEO, 0, 0, 40]);
    }

    #[test]
    fn nothing_and_too_much_are_left_out() {
        let mut w = ChunkWriter::new();
        w.write(&video(0, &[&[], &[]]));
        w.write(&video(0, &[&vec![0; MAX_MESSAGE], &[0]]));
        assert_eq!(w.take(), None);
    }

    #[test]
    fn memory_is_used_again_once_the_driver_has_let_go() {
        let mut w = ChunkWriter::new();
        let body = vec![1; 20_000];
        let mut places = std::collections::HashSet::new();
        for t in 0..200 {
            w.write(&video(t, &[&body]));
            let out = w.take().expect("bytes");
            places.insert(out.as_ptr() as usize / GROW);
        }
        assert!(places.len() < 8, "{} places", places.len());
    }
}
