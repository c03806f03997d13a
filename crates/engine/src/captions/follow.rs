//! What is followed for captions: the lines that are added to a text file, and the last line of a text source whenever it
//! changes. A file is read on a thread of the network's runtime, so that a slow disk holds nobody up; what was in it
//! before is not said.

use crate::show::Shared;
use project::Project;
use serde_json::Value;
use std::{
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

/// Most that is read of a file at once, bytes: the end of it.
const MOST: u64 = 16 * 1024;
/// Most lines said at once: of what came in one go, the last ones.
const MOST_LINES: usize = 8;

/// What was read of a file so far.
#[derive(Default)]
struct Tail {
    /// Bytes read; none before the first look.
    at: Option<u64>,
    /// Lines to be said.
    lines: Vec<String>,
}

/// A file that is being followed.
struct Following {
    path: PathBuf,
    tail: Arc<parking_lot::Mutex<Tail>>,
    reading: Arc<AtomicBool>,
}

/// What the captions follow.
#[derive(Default)]
pub(crate) struct Followed {
    file: Option<Following>,
    /// The text source and what it said; none before the first look.
    source: Option<(String, String)>,
}

impl Followed {
    /// The lines that came since the last call.
    pub(super) fn new_lines(&mut self, show: &Arc<Shared>, project: &Project) -> Vec<String> {
        let c = &project.captions;
        if !c.enabled {
            *self = Self::default();
            return vec![];
        }
        let mut path = (!c.file.trim().is_empty()).then(|| show.project_dir.join(c.file.trim()));
        let source = project.source(&c.source).filter(|_| !c.source.is_empty());
        let text = |key: &str| {
            source
                .and_then(|s| s.settings.get(key))
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        if path.is_none() && !text("file").trim().is_empty() {
            path = Some(show.project_dir.join(text("file").trim()));
        }
        let mut lines = self.file_lines(show, path);
        lines.extend(self.source_line(&c.source, text("text")));
        lines
    }

    fn source_line(&mut self, id: &str, text: &str) -> Option<String> {
        let now = (id.to_owned(), text.to_owned());
        let before = self.source.replace(now);
        let changed = before.is_some_and(|(i, t)| i == id && t != text);
        let last = text.lines().rfind(|l| !l.trim().is_empty());
        last.filter(|_| changed).map(str::to_owned)
    }

    fn file_lines(&mut self, show: &Arc<Shared>, path: Option<PathBuf>) -> Vec<String> {
        if self.file.as_ref().map(|f| &f.path) != path.as_ref() {
            self.file = path.map(|path| Following {
                path,
                tail: Arc::default(),
                reading: Arc::default(),
            });
        }
        let Some(file) = &self.file else { return vec![] };
        if !file.reading.swap(true, Relaxed) {
            let (path, tail, reading) = (file.path.clone(), file.tail.clone(), file.reading.clone());
            show.rt.spawn_blocking(move || {
                read(&path, &tail);
                reading.store(false, Relaxed);
            });
        }
        std::mem::take(&mut file.tail.lock().lines)
    }
}

/// Reads what was added to a file. One that became shorter was written anew, and is read from its beginning.
fn read(path: &Path, tail: &parking_lot::Mutex<Tail>) {
    let Ok(mut file) = std::fs::File::open(path) else {
        // It may come yet, and then all of it is new.
        tail.lock().at = Some(0);
        return;
    };
    let Ok(length) = file.metadata().map(|m| m.len()) else {
        return;
    };
    let before = tail.lock().at;
    let Some(before) = before else {
        tail.lock().at = Some(length);
        return;
    };
    let from = if length < before { 0 } else { before }.max(length.saturating_sub(MOST));
    let mut bytes = vec![];
    if file.seek(SeekFrom::Start(from)).is_err() || file.take(MOST).read_to_end(&mut bytes).is_err() {
        return;
    }
    // A line that is not ended yet is read once it is.
    let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
    let text = String::from_utf8_lossy(&bytes[..whole]);
    let lines: Vec<_> = text.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let mut tail = tail.lock();
    tail.at = Some(from + whole as u64);
    let skip = lines.len().saturating_sub(MOST_LINES);
    tail.lines.extend(lines[skip..].iter().map(|l| (*l).to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn only_what_is_added_is_read_and_only_whole_lines() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("captions.txt");
        std::fs::write(&path, "old\n").expect("written");
        let tail = parking_lot::Mutex::default();
        let lines = |t: &parking_lot::Mutex<Tail>| {
            read(&path, t);
            std::mem::take(&mut t.lock().lines)
        };
        assert!(lines(&tail).is_empty(), "what was there before is not said");
        let mut f = std::fs::OpenOptions::new().append(true).open(&path).expect("opens");
        f.write_all("one\ntw".as_bytes()).expect("written");
        assert_eq!(lines(&tail), ["one"]);
        f.write_all(b"o\n\n").expect("written");
        assert_eq!(lines(&tail), ["two"]);
        assert!(lines(&tail).is_empty());
        std::fs::write(&path, "n\n").expect("written anew");
        assert_eq!(lines(&tail), ["n"]);
        std::fs::remove_file(&path).expect("removed");
        assert!(lines(&tail).is_empty());
        std::fs::write(&path, "back\n").expect("written");
        assert_eq!(lines(&tail), ["back"]);
    }
}
