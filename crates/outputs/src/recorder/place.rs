//! A recording's place on the disk: its folder, a name that is free, and the note beside it that says it is being written.
//! After a crash the note is still there, and tells the next start what to mend.

use crate::{OutputError, error::io_words};
use media::MediaTime;
use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Most tries for a name that is not taken.
const MOST_COPIES: u32 = 9999;
/// What names of notes end in.
pub(super) const NOTE: &str = "footlight-recording";

/// Makes the folder and an empty file that was not there before: `name.mkv`, else `name (2).mkv` and so on.
pub(crate) fn reserve(wanted: &Path) -> Result<PathBuf, OutputError> {
    let folder = wanted
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|e| OutputError::Folder {
        path: folder.to_owned(),
        why: io_words(&e),
    })?;
    let stem = wanted.file_stem().unwrap_or_default().to_string_lossy();
    let ending = wanted
        .extension()
        .map_or_else(String::new, |e| format!(".{}", e.to_string_lossy()));
    for copy in 1..=MOST_COPIES {
        let path = match copy {
            1 => wanted.to_owned(),
            n => folder.join(format!("{stem} ({n}){ending}")),
        };
        match fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(_) => return Ok(path),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => {
                return Err(OutputError::Create {
                    path,
                    why: io_words(&e),
                });
            }
        }
    }
    Err(OutputError::Create {
        path: wanted.to_owned(),
        why: "there are too many files of that name".into(),
    })
}

/// The note beside a recording: a hidden file, locked while the recording is written, with a line for each chapter.
pub(super) struct Note {
    path: PathBuf,
    file: Option<File>,
}

impl Note {
    /// Where the note of a recording is.
    pub(super) fn path_of(recording: &Path) -> PathBuf {
        let mut name = OsString::from(".");
        name.push(recording.file_name().unwrap_or_default());
        name.push(".");
        name.push(NOTE);
        recording.with_file_name(name)
    }

    /// Writes it. A recording without is only not mended after a crash.
    pub(super) fn write(recording: &Path) -> Self {
        let path = Self::path_of(recording);
        let file = File::create(&path).and_then(|f| match f.try_lock() {
            Ok(()) => Ok(f),
            Err(e) => Err(io::Error::other(e.to_string())),
        });
        if let Err(e) = &file {
            tracing::warn!("no note can be left at {}: {e}", path.display());
        }
        Self { path, file: file.ok() }
    }

    /// Keeps a chapter; the time is from the first picture on.
    pub(super) fn add_chapter(&mut self, at: MediaTime, name: &str) {
        if let Some(f) = &mut self.file {
            let line = format!("{} {}\n", at.as_millis(), name.replace(['\n', '\r'], " "));
            if let Err(e) = f.write_all(line.as_bytes()) {
                tracing::warn!("a chapter could not be noted: {e}");
            }
        }
    }

    /// The recording is complete.
    pub(super) fn remove(self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The chapters of a note.
pub(super) fn chapters(text: &str) -> Vec<codec::Chapter> {
    text.lines()
        .filter_map(|l| {
            let (ms, name) = l.split_once(' ')?;
            Some(codec::Chapter {
                at: MediaTime::from_millis(ms.parse().ok().filter(|ms| (0..=i64::from(u32::MAX)).contains(ms))?),
                name: name.to_owned(),
            })
        })
        .take(1000)
        .collect()
}
