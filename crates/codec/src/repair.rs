//! Putting recordings right whose writer was killed or lost power.

use crate::{
    Chapter, CodecError, Container, hybrid,
    remux::{length, remux_as},
};
use media::MediaTime;
use std::{fs, path::Path};

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repaired {
    /// It was complete.
    Whole,
    /// It is complete now, of this length.
    Mended(MediaTime),
    /// Nothing can be played of it.
    Empty,
}

/// Makes a recording that was cut off a complete file: with its end, its length, an index to seek by and its chapters
/// (times from the first picture on). A file of the MP4 family is put right in place; of others a complete copy takes the
/// old one's place, which needs as much free space for that while.
///
/// # Errors
/// When the disk is full or gone; the file is as it was then.
pub fn repair(path: &Path, chapters: &[Chapter]) -> Result<Repaired, CodecError> {
    let disk = |e: std::io::Error| CodecError::Write {
        path: path.display().to_string(),
        reason: e.to_string(),
    };
    if hybrid::is_mp4(path).map_err(disk)? {
        let mended = hybrid::repair(path, chapters).map_err(disk)?;
        return Ok(match mended {
            Some(MediaTime::ZERO) => Repaired::Empty,
            Some(length) => Repaired::Mended(length),
            None => Repaired::Whole,
        });
    }
    let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
    let container = Container::of_ending(&ending).unwrap_or(Container::Matroska);
    let copy = path.with_extension(format!("repairing.{ending}"));
    let copied = remux_as(path, &copy, container, chapters);
    match copied {
        Ok(()) => {
            let length = length(&copy);
            if length == MediaTime::ZERO {
                let _ = fs::remove_file(&copy);
                return Ok(Repaired::Empty);
            }
            fs::rename(&copy, path).map_err(disk)?;
            Ok(Repaired::Mended(length))
        }
        Err(CodecError::OpenFile { .. }) => Ok(Repaired::Empty),
        Err(e) => {
            let _ = fs::remove_file(&copy);
            Err(e)
        }
    }
}
