//! The manifest of a recording in several files: an OpenTimelineIO timeline (`.otio`, JSON) of one stack, with a track for each
//! recorded thing, all from the same moment on. Editors open it as a timeline whose tracks lie under each other, which is what
//! they make a multicam clip of. The format: <https://opentimelineio.readthedocs.io/en/stable/tutorials/otio-file-format-specification.html>.

use media::FrameRate;
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

/// Sound's time is counted in samples.
const SAMPLE_RATE: f64 = 48_000.0;

/// One recorded thing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// Its name.
    pub(crate) name: String,
    /// Pictures a second; none where it has sound only.
    pub(crate) rate: Option<FrameRate>,
    /// Whether it has sound.
    pub(crate) sound: bool,
    /// How much later than the others it begins, seconds.
    pub(crate) begins_s: f64,
    /// Its files in order, each following the one before, with their lengths in seconds.
    pub(crate) files: Vec<(PathBuf, f64)>,
}

/// A point in time or a length, counted at a rate.
#[derive(Clone, Copy, Serialize)]
#[serde(tag = "OTIO_SCHEMA", rename = "RationalTime.1")]
struct RationalTime {
    rate: f64,
    value: f64,
}

/// Both.
#[derive(Clone, Copy, Serialize)]
#[serde(tag = "OTIO_SCHEMA", rename = "TimeRange.1")]
struct TimeRange {
    start_time: RationalTime,
    duration: RationalTime,
}

impl TimeRange {
    /// A whole file of this length.
    fn whole(seconds: f64, rate: f64) -> Self {
        let at = |value| RationalTime { rate, value };
        Self {
            start_time: at(0.0),
            duration: at((seconds * rate).round()),
        }
    }
}

/// The timeline of these rows; paths are told relative to `folder` where they lie in it.
pub(crate) fn timeline(name: &str, folder: &Path, rows: &[Row]) -> Value {
    let pictures = rows.iter().filter_map(|r| Some((r, "Video", r.rate?.as_f64())));
    let sounds = rows.iter().filter(|r| r.sound).map(|r| (r, "Audio", SAMPLE_RATE));
    let tracks: Vec<Value> = pictures
        .chain(sounds)
        .map(|(row, kind, rate)| track(row, kind, rate, folder))
        .collect();
    json!({
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": {},
        "name": name,
        "global_start_time": null,
        "tracks": {
            "OTIO_SCHEMA": "Stack.1",
            "metadata": {},
            "name": "tracks",
            "source_range": null,
            "effects": [],
            "markers": [],
            "enabled": true,
            "children": tracks,
        },
    })
}

fn track(row: &Row, kind: &str, rate: f64, folder: &Path) -> Value {
    let gap = (row.begins_s > 0.0).then(|| gap(row.begins_s, rate));
    let clips = row.files.iter().map(|(path, s)| clip(path, *s, rate, folder));
    let clips: Vec<Value> = gap.into_iter().chain(clips).collect();
    json!({
        "OTIO_SCHEMA": "Track.1",
        "metadata": {},
        "name": row.name,
        "source_range": null,
        "effects": [],
        "markers": [],
        "enabled": true,
        "kind": kind,
        "children": clips,
    })
}

/// Nothing, for so long.
fn gap(seconds: f64, rate: f64) -> Value {
    json!({
        "OTIO_SCHEMA": "Gap.1",
        "metadata": {},
        "name": "",
        "source_range": TimeRange::whole(seconds, rate),
        "effects": [],
        "markers": [],
        "enabled": true,
    })
}

fn clip(path: &Path, seconds: f64, rate: f64, folder: &Path) -> Value {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let range = TimeRange::whole(seconds, rate);
    json!({
        "OTIO_SCHEMA": "Clip.2",
        "metadata": {},
        "name": name,
        "source_range": range,
        "effects": [],
        "markers": [],
        "enabled": true,
        "media_references": {
            "DEFAULT_MEDIA": {
                "OTIO_SCHEMA": "ExternalReference.1",
                "metadata": {},
                "name": name,
                "available_range": range,
                "available_image_bounds": null,
                "target_url": url(path, folder),
            },
        },
        "active_media_reference_key": "DEFAULT_MEDIA",
    })
}

/// The file as a URL (RFC 3986): relative where it lies in the manifest's folder, so that the folder can be moved.
fn url(path: &Path, folder: &Path) -> String {
    let (path, start) = match path.strip_prefix(folder) {
        Ok(inside) => (inside.to_owned(), ""),
        Err(_) => (std::path::absolute(path).unwrap_or_else(|_| path.to_owned()), "file://"),
    };
    let mut out = start.to_owned();
    let text = path.to_string_lossy().replace('\\', "/");
    if !start.is_empty() && !text.starts_with('/') {
        out.push('/');
    }
    for b in text.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(b as char),
            // A drive's letter.
            b':' if !start.is_empty() => out.push(':'),
            _ => {
                let _ = write!(out, "%{b:02X}");
            }
        }
    }
    out
}

/// Writes the timeline: whole or not at all.
///
/// # Errors
/// What the disk says.
pub(crate) fn write(path: &Path, name: &str, rows: &[Row]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let text = serde_json::to_string_pretty(&timeline(name, folder, rows)).map_err(io::Error::other)?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(path.file_name().unwrap_or_default());
    hidden.push(".part");
    let part = path.with_file_name(hidden);
    fs::write(&part, text + "\n")?;
    fs::rename(&part, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_a_track_from_zero_with_its_files_in_a_row() {
        let folder = Path::new("/shows/one");
        let rows = [
            Row {
                name: "Desk".into(),
                rate: FrameRate::new(30_000, 1001),
                sound: false,
                begins_s: 0.0,
                files: vec![
                    (folder.join("one - Desk.mkv"), 2.002),
                    ("/other/two #2.mkv".into(), 1.001),
                ],
            },
            Row {
                name: "Mix".into(),
                rate: None,
                sound: true,
                begins_s: 0.25,
                files: vec![(folder.join("mix.mkv"), 0.5)],
            },
        ];
        let t = timeline("one", folder, &rows);
        let tracks = t["tracks"]["children"].as_array().expect("tracks");
        assert_eq!(tracks.len(), 2, "a picture without sound, a sound without picture");
        assert_eq!(
            (&tracks[0]["kind"], &tracks[1]["kind"]),
            (&json!("Video"), &json!("Audio"))
        );
        let clips = tracks[0]["children"].as_array().expect("clips");
        let durations: Vec<_> = clips.iter().map(|c| &c["source_range"]["duration"]["value"]).collect();
        assert_eq!(durations, [&json!(60.0), &json!(30.0)], "exact pictures");
        let start = &clips[1]["source_range"]["start_time"];
        assert_eq!(
            (&start["value"], &start["OTIO_SCHEMA"]),
            (&json!(0.0), &json!("RationalTime.1"))
        );
        let urls: Vec<_> = clips
            .iter()
            .map(|c| &c["media_references"]["DEFAULT_MEDIA"]["target_url"])
            .collect();
        assert_eq!(urls, ["one%20-%20Desk.mkv", "file:///other/two%20%232.mkv"]);
        let gap = &tracks[1]["children"][0];
        assert_eq!(
            (&gap["OTIO_SCHEMA"], &gap["source_range"]["duration"]["value"]),
            (&json!("Gap.1"), &json!(12_000.0))
        );
        let sound = &tracks[1]["children"][1]["source_range"]["duration"];
        assert_eq!((&sound["value"], &sound["rate"]), (&json!(24_000.0), &json!(48_000.0)));
    }
}
