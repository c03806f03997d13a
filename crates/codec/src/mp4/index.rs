//! The full `moov` of a file, made of the header it began with and the table of its samples.

use super::{
    boxes::{atoms, child, put, u32_at, w32, w64},
    chapters::{self, ChapterTrack},
    table::{Table, Track},
};
use crate::Chapter;

/// Ticks a second of the whole file's own clock: a whole number for each usual frame and sample rate.
const MOVIE_SCALE: u32 = 48_000;

/// Makes the whole `moov` box, with header, from the body of the first one. Samples lie in the file where the table says.
/// None when the first `moov` can't be understood.
/// `named` is the track of the chapters, whose samples are in the file too.
pub(crate) fn full_moov(
    first: &[u8],
    table: &Table,
    chapters: &[Chapter],
    named: Option<&ChapterTrack<'_>>,
) -> Option<Vec<u8>> {
    let zero = zero_of(table);
    let length = table.tracks.iter().map(|t| shown(t, zero)).max().unwrap_or(0);
    let mut out = Vec::new();
    let mut broken = false;
    put(&mut out, b"moov", |out| {
        for a in atoms(first) {
            match &a.kind {
                b"mvhd" => broken |= mvhd(out, a.body, length, named.map(|n| n.id)).is_none(),
                b"trak" => broken |= trak(out, a.body, table, (zero, named.map(|n| n.id))).is_none(),
                // Fragments are told of no more; a `udta` of the file is joined with the chapters.
                b"mvex" | b"udta" => {}
                _ => out.extend_from_slice(a.whole),
            }
        }
        if let (Some(n), Some(like)) = (named, child(first, b"trak")) {
            n.write(out, like.body, (length, MOVIE_SCALE));
        }
        let udta = child(first, b"udta").map(|a| a.body);
        if udta.is_some() || !chapters.is_empty() {
            put(out, b"udta", |out| {
                out.extend_from_slice(udta.unwrap_or_default());
                if !chapters.is_empty() {
                    chpl(out, chapters);
                }
            });
        }
    });
    (!broken).then_some(out)
}

/// The moment that is shown first: ticks and their scale. It is that of the first picture, else of the first sound.
fn zero_of(table: &Table) -> (u64, u32) {
    let begin = |t: &Track| {
        let first = t.first_dts?.saturating_add_signed(t.first_delay);
        Some((first, t.scale))
    };
    let picture = table.tracks.iter().filter(|t| t.video).find_map(begin);
    let earlier =
        |a: &(u64, u32), b: &(u64, u32)| (u128::from(a.0) * u128::from(b.1)).cmp(&(u128::from(b.0) * u128::from(a.1)));
    picture
        .or_else(|| table.tracks.iter().filter_map(begin).min_by(earlier))
        .unwrap_or((0, 1))
}

/// `ticks` of one scale in another, rounded to the nearest.
fn rescale(ticks: u64, from: u32, to: u32) -> u64 {
    let n = u128::from(ticks) * u128::from(to);
    ((2 * n + u128::from(from)) / (2 * u128::from(from).max(1))) as u64
}

/// How long a track is shown, in ticks of the movie.
fn shown(t: &Track, zero: (u64, u32)) -> u64 {
    let zero = rescale(zero.0, zero.1, t.scale);
    rescale(t.shown_until.saturating_sub(zero), t.scale, MOVIE_SCALE)
}

/// Version and duration as wide as they need to be: fills `(narrow fields before, duration)` of mvhd, tkhd and mdhd.
fn duration_field(out: &mut Vec<u8>, wide: bool, duration: u64) {
    if wide {
        w64(out, duration);
    } else {
        w32(out, duration as u32);
    }
}

fn mvhd(out: &mut Vec<u8>, old: &[u8], length: u64, last_track: Option<u32>) -> Option<()> {
    // After version, two times, scale and duration come fields that do not depend on the version.
    let rest = old.get(if old.first()? == &1 { 32 } else { 20 }..)?;
    let wide = length > u64::from(u32::MAX);
    put(out, b"mvhd", |out| {
        w32(out, u32::from(wide) << 24);
        out.extend(std::iter::repeat_n(0, if wide { 16 } else { 8 }));
        w32(out, MOVIE_SCALE);
        duration_field(out, wide, length);
        // The last field is the number that a further track would get.
        let (rest, next) = rest.split_at(rest.len().saturating_sub(4));
        out.extend_from_slice(rest);
        match last_track {
            Some(id) => w32(out, id.saturating_add(1)),
            None => out.extend_from_slice(next),
        }
    });
    Some(())
}

fn trak(out: &mut Vec<u8>, old: &[u8], table: &Table, (zero, chapters): ((u64, u32), Option<u32>)) -> Option<()> {
    let tkhd = child(old, b"tkhd")?.body;
    let id = u32_at(tkhd, if tkhd.first()? == &1 { 20 } else { 12 })?;
    let t = table.tracks.iter().find(|t| t.id == id)?;
    let mut done = None;
    put(out, b"trak", |out| {
        done = (|| {
            new_tkhd(out, tkhd, id, shown(t, zero))?;
            if !t.sizes.is_empty() {
                edts(out, t, zero);
            }
            if let Some(id) = chapters {
                chapters::reference(out, id);
            }
            for a in atoms(old) {
                match &a.kind {
                    b"tkhd" | b"edts" => {}
                    b"tref" if chapters.is_some() => {}
                    b"mdia" => mdia(out, a.body, t)?,
                    _ => out.extend_from_slice(a.whole),
                }
            }
            Some(())
        })();
    });
    done
}

fn new_tkhd(out: &mut Vec<u8>, old: &[u8], id: u32, length: u64) -> Option<()> {
    let flags = u32_at(old, 0)? & 0xff_ffff;
    let rest = old.get(if old.first()? == &1 { 36 } else { 24 }..)?;
    let wide = length > u64::from(u32::MAX);
    put(out, b"tkhd", |out| {
        w32(out, u32::from(wide) << 24 | flags);
        out.extend(std::iter::repeat_n(0, if wide { 16 } else { 8 }));
        w32(out, id);
        w32(out, 0);
        duration_field(out, wide, length);
        out.extend_from_slice(rest);
    });
    Some(())
}

/// Begins the track at the first picture: what lies before it (the run-up of sound) is decoded and not shown, and a track
/// that begins later waits.
fn edts(out: &mut Vec<u8>, t: &Track, zero: (u64, u32)) {
    let zero = rescale(zero.0, zero.1, t.scale);
    let first = t.first_dts.unwrap_or(0);
    let wait = rescale(first.saturating_sub(zero), t.scale, MOVIE_SCALE);
    let skip = zero.saturating_sub(first);
    let length = rescale(t.shown_until.saturating_sub(first.max(zero)), t.scale, MOVIE_SCALE);
    put(out, b"edts", |out| {
        put(out, b"elst", |out| {
            w32(out, 1 << 24);
            w32(out, 1 + u32::from(wait > 0));
            if wait > 0 {
                w64(out, wait);
                w64(out, u64::MAX);
                w32(out, 1 << 16);
            }
            w64(out, length);
            w64(out, skip);
            w32(out, 1 << 16);
        });
    });
}

fn mdia(out: &mut Vec<u8>, old: &[u8], t: &Track) -> Option<()> {
    let mdhd = child(old, b"mdhd")?.body;
    let rest = mdhd.get(if mdhd.first()? == &1 { 32 } else { 20 }..)?;
    let minf = child(old, b"minf")?.body;
    let stsd = child(child(minf, b"stbl")?.body, b"stsd")?;
    let length = t.end - t.first_dts.unwrap_or(t.end);
    put(out, b"mdia", |out| {
        let wide = length > u64::from(u32::MAX);
        put(out, b"mdhd", |out| {
            w32(out, u32::from(wide) << 24);
            out.extend(std::iter::repeat_n(0, if wide { 16 } else { 8 }));
            w32(out, t.scale);
            duration_field(out, wide, length);
            out.extend_from_slice(rest);
        });
        for a in atoms(old).filter(|a| !matches!(&a.kind, b"mdhd" | b"minf")) {
            out.extend_from_slice(a.whole);
        }
        put(out, b"minf", |out| {
            for a in atoms(minf).filter(|a| a.kind != *b"stbl") {
                out.extend_from_slice(a.whole);
            }
            put(out, b"stbl", |out| {
                out.extend_from_slice(stsd.whole);
                match t.pcm_frame {
                    Some(frame) => raw_samples(out, t, frame),
                    None => samples(out, t),
                }
                chunk_offsets(out, t);
            });
        });
    });
    Some(())
}

fn list<T>(out: &mut Vec<u8>, kind: &[u8; 4], version: u32, entries: &[T], mut entry: impl FnMut(&mut Vec<u8>, &T)) {
    put(out, kind, |out| {
        w32(out, version << 24);
        w32(out, entries.len() as u32);
        entries.iter().for_each(|e| entry(out, e));
    });
}

fn samples(out: &mut Vec<u8>, t: &Track) {
    list(out, b"stts", 0, &t.durations.0, |out, (n, v)| {
        w32(out, *n);
        w32(out, *v as u32);
    });
    if t.delays.0.iter().any(|(_, v)| *v != 0) {
        let version = u32::from(t.delays.0.iter().any(|(_, v)| *v < 0));
        list(out, b"ctts", version, &t.delays.0, |out, (n, v)| {
            w32(out, *n);
            w32(out, *v as u32);
        });
    }
    if t.keys.len() < t.sizes.len() {
        list(out, b"stss", 0, &t.keys, |out, n| w32(out, *n));
    }
    put(out, b"stsz", |out| {
        w32(out, 0);
        w32(out, 0);
        w32(out, t.sizes.len() as u32);
        t.sizes.iter().for_each(|n| w32(out, *n));
    });
    chunk_lengths(out, t.chunks.iter().map(|c| c.samples));
}

/// PCM has as many samples as moments: fragments name whole packets, an index names each.
fn raw_samples(out: &mut Vec<u8>, t: &Track, frame: u32) {
    let mut sizes = t.sizes.iter();
    let per_chunk: Vec<u32> = t
        .chunks
        .iter()
        .map(|c| sizes.by_ref().take(c.samples as usize).sum::<u32>() / frame)
        .collect();
    let all: u32 = per_chunk.iter().sum();
    list(out, b"stts", 0, &[all], |out, n| {
        w32(out, *n);
        w32(out, 1);
    });
    put(out, b"stsz", |out| {
        w32(out, 0);
        w32(out, frame);
        w32(out, all);
    });
    chunk_lengths(out, per_chunk.into_iter());
}

/// Samples per chunk, named where they change.
fn chunk_lengths(out: &mut Vec<u8>, lengths: impl Iterator<Item = u32>) {
    let mut changes: Vec<(u32, u32)> = vec![];
    for (n, samples) in lengths.enumerate() {
        if changes.last().is_none_or(|c| c.1 != samples) {
            changes.push((n as u32 + 1, samples));
        }
    }
    list(out, b"stsc", 0, &changes, |out, (first, samples)| {
        w32(out, *first);
        w32(out, *samples);
        w32(out, 1);
    });
}

fn chunk_offsets(out: &mut Vec<u8>, t: &Track) {
    if t.chunks.iter().any(|c| c.offset > u64::from(u32::MAX)) {
        list(out, b"co64", 0, &t.chunks, |out, c| w64(out, c.offset));
    } else {
        list(out, b"stco", 0, &t.chunks, |out, c| w32(out, c.offset as u32));
    }
}

/// Chapters as most players read them in MP4 (after Nero's; times in 100 ns).
fn chpl(out: &mut Vec<u8>, all: &[Chapter]) {
    let all = &all[..all.len().min(chapters::MOST)];
    put(out, b"chpl", |out| {
        w32(out, 1 << 24);
        w32(out, 0);
        out.push(all.len() as u8);
        for c in all {
            w64(out, (c.at.0.max(0) / 100) as u64);
            let name = chapters::name(c);
            out.push(name.len() as u8);
            out.extend_from_slice(name.as_bytes());
        }
    });
}
