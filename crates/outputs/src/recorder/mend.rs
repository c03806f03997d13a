//! At the next start: recordings that were cut off by a crash, a kill or a power cut are made complete, and it is told.

use super::place::{NOTE, Note, chapters};
use codec::Repaired;
use std::{
    ffi::OsStr,
    fs::{self, File},
    path::{Path, PathBuf},
};

/// A recording that was found cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The file.
    pub path: PathBuf,
    /// In a sentence for the creator.
    pub message: String,
    /// Whether it is complete now.
    pub ok: bool,
}

/// Mends what was cut off in a folder. Recordings that another program still writes are left alone. Reads and writes whole
/// files: not for a thread that anybody waits for.
pub fn mend_recordings(folder: &Path) -> Vec<Mended> {
    let Ok(entries) = fs::read_dir(folder) else {
        return vec![];
    };
    let mut all: Vec<PathBuf> = entries
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.extension() == Some(OsStr::new(NOTE)))
        .collect();
    all.sort();
    all.iter().filter_map(|note| mend(note)).collect()
}

fn mend(note: &Path) -> Option<Mended> {
    let lock = File::open(note).ok()?;
    if lock.try_lock().is_err() {
        return None;
    }
    // `.NAME.footlight-recording`
    let name = note.file_stem()?.to_str()?.strip_prefix('.')?;
    let path = note.with_file_name(name);
    if Note::path_of(&path) != note {
        return None;
    }
    if !path.is_file() {
        let _ = fs::remove_file(note);
        return None;
    }
    let text = fs::read_to_string(note).unwrap_or_default();
    let shown = path.display();
    let (ok, message) = match codec::repair(&path, &chapters(&text)) {
        Ok(Repaired::Mended(length)) => {
            let s = length.as_millis() / 1000;
            let told = format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
            (
                true,
                format!("{shown} was cut off when Footlight ended without warning; it is complete again, {told} long"),
            )
        }
        Ok(Repaired::Whole) => (
            true,
            format!("{shown} was being closed when Footlight ended without warning; it is complete"),
        ),
        Ok(Repaired::Empty) => (
            false,
            format!("{shown} was begun when Footlight ended without warning; nothing of it had been written yet"),
        ),
        Err(e) => (
            false,
            format!(
                "{shown} was cut off when Footlight ended without warning and could not be mended: {e}. It can be played as it is"
            ),
        ),
    };
    if ok || !message.contains("could not be mended") {
        let _ = fs::remove_file(note);
    }
    Some(Mended { path, message, ok })
}
