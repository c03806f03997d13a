//! Boxes: taking them apart and putting them together. Every length is checked against what is there.

/// A box inside a buffer.
#[derive(Clone, Copy)]
pub(crate) struct Atom<'a> {
    pub(crate) kind: [u8; 4],
    /// With its header.
    pub(crate) whole: &'a [u8],
    /// Without.
    pub(crate) body: &'a [u8],
}

/// The boxes of a buffer, up to the first that does not fit into it.
pub(crate) fn atoms(mut data: &[u8]) -> impl Iterator<Item = Atom<'_>> {
    std::iter::from_fn(move || {
        let (kind, length, head) = header(data)?;
        let length = usize::try_from(length).ok().filter(|l| *l <= data.len())?;
        let (whole, rest) = data.split_at(length);
        data = rest;
        Some(Atom {
            kind,
            whole,
            body: &whole[head..],
        })
    })
}

/// Kind, length and header length of the box that begins here; none when there is none or it is too short to be one.
/// A length of 0 (to the end of the file) is not used by what we write.
pub(crate) fn header(data: &[u8]) -> Option<([u8; 4], u64, usize)> {
    let length = u64::from(u32_at(data, 0)?);
    let kind = data.get(4..8)?.try_into().ok()?;
    let (length, head) = match length {
        1 => (u64_at(data, 8)?, 16),
        n => (n, 8),
    };
    (length >= head as u64).then_some((kind, length, head))
}

/// The first child of this kind.
pub(crate) fn child<'a>(data: &'a [u8], kind: &[u8; 4]) -> Option<Atom<'a>> {
    atoms(data).find(|a| a.kind == *kind)
}

/// The body found by going down this path.
pub(crate) fn descend<'a>(data: &'a [u8], path: &[&[u8; 4]]) -> Option<&'a [u8]> {
    path.iter().try_fold(data, |d, kind| Some(child(d, kind)?.body))
}

pub(crate) fn u32_at(d: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(d.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

pub(crate) fn u64_at(d: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(d.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

/// Adds a box whose body `fill` writes.
pub(crate) fn put(out: &mut Vec<u8>, kind: &[u8; 4], fill: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(kind);
    fill(out);
    // Our boxes are indexes: the longest recording makes some tens of megabytes.
    let length = u32::try_from(out.len() - start).unwrap_or(u32::MAX);
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

/// Adds a number.
pub(crate) fn w32(out: &mut Vec<u8>, n: u32) {
    out.extend_from_slice(&n.to_be_bytes());
}

/// Adds a number.
pub(crate) fn w64(out: &mut Vec<u8>, n: u64) {
    out.extend_from_slice(&n.to_be_bytes());
}
