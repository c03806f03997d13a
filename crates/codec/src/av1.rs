//! AV1 bytes (AV1 Bitstream & Decoding Process, sections 4 and 5; AV1-ISOBMFF): temporal units without delimiters and with a
//! size in every OBU, the sequence header, and the configuration record (`av1C`). Takes bytes from anybody.

use crate::{CodecError, bits::Bits, h264::damaged};
use bytes::Bytes;

/// OBU types (6.2.2).
pub mod obu {
    /// What a stream is: profile, level, size, colours.
    pub const SEQUENCE_HEADER: u8 = 1;
    /// Begins a temporal unit; left out in files and packets.
    pub const TEMPORAL_DELIMITER: u8 = 2;
    /// What is said about the pictures.
    pub const METADATA: u8 = 5;
    /// Nothing.
    pub const PADDING: u8 = 15;
}

/// One open bitstream unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obu<'a> {
    /// Its type; see [`obu`].
    pub kind: u8,
    /// The extension byte (temporal and spatial layer), when there is one.
    pub extension: Option<u8>,
    /// What it holds, header and size left out.
    pub payload: &'a [u8],
}

/// The OBUs of a temporal unit in low-overhead form. One that does not fit ends it with an error.
pub fn obus(mut data: &[u8]) -> impl Iterator<Item = Result<Obu<'_>, CodecError>> {
    std::iter::from_fn(move || {
        if data.is_empty() {
            return None;
        }
        match take(data) {
            Some((unit, rest)) => {
                data = rest;
                Some(Ok(unit))
            }
            None => {
                data = &[];
                Some(Err(damaged("an OBU is longer than its packet")))
            }
        }
    })
}

fn take(data: &[u8]) -> Option<(Obu<'_>, &[u8])> {
    let (head, mut rest) = data.split_first()?;
    if head & 0x80 != 0 {
        return None;
    }
    let extension = if head & 4 != 0 {
        let (e, after) = rest.split_first()?;
        rest = after;
        Some(*e)
    } else {
        None
    };
    let len = if head & 2 != 0 {
        let (len, used) = leb128(rest)?;
        rest = &rest[used..];
        len
    } else {
        rest.len()
    };
    let (payload, rest) = rest.split_at_checked(len)?;
    let kind = head >> 3 & 15;
    Some((
        Obu {
            kind,
            extension,
            payload,
        },
        rest,
    ))
}

/// A number of at most eight bytes and 32 bits, and how many bytes it took.
fn leb128(data: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0u64;
    for (i, b) in data.iter().take(8).enumerate() {
        value |= u64::from(b & 0x7f) << (7 * i);
        if b & 0x80 == 0 {
            return (value <= u64::from(u32::MAX)).then_some((value as usize, i + 1));
        }
    }
    None
}

fn write_leb128(out: &mut Vec<u8>, mut n: usize) {
    while n > 0x7f {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

pub(crate) fn write(out: &mut Vec<u8>, unit: &Obu<'_>) {
    out.push(unit.kind << 3 | u8::from(unit.extension.is_some()) << 2 | 2);
    out.extend(unit.extension);
    write_leb128(out, unit.payload.len());
    out.extend_from_slice(unit.payload);
}

/// A temporal unit as packets carry it: sizes in every OBU, no temporal delimiter, no padding. May be empty.
///
/// # Errors
/// When an OBU does not fit into it.
pub fn temporal_unit(data: &[u8]) -> Result<Bytes, CodecError> {
    let mut out = Vec::with_capacity(data.len() + 8);
    for unit in obus(data) {
        let unit = unit?;
        if !matches!(unit.kind, obu::TEMPORAL_DELIMITER | obu::PADDING) {
            write(&mut out, &unit);
        }
    }
    Ok(out.into())
}

/// What a sequence header says, as far as we use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SequenceHeader {
    /// 0 Main, 1 High, 2 Professional.
    pub profile: u8,
    /// `seq_level_idx` of the first operating point.
    pub level: u8,
    /// Whether that is of the high tier.
    pub high_tier: bool,
    /// Bits of a sample: 8, 10 or 12.
    pub bit_depth: u8,
    /// No colour.
    pub monochrome: bool,
    /// Chroma is half as wide, and half as high.
    pub subsampling: (bool, bool),
    /// 0 unknown, 1 vertical, 2 colocated.
    pub chroma_position: u8,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl SequenceHeader {
    /// Parses the payload of a sequence header OBU.
    ///
    /// # Errors
    /// When it is cut short or says what can't be.
    pub fn parse(payload: &[u8]) -> Result<Self, CodecError> {
        Self::read(&mut Bits::plain(payload)).ok_or(damaged("a sequence header is cut short or impossible"))
    }

    fn read(b: &mut Bits) -> Option<Self> {
        let profile = b.u(3)? as u8;
        b.flag()?;
        let reduced = b.flag()?;
        let (level, high_tier) = if reduced {
            (b.u(5)? as u8, false)
        } else {
            operating_points(b)?
        };
        let (w_bits, h_bits) = (b.u(4)? + 1, b.u(4)? + 1);
        let (width, height) = (b.u(w_bits)? + 1, b.u(h_bits)? + 1);
        if !reduced && b.flag()? {
            b.u(7)?;
        }
        b.u(3)?;
        if !reduced {
            skip_tools(b)?;
        }
        b.u(3)?;
        let mut header = Self {
            profile,
            level,
            high_tier,
            bit_depth: 8,
            monochrome: false,
            subsampling: (true, true),
            chroma_position: 0,
            width,
            height,
        };
        header.read_color(b)?;
        Some(header)
    }

    fn read_color(&mut self, b: &mut Bits) -> Option<()> {
        let high = b.flag()?;
        let twelve = self.profile == 2 && high && b.flag()?;
        self.bit_depth = if twelve {
            12
        } else if high {
            10
        } else {
            8
        };
        self.monochrome = self.profile != 1 && b.flag()?;
        let described = b.flag()?;
        let color = if described {
            (b.u(8)?, b.u(8)?, b.u(8)?)
        } else {
            (2, 2, 2)
        };
        if self.monochrome {
            return Some(());
        }
        if color == (1, 13, 0) {
            self.subsampling = (false, false);
            return Some(());
        }
        b.flag()?;
        self.subsampling = match (self.profile, self.bit_depth) {
            (0, _) => (true, true),
            (1, _) => (false, false),
            (_, 12) => {
                let x = b.flag()?;
                (x, x && b.flag()?)
            }
            _ => (true, false),
        };
        if self.subsampling == (true, true) {
            self.chroma_position = b.u(2)? as u8;
        }
        Some(())
    }
}

/// Timing, decoder model and operating points: gives level and tier of the first point.
fn operating_points(b: &mut Bits) -> Option<(u8, bool)> {
    let mut model = None;
    if b.flag()? {
        b.u(32)?;
        b.u(32)?;
        if b.flag()? {
            b.ue()?;
        }
        if b.flag()? {
            model = Some(b.u(5)? + 1);
            b.u(32)?;
            b.u(10)?;
        }
    }
    let delays = b.flag()?;
    let mut first = None;
    for _ in 0..=b.u(5)? {
        b.u(12)?;
        let level = b.u(5)? as u8;
        let tier = level > 7 && b.flag()?;
        if let Some(n) = model
            && b.flag()?
        {
            b.u(n)?;
            b.u(n)?;
            b.flag()?;
        }
        if delays && b.flag()? {
            b.u(4)?;
        }
        first = first.or(Some((level, tier)));
    }
    first
}

/// The coding tools between the size and the colours (5.5.1).
fn skip_tools(b: &mut Bits) -> Option<()> {
    b.u(4)?;
    let order_hint = b.flag()?;
    if order_hint {
        b.u(2)?;
    }
    let screen = b.flag()? || b.flag()?;
    if screen && !b.flag()? {
        b.flag()?;
    }
    if order_hint {
        b.u(3)?;
    }
    Some(())
}

/// The AV1CodecConfigurationRecord (AV1-ISOBMFF 2.3.3) of a stream whose OBUs `data` begins with.
///
/// # Errors
/// When there is no sequence header or it can't be read.
pub fn av1c_record(data: &[u8]) -> Result<Bytes, CodecError> {
    let missing = damaged("it has no sequence header");
    let unit = obus(data)
        .filter_map(Result::ok)
        .find(|u| u.kind == obu::SEQUENCE_HEADER)
        .ok_or(missing)?;
    let h = SequenceHeader::parse(unit.payload)?;
    let mut r = vec![
        0x81,
        h.profile << 5 | h.level,
        u8::from(h.high_tier) << 7
            | u8::from(h.bit_depth > 8) << 6
            | u8::from(h.bit_depth > 10) << 5
            | u8::from(h.monochrome) << 4
            | u8::from(h.subsampling.0) << 3
            | u8::from(h.subsampling.1) << 2
            | h.chroma_position,
        0,
    ];
    write(&mut r, &unit);
    Ok(r.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn garbage_never_panics(data in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = SequenceHeader::parse(&data);
            let _ = av1c_record(&data);
            let _ = temporal_unit(&data);
        }

        #[test]
        fn sizes_come_back(n in 0usize..400_000) {
            let mut out = vec![];
            write_leb128(&mut out, n);
            prop_assert_eq!(leb128(&out), Some((n, out.len())));
        }
    }

    #[test]
    fn delimiters_go_and_sizes_come() {
        // A delimiter, then an OBU of type 6 (frame) that fills the rest without a size.
        let got = temporal_unit(&[0x12, 0, 6 << 3, 1, 2, 3]).expect("fits");
        assert_eq!(got.as_ref(), [6 << 3 | 2, 3, 1, 2, 3]);
        assert!(temporal_unit(&[6 << 3 | 2, 9, 1]).is_err());
    }
}
