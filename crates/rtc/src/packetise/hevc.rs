//! HEVC access units to RTP payloads (RFC 7798, without DONL): small NAL units as they are, large ones in fragmentation units,
//! and before each keyframe the parameter sets together in one aggregation packet.

use super::{PAYLOAD_LIMIT, nals};
use bytes::{BufMut, Bytes, BytesMut};

/// Parameter sets that are taken from a configuration record; streams have three.
const MAX_SETS: usize = 16;
/// Where the arrays of NAL units begin in a record (ISO/IEC 14496-15, 8.3.3.1.2).
const ARRAYS_AT: usize = 22;

/// The pictures that can be begun with.
const IRAP: std::ops::RangeInclusive<u8> = 16..=23;
const VPS: u8 = 32;
const PPS: u8 = 34;
const DELIMITER: u8 = 35;
const FILLER: u8 = 38;
const AGGREGATION: u8 = 48;
const FRAGMENTATION: u8 = 49;

/// Cuts one stream's access units into payloads.
#[derive(Clone, Debug, Default)]
pub struct HevcPacketiser {
    /// VPS, SPS and PPS.
    sets: Vec<Bytes>,
}

impl HevcPacketiser {
    /// For a stream with this `HEVCDecoderConfigurationRecord`; none when it can't be read or holds no parameter sets.
    pub fn new(record: &Bytes) -> Option<Self> {
        let sets = parameter_sets(record)?;
        (!sets.is_empty()).then_some(Self { sets })
    }

    /// The payloads of an access unit of length-prefixed NAL units (four bytes each), none longer than [`PAYLOAD_LIMIT`]. What
    /// can't be read of it is left out.
    pub fn payloads(&self, unit: &Bytes) -> Vec<Bytes> {
        let mut out = Vec::with_capacity(unit.len() / PAYLOAD_LIMIT + 2);
        let wanted = |n: &Bytes| n.len() > 2 && !matches!(kind(n), VPS..=PPS | DELIMITER | FILLER);
        let mut begun = false;
        for nal in nals(unit).filter(wanted) {
            if IRAP.contains(&kind(&nal)) && !begun {
                self.put_sets(&mut out);
                begun = true;
            }
            put(&nal, &mut out);
        }
        out
    }

    fn put_sets(&self, out: &mut Vec<Bytes>) {
        let size = 2 + self.sets.iter().map(|s| 2 + s.len()).sum::<usize>();
        if size > PAYLOAD_LIMIT {
            for s in &self.sets {
                put(s, out);
            }
            return;
        }
        let mut b = BytesMut::with_capacity(size);
        // Layer 0 and temporal id 0, which all parameter sets of ours have.
        b.put_slice(&[AGGREGATION << 1, 1]);
        for s in &self.sets {
            b.put_u16(s.len() as u16);
            b.put_slice(s);
        }
        out.push(b.freeze());
    }
}

fn kind(nal: &[u8]) -> u8 {
    nal.first().map_or(0, |b| b >> 1 & 0x3f)
}

/// One NAL unit, in fragments where it has to be (4.4.3): the type goes from the header into a third byte.
fn put(nal: &Bytes, out: &mut Vec<Bytes>) {
    if nal.len() <= PAYLOAD_LIMIT {
        out.push(nal.clone());
        return;
    }
    let pieces = nal[2..].chunks(PAYLOAD_LIMIT - 3);
    let last = pieces.len() - 1;
    for (i, piece) in pieces.enumerate() {
        let mut b = BytesMut::with_capacity(piece.len() + 3);
        b.put_slice(&[nal[0] & 0x81 | FRAGMENTATION << 1, nal[1]]);
        b.put_u8(u8::from(i == 0) << 7 | u8::from(i == last) << 6 | kind(nal));
        b.put_slice(piece);
        out.push(b.freeze());
    }
}

fn parameter_sets(record: &Bytes) -> Option<Vec<Bytes>> {
    let mut sets = Vec::new();
    let mut at = ARRAYS_AT + 1;
    for _ in 0..*record.get(ARRAYS_AT)? {
        let kind = *record.get(at)? & 0x3f;
        let count = u16::from_be_bytes(record.get(at + 1..at + 3)?.try_into().ok()?);
        at += 3;
        for _ in 0..count {
            let length = u16::from_be_bytes(record.get(at..at + 2)?.try_into().ok()?) as usize;
            let end = at + 2 + length;
            if end > record.len() {
                return None;
            }
            if (VPS..=PPS).contains(&kind) && length > 2 && sets.len() < MAX_SETS {
                sets.push(record.slice(at + 2..end));
            }
            at = end;
        }
    }
    Some(sets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record() -> Bytes {
        let mut r = vec![0u8; ARRAYS_AT];
        r.push(4);
        for (kind, nal) in [
            (0xa0u8, [0x40, 1, 5]),
            (0xa1, [0x42, 1, 6]),
            (0xa2, [0x44, 1, 7]),
            (0x27, [0x4e, 1, 8]),
        ] {
            r.extend_from_slice(&[kind, 0, 1, 0, 3]);
            r.extend_from_slice(&nal);
        }
        r.into()
    }

    fn unit(nals: &[Vec<u8>]) -> Bytes {
        let all = nals
            .iter()
            .flat_map(|n| [&(n.len() as u32).to_be_bytes()[..], n].concat());
        all.collect::<Vec<_>>().into()
    }

    /// What a receiver puts together.
    fn joined(payloads: &[Bytes]) -> Vec<Vec<u8>> {
        let mut out: Vec<Vec<u8>> = vec![];
        for p in payloads {
            assert!(p.len() <= PAYLOAD_LIMIT);
            match kind(p) {
                AGGREGATION => {
                    let mut at = 2;
                    while at < p.len() {
                        let n = u16::from_be_bytes([p[at], p[at + 1]]) as usize;
                        out.push(p[at + 2..at + 2 + n].to_vec());
                        at += 2 + n;
                    }
                }
                FRAGMENTATION => {
                    if p[2] & 0x80 != 0 {
                        out.push(vec![p[0] & 0x81 | (p[2] & 0x3f) << 1, p[1]]);
                    }
                    out.last_mut().expect("a first fragment").extend_from_slice(&p[3..]);
                }
                _ => out.push(p.to_vec()),
            }
        }
        out
    }

    #[test]
    fn a_keyframe_brings_its_parameter_sets() {
        let p = HevcPacketiser::new(&record()).expect("record");
        let idr = [&[19 << 1, 1][..], &[7; 5000]].concat();
        let got = joined(&p.payloads(&unit(&[vec![DELIMITER << 1, 1, 0x50], vec![78, 1, 2], idr.clone()])));
        let sets = [vec![0x40, 1, 5], vec![0x42, 1, 6], vec![0x44, 1, 7]];
        assert_eq!(got, [&[vec![78, 1, 2]][..], &sets, &[idr]].concat());
        assert_eq!(
            joined(&p.payloads(&unit(&[vec![2, 1, 9]]))),
            vec![vec![2, 1, 9]],
            "others come alone"
        );
        assert!(HevcPacketiser::new(&Bytes::from_static(&[1; 22])).is_none());
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(sizes in prop::collection::vec(3usize..4000, 1..6), kind in 0u8..10, tid in 1u8..8) {
            let p = HevcPacketiser::new(&record()).expect("record");
            let nal = |n: &usize| (0..*n).map(|i| match i { 0 => kind << 1, 1 => tid, i => i as u8 }).collect();
            let nals: Vec<Vec<u8>> = sizes.iter().map(nal).collect();
            prop_assert_eq!(joined(&p.payloads(&unit(&nals))), nals);
        }

        #[test]
        fn garbage_is_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let bytes = Bytes::from(bytes);
            let _ = HevcPacketiser::new(&bytes);
            for p in HevcPacketiser::default().payloads(&bytes) {
                prop_assert!(p.len() <= PAYLOAD_LIMIT);
            }
        }
    }
}
