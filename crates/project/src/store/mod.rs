//! Opens and saves projects so that nothing is ever lost.
//!
//! * Saving is atomic: a crash or power cut at any moment leaves the old or the new `project.json`, whole.
//! * The version before is kept in `.footlight/history`, the newest twenty of them.
//! * A `project.json` that can't be read is never overwritten: before anything is saved over it, it is copied to
//!   `project.json.broken-1` (-2, …). Opening writes nothing; it opens the newest good version and says so.
//! * A document of a newer Footlight is neither opened nor saved over.
//!
//! A project may hold stream keys, so the file, its history and copies have **mode 0600** and the `.footlight` folder 0700,
//! whatever they had before (on Unix).

mod disk;
mod history;
#[cfg(test)]
mod tests;

use crate::{
    Broken, Project, ProjectError, VERSION,
    read::{Document, Unreadable, read_document, write_document},
};
use disk::{Step, Watch, failed};
use history::History;
pub use history::Version;
use media::Severity;
use serde::Serialize;
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

/// The name of the document in a project's folder.
pub const FILE_NAME: &str = "project.json";

/// See [`ProjectStore::autosave`].
const AUTOSAVE_SPACING: Duration = Duration::from_secs(180);

/// Something a person should know about a project that was opened nonetheless.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Notice {
    /// [`Severity::Notice`] for oddities, [`Severity::Degraded`] when an earlier version was opened.
    #[serde(serialize_with = "severity_name")]
    pub severity: Severity,
    /// JSON path, or the file's name.
    pub path: String,
    /// What it is and what it means.
    pub message: String,
}

pub(crate) fn severity_name<S: serde::Serializer>(s: &Severity, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(match s {
        Severity::Notice => "notice",
        Severity::Degraded => "degraded",
        Severity::Fatal => "fatal",
    })
}

/// A project that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The document.
    pub project: Project,
    /// What a person should know.
    pub notices: Vec<Notice>,
    /// The project's folder; paths in the document are relative to it.
    pub dir: PathBuf,
    /// Where to save it.
    pub store: ProjectStore,
}

/// Where a project lives; see the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectStore {
    file: PathBuf,
}

impl ProjectStore {
    /// Opens the project in a folder, or the one in a file of any name. Writes nothing.
    ///
    /// # Errors
    /// No project there; made by a newer Footlight; broken, with no earlier version that opens; not readable.
    pub fn open(dir_or_file: impl AsRef<Path>) -> Result<Opened, ProjectError> {
        let store = Self::at(dir_or_file.as_ref())?;
        let bytes = match fs::read(&store.file) {
            Ok(b) => b,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return store.recover(Broken::Missing),
            Err(e) => return Err(failed("reading", &store.file)(e)),
        };
        match read_document(&bytes) {
            Ok(d) => Ok(store.opened(d)),
            Err(Unreadable::Newer { found }) => Err(store.newer(found)),
            Err(Unreadable::Broken(why)) => store.recover(why),
        }
    }

    /// Makes a new project in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// A project is there already; the disk.
    pub fn create(dir: impl AsRef<Path>, project: &Project) -> Result<Self, ProjectError> {
        let dir = dir.as_ref();
        fs::create_dir_all(dir).map_err(failed("making the folder", dir))?;
        let store = Self {
            file: dir.join(FILE_NAME),
        };
        if store.file.try_exists().map_err(failed("reading", &store.file))? {
            return Err(ProjectError::Exists { path: store.file });
        }
        store.save(project)?;
        Ok(store)
    }

    /// Saves the project; see the module for what it takes care of. Does nothing when the file holds just that already.
    ///
    /// # Errors
    /// A value that could not be read again; a newer Footlight has saved here meanwhile; the disk. The file is then as before.
    pub fn save(&self, project: &Project) -> Result<(), ProjectError> {
        self.save_watched(project, &mut |_| Ok(()))
    }

    /// As [`ProjectStore::save`], for saving by itself after every few edits: of the versions it replaces only one every
    /// three minutes goes into the history, so that the history reaches back further than the last minute.
    ///
    /// # Errors
    /// As [`ProjectStore::save`].
    pub fn autosave(&self, project: &Project) -> Result<(), ProjectError> {
        self.save_spaced(project, AUTOSAVE_SPACING, &mut |_| Ok(()))
    }

    /// Earlier versions, newest first.
    pub fn versions(&self) -> Vec<Version> {
        History::of(&self.file).list()
    }

    /// An earlier version.
    ///
    /// # Errors
    /// It is not there (any more), or can't be read.
    pub fn version(&self, id: &str) -> Result<Project, ProjectError> {
        History::of(&self.file).read(id)
    }

    /// The document's file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The project's folder.
    pub fn dir(&self) -> &Path {
        match self.file.parent() {
            Some(p) if !p.as_os_str().is_empty() => p,
            _ => Path::new("."),
        }
    }

    fn at(path: &Path) -> Result<Self, ProjectError> {
        let file = if path.is_dir() {
            path.join(FILE_NAME)
        } else {
            path.to_owned()
        };
        // A link stays a link: what it points at is replaced.
        let file = fs::canonicalize(&file).unwrap_or(file);
        match file.file_name() {
            Some(_) => Ok(Self { file }),
            None => Err(ProjectError::NotFound { path: file }),
        }
    }

    fn name(&self) -> String {
        self.file.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn newer(&self, found: u64) -> ProjectError {
        ProjectError::Newer {
            path: self.file.clone(),
            found,
            ours: VERSION,
        }
    }

    fn opened(self, document: Document) -> Opened {
        let notices = document.unknown.into_iter().map(|u| {
            let fate = if u.kept {
                "It is kept as it is"
            } else {
                "It is left out when the project is saved"
            };
            Notice {
                severity: Severity::Notice,
                message: format!(
                    "{}: this version of Footlight does not know this field. {fate}; check the spelling",
                    u.path
                ),
                path: u.path,
            }
        });
        Opened {
            notices: notices.collect(),
            project: document.project,
            dir: self.dir().to_owned(),
            store: self,
        }
    }

    /// Opens the newest good version in place of the file.
    fn recover(self, broken: Broken) -> Result<Opened, ProjectError> {
        let Some((project, version)) = History::of(&self.file).last_good() else {
            return Err(match broken {
                Broken::Missing => ProjectError::NotFound { path: self.file },
                broken => ProjectError::Broken {
                    path: self.file,
                    broken,
                },
            });
        };
        let name = self.name();
        let fate = match broken {
            Broken::Missing => String::new(),
            _ => format!(" The broken file stays as it is, and a copy of it ({name}.broken-…) when you save."),
        };
        let shown = version
            .strip_prefix(self.dir())
            .unwrap_or(&version)
            .display()
            .to_string();
        let message = format!("{name} {broken}. The last good version was opened instead: {shown}.{fate}");
        tracing::warn!(file = %self.file.display(), "{message}");
        Ok(Opened {
            project,
            notices: vec![Notice {
                severity: Severity::Degraded,
                path: name,
                message,
            }],
            dir: self.dir().to_owned(),
            store: self,
        })
    }

    fn save_watched(&self, project: &Project, watch: Watch<'_>) -> Result<(), ProjectError> {
        self.save_spaced(project, Duration::ZERO, watch)
    }

    fn save_spaced(&self, project: &Project, spacing: Duration, watch: Watch<'_>) -> Result<(), ProjectError> {
        let bytes = write_document(project).map_err(ProjectError::Unsavable)?;
        let own = self.dir().join(".footlight");
        disk::make_private_folder(&own).map_err(failed("making the folder", &own))?;
        let lock = own.join("lock");
        let _held = disk::lock(&lock).map_err(failed("locking", &lock))?;
        let writing = |e| failed("writing", &self.file)(e);
        watch(Step::Locked).map_err(writing)?;
        match fs::read(&self.file) {
            Ok(old) if old == bytes => return Ok(()),
            Ok(old) => self.keep(&old, spacing, watch)?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            // It can't be read, so what is in it can't be kept: don't write over it.
            Err(e) => return Err(failed("reading", &self.file)(e)),
        }
        disk::write_whole(&self.file, &bytes, watch).map_err(writing)?;
        watch(Step::Done).map_err(writing)
    }

    /// Puts what the file holds in safety.
    fn keep(&self, old: &[u8], spacing: Duration, watch: Watch<'_>) -> Result<(), ProjectError> {
        let history = History::of(&self.file);
        let writing = |e| failed("writing", &self.file)(e);
        match read_document(old) {
            Ok(_) => {
                let saved_at = fs::metadata(&self.file).and_then(|m| m.modified()).ok();
                if !spacing.is_zero() && history.is_newer_than(saved_at, spacing) {
                    return Ok(());
                }
                history
                    .keep(old, saved_at)
                    .map_err(failed("keeping the last version of", &self.file))?;
                watch(Step::HistoryKept).map_err(writing)?;
                history.trim();
                watch(Step::HistoryTrimmed).map_err(writing)
            }
            Err(Unreadable::Newer { found }) => Err(self.newer(found)),
            Err(Unreadable::Broken(why)) => {
                let copy = self.keep_broken(old).map_err(failed("keeping a copy of", &self.file))?;
                tracing::warn!(copy = %copy.display(), "the file on disk {why}; a copy of it was kept");
                watch(Step::BrokenKept).map_err(writing)
            }
        }
    }

    fn keep_broken(&self, old: &[u8]) -> io::Result<PathBuf> {
        for n in 1u32.. {
            let copy = self.file.with_file_name(format!("{}.broken-{n}", self.name()));
            match fs::read(&copy) {
                Ok(there) if there == old => return Ok(copy),
                Ok(_) => {}
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    disk::write_new(&copy, old)?;
                    return Ok(copy);
                }
                Err(e) => return Err(e),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}
