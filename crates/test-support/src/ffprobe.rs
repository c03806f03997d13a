//! What is in a media file, in the judgement of another program (`/usr/bin/ffprobe`, `/usr/bin/ffmpeg`).

use crate::process::run;
use serde_json::Value;
use std::{io, path::Path, process::Command};

/// One packet as stored in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbedPacket {
    /// Presentation time in seconds; NaN when the file does not say.
    pub pts_s: f64,
    /// Decoding time in seconds; NaN when the file does not say.
    pub dts_s: f64,
    /// Bytes.
    pub size: u64,
    /// Marked as a key frame.
    pub key: bool,
}

fn probe(path: &Path, arguments: &[&str]) -> io::Result<Value> {
    let mut c = Command::new("/usr/bin/ffprobe");
    c.args(["-v", "error", "-of", "json"]).args(arguments).arg(path);
    serde_json::from_slice(&run(&mut c)?).map_err(io::Error::other)
}

fn missing(path: &Path, what: &str) -> io::Error {
    io::Error::other(format!("ffprobe finds no {what} in {}", path.display()))
}

/// Frames that really decode. `stream` as ffprobe names them: `v:0`, `a:0`.
pub fn count_frames(path: &Path, stream: &str) -> io::Result<u64> {
    let entries = [
        "-count_frames",
        "-select_streams",
        stream,
        "-show_entries",
        "stream=nb_read_frames",
    ];
    let json = probe(path, &entries)?;
    let text = json["streams"][0]["nb_read_frames"].as_str();
    text.and_then(|t| t.parse().ok()).ok_or_else(|| missing(path, stream))
}

/// All that ffprobe says: `streams` (an array) and `format`.
pub fn streams(path: &Path) -> io::Result<Value> {
    probe(path, &["-show_streams", "-show_format"])
}

/// The packets of a stream, in the order of the file.
pub fn packets(path: &Path, stream: &str) -> io::Result<Vec<ProbedPacket>> {
    let json = probe(path, &["-select_streams", stream, "-show_packets"])?;
    let list = json["packets"].as_array().ok_or_else(|| missing(path, stream))?;
    let number = |v: &Value| v.as_str().and_then(|s| s.parse().ok());
    Ok(list
        .iter()
        .map(|p| ProbedPacket {
            pts_s: number(&p["pts_time"]).unwrap_or(f64::NAN),
            dts_s: number(&p["dts_time"]).unwrap_or(f64::NAN),
            size: p["size"].as_str().and_then(|s| s.parse().ok()).unwrap_or(0),
            key: p["flags"].as_str().is_some_and(|f| f.starts_with('K')),
        })
        .collect())
}

/// The size of every picture that really decodes, in the order of the file.
pub fn picture_sizes(path: &Path) -> io::Result<Vec<(u32, u32)>> {
    let entries = ["-select_streams", "v:0", "-show_entries", "frame=width,height"];
    let json = probe(path, &entries)?;
    let list = json["frames"].as_array().ok_or_else(|| missing(path, "picture"))?;
    let side = |v: &Value| v.as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or_default();
    Ok(list.iter().map(|f| (side(&f["width"]), side(&f["height"]))).collect())
}

/// Decodes the whole file and gives what FFmpeg complained about; empty when it is sound.
pub fn decode_errors(path: &Path) -> io::Result<String> {
    let mut c = Command::new("/usr/bin/ffmpeg");
    c.args(["-nostdin", "-v", "error", "-i"])
        .arg(path)
        .args(["-f", "null", "-"]);
    let out = c.output()?;
    Ok(String::from_utf8_lossy(&out.stderr).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media_files::MediaFiles;

    #[test]
    fn counts_and_lists() {
        let files = MediaFiles::new().expect("folder");
        let film = files.h264_mp4("film", 64, 48, 25, 30).expect("mp4");
        assert_eq!(count_frames(&film, "v:0").expect("frames"), 30);
        let p = packets(&film, "v:0").expect("packets");
        assert_eq!(p.len(), 30);
        assert!(p[0].key && p[0].size > 0 && p.iter().all(|p| p.pts_s >= p.dts_s));
        let s = streams(&film).expect("streams");
        assert_eq!(
            (
                s["streams"][0]["width"].as_u64(),
                s["streams"][1]["codec_name"].as_str()
            ),
            (Some(64), Some("aac"))
        );
        assert_eq!(decode_errors(&film).expect("decode"), "");
        assert!(count_frames(Path::new("/no/such/file"), "v:0").is_err());
        let cut = film.with_file_name("cut.mp4");
        std::fs::write(&cut, &std::fs::read(&film).expect("read")[..2000]).expect("write");
        assert!(!decode_errors(&cut).expect("decode").is_empty());
    }
}
