//! What is to be heard in a file, in the judgement of FFmpeg: samples with their times, and how much of a pitch is in them.

use serde_json::Value;
use std::{path::Path, process::Command};
use test_support::process::run;

/// Decoded sound, first channel.
pub struct Sound {
    /// Samples of 48 kHz.
    pub samples: Vec<f32>,
    /// (index of a run's first sample, its time in the file, seconds).
    marks: Vec<(usize, f64)>,
}

const RATE: f64 = 48_000.0;

impl Sound {
    /// The first audio stream of a file.
    pub fn of(file: &Path) -> Self {
        let mut c = Command::new("/usr/bin/ffmpeg");
        c.args(["-nostdin", "-v", "error", "-i"]).arg(file);
        c.args(["-map", "0:a:0", "-af", "pan=mono|c0=c0", "-f", "f32le", "-"]);
        let bytes = run(&mut c).expect("ffmpeg decodes it");
        let samples: Vec<f32> = bytes
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect();
        let marks = marks(file);
        Self { samples, marks }
    }

    /// The time of a sample by the file's own time stamps, seconds.
    pub fn time_of(&self, sample: usize) -> f64 {
        let run = self.marks.partition_point(|m| m.0 <= sample).saturating_sub(1);
        let (first, time) = self.marks[run];
        time + (sample - first) as f64 / RATE
    }

    /// Amplitudes of a pitch in each quarter second of the sound but the first and last one (Goertzel).
    pub fn amplitudes(&self, hz: f64) -> Vec<f64> {
        let quarters: Vec<_> = self.samples.chunks_exact(12_000).collect();
        quarters[1..quarters.len() - 1]
            .iter()
            .map(|q| goertzel(q, hz))
            .collect()
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / RATE
    }

    /// Samples at which a sound begins after at least 300 ms of near silence.
    pub fn onsets(&self) -> Vec<usize> {
        let peak = self.samples.iter().fold(0.0_f32, |p, s| p.max(s.abs()));
        let mut last_loud = None;
        let mut found = vec![];
        for (i, _) in self.samples.iter().enumerate().filter(|(_, s)| s.abs() > peak * 0.3) {
            if last_loud.is_none_or(|l| i - l > 14_400) {
                found.push(i);
            }
            last_loud = Some(i);
        }
        found
    }
}

/// Where each decoded run of samples begins and at what time, as ffprobe says.
fn marks(file: &Path) -> Vec<(usize, f64)> {
    let mut c = Command::new("/usr/bin/ffprobe");
    c.args([
        "-v",
        "error",
        "-select_streams",
        "a:0",
        "-show_entries",
        "frame=pts_time,nb_samples",
    ]);
    let json: Value = serde_json::from_slice(&run(c.args(["-of", "json"]).arg(file)).expect("ffprobe")).expect("JSON");
    let mut at = 0;
    let frames = json["frames"].as_array().expect("frames");
    frames
        .iter()
        .map(|f| {
            let time = f["pts_time"].as_str().and_then(|t| t.parse().ok()).expect("a time");
            let mark = (at, time);
            at += f["nb_samples"].as_u64().expect("a length") as usize;
            mark
        })
        .collect()
}

fn goertzel(samples: &[f32], hz: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (i, s) in samples.iter().enumerate() {
        // A Hann window keeps what is near from leaking in.
        let w = 0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / samples.len() as f64).cos();
        let (sin, cos) = (std::f64::consts::TAU * hz * i as f64 / RATE).sin_cos();
        re += f64::from(*s) * w * cos;
        im += f64::from(*s) * w * sin;
    }
    4.0 * re.hypot(im) / samples.len() as f64
}
