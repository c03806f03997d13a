//! The samples of all fragments of a file, as an ordinary index will name them.

use super::boxes::{atoms, child, descend, u32_at, u64_at};

/// Most samples of one run we believe in; a fragment holds about a second.
const MOST_SAMPLES: u32 = 1_000_000;

/// Equal values in a row, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Runs(pub(crate) Vec<(u32, i32)>);

impl Runs {
    pub(crate) fn push(&mut self, value: i32) {
        match self.0.last_mut() {
            Some((n, v)) if *v == value && *n < u32::MAX => *n += 1,
            _ => self.0.push((1, value)),
        }
    }

    /// Changes the newest value.
    fn replace_last(&mut self, value: i32) {
        if let Some((n, _)) = self.0.last_mut() {
            *n -= 1;
            if *n == 0 {
                self.0.pop();
            }
            self.push(value);
        }
    }
}

/// Samples that lie one after the other in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) offset: u64,
    pub(crate) samples: u32,
}

/// One track.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Track {
    pub(crate) id: u32,
    /// Ticks a second.
    pub(crate) scale: u32,
    pub(crate) video: bool,
    /// Bytes of one sample of all channels where the codec has no frames of its own (PCM).
    pub(crate) pcm_frame: Option<u32>,
    defaults: Defaults,
    pub(crate) first_dts: Option<u64>,
    last_dts: u64,
    /// Where the next sample begins.
    pub(crate) end: u64,
    /// Where the last one to be seen ends.
    pub(crate) shown_until: u64,
    pub(crate) sizes: Vec<u32>,
    pub(crate) durations: Runs,
    /// How much later than decoded it is shown.
    pub(crate) delays: Runs,
    /// Of the first sample.
    pub(crate) first_delay: i64,
    /// Numbers, from 1, of samples that decoding can start at.
    pub(crate) keys: Vec<u32>,
    pub(crate) chunks: Vec<Chunk>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Defaults {
    duration: u32,
    size: u32,
    flags: u32,
}

/// A file's tracks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) tracks: Vec<Track>,
}

impl Table {
    /// The tracks that a header (the body of its `moov`) announces.
    pub(crate) fn of_header(moov: &[u8]) -> Option<Self> {
        let tracks: Option<Vec<Track>> = atoms(moov)
            .filter(|a| a.kind == *b"trak")
            .map(|a| track(moov, a.body))
            .collect();
        tracks.filter(|t| !t.is_empty()).map(|tracks| Self { tracks })
    }

    /// Adds the samples of a fragment whose `moof` (its body) begins at `offset` in the file. Gives the end of what it
    /// names in the file; none when it can't be understood, and nothing is added then.
    pub(crate) fn add(&mut self, moof: &[u8], offset: u64) -> Option<u64> {
        let trafs: Option<Vec<Traf>> = atoms(moof)
            .filter(|a| a.kind == *b"traf")
            .map(|a| self.read_traf(a.body, offset))
            .collect();
        let mut end = offset;
        for traf in trafs? {
            let t = &mut self.tracks[traf.track];
            if let Some(start) = traf.start {
                t.begins_at(start);
            }
            for run in traf.runs {
                end = end.max(run.end);
                t.add_run(&run);
            }
        }
        Some(end)
    }

    fn read_traf(&self, traf: &[u8], moof_at: u64) -> Option<Traf> {
        let tfhd = child(traf, b"tfhd")?.body;
        let flags = u32_at(tfhd, 0)?;
        let id = u32_at(tfhd, 4)?;
        let track = self.tracks.iter().position(|t| t.id == id)?;
        let mut own = self.tracks[track].defaults;
        let mut at = 8;
        let mut base = moof_at;
        if flags & 0x1 != 0 {
            base = u64_at(tfhd, at)?;
            at += 8;
        }
        let mut unused = 0;
        for (bit, value) in [
            (0x2, &mut unused),
            (0x8, &mut own.duration),
            (0x10, &mut own.size),
            (0x20, &mut own.flags),
        ] {
            if flags & bit != 0 {
                *value = u32_at(tfhd, at)?;
                at += 4;
            }
        }
        let start = match child(traf, b"tfdt").map(|a| a.body) {
            Some(b) if u32_at(b, 0)? >> 24 == 1 => Some(u64_at(b, 4)?),
            Some(b) => Some(u32_at(b, 4)?.into()),
            None => None,
        };
        let mut next = base;
        let mut runs = vec![];
        for trun in atoms(traf).filter(|a| a.kind == *b"trun") {
            let run = Run::read(trun.body, base, next, own)?;
            next = run.end;
            runs.push(run);
        }
        Some(Traf { track, start, runs })
    }
}

/// One track's part of a fragment.
struct Traf {
    track: usize,
    start: Option<u64>,
    runs: Vec<Run>,
}

/// Samples in a row.
struct Run {
    offset: u64,
    end: u64,
    samples: Vec<Sample>,
}

struct Sample {
    size: u32,
    duration: u32,
    delay: i32,
    key: bool,
}

impl Run {
    /// A run that begins at its own offset, else at `next`.
    fn read(trun: &[u8], base: u64, next: u64, own: Defaults) -> Option<Self> {
        let flags = u32_at(trun, 0)?;
        let count = u32_at(trun, 4).filter(|n| *n <= MOST_SAMPLES)?;
        let mut at = 8;
        let mut read = |bit: u32| -> Option<Option<u32>> {
            if flags & bit == 0 {
                return Some(None);
            }
            let v = u32_at(trun, at)?;
            at += 4;
            Some(Some(v))
        };
        let offset = match read(0x1)? {
            Some(o) => base.checked_add_signed(i64::from(o as i32))?,
            None => next,
        };
        let first_flags = read(0x4)?;
        let mut end = offset;
        let mut samples = vec![];
        for n in 0..count {
            let duration = read(0x100)?.unwrap_or(own.duration).min(i32::MAX as u32);
            let size = read(0x200)?.unwrap_or(own.size);
            let own_flags = read(0x400)?.or(first_flags.filter(|_| n == 0));
            let delay = read(0x800)?.unwrap_or(0) as i32;
            end = end.checked_add(size.into())?;
            samples.push(Sample {
                size,
                duration,
                delay,
                // sample_is_non_sync_sample, ISO/IEC 14496-12, 8.8.3.1
                key: own_flags.unwrap_or(own.flags) & 0x1_0000 == 0,
            });
        }
        Some(Self { offset, end, samples })
    }
}

impl Track {
    /// The next fragment begins at `start`: the sample before lasts until then, whatever its fragment guessed.
    fn begins_at(&mut self, start: u64) {
        if self.first_dts.is_none() {
            self.first_dts = Some(start);
            self.end = start;
        } else if start > self.last_dts && start != self.end {
            let lasts = i32::try_from(start - self.last_dts).unwrap_or(i32::MAX);
            self.durations.replace_last(lasts);
            self.end = self.last_dts + lasts as u64;
        }
    }

    fn add_run(&mut self, run: &Run) {
        for s in &run.samples {
            if self.sizes.is_empty() {
                self.first_delay = s.delay.into();
                self.first_dts.get_or_insert(self.end);
            }
            self.sizes.push(s.size);
            self.durations.push(s.duration as i32);
            self.delays.push(s.delay);
            if s.key {
                self.keys.push(self.sizes.len() as u32);
            }
            self.last_dts = self.end;
            self.end += u64::from(s.duration);
            let shown = self.end.saturating_add_signed(s.delay.into());
            self.shown_until = self.shown_until.max(shown);
        }
        if !run.samples.is_empty() {
            self.chunks.push(Chunk {
                offset: run.offset,
                samples: run.samples.len() as u32,
            });
        }
    }
}

/// What a `trak` says; its defaults are in the header's `mvex`.
fn track(moov: &[u8], trak: &[u8]) -> Option<Track> {
    let tkhd = child(trak, b"tkhd")?.body;
    let wide = |b: &[u8]| b.first().is_some_and(|v| *v == 1);
    let id = u32_at(tkhd, if wide(tkhd) { 20 } else { 12 })?;
    let mdhd = descend(trak, &[b"mdia", b"mdhd"])?;
    let scale = u32_at(mdhd, if wide(mdhd) { 20 } else { 12 }).filter(|s| *s > 0)?;
    let hdlr = descend(trak, &[b"mdia", b"hdlr"])?;
    let stsd = descend(trak, &[b"mdia", b"minf", b"stbl", b"stsd"])?;
    let trex = atoms(child(moov, b"mvex")?.body)
        .filter(|a| a.kind == *b"trex")
        .find(|a| u32_at(a.body, 4) == Some(id));
    let default = |at| trex.and_then(|t| u32_at(t.body, at)).unwrap_or(0);
    Some(Track {
        id,
        scale,
        video: hdlr.get(8..12) == Some(b"vide"),
        pcm_frame: pcm_frame(stsd),
        defaults: Defaults {
            duration: default(12),
            size: default(16),
            flags: default(20),
        },
        ..Track::default()
    })
}

/// Bytes of one PCM frame by the sample entry; none for codecs with packets.
fn pcm_frame(stsd: &[u8]) -> Option<u32> {
    let entry = atoms(stsd.get(8..)?).next()?;
    let pcm = [b"lpcm", b"in24", b"in32", b"fl32", b"fl64", b"sowt", b"twos", b"raw "];
    if !pcm.contains(&&entry.kind) {
        return None;
    }
    // SoundDescription: 6 reserved, 2 index, version, 6 further bytes, channels, bits.
    let e = entry.body;
    let half = |at: usize| Some(u32::from(u16::from_be_bytes(e.get(at..at + 2)?.try_into().ok()?)));
    match half(8)? {
        // Version 1 says bytes per frame itself, version 2 has channels and bits elsewhere.
        1 => u32_at(e, 36),
        2 => Some(u32_at(e, 40)? * u32_at(e, 48)?.div_ceil(8)),
        _ => Some(half(16)? * half(18)?.div_ceil(8)),
    }
    .filter(|n| (1..=1024).contains(n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn expand(r: &Runs) -> Vec<i32> {
        r.0.iter()
            .flat_map(|(n, v)| std::iter::repeat_n(*v, *n as usize))
            .collect()
    }

    proptest! {
        #[test]
        fn runs_hold_what_was_pushed(values in prop::collection::vec(0..4_i32, 1..50), last in 0..4_i32) {
            let mut r = Runs::default();
            values.iter().for_each(|v| r.push(*v));
            prop_assert_eq!(expand(&r), values.clone());
            r.replace_last(last);
            let mut want = values;
            want.pop();
            want.push(last);
            prop_assert_eq!(expand(&r), want);
            prop_assert!(r.0.windows(2).all(|w| w[0].1 != w[1].1));
        }

        #[test]
        fn garbage_is_refused_or_read_and_never_more(data: Vec<u8>, at: u32) {
            let mut table = Table { tracks: vec![Track { id: 1, scale: 1000, ..Track::default() }] };
            let mut moof = vec![];
            super::super::boxes::put(&mut moof, b"traf", |out| {
                super::super::boxes::put(out, b"tfhd", |out| out.extend([0, 0, 0, 0, 0, 0, 0, 1]));
                super::super::boxes::put(out, b"trun", |out| out.extend_from_slice(&data));
            });
            table.add(&moof, at.into());
            table.add(&data, at.into());
            Table::of_header(&data);
            let t = &table.tracks[0];
            prop_assert_eq!(t.chunks.iter().map(|c| c.samples as usize).sum::<usize>(), t.sizes.len());
            prop_assert_eq!(expand(&t.durations).len(), t.sizes.len());
        }
    }
}
