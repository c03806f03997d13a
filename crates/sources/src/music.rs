//! A music bed made in code: slow chords on a soft pad and a few bell notes, endless, never quite the same, but always
//! the same at the same moment. For demos and for testing with something nicer than a tone.
//!
//! Time is a grid of beats; what sounds at a sample is found from the sample's index, so any moment can be played first.

use crate::sound::noise;
use media::audio::SAMPLE_RATE;
use std::f64::consts::TAU;

/// Samples of a chord: 6 s.
const CHORD: i64 = SAMPLE_RATE as i64 * 6;
/// Samples over which one chord becomes the next: 2.5 s.
const FADE: i64 = SAMPLE_RATE as i64 * 5 / 2;
/// Samples of a beat: 0.75 s.
const BEAT: i64 = SAMPLE_RATE as i64 * 3 / 4;
/// Samples a bell rings: 3 s.
const RING: i64 = SAMPLE_RATE as i64 * 3;
/// Loudness: brings the bed to about −18 LUFS (measured by the test).
const GAIN: f32 = 0.355;

/// MIDI notes of the chords, bass first: D♭ major, wide and calm (I maj9, vi 9, IV maj9, V sus, iii 7, IV maj9).
const CHORDS: [[u8; 5]; 6] = [
    [37, 56, 60, 63, 65],
    [46, 53, 56, 60, 63],
    [42, 53, 58, 60, 65],
    [44, 54, 58, 61, 63],
    [41, 56, 60, 63, 68],
    [42, 54, 58, 61, 65],
];
/// Notes bells choose from: D♭ pentatonic.
const BELLS: [u8; 8] = [73, 75, 77, 80, 82, 85, 87, 89];

/// The bed; keeps nothing but its scratch memory.
#[derive(Default)]
pub struct Music {
    levels: Vec<f32>,
}

impl Music {
    /// Writes interleaved stereo from sample `first` on.
    pub fn fill(&mut self, first: i64, out: &mut [f32]) {
        out.fill(0.0);
        let end = first + (out.len() / 2) as i64;
        for chord in (first - FADE).div_euclid(CHORD)..=end.div_euclid(CHORD) {
            self.pad(chord, first, out);
        }
        for beat in (first - RING).div_euclid(BEAT)..=end.div_euclid(BEAT) {
            self.bell(beat, first, out);
        }
        out.iter_mut().for_each(|s| *s *= GAIN);
    }

    fn pad(&mut self, chord: i64, first: i64, out: &mut [f32]) {
        let start = chord * CHORD;
        let heard = self.envelope(out, |i| {
            let at = first + i - start;
            let rise = ease(at as f64 / FADE as f64);
            let fall = ease((CHORD + FADE - at) as f64 / FADE as f64);
            (rise * fall) as f32
        });
        if !heard {
            return;
        }
        let notes = CHORDS[chord.rem_euclid(CHORDS.len() as i64) as usize];
        let at = first - start;
        for (v, note) in notes.into_iter().enumerate() {
            let hz = pitch(note);
            let bass = if v == 0 { 1.5 } else { 1.0 };
            // Two slightly detuned strings, one to each side, each with a breath of the octave.
            for (side, detune) in [(0.25, 0.9988), (0.75, 1.0012)] {
                let pan = side + (v as f32 - 2.0) * 0.06;
                let breath = 0.8 + 0.2 * f64::from(noise(chord, v as u64 + 40));
                partial(hz * detune, at, (0.30 * bass * breath as f32, pan), &self.levels, out);
                partial(hz * 2.0 * detune, at, (0.07, 1.0 - pan), &self.levels, out);
            }
            partial(hz * 3.0, at, (0.018, 0.5), &self.levels, out);
        }
    }

    fn bell(&mut self, beat: i64, first: i64, out: &mut [f32]) {
        let chance = noise(beat, 7);
        // Denser on the strong beat; silence is part of it.
        if chance < if beat.rem_euclid(4) == 0 { -0.2 } else { 0.45 } {
            return;
        }
        let pick = ((noise(beat, 8) * 0.5 + 0.5) * BELLS.len() as f32) as usize;
        let hz = pitch(BELLS[pick.min(BELLS.len() - 1)]);
        let (start, pan) = (beat * BEAT, 0.5 + 0.3 * noise(beat, 9));
        let heard = self.envelope(out, |i| {
            let at = (first + i - start) as f64 / f64::from(SAMPLE_RATE);
            let tail = ease((RING as f64 / f64::from(SAMPLE_RATE) - at) / 0.5);
            if at < 0.0 {
                0.0
            } else {
                (ease(at / 0.012) * (-2.2 * at).exp() * tail) as f32
            }
        });
        if !heard {
            return;
        }
        partial(hz, first - start, (0.26, pan), &self.levels, out);
        // The overtones are brief.
        self.levels.iter_mut().for_each(|l| *l = l.powi(3));
        partial(hz * 2.0, first - start, (0.10, pan), &self.levels, out);
        partial(hz * 4.2, first - start, (0.05, pan), &self.levels, out);
    }

    /// Notes the level at every [`STEP`]th sample and at the end; says whether there is anything to hear.
    fn envelope(&mut self, out: &[f32], level: impl Fn(i64) -> f32) -> bool {
        let steps = (out.len() / 2).div_ceil(STEP) as i64;
        self.levels.clear();
        self.levels.extend((0..=steps).map(|n| level(n * STEP as i64)));
        self.levels.iter().any(|l| *l != 0.0)
    }
}

/// Envelopes are slow: one value per so many samples, straight lines between.
const STEP: usize = 16;
/// Samples that are turned together, so that the processor does them at once.
const LANES: usize = 8;
/// Steps after which the phase is taken from the sample's index again, before rounding can be heard.
const TRUE_AGAIN: usize = 32;

/// Adds one sine whose phase is zero at sample 0, with its amplitude and place (0 left, 1 right); `at` is the first sample's
/// distance from there, `levels` its envelope.
fn partial(hz: f64, at: i64, (amp, pan): (f32, f32), levels: &[f32], out: &mut [f32]) {
    let step = TAU * hz / f64::from(SAMPLE_RATE);
    let (left, right) = (amp * (1.0 - pan).sqrt(), amp * pan.sqrt());
    let mut turning = Turning::new(step, at);
    let mut voice = [0f32; STEP];
    for (n, pairs) in out.chunks_mut(STEP * 2).enumerate() {
        if n.is_multiple_of(TRUE_AGAIN) {
            turning = Turning::new(step, at + (n * STEP) as i64);
        }
        turning.fill(&mut voice);
        let (Some(&a), Some(&b)) = (levels.get(n), levels.get(n + 1)) else {
            return;
        };
        let slope = (b - a) / STEP as f32;
        for (i, (v, pair)) in voice.iter().zip(pairs.chunks_exact_mut(2)).enumerate() {
            let e = v * (a + slope * i as f32);
            pair[0] += e * left;
            pair[1] += e * right;
        }
    }
}

/// A sine by turning instead of one sine per sample: [`LANES`] neighbours, turned on together by as many samples.
struct Turning {
    sin: [f32; LANES],
    cos: [f32; LANES],
    by: (f32, f32),
}

impl Turning {
    /// `step` radians a sample, beginning at sample `at`.
    fn new(step: f64, at: i64) -> Self {
        let (mut sin, mut cos) = (step * at as f64).rem_euclid(TAU).sin_cos();
        let (ds, dc) = step.sin_cos();
        let (mut sines, mut cosines) = ([0.0; LANES], [0.0; LANES]);
        for (s, c) in sines.iter_mut().zip(&mut cosines) {
            (*s, *c) = (sin as f32, cos as f32);
            (sin, cos) = (sin * dc + cos * ds, cos * dc - sin * ds);
        }
        let (bs, bc) = (step * LANES as f64).sin_cos();
        Self {
            sin: sines,
            cos: cosines,
            by: (bs as f32, bc as f32),
        }
    }

    fn fill(&mut self, out: &mut [f32; STEP]) {
        let (bs, bc) = self.by;
        for lanes in out.chunks_exact_mut(LANES) {
            for ((v, s), c) in lanes.iter_mut().zip(&mut self.sin).zip(&mut self.cos) {
                *v = *s;
                (*s, *c) = (*s * bc + *c * bs, *c * bc - *s * bs);
            }
        }
    }
}

/// 0 below 0, 1 above 1, a smooth bend between.
fn ease(t: f64) -> f64 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

fn pitch(note: u8) -> f64 {
    440.0 * ((f64::from(note) - 69.0) / 12.0).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::{AudioBlock, MediaTime};

    /// Integrated loudness by the mixer's own meter (BS.1770).
    fn loudness(mut fill: impl FnMut(i64, &mut [f32])) -> (f64, f32) {
        let feed = mixer::AudioFeed::new(MediaTime::from_millis(100), mixer::FeedPolicy::DropOldest);
        let mut mixer = mixer::Mixer::new(0.0);
        let mix = mixer::SourceMix::default();
        mixer.add("music", feed.clone(), mix);
        let mut peak = 0.0_f32;
        for n in 0..100 * 40 {
            let time = MediaTime::from_ticks(n * 480, SAMPLE_RATE);
            let mut samples = vec![0.0; 960];
            fill(n * 480, &mut samples);
            peak = samples.iter().fold(peak, |p, s| p.max(s.abs()));
            feed.push(&AudioBlock { time, samples });
            mixer.mix(time);
        }
        (mixer.loudness().integrated_lufs, peak)
    }

    #[test]
    fn music_and_noise_are_about_18_lufs_and_never_clip() {
        let mut music = Music::default();
        let (lufs, peak) = loudness(|n, out| music.fill(n, out));
        assert!((-19.5..-16.5).contains(&lufs), "music: {lufs} LUFS");
        assert!(peak < 0.8, "peak {peak}");
        let (lufs, peak) = loudness(|n, out| crate::sound::Synth::Pink.fill(n, 1.0, out));
        assert!((-19.5..-16.5).contains(&lufs), "pink: {lufs} LUFS");
        assert!(peak < 0.9, "peak {peak}");
    }

    #[test]
    fn there_are_no_clicks() {
        let mut out = vec![0.0; 48_000 * 30 * 2];
        Music::default().fill(48_000 * 100, &mut out);
        let jump = out
            .chunks_exact(2)
            .zip(out.chunks_exact(2).skip(1))
            .map(|(a, b)| (a[0] - b[0]).abs());
        assert!(jump.fold(0.0, f32::max) < 0.06);
    }
}
