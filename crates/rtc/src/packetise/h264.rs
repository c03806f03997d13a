//! H.264 access units to RTP payloads (RFC 6184, packetization mode 1): small NAL units as they are, large ones as FU-A
//! fragments, and before each keyframe the parameter sets, which our packets don't carry, together in one STAP-A.

use super::{PAYLOAD_LIMIT, nals};
use bytes::{BufMut, Bytes, BytesMut};

/// Parameter sets of one kind that are taken from a configuration record; streams have one, the record's count allows 31.
const MAX_SETS: usize = 8;

const NAL_IDR: u8 = 5;
const NAL_SPS: u8 = 7;
const NAL_PPS: u8 = 8;
const NAL_DELIMITER: u8 = 9;
const NAL_FILLER: u8 = 12;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;

/// Cuts one stream's access units into payloads.
#[derive(Clone, Debug, Default)]
pub struct H264Packetiser {
    /// SPS and PPS.
    sets: Vec<Bytes>,
}

impl H264Packetiser {
    /// For a stream with this `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15, 5.3.3.1); none when it can't be read or holds
    /// no parameter sets.
    pub fn new(record: &Bytes) -> Option<Self> {
        let sets = parameter_sets(record)?;
        (!sets.is_empty()).then_some(Self { sets })
    }

    /// The payloads of an access unit of length-prefixed NAL units (four bytes each), none longer than [`PAYLOAD_LIMIT`]. What
    /// can't be read of it is left out.
    pub fn payloads(&self, unit: &Bytes) -> Vec<Bytes> {
        let mut out = Vec::with_capacity(unit.len() / PAYLOAD_LIMIT + 2);
        let mut nals = nals(unit).filter(|n| !matches!(kind(n), NAL_SPS | NAL_PPS | NAL_DELIMITER | NAL_FILLER));
        let mut begun = false;
        for nal in nals.by_ref() {
            if kind(&nal) == NAL_IDR && !begun {
                self.put_sets(&mut out);
                begun = true;
            }
            if nal.len() <= PAYLOAD_LIMIT {
                out.push(nal);
            } else {
                fragment(&nal, &mut out);
            }
        }
        out
    }

    fn put_sets(&self, out: &mut Vec<Bytes>) {
        let size = 1 + self.sets.iter().map(|s| 2 + s.len()).sum::<usize>();
        if size > PAYLOAD_LIMIT {
            for s in &self.sets {
                if s.len() <= PAYLOAD_LIMIT {
                    out.push(s.clone());
                } else {
                    fragment(s, out);
                }
            }
            return;
        }
        let mut b = BytesMut::with_capacity(size);
        // The aggregate's importance is the highest of what it holds: parameter sets have 3.
        b.put_u8(3 << 5 | STAP_A);
        for s in &self.sets {
            b.put_u16(s.len() as u16);
            b.put_slice(s);
        }
        out.push(b.freeze());
    }
}

fn kind(nal: &[u8]) -> u8 {
    nal.first().map_or(0, |b| b & 0x1f)
}

/// FU-A: the NAL's header byte is spread over an indicator and a header with first and last marks.
fn fragment(nal: &[u8], out: &mut Vec<Bytes>) {
    let (Some(&head), Some(body)) = (nal.first(), nal.get(1..)) else {
        return;
    };
    let pieces = body.chunks(PAYLOAD_LIMIT - 2);
    let last = pieces.len() - 1;
    for (i, piece) in pieces.enumerate() {
        let mut b = BytesMut::with_capacity(piece.len() + 2);
        b.put_u8(head & 0xe0 | FU_A);
        b.put_u8(u8::from(i == 0) << 7 | u8::from(i == last) << 6 | head & 0x1f);
        b.put_slice(piece);
        out.push(b.freeze());
    }
}

fn parameter_sets(record: &Bytes) -> Option<Vec<Bytes>> {
    let mut sets = Vec::new();
    let mut at = 5;
    for mask in [0x1f, 0xff] {
        let count = (record.get(at)? & mask) as usize;
        at += 1;
        for _ in 0..count.min(MAX_SETS) {
            let length = u16::from_be_bytes(record.get(at..at + 2)?.try_into().ok()?) as usize;
            at += 2;
            if length > 0 && at + length <= record.len() {
                sets.push(record.slice(at..at + length));
            } else {
                return None;
            }
            at += length;
        }
    }
    Some(sets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record() -> Bytes {
        Bytes::from_static(&[1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 3, 0x67, 1, 2, 1, 0, 2, 0x68, 9])
    }

    fn unit(nals: &[&[u8]]) -> Bytes {
        let mut b = BytesMut::new();
        for n in nals {
            b.put_u32(n.len() as u32);
            b.put_slice(n);
        }
        b.freeze()
    }

    /// What a receiver puts together: NAL units again.
    fn joined(payloads: &[Bytes]) -> Vec<Vec<u8>> {
        let mut out: Vec<Vec<u8>> = vec![];
        for p in payloads {
            assert!(p.len() <= PAYLOAD_LIMIT);
            match p[0] & 0x1f {
                STAP_A => {
                    let mut at = 1;
                    while at < p.len() {
                        let n = u16::from_be_bytes([p[at], p[at + 1]]) as usize;
                        out.push(p[at + 2..at + 2 + n].to_vec());
                        at += 2 + n;
                    }
                }
                FU_A => {
                    if p[1] & 0x80 != 0 {
                        out.push(vec![p[0] & 0xe0 | p[1] & 0x1f]);
                    }
                    out.last_mut().expect("a first fragment").extend_from_slice(&p[2..]);
                }
                _ => out.push(p.to_vec()),
            }
        }
        out
    }

    #[test]
    fn a_keyframe_brings_its_parameter_sets_and_loses_the_delimiter() {
        let p = H264Packetiser::new(&record()).expect("record");
        let idr = [&[0x65][..], &[7; 5000]].concat();
        let got = joined(&p.payloads(&unit(&[&[9, 0xf0], &[6, 1, 2], &idr])));
        assert_eq!(got, vec![vec![6, 1, 2], vec![0x67, 1, 2], vec![0x68, 9], idr]);
    }

    #[test]
    fn other_pictures_come_without_parameter_sets() {
        let p = H264Packetiser::new(&record()).expect("record");
        assert_eq!(joined(&p.payloads(&unit(&[&[0x41, 5]]))), vec![vec![0x41, 5]]);
        assert!(H264Packetiser::new(&Bytes::from_static(&[1, 2, 3])).is_none());
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(sizes in prop::collection::vec(1usize..4000, 1..6)) {
            let p = H264Packetiser::new(&record()).expect("record");
            let nals: Vec<Vec<u8>> = sizes.iter().map(|n| (0..*n).map(|i| if i == 0 { 0x41 } else { i as u8 }).collect()).collect();
            let refs: Vec<&[u8]> = nals.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(joined(&p.payloads(&unit(&refs))), nals);
        }

        #[test]
        fn garbage_is_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let bytes = Bytes::from(bytes);
            let _ = H264Packetiser::new(&bytes);
            for p in H264Packetiser::default().payloads(&bytes) {
                prop_assert!(p.len() <= PAYLOAD_LIMIT);
            }
        }
    }
}
