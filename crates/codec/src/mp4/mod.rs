//! What we write of MP4 ourselves (ISO/IEC 14496-12): the ordinary index of a file that was written in fragments. FFmpeg
//! makes the header and the fragments; [`table`] gathers their samples, [`index`] makes the full `moov` of them, [`scan`]
//! finds both again in a file. Nothing here touches a disk but `scan`.
//!
//! A hybrid file looks like this while it is written, and is a fragmented MP4 at every moment:
//!
//! ```text
//! ftyp | free (16 bytes) | moov (no samples) | moof mdat | moof mdat | …
//! ```
//!
//! At its end the full `moov` is appended, which players of fragmented files skip, and the 16 bytes of `free` are
//! overwritten, in one write, by the header of an `mdat` that reaches from there to the full `moov`:
//!
//! ```text
//! ftyp | mdat (everything from here on) ……………………………………… | moov
//! ```
//!
//! The names of chapters ([`chapters`]) go before the full `moov`, in an `mdat` of their own that the big one swallows.

pub(crate) mod boxes;
pub(crate) mod chapters;
pub(crate) mod index;
pub(crate) mod scan;
pub(crate) mod table;

/// Length of the box that becomes the header of the one big `mdat`.
pub(crate) const RESERVED: usize = 16;

/// The reserved place: an empty `free` box.
pub(crate) fn reserved() -> [u8; RESERVED] {
    let mut b = [0; RESERVED];
    b[..4].copy_from_slice(&(RESERVED as u32).to_be_bytes());
    b[4..8].copy_from_slice(b"free");
    b
}

/// What overwrites it: the header of an `mdat` of `length` bytes, itself included.
pub(crate) fn big_mdat(length: u64) -> [u8; RESERVED] {
    let mut b = [0; RESERVED];
    b[..4].copy_from_slice(&1_u32.to_be_bytes());
    b[4..8].copy_from_slice(b"mdat");
    b[8..].copy_from_slice(&length.to_be_bytes());
    b
}
