//! A file of the MP4 family that is a fragmented one while it is written and an ordinary one once it is closed (see
//! [`crate::mp4`]). A kill at any moment leaves a file that plays.

use crate::{
    Chapter, CodecError, Container, FragmentMuxer, Labels,
    mp4::{
        RESERVED, big_mdat,
        boxes::{atoms, child},
        chapters,
        index::full_moov,
        reserved,
        scan::{Found, Fragments, scan},
        table::Table,
    },
};
use media::{MediaTime, Packet, StreamInfo};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// A hybrid file that is being written.
pub(crate) struct HybridFile {
    muxer: FragmentMuxer,
    file: File,
    /// Body of the first `moov`.
    moov: Vec<u8>,
    table: Table,
    /// Where the reserved place is.
    reserved_at: u64,
    /// End of the last complete fragment.
    end: u64,
}

/// What went wrong, in the muxer or at the disk.
pub(crate) enum Trouble {
    Mux(CodecError),
    Disk(io::Error),
}

impl From<CodecError> for Trouble {
    fn from(e: CodecError) -> Self {
        Self::Mux(e)
    }
}

impl From<io::Error> for Trouble {
    fn from(e: io::Error) -> Self {
        Self::Disk(e)
    }
}

impl HybridFile {
    /// Writes the header into `file`, which is empty.
    pub(crate) fn new(
        mut file: File,
        container: Container,
        info: &StreamInfo,
        origin: MediaTime,
        labels: &Labels,
    ) -> Result<Self, Trouble> {
        let muxer = FragmentMuxer::of(container, info, origin, labels)?;
        let init = muxer.init_segment();
        let odd = |reason: &str| CodecError::Mux {
            container: container.name(),
            reason: reason.to_owned(),
        };
        let ftyp = atoms(&init).next().filter(|a| a.kind == *b"ftyp");
        let ftyp = ftyp
            .ok_or_else(|| odd("FFmpeg's header does not begin with ftyp"))?
            .whole;
        let moov = child(&init, b"moov")
            .ok_or_else(|| odd("FFmpeg's header has no moov"))?
            .body;
        let table = Table::of_header(moov).ok_or_else(|| odd("FFmpeg's header names no tracks"))?;
        let head = [ftyp, &reserved(), &init[ftyp.len()..]].concat();
        file.write_all(&head)?;
        Ok(Self {
            moov: moov.to_vec(),
            table,
            reserved_at: ftyp.len() as u64,
            end: head.len() as u64,
            muxer,
            file,
        })
    }

    /// Adds `packet` to the fragment that is being gathered.
    pub(crate) fn write(&mut self, packet: &Packet) -> Result<(), Trouble> {
        Ok(self.muxer.write(packet)?)
    }

    /// Ends the fragment and writes it.
    pub(crate) fn cut(&mut self) -> Result<(), Trouble> {
        let fragment = self.muxer.cut()?;
        for (at, moof) in fragment_heads(&fragment) {
            self.table.add(moof, self.end + at);
        }
        self.file.write_all(&fragment)?;
        self.end += fragment.len() as u64;
        Ok(())
    }

    /// Bytes of the file that hold.
    pub(crate) fn bytes(&self) -> u64 {
        self.end
    }

    /// Makes what was written safe.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Makes it an ordinary file; gives its size.
    pub(crate) fn finish(mut self, chapters: &[Chapter]) -> Result<u64, Trouble> {
        self.cut()?;
        let part = Fragments {
            moov: self.moov,
            table: self.table,
            end: self.end,
            reserved: Some(self.reserved_at),
            tail: false,
        };
        Ok(close(&mut self.file, &part, chapters)?)
    }

    /// After a failed write: takes away the part of a fragment that did get onto the disk.
    pub(crate) fn give_up(&mut self) {
        let _ = self.file.set_len(self.end).and_then(|()| self.file.sync_all());
    }
}

/// The `moof`s (bodies) of fragments with where each begins.
fn fragment_heads(data: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let mut at = 0;
    atoms(data).filter_map(move |a| {
        let begins = at;
        at += a.whole.len() as u64;
        (a.kind == *b"moof").then_some((begins, a.body))
    })
}

/// Turns a file in fragments into an ordinary one. In this order a kill between any two steps, or within the first,
/// leaves a file that plays: the full index, which is only skipped by readers of fragments; then, in one write, the header
/// that hides the fragments from all but the index.
fn close(file: &mut File, f: &Fragments, marks: &[Chapter]) -> io::Result<u64> {
    file.set_len(f.end)?;
    let Some(at) = f.reserved else {
        file.sync_all()?;
        return Ok(f.end);
    };
    let (mut tail, named) = chapters::samples(&f.moov, marks, f.end).unzip();
    let mut tail: Vec<u8> = tail.take().unwrap_or_default();
    let end = f.end + tail.len() as u64;
    let moov = full_moov(&f.moov, &f.table, marks, named.as_ref())
        .ok_or_else(|| io::Error::other("its header can't be understood"))?;
    tail.extend(moov);
    file.seek(SeekFrom::Start(f.end))?;
    if let Err(e) = file.write_all(&tail).and_then(|()| file.sync_data()) {
        // No room for the index: it stays a file in fragments.
        let _ = file.set_len(f.end);
        return Err(e);
    }
    let head: [u8; RESERVED] = big_mdat(end - at);
    file.seek(SeekFrom::Start(at))?;
    file.write_all(&head)?;
    file.sync_all()?;
    Ok(f.end + tail.len() as u64)
}

/// Puts a file right whose writer was killed: cuts off what is incomplete and, where the file was to become an ordinary
/// one, makes it that. Gives its length (of its longest track), or none when there was nothing to do.
pub(crate) fn repair(path: &Path, chapters: &[Chapter]) -> io::Result<Option<MediaTime>> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let found = scan(&mut io::BufReader::new(&mut file))?;
    let Found::Fragments(f) = found else { return Ok(None) };
    if f.reserved.is_none() && !f.tail {
        return Ok(None);
    }
    let length = f
        .table
        .tracks
        .iter()
        .map(|t| MediaTime::from_ticks(t.end.saturating_sub(t.first_dts.unwrap_or(t.end)) as i64, t.scale))
        .max();
    close(&mut file, &f, chapters)?;
    Ok(length)
}

/// Whether a file is of the MP4 family, by its first bytes.
pub(crate) fn is_mp4(path: &Path) -> io::Result<bool> {
    let mut head = [0; 8];
    match File::open(path)?.read_exact(&mut head) {
        Ok(()) => Ok(&head[4..] == b"ftyp"),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(e) => Err(e),
    }
}
