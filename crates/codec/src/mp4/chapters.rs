//! Chapters as QuickTime has them (QuickTime File Format, "Chapter Lists" and "Text Media"): a text track that is not shown,
//! named by the tracks that are, whose samples are the chapters' names. Players that pass over `chpl` read these.

use super::boxes::{atoms, child, descend, put, u32_at, w32, w64};
use crate::Chapter;
use media::MediaTime;

/// Ticks a second of the track.
const SCALE: u32 = 1000;
/// Most chapters: as many as `chpl` can name.
pub(super) const MOST: usize = 255;
/// Longest name, bytes.
const LONGEST: usize = 255;

/// The chapters' samples and where they will lie in the file.
pub(crate) struct ChapterTrack<'a> {
    pub(super) id: u32,
    chapters: &'a [Chapter],
    /// Of the first sample.
    offset: u64,
    sizes: Vec<u32>,
}

/// A name that fits, cut between characters.
pub(super) fn name(c: &Chapter) -> &str {
    let mut end = c.name.len().min(LONGEST);
    while !c.name.is_char_boundary(end) {
        end -= 1;
    }
    &c.name[..end]
}

/// The samples, wrapped in an `mdat` so that a file in fragments may end with them, and their track, for a file of this first
/// `moov` that is `end` bytes long so far. None when there is no chapter, or no place for one more track.
pub(crate) fn samples<'a>(moov: &[u8], chapters: &'a [Chapter], end: u64) -> Option<(Vec<u8>, ChapterTrack<'a>)> {
    let chapters = &chapters[..chapters.len().min(MOST)];
    let tracks = atoms(moov).filter(|a| a.kind == *b"trak");
    let last = tracks.filter_map(|t| id_of(t.body)).max()?;
    let id = last.checked_add(1).filter(|_| !chapters.is_empty())?;
    let mut bytes = vec![];
    let mut sizes = vec![];
    put(&mut bytes, b"mdat", |out| {
        for c in chapters {
            let begin = out.len();
            let text = name(c);
            out.extend_from_slice(&(text.len() as u16).to_be_bytes());
            out.extend_from_slice(text.as_bytes());
            // In UTF-8.
            put(out, b"encd", |out| w32(out, 0x100));
            sizes.push((out.len() - begin) as u32);
        }
    });
    let track = ChapterTrack {
        id,
        chapters,
        offset: end + 8,
        sizes,
    };
    Some((bytes, track))
}

fn id_of(trak: &[u8]) -> Option<u32> {
    let tkhd = child(trak, b"tkhd")?.body;
    u32_at(tkhd, if tkhd.first()? == &1 { 20 } else { 12 })
}

/// What a track that is shown says of its chapters.
pub(super) fn reference(out: &mut Vec<u8>, id: u32) {
    put(out, b"tref", |out| put(out, b"chap", |out| w32(out, id)));
}

impl ChapterTrack<'_> {
    /// When each begins, ticks, rising; then the end of the last.
    fn times(&self, length: MediaTime) -> Vec<u32> {
        let mut times: Vec<u32> = vec![];
        let ends = self.chapters.iter().map(|c| c.at).chain([length]);
        for at in ends {
            let ticks = u32::try_from(at.to_ticks(SCALE)).unwrap_or(0);
            times.push(ticks.max(times.last().copied().unwrap_or(0)));
        }
        times
    }

    /// The `trak` in a movie of `length` (ticks of `movie_scale`). `like` is a track of the same file.
    pub(super) fn write(&self, out: &mut Vec<u8>, like: &[u8], (length, movie_scale): (u64, u32)) {
        let whole = MediaTime::from_ticks(i64::try_from(length).unwrap_or(0), movie_scale);
        let times = self.times(whole);
        let begins = times.first().copied().unwrap_or(0);
        let lasts = times.last().copied().unwrap_or(0) - begins;
        let in_movie = |ticks: u32| u64::from(ticks) * u64::from(movie_scale) / u64::from(SCALE);
        let hdlr = descend(like, &[b"mdia", b"hdlr"]).unwrap_or_default();
        // QuickTime's files say that it handles media, and have names with their length.
        let classic = hdlr.get(4..8) == Some(b"mhlr");
        put(out, b"trak", |out| {
            put(out, b"tkhd", |out| {
                // Version 1, not enabled: nobody shows it.
                w32(out, 1 << 24);
                w64(out, 0);
                w64(out, 0);
                w32(out, self.id);
                w32(out, 0);
                w64(out, length);
                out.extend([0; 16]);
                matrix(out);
                out.extend([0; 8]);
            });
            put(out, b"edts", |out| {
                put(out, b"elst", |out| {
                    w32(out, 1 << 24);
                    w32(out, 1 + u32::from(begins > 0));
                    if begins > 0 {
                        w64(out, in_movie(begins));
                        w64(out, u64::MAX);
                        w32(out, 1 << 16);
                    }
                    w64(out, in_movie(lasts));
                    w64(out, 0);
                    w32(out, 1 << 16);
                });
            });
            put(out, b"mdia", |out| {
                put(out, b"mdhd", |out| {
                    w32(out, 0);
                    w32(out, 0);
                    w32(out, 0);
                    w32(out, SCALE);
                    w32(out, lasts);
                    // No language.
                    w32(out, 0x55c4 << 16);
                });
                put(out, b"hdlr", |out| {
                    w32(out, 0);
                    out.extend_from_slice(if classic { b"mhlr" } else { &[0; 4] });
                    out.extend_from_slice(b"text");
                    out.extend([0; 12]);
                    let title = b"Chapters";
                    if classic {
                        out.push(title.len() as u8);
                        out.extend_from_slice(title);
                    } else {
                        out.extend_from_slice(title);
                        out.push(0);
                    }
                });
                self.information(out, &times, classic);
            });
        });
    }

    fn information(&self, out: &mut Vec<u8>, times: &[u32], classic: bool) {
        put(out, b"minf", |out| {
            put(out, b"gmhd", |out| {
                put(out, b"gmin", |out| {
                    w32(out, 0);
                    for half in [0x40_u16, 0x8000, 0x8000, 0x8000, 0, 0] {
                        out.extend_from_slice(&half.to_be_bytes());
                    }
                });
                put(out, b"text", matrix);
            });
            if classic {
                put(out, b"hdlr", |out| {
                    w32(out, 0);
                    out.extend_from_slice(b"dhlrurl ");
                    out.extend([0; 13]);
                });
            }
            put(out, b"dinf", |out| {
                put(out, b"dref", |out| {
                    w32(out, 0);
                    w32(out, 1);
                    // In this file.
                    put(out, b"url ", |out| w32(out, 1));
                });
            });
            put(out, b"stbl", |out| self.table(out, times));
        });
    }

    fn table(&self, out: &mut Vec<u8>, times: &[u32]) {
        let count = self.sizes.len() as u32;
        put(out, b"stsd", |out| {
            w32(out, 0);
            w32(out, 1);
            put(out, b"text", |out| {
                out.extend([0, 0, 0, 0, 0, 0, 0, 1]);
                // Flags, justification, colours, box, font and its name: of no importance to what is not shown.
                w32(out, 1);
                out.extend([0; 40]);
            });
        });
        put(out, b"stts", |out| {
            w32(out, 0);
            w32(out, count);
            for pair in times.windows(2) {
                w32(out, 1);
                w32(out, pair[1] - pair[0]);
            }
        });
        put(out, b"stsc", |out| {
            w32(out, 0);
            w32(out, 1);
            w32(out, 1);
            w32(out, count);
            w32(out, 1);
        });
        put(out, b"stsz", |out| {
            w32(out, 0);
            w32(out, 0);
            w32(out, count);
            self.sizes.iter().for_each(|n| w32(out, *n));
        });
        put(out, b"co64", |out| {
            w32(out, 0);
            w32(out, 1);
            w64(out, self.offset);
        });
    }
}

/// Neither moved nor turned.
fn matrix(out: &mut Vec<u8>) {
    for n in [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000] {
        w32(out, n);
    }
}
