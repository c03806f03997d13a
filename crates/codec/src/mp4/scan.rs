//! Finding out what a file of the MP4 family still needs: which of its fragments are complete, whether it was closed.

use super::{
    RESERVED,
    boxes::{atoms, header},
    table::Table,
};
use std::io::{self, Read, Seek, SeekFrom};

/// Largest header or index we read, bytes.
const MOST_INDEX: u64 = 256 << 20;
/// Largest `moof` we read, bytes.
const MOST_MOOF: u64 = 16 << 20;

/// What a file is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// An ordinary file, or one we do not know: nothing to do.
    Whole,
    /// Written in fragments.
    Fragments(Fragments),
}

/// A file in fragments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fragments {
    /// Body of its `moov`.
    pub(crate) moov: Vec<u8>,
    /// All samples of complete fragments.
    pub(crate) table: Table,
    /// Where the last complete fragment ends.
    pub(crate) end: u64,
    /// Where the reserved place is, if the file is to become an ordinary one.
    pub(crate) reserved: Option<u64>,
    /// Whether something follows the last complete fragment.
    pub(crate) tail: bool,
}

/// Reads a file's top level.
pub(crate) fn scan(file: &mut (impl Read + Seek)) -> io::Result<Found> {
    let size = file.seek(SeekFrom::End(0))?;
    let mut at = 0;
    let mut reserved = None;
    let mut moov: Option<(Vec<u8>, Table)> = None;
    let mut end = 0;
    let mut open_fragment: Option<(Vec<u8>, u64)> = None;
    while let Some((kind, length, head)) = peek(file, at)? {
        let Some(next) = at.checked_add(length).filter(|n| *n <= size) else {
            break;
        };
        match &kind {
            b"free" if moov.is_none() && length == RESERVED as u64 => reserved = Some(at),
            b"mdat" if moov.is_none() => return Ok(Found::Whole),
            b"moov" if moov.is_none() => {
                let body = read(file, at + head as u64, length - head as u64, MOST_INDEX)?;
                let fragmented = atoms(&body).any(|a| a.kind == *b"mvex");
                match Table::of_header(&body).filter(|_| fragmented) {
                    Some(table) => moov = Some((body, table)),
                    None => return Ok(Found::Whole),
                }
                end = next;
            }
            // The index of a file that was being closed; it is made anew.
            b"moov" => break,
            b"moof" => open_fragment = Some((read(file, at + head as u64, length - head as u64, MOST_MOOF)?, at)),
            b"mdat" => {
                let fragment = open_fragment.take();
                let Some(((_, table), (moof, moof_at))) = moov.as_mut().zip(fragment) else {
                    break;
                };
                if table.add(&moof, moof_at).is_none_or(|e| e > next) {
                    break;
                }
                end = next;
            }
            // A finished fragmented file ends in its own small index.
            b"mfra" => end = next,
            _ => {}
        }
        at = next;
    }
    Ok(match moov {
        Some((moov, table)) => Found::Fragments(Fragments {
            moov,
            table,
            end,
            reserved,
            tail: end < size,
        }),
        None => Found::Whole,
    })
}

fn peek(file: &mut (impl Read + Seek), at: u64) -> io::Result<Option<([u8; 4], u64, usize)>> {
    let mut head = [0; 16];
    file.seek(SeekFrom::Start(at))?;
    let mut have = 0;
    while have < head.len() {
        match file.read(&mut head[have..])? {
            0 => break,
            n => have += n,
        }
    }
    Ok(header(&head[..have]))
}

fn read(file: &mut (impl Read + Seek), at: u64, length: u64, most: u64) -> io::Result<Vec<u8>> {
    if length > most {
        return Err(io::Error::other("one of its boxes is far too large"));
    }
    file.seek(SeekFrom::Start(at))?;
    let mut body = vec![0; length as usize];
    file.read_exact(&mut body)?;
    Ok(body)
}
