//! What can be wrong with a project: on disk, as text, or in its values.

use crate::DocError;
use media::{ErrorKind, MediaError};
use std::{io, path::PathBuf};

/// Why a document can't be read. Reads as the end of a sentence that begins with the file's name.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// The file is not there.
    #[error("is missing")]
    Missing,
    /// Nothing is in it.
    #[error("is empty")]
    Empty,
    /// Far larger than any project.
    #[error("is larger than {limit_mb} MB, which no project is")]
    TooLarge {
        /// The limit, megabytes.
        limit_mb: u64,
    },
    /// Not UTF-8.
    #[error("is not text: the bytes at line {line}, column {column} are no UTF-8")]
    NotText {
        /// From 1.
        line: usize,
        /// In bytes, from 1.
        column: usize,
    },
    /// Not JSON, or cut off.
    #[error("is not valid JSON at line {line}, column {column}: {problem}")]
    NotJson {
        /// From 1.
        line: usize,
        /// In bytes, from 1.
        column: usize,
        /// The reader's words.
        problem: String,
    },
    /// JSON, but a value is wrong.
    #[error("has a wrong value at {0}")]
    Wrong(#[from] DocError),
}

/// The crate's errors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// There is no project there.
    #[error("there is no project at {}: the folder of a project holds a project.json. Check the path, or make a new project", path.display())]
    NotFound {
        /// What was asked for.
        path: PathBuf,
    },
    /// A new project would overwrite one.
    #[error("{} is there already. Open it, or choose another folder for the new project", path.display())]
    Exists {
        /// The file in the way.
        path: PathBuf,
    },
    /// The file can't be read and no earlier version can, either.
    #[error("{} {broken}. No earlier version of it could be opened instead. Correct the file, or put a copy in its place", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        broken: Broken,
    },
    /// Made by a later Footlight.
    #[error(
        "{} was made by a newer Footlight (document version {found}; this one reads up to {ours}). Update Footlight to open it. Nothing was changed",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
        /// The highest this build reads.
        ours: u32,
    },
    /// A bundle that can't be used.
    #[error("the bundle {} can't be used: {problem}", path.display())]
    Bundle {
        /// The bundle's file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The project to be saved could not be opened again.
    #[error("the project was not saved, since it could not be opened again: {0}")]
    Unsavable(DocError),
    /// The disk.
    #[error("{action} {} failed: {source}", path.display())]
    Disk {
        /// `reading`, `writing`…
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

impl MediaError for ProjectError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Disk { .. } => ErrorKind::Disk,
            Self::Newer { .. } => ErrorKind::Unsupported,
            _ => ErrorKind::Config,
        }
    }
    fn severity(&self) -> media::Severity {
        media::Severity::Fatal
    }
}
