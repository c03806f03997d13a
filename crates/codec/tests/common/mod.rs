//! What the codec tests share: pictures, sound, the ffmpeg command line as an independent witness.
#![expect(dead_code, reason = "each test program uses its own part of this")]

use codec::{AudioEncoder, Decoded, Location, MediaReader, ReadOptions, VideoEncoder};
use media::{
    AlphaMode, AudioBlock, ColorInfo, FrameRate, MediaTime, Packet, PixelFormat, Plane, StreamInfo, VideoFrame,
};
use project::{AudioCodecName, AudioEncoding, VideoEncoding};
use std::{path::Path, process::Command};

pub const W: u32 = 320;
pub const H: u32 = 180;

/// Runs a program and gives its standard output; fails the test with its error output when it fails.
pub fn run(program: &str, args: &[&str]) -> String {
    let out = Command::new(program)
        .args(args)
        .output()
        .expect("the program is installed");
    assert!(
        out.status.success(),
        "{program} {args:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8(out.stdout).expect("text")
}

pub fn ffmpeg(args: &str, out: &Path) {
    let mut all = vec!["-v", "error", "-y"];
    all.extend(args.split_whitespace());
    all.push(out.to_str().expect("text"));
    run("/usr/bin/ffmpeg", &all);
}

/// One value per line, as ffprobe gives them.
pub fn ffprobe(args: &str, file: &Path) -> Vec<String> {
    let mut all = vec!["-v", "error", "-of", "default=nw=1:nk=1"];
    all.extend(args.split_whitespace());
    all.push(file.to_str().expect("text"));
    run("/usr/bin/ffprobe", &all).lines().map(str::to_owned).collect()
}

pub fn open(path: &Path) -> MediaReader {
    MediaReader::open(&Location::File(path.to_owned()), ReadOptions::default()).expect("opens")
}

pub fn read_all(r: &mut MediaReader) -> (Vec<VideoFrame>, Vec<AudioBlock>) {
    let (mut v, mut a) = (Vec::new(), Vec::new());
    while let Some(d) = r.next().expect("reads") {
        match d {
            Decoded::Video(f) => v.push(f),
            Decoded::Audio(b) => a.push(b),
        }
    }
    (v, a)
}

/// A picture whose luma tells its number, with a moving block so that encoders have something to do.
pub fn picture(format: PixelFormat, n: i64, rate: FrameRate) -> VideoFrame {
    let planes = (0..format.planes())
        .map(|i| {
            let (stride, rows) = format.plane_size(i, W, H);
            let mut data = vec![if i == 0 { 16 + (n * 7 % 200) as u8 } else { 128 }; stride * rows];
            if i == 0 {
                for y in 40..80 {
                    let x = (n as usize * 5) % (stride - 40);
                    data[y * stride + x..][..40].fill(235);
                }
            }
            Plane {
                data: data.into(),
                stride,
            }
        })
        .collect();
    VideoFrame::new(
        format,
        W,
        H,
        planes,
        ColorInfo::BT709_LIMITED,
        AlphaMode::Opaque,
        rate.time_of(n),
    )
    .expect("valid")
}

/// Frames `range` encoded with x264, and the encoder's stream.
pub fn encode(settings: &VideoEncoding, rate: FrameRate, range: std::ops::Range<i64>) -> (StreamInfo, Vec<Packet>) {
    let mut e = VideoEncoder::open("x264", settings, W, H, rate).expect("opens");
    let mut out = Vec::new();
    for n in range {
        e.encode(&picture(PixelFormat::I420, n, rate), false, &mut out)
            .expect("encodes");
    }
    e.finish(&mut out).expect("finishes");
    let info = StreamInfo {
        video: Some(e.stream().clone()),
        audio: vec![],
    };
    (info, out)
}

/// Blocks of 10 ms from `start`, silent but for single full-scale samples at the given sample indexes.
pub fn clicks(start: i64, blocks: i64, at: &[i64]) -> Vec<AudioBlock> {
    (0..blocks)
        .map(|b| {
            let first = start + b * 480;
            let mut block = AudioBlock::silence(MediaTime::from_ticks(first, 48_000), 480);
            for c in at.iter().filter(|c| (first..first + 480).contains(*c)) {
                let i = (c - first) as usize * 2;
                block.samples[i..i + 2].fill(0.9);
            }
            block
        })
        .collect()
}

pub fn encode_sound(codec: AudioCodecName, blocks: &[AudioBlock]) -> (StreamInfo, Vec<Packet>) {
    let settings = AudioEncoding {
        codec,
        ..AudioEncoding::default()
    };
    let mut e = AudioEncoder::open(&settings).expect("opens");
    let mut out = Vec::new();
    for b in blocks {
        e.encode(b, &mut out).expect("encodes");
    }
    e.finish(&mut out).expect("finishes");
    let info = StreamInfo {
        video: None,
        audio: vec![e.stream().clone()],
    };
    (info, out)
}

/// All sound laid out by its times: sample index → left channel.
pub fn timeline(blocks: &[AudioBlock]) -> Vec<(i64, f32)> {
    blocks
        .iter()
        .flat_map(|b| {
            let first = b.time.to_ticks(48_000);
            b.samples
                .chunks_exact(2)
                .enumerate()
                .map(move |(i, s)| (first + i as i64, s[0]))
        })
        .collect()
}

/// Index of the loudest sample in `range`.
pub fn loudest(blocks: &[AudioBlock], range: std::ops::Range<i64>) -> (i64, f32) {
    timeline(blocks)
        .into_iter()
        .filter(|(i, _)| range.contains(i))
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
        .expect("there is sound there")
}
