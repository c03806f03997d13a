//! Small media files made by the ffmpeg command line into a temporary folder.

use crate::process::run;
use std::{
    io,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// A folder of media files, deleted on drop.
#[derive(Debug)]
pub struct MediaFiles {
    dir: TempDir,
}

impl MediaFiles {
    /// An empty folder.
    pub fn new() -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix("footlight-media-").tempdir()?;
        Ok(Self { dir })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// `{name}.mp4`: a moving test picture as H.264 (two B-frames, a key frame each second) and a 440 Hz tone as 48 kHz
    /// stereo AAC, both lasting `frames` pictures.
    pub fn h264_mp4(&self, name: &str, width: u32, height: u32, fps: u32, frames: u32) -> io::Result<PathBuf> {
        self.h264(&format!("{name}.mp4"), width, height, fps, frames)
    }

    /// `{name}.flv`: the same as [`MediaFiles::h264_mp4`] in FLV.
    pub fn h264_flv(&self, name: &str, width: u32, height: u32, fps: u32, frames: u32) -> io::Result<PathBuf> {
        self.h264(&format!("{name}.flv"), width, height, fps, frames)
    }

    /// `{name}.webm`: VP9 with alpha. The left half is opaque green, the right half fully transparent.
    pub fn vp9_alpha_webm(&self, name: &str, width: u32, height: u32, fps: u32, frames: u32) -> io::Result<PathBuf> {
        let half = format!("s={}x{height}:r={fps}", width / 2);
        let graph = format!(
            "color=c=green@1.0:{half},format=yuva420p[l];color=c=green@0.0:{half},format=yuva420p[r];[l][r]hstack"
        );
        let count = frames.to_string();
        let codec = [
            "-c:v",
            "libvpx-vp9",
            "-pix_fmt",
            "yuva420p",
            "-auto-alt-ref",
            "0",
            "-deadline",
            "realtime",
        ];
        self.make(
            &format!("{name}.webm"),
            &["-f", "lavfi", "-i", &graph, "-frames:v", &count],
            &codec,
        )
    }

    /// `{name}.png`: one colour, straight RGBA.
    pub fn png(&self, name: &str, width: u32, height: u32, rgba: [u8; 4]) -> io::Result<PathBuf> {
        let [r, g, b, a] = rgba;
        let graph = format!("color=c=0x{r:02x}{g:02x}{b:02x}{a:02x}:s={width}x{height},format=rgba");
        self.make(
            &format!("{name}.png"),
            &["-f", "lavfi", "-i", &graph, "-frames:v", "1"],
            &[],
        )
    }

    /// `{name}.wav`: a tone as 48 kHz stereo, 16 bit, an eighth of full scale (FFmpeg's `sine`).
    pub fn tone_wav(&self, name: &str, hz: u32, seconds: u32) -> io::Result<PathBuf> {
        let graph = format!("sine=frequency={hz}:sample_rate=48000:duration={seconds}");
        self.make(
            &format!("{name}.wav"),
            &["-f", "lavfi", "-i", &graph],
            &["-ac", "2", "-c:a", "pcm_s16le"],
        )
    }

    fn h264(&self, file: &str, width: u32, height: u32, fps: u32, frames: u32) -> io::Result<PathBuf> {
        let picture = format!("testsrc2=size={width}x{height}:rate={fps}");
        let seconds = (f64::from(frames) / f64::from(fps)).to_string();
        let input = [
            "-f",
            "lavfi",
            "-i",
            &picture,
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:sample_rate=48000",
        ];
        let (gop, count) = (fps.to_string(), frames.to_string());
        let length = ["-frames:v", &count, "-t", &seconds];
        let video = [
            "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", &gop, "-bf", "2",
        ];
        let audio = ["-c:a", "aac", "-ac", "2", "-b:a", "96k"];
        self.make(file, &input, &[&length[..], &video, &audio].concat())
    }

    fn make(&self, file: &str, input: &[&str], output: &[&str]) -> io::Result<PathBuf> {
        let path = self.dir.path().join(file);
        let mut c = Command::new("/usr/bin/ffmpeg");
        c.args(["-nostdin", "-v", "error", "-y", "-threads", "1"]);
        c.args(input).args(output).arg(&path);
        run(&mut c)?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffprobe;

    #[test]
    fn files_are_what_they_say() {
        let files = MediaFiles::new().expect("folder");
        let webm = files.vp9_alpha_webm("hole", 64, 32, 10, 5).expect("webm");
        let s = ffprobe::streams(&webm).expect("streams");
        assert_eq!(s["streams"][0]["codec_name"], "vp9");
        assert_eq!(s["streams"][0]["tags"]["alpha_mode"], "1");
        assert_eq!(ffprobe::count_frames(&webm, "v:0").expect("frames"), 5);

        let png = files.png("red", 8, 4, [255, 0, 0, 128]).expect("png");
        let raw = run(Command::new("ffmpeg")
            .args(["-v", "error", "-i"])
            .arg(&png)
            .args(["-f", "rawvideo", "-"]));
        assert_eq!(raw.expect("raw"), [255, 0, 0, 128].repeat(32));

        let flv = files.h264_flv("film", 64, 48, 30, 45).expect("flv");
        assert_eq!(ffprobe::count_frames(&flv, "v:0").expect("frames"), 45);
        assert!(
            ffprobe::packets(&flv, "v:0")
                .expect("packets")
                .iter()
                .any(|p| p.pts_s > p.dts_s),
            "B-frames"
        );

        let wav = files.tone_wav("tone", 1000, 1).expect("wav");
        assert_eq!(
            ffprobe::streams(&wav).expect("streams")["streams"][0]["duration_ts"],
            48_000
        );
        let folder = files.path().to_owned();
        drop(files);
        assert!(!folder.exists());
    }
}
