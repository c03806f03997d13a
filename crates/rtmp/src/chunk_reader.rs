//! Chunks back into RTMP messages (Adobe RTMP 1.0, section 5.3), for what a server sends to a publisher: short commands
//! and control messages. Memory is bounded by [`MAX_STREAMS`] × [`MAX_MESSAGE`] whatever arrives; audio, video and data
//! messages are skipped without being kept. Chunk size and abort messages are obeyed here and not handed on.

/// Longest message kept. Commands of real servers are a few hundred bytes.
pub const MAX_MESSAGE: u32 = 64 * 1024;
/// Most chunk streams a server may use at a time; nginx-rtmp has the same limit.
pub const MAX_STREAMS: usize = 32;
/// Basic header, message header, extended timestamp.
const MAX_HEADER: usize = 3 + 11 + 4;

/// A message from the server.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    /// Message type id.
    pub kind: u8,
    /// Its body, at most [`MAX_MESSAGE`] bytes.
    pub body: Vec<u8>,
}

#[derive(Default)]
struct ChunkStream {
    id: u32,
    kind: u8,
    length: u32,
    extended: bool,
    /// Bytes of the message that have come.
    have: u32,
    body: Vec<u8>,
}

impl ChunkStream {
    /// Whether the message is one that we look into.
    fn kept(&self) -> bool {
        matches!(self.kind, 1..=6 | 17 | 20)
    }
}

/// The receiving side of a connection.
pub struct ChunkReader {
    header: [u8; MAX_HEADER],
    header_len: usize,
    chunk_size: u32,
    streams: Vec<ChunkStream>,
    /// The chunk that is being read: index of its stream and bytes still to come.
    current: Option<(usize, u32)>,
}

impl ChunkReader {
    /// A reader for a new connection.
    pub fn new() -> Self {
        Self {
            header: [0; MAX_HEADER],
            header_len: 0,
            chunk_size: 128,
            streams: Vec::new(),
            current: None,
        }
    }

    /// Reads on until a message is complete, or to the end of `input`, which is moved past what was read. The error is
    /// what was wrong, in words.
    pub fn read(&mut self, input: &mut &[u8]) -> Result<Option<Message>, &'static str> {
        loop {
            let Some((index, left)) = self.current else {
                let Some((first, rest)) = input.split_first() else {
                    return Ok(None);
                };
                self.header[self.header_len] = *first;
                self.header_len += 1;
                *input = rest;
                if self.header_is_complete() {
                    self.begin_chunk()?;
                    if let Some(m) = self.complete()? {
                        return Ok(Some(m));
                    }
                }
                continue;
            };
            if input.is_empty() {
                return Ok(None);
            }
            let n = input.len().min(left as usize);
            let (now, rest) = input.split_at(n);
            *input = rest;
            let s = &mut self.streams[index];
            s.have += n as u32;
            if s.kept() {
                s.body.extend_from_slice(now);
            }
            self.current = Some((index, left - n as u32));
            if let Some(m) = self.complete()? {
                return Ok(Some(m));
            }
        }
    }

    /// (basic header size, chunk stream id) once known.
    fn basic_header(&self) -> Option<(usize, u32)> {
        let h = &self.header[..self.header_len];
        match h.first()? & 0x3f {
            0 => Some((2, 64 + u32::from(*h.get(1)?))),
            1 => Some((3, 64 + u32::from(*h.get(1)?) + 256 * u32::from(*h.get(2)?))),
            id => Some((1, u32::from(id))),
        }
    }

    fn header_is_complete(&self) -> bool {
        let Some((basic, id)) = self.basic_header() else {
            return false;
        };
        let size = basic + [11, 7, 3, 0][usize::from(self.header[0] >> 6)];
        if self.header_len < size {
            return false;
        }
        let extended = if size == basic {
            self.streams.iter().any(|s| s.id == id && s.extended)
        } else {
            self.header[basic..basic + 3] == [0xff; 3]
        };
        self.header_len == size + if extended { 4 } else { 0 }
    }

    fn begin_chunk(&mut self) -> Result<(), &'static str> {
        let (basic, id) = self.basic_header().ok_or("a chunk header is cut short")?;
        let format = self.header[0] >> 6;
        self.header_len = 0;
        let known = self.streams.iter().position(|s| s.id == id);
        let index = match known {
            Some(i) => i,
            None if format != 0 => return Err("a chunk goes on with a message that never began"),
            None if self.streams.len() >= MAX_STREAMS => return Err("it uses too many chunk streams"),
            None => {
                self.streams.push(ChunkStream {
                    id,
                    ..ChunkStream::default()
                });
                self.streams.len() - 1
            }
        };
        let h = &self.header[basic..];
        let s = &mut self.streams[index];
        if format < 3 {
            s.extended = h[..3] == [0xff; 3];
        }
        if format < 2 {
            let length = u32::from_be_bytes([0, h[3], h[4], h[5]]);
            if s.have > 0 && (length, h[6]) != (s.length, s.kind) {
                // Begins anew in the middle of a message: the rest of that one will not come.
                s.have = 0;
                s.body.clear();
            }
            s.length = length;
            s.kind = h[6];
        }
        if s.kept() && s.length > MAX_MESSAGE {
            return Err("it sent a message that is far too long");
        }
        self.current = Some((index, (s.length - s.have).min(self.chunk_size)));
        Ok(())
    }

    /// Ends the chunk when all of it has come, and gives the message when this was its last chunk.
    fn complete(&mut self) -> Result<Option<Message>, &'static str> {
        let Some((index, 0)) = self.current else {
            return Ok(None);
        };
        self.current = None;
        let s = &mut self.streams[index];
        if s.have < s.length {
            return Ok(None);
        }
        s.have = 0;
        let m = Message {
            kind: s.kind,
            body: std::mem::take(&mut s.body),
        };
        match (m.kind, m.body.first_chunk::<4>()) {
            (1, Some(size)) => self.set_chunk_size(u32::from_be_bytes(*size))?,
            (2, Some(id)) => self.abort(u32::from_be_bytes(*id)),
            (1 | 2, None) => return Err("it sent a control message that is too short"),
            (3..=6 | 17 | 20, _) => return Ok(Some(m)),
            _ => {}
        }
        Ok(None)
    }

    fn set_chunk_size(&mut self, size: u32) -> Result<(), &'static str> {
        if size == 0 || size > 0x7fff_ffff {
            return Err("it announced an impossible chunk size");
        }
        self.chunk_size = size;
        Ok(())
    }

    fn abort(&mut self, id: u32) {
        if let Some(s) = self.streams.iter_mut().find(|s| s.id == id) {
            s.have = 0;
            s.body.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rml_rtmp::{chunk_io::ChunkSerializer, messages::MessagePayload, time::RtmpTimestamp};

    fn all(r: &mut ChunkReader, mut bytes: &[u8]) -> Result<Vec<Message>, &'static str> {
        let mut out = Vec::new();
        while let Some(m) = r.read(&mut bytes)? {
            out.push(m);
        }
        assert!(bytes.is_empty());
        Ok(out)
    }

    /// A type 0 header.
    fn full(id: u8, time: u32, length: u32, kind: u8) -> Vec<u8> {
        let (t, l) = (time.to_be_bytes(), length.to_be_bytes());
        vec![id, t[1], t[2], t[3], l[1], l[2], l[3], kind, 0, 0, 0, 0]
    }

    proptest! {
        #[test]
        fn reads_what_rml_rtmp_writes_in_pieces_of_any_size(
            messages in prop::collection::vec((prop::sample::select(vec![3_u8, 4, 5, 6, 8, 9, 18, 20]), 1_usize..700, 0_u32..0x0200_0000), 1..20),
            piece in 1_usize..200,
            chunk_size in 1_u32..400,
        ) {
            let mut w = ChunkSerializer::new();
            let mut bytes = w.set_max_chunk_size(chunk_size, RtmpTimestamp::new(0)).expect("size").bytes;
            let mut want = Vec::new();
            for (i, (kind, length, time)) in messages.iter().enumerate() {
                let data: Vec<u8> = vec![i as u8; *length];
                let m = MessagePayload {
                    timestamp: RtmpTimestamp::new(*time),
                    type_id: *kind,
                    message_stream_id: 1,
                    data: data.clone().into(),
                };
                bytes.extend(w.serialize(&m, i % 3 == 0, false).expect("serialises").bytes);
                if matches!(kind, 3..=6 | 20) {
                    want.push(Message { kind: *kind, body: data });
                }
            }
            let mut r = ChunkReader::new();
            let mut got = Vec::new();
            for p in bytes.chunks(piece) {
                got.extend(all(&mut r, p).expect("valid"));
            }
            prop_assert_eq!(got, want);
        }

        #[test]
        fn garbage_never_panics_nor_piles_up(bytes in prop::collection::vec(any::<u8>(), 0..20_000)) {
            let mut r = ChunkReader::new();
            let _ = all(&mut r, &bytes);
            prop_assert!(r.streams.len() <= MAX_STREAMS);
            let kept: usize = r.streams.iter().map(|s| s.body.capacity()).sum();
            prop_assert!(kept <= 4 * bytes.len() + 1024);
        }
    }

    #[test]
    fn messages_may_be_interleaved() {
        let mut bytes = [full(3, 0, 200, 20), vec![1; 128]].concat();
        bytes.extend([full(2, 0, 4, 5), vec![0, 0, 1, 0]].concat());
        bytes.extend([vec![0xc3], vec![2; 72]].concat());
        let got = all(&mut ChunkReader::new(), &bytes).expect("valid");
        assert_eq!(
            got[0],
            Message {
                kind: 5,
                body: vec![0, 0, 1, 0]
            }
        );
        assert_eq!(got[1].body, [vec![1; 128], vec![2; 72]].concat());
    }

    #[test]
    fn abort_and_a_new_header_throw_the_beginning_away() {
        for second in [vec![2, 0, 0, 0, 0, 0, 4, 2, 0, 0, 0, 0, 0, 0, 0, 3], vec![]] {
            let bytes = [full(3, 0, 200, 20), vec![1; 128], second, full(3, 0, 2, 20), vec![9, 9]].concat();
            let got = all(&mut ChunkReader::new(), &bytes).expect("valid");
            assert_eq!(
                got,
                [Message {
                    kind: 20,
                    body: vec![9, 9]
                }]
            );
        }
    }

    #[test]
    fn long_chunk_stream_ids_and_extended_times() {
        let mut bytes = vec![0, 10];
        bytes.extend(&full(0, 0xff_ffff, 130, 20)[1..]);
        bytes.extend([&[1, 0, 0, 0][..], &[5; 128], &[0xc0, 10, 1, 0, 0, 0], &[6; 2]].concat());
        bytes.extend([1, 1, 2]);
        bytes.extend(&full(0, 0, 1, 20)[1..]);
        bytes.push(7);
        let got = all(&mut ChunkReader::new(), &bytes).expect("valid");
        assert_eq!(got[0].body, [vec![5; 128], vec![6; 2]].concat());
        assert_eq!(got[1].body, [7]);
    }

    #[test]
    fn limits_hold() {
        let check = |bytes: &[u8], want: &str| {
            let error = all(&mut ChunkReader::new(), bytes).expect_err(want);
            assert!(error.contains(want), "{error}");
        };
        check(&full(3, 0, MAX_MESSAGE + 1, 20), "far too long");
        check(&[0xc3], "never began");
        let many: Vec<u8> = (3..40)
            .flat_map(|id| [full(id, 0, 200, 20), vec![0; 128]].concat())
            .collect();
        check(&many, "too many chunk streams");
        check(&[full(2, 0, 4, 1), vec![0; 4]].concat(), "impossible chunk size");
        check(&[full(2, 0, 4, 1), vec![0xff; 4]].concat(), "impossible chunk size");
        check(&[full(2, 0, 2, 1), vec![0; 2]].concat(), "too short");
        // Announced but not sent: nothing is set aside for it. Video is not kept at all.
        let mut r = ChunkReader::new();
        all(&mut r, &full(3, 0, MAX_MESSAGE, 20)).expect("valid");
        assert_eq!(r.streams[0].body.capacity(), 0);
        let mut r = ChunkReader::new();
        all(&mut r, &[full(2, 0, 4, 1), vec![0x7f, 0xff, 0xff, 0xff]].concat()).expect("valid");
        all(&mut r, &[full(6, 0, 0xff_ffff, 9), vec![0; 1 << 20]].concat()).expect("valid");
        assert_eq!(r.streams.iter().map(|s| s.body.capacity()).sum::<usize>(), 0);
    }
}
