//! AV1 temporal units to RTP payloads (RTP Payload Format For AV1, v1.0): OBUs without their own size, each behind a length,
//! as many into a payload as fit and continued in the next; the sequence header before each keyframe.

use super::PAYLOAD_LIMIT;
use bytes::{BufMut, Bytes, BytesMut};

/// OBU types (AV1 Bitstream, 6.2.2).
const SEQUENCE_HEADER: u8 = 1;
const TEMPORAL_DELIMITER: u8 = 2;
const TILE_LIST: u8 = 8;
const PADDING: u8 = 15;

/// Bits of the aggregation header (4.4): goes on from the packet before, goes on in the next, begins a coded video sequence.
const GOES_ON: u8 = 0x80;
const CONTINUES: u8 = 0x40;
const BEGINS: u8 = 0x08;
/// Bits of an OBU's header.
const EXTENDED: u8 = 0x04;
const SIZED: u8 = 0x02;
/// Fewer bytes than this of an OBU are not put at the end of a payload: the next one takes it whole or begins it.
const LEAST: usize = 32;
/// Bytes of a length here: two hold 16383.
const LENGTH_BYTES: usize = 2;

/// Cuts one stream's temporal units into payloads.
#[derive(Clone, Debug, Default)]
pub struct Av1Packetiser {
    /// Header and content, without a size.
    sequence_header: Option<Bytes>,
}

impl Av1Packetiser {
    /// For a stream with this `AV1CodecConfigurationRecord` (AV1-ISOBMFF, 2.3.3); none when it can't be read.
    pub fn new(record: &Bytes) -> Option<Self> {
        if record.first() != Some(&0x81) || record.len() < 4 {
            return None;
        }
        let sequence_header = obus(&record.slice(4..))
            .into_iter()
            .find(|o| kind(o) == SEQUENCE_HEADER);
        Some(Self { sequence_header })
    }

    /// The payloads of a temporal unit, none longer than [`PAYLOAD_LIMIT`]. What can't be read of it is left out.
    pub fn payloads(&self, unit: &Bytes, keyframe: bool) -> Vec<Bytes> {
        let mut obus = obus(unit);
        obus.retain(|o| !matches!(kind(o), TEMPORAL_DELIMITER | TILE_LIST | PADDING));
        let missing = |h: &&Bytes| keyframe && !obus.is_empty() && !obus.iter().any(|o| kind(o) == kind(h));
        if let Some(h) = self.sequence_header.as_ref().filter(missing) {
            obus.insert(0, h.clone());
        }
        let mut out = vec![];
        let mut payload = begin(if keyframe { BEGINS } else { 0 });
        for obu in &obus {
            let mut rest = &obu[..];
            while !rest.is_empty() {
                let room = PAYLOAD_LIMIT.saturating_sub(payload.len() + LENGTH_BYTES);
                if room < rest.len() && room < LEAST {
                    out.push(std::mem::replace(&mut payload, begin(0)).freeze());
                    continue;
                }
                let (now, later) = rest.split_at(room.min(rest.len()));
                put_length(&mut payload, now.len());
                payload.put_slice(now);
                rest = later;
                if !rest.is_empty() {
                    payload[0] |= CONTINUES;
                    out.push(std::mem::replace(&mut payload, begin(GOES_ON)).freeze());
                }
            }
        }
        if payload.len() > 1 {
            out.push(payload.freeze());
        }
        out
    }
}

fn begin(header: u8) -> BytesMut {
    let mut b = BytesMut::with_capacity(PAYLOAD_LIMIT);
    b.put_u8(header);
    b
}

/// LEB128 in as few bytes as it takes; never more than two here.
fn put_length(b: &mut BytesMut, n: usize) {
    if n < 0x80 {
        b.put_u8(n as u8);
    } else {
        b.put_slice(&[n as u8 | 0x80, (n >> 7) as u8]);
    }
}

fn kind(obu: &[u8]) -> u8 {
    obu.first().map_or(0, |b| b >> 3 & 0xf)
}

/// The OBUs of a temporal unit, their sizes taken out, up to the first that does not fit.
fn obus(unit: &Bytes) -> Vec<Bytes> {
    let (mut out, mut at) = (vec![], 0);
    while let Some((obu, next)) = take(unit, at) {
        out.push(obu);
        at = next;
    }
    out
}

fn take(unit: &Bytes, at: usize) -> Option<(Bytes, usize)> {
    let header = *unit.get(at)?;
    let head = if header & EXTENDED != 0 { 2 } else { 1 };
    let (length, from) = match header & SIZED {
        0 => (unit.len().checked_sub(at + head)?, at + head),
        _ => leb128(unit, at + head)?,
    };
    let end = from.checked_add(length).filter(|e| *e <= unit.len())?;
    let mut b = BytesMut::with_capacity(head + length);
    b.put_u8(header & !SIZED);
    b.put_slice(unit.get(at + 1..at + head)?);
    b.put_slice(&unit[from..end]);
    Some((b.freeze(), end))
}

/// A number, and where what follows it begins.
fn leb128(data: &[u8], at: usize) -> Option<(usize, usize)> {
    let mut value = 0u64;
    for i in 0..5 {
        let byte = *data.get(at + i)?;
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, at + i + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEADER: [u8; 6] = [SEQUENCE_HEADER << 3 | SIZED, 4, 1, 2, 3, 4];

    fn packetiser() -> Av1Packetiser {
        Av1Packetiser::new(&Bytes::from([&[0x81, 0, 0, 0][..], &HEADER].concat())).expect("record")
    }

    fn sized(kind: u8, body: &[u8]) -> Vec<u8> {
        let (low, high) = (body.len() as u8 | 0x80, (body.len() >> 7) as u8);
        [&[kind << 3 | SIZED, low, high][..], body].concat()
    }

    /// What a receiver puts together: OBUs without sizes.
    fn joined(payloads: &[Bytes]) -> Vec<Vec<u8>> {
        let (mut out, mut goes_on): (Vec<Vec<u8>>, _) = (vec![], false);
        for p in payloads {
            assert!(p.len() <= PAYLOAD_LIMIT);
            assert_eq!(p[0] & GOES_ON != 0, goes_on, "the marks of two packets fit together");
            let mut at = 1;
            while at < p.len() {
                let (n, from) = leb128(p, at).expect("a length");
                if std::mem::take(&mut goes_on) {
                    out.last_mut().expect("begun").extend_from_slice(&p[from..from + n]);
                } else {
                    out.push(p[from..from + n].to_vec());
                }
                at = from + n;
            }
            goes_on = p[0] & CONTINUES != 0;
        }
        assert!(!goes_on);
        out
    }

    #[test]
    fn a_keyframe_brings_the_sequence_header_once() {
        let frame = sized(6, &[7; 3000]);
        let bare = [&[6 << 3][..], &[7; 3000]].concat();
        let header = vec![SEQUENCE_HEADER << 3, 1, 2, 3, 4];
        let p = packetiser();
        let got = p.payloads(
            &Bytes::from([&[TEMPORAL_DELIMITER << 3 | SIZED, 0][..], &frame].concat()),
            true,
        );
        assert_eq!(got[0][0] & BEGINS, BEGINS);
        assert_eq!(joined(&got), vec![header.clone(), bare.clone()]);
        let with = p.payloads(&Bytes::from([&HEADER[..], &frame].concat()), true);
        assert_eq!(joined(&with), vec![header, bare.clone()]);
        assert_eq!(joined(&p.payloads(&frame.into(), false)), vec![bare]);
        assert!(Av1Packetiser::new(&Bytes::from_static(&[1, 2, 3])).is_none());
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(sizes in prop::collection::vec(1usize..4000, 1..9)) {
            let bodies: Vec<Vec<u8>> = sizes.iter().map(|n| (0..*n).map(|i| i as u8).collect()).collect();
            let unit: Vec<u8> = bodies.iter().flat_map(|b| sized(6, b)).collect();
            let bare: Vec<Vec<u8>> = bodies.iter().map(|b| [&[6 << 3][..], b].concat()).collect();
            prop_assert_eq!(joined(&packetiser().payloads(&unit.into(), false)), bare);
        }

        #[test]
        fn garbage_is_survived(bytes in prop::collection::vec(any::<u8>(), 0..300), key in any::<bool>()) {
            let bytes = Bytes::from(bytes);
            let _ = Av1Packetiser::new(&bytes);
            for p in packetiser().payloads(&bytes, key) {
                prop_assert!(p.len() <= PAYLOAD_LIMIT);
            }
        }
    }
}
