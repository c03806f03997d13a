//! A project as one file (`.footlight`, a zip): `project.json` with relative paths, and the files it uses under `media/`.
//! Made to be given away, so its maker takes the secrets out first; read with suspicion, since it comes from anywhere.
//!
//! What an import refuses: names that lead out of the folder, links and other special files, two entries of one name, more
//! entries or bytes than a bundle has (counted while they are unpacked, whatever the archive claims), and a document that
//! does not open. It unpacks beside the target and renames at the end, so a refused bundle leaves nothing.

use crate::{
    Project, ProjectError,
    read::{Unreadable, read_document, write_document},
    store::FILE_NAME,
};
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Read, Write},
    path::{Component, Path, PathBuf},
};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

/// The ending of a bundle's file name, without the dot.
pub const EXTENSION: &str = "footlight";

/// Most entries of a bundle.
const MOST_ENTRIES: usize = 20_000;
/// A bundle unpacks to at most this many times its own size, and [`ALWAYS`] more.
const MOST_TIMES: u64 = 100;
/// Bytes any bundle may unpack to.
const ALWAYS: u64 = 64 << 20;
/// The largest document.
const MOST_DOCUMENT: u64 = 64 << 20;

/// Writes `project`, whose paths start from `dir`, with the files it uses into a bundle. The project is to be without
/// secrets. Files that are not there are left out; their names are given back.
///
/// # Errors
/// The disk; a project that could not be opened again.
pub fn export(project: &Project, dir: &Path, to: &Path) -> Result<Vec<String>, ProjectError> {
    let mut project = project.clone();
    let mut files = Files::new(dir);
    for s in &mut project.sources {
        files.collect(&mut s.settings);
    }
    for t in &mut project.transitions {
        files.collect(&mut t.settings);
    }
    let document = write_document(&project).map_err(ProjectError::Unsavable)?;
    let beside = beside(to);
    let written = write_zip(&beside, &document, &files.found);
    let done = written.and_then(|()| fs::rename(&beside, to));
    done.map_err(|source| {
        let _ = fs::remove_file(&beside);
        ProjectError::Disk {
            action: "writing",
            path: to.to_owned(),
            source,
        }
    })?;
    Ok(files.missing)
}

/// A hidden name in the same folder, so that a crash leaves no half bundle under the real one.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.part"))
}

/// The files a project uses, and what they are called in the bundle.
struct Files<'a> {
    dir: &'a Path,
    /// Name in the bundle and file on the disk.
    found: BTreeMap<String, PathBuf>,
    missing: Vec<String>,
}

impl<'a> Files<'a> {
    fn new(dir: &'a Path) -> Self {
        Self {
            dir,
            found: BTreeMap::new(),
            missing: vec![],
        }
    }

    /// Notes the files settings name and makes the settings name them as they are in the bundle. Settings for a file are
    /// called `file`, `path`, or end so.
    fn collect(&mut self, settings: &mut Map<String, Value>) {
        for (name, value) in settings {
            match value {
                Value::Object(inner) => self.collect(inner),
                Value::String(text) if names_a_file(name) && !text.is_empty() && !text.contains("://") => {
                    let file = self.dir.join(&*text);
                    if file.is_file() {
                        *text = self.add(text, file);
                    } else {
                        self.missing.push(text.clone());
                    }
                }
                _ => {}
            }
        }
    }

    fn add(&mut self, named: &str, file: PathBuf) -> String {
        if let Some((name, _)) = self.found.iter().find(|(_, f)| **f == file) {
            return name.clone();
        }
        let inside = Path::new(named);
        let plain = inside
            .components()
            .all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
        let base = if plain && !named.starts_with('.') && named != FILE_NAME {
            named.replace('\\', "/")
        } else {
            let name = inside.file_name().unwrap_or_default().to_string_lossy();
            format!("media/{name}")
        };
        let mut name = base.clone();
        let mut n = 2;
        while self.found.contains_key(&name) {
            let (stem, ending) = base.rsplit_once('.').unwrap_or((&base, ""));
            let dot = if ending.is_empty() { "" } else { "." };
            name = format!("{stem}-{n}{dot}{ending}");
            n += 1;
        }
        self.found.insert(name.clone(), file);
        name
    }
}

fn names_a_file(setting: &str) -> bool {
    ["file", "path"]
        .iter()
        .any(|w| setting == *w || setting.ends_with(&format!("_{w}")))
}

fn write_zip(to: &Path, document: &[u8], files: &BTreeMap<String, PathBuf>) -> io::Result<()> {
    let mut zip = ZipWriter::new(File::create(to)?);
    let text = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file(FILE_NAME, text)?;
    zip.write_all(document)?;
    for (name, path) in files {
        let mut file = File::open(path)?;
        let large = file.metadata()?.len() > u64::from(u32::MAX) / 2;
        // Pictures and films are packed already.
        let how = match path.extension().and_then(|e| e.to_str()) {
            Some("txt" | "srt" | "svg" | "json" | "csv" | "bmp" | "wav" | "ttf" | "otf") => CompressionMethod::Deflated,
            _ => CompressionMethod::Stored,
        };
        let options = SimpleFileOptions::default().compression_method(how).large_file(large);
        zip.start_file(name.as_str(), options)?;
        io::copy(&mut file, &mut zip)?;
    }
    zip.finish()?.sync_all()
}

/// Unpacks a bundle into `into`, a folder that must not be there yet, or be empty. Gives the document.
///
/// # Errors
/// It is no bundle, or a hostile one (see the module); the folder is in use; the disk.
pub fn import(bundle: &Path, into: &Path) -> Result<Project, ProjectError> {
    let bad = |problem: String| ProjectError::Bundle {
        path: bundle.to_owned(),
        problem,
    };
    if fs::read_dir(into).is_ok_and(|mut d| d.next().is_some()) {
        return Err(ProjectError::Exists { path: into.to_owned() });
    }
    let opening = |source| ProjectError::Disk {
        action: "reading",
        path: bundle.to_owned(),
        source,
    };
    let file = File::open(bundle).map_err(opening)?;
    let size = file.metadata().map_err(opening)?.len();
    let mut zip = ZipArchive::new(file).map_err(|e| bad(format!("it is no bundle of a project ({e})")))?;
    let project = document_of(&mut zip).map_err(bad)?;
    let parts = beside(into);
    let _ = fs::remove_dir_all(&parts);
    let unpacked = unpack(&mut zip, &parts, size.saturating_mul(MOST_TIMES).saturating_add(ALWAYS));
    let done = unpacked.map_err(bad).and_then(|()| {
        // An empty folder may be in the way.
        let _ = fs::remove_dir(into);
        fs::rename(&parts, into).map_err(|source| ProjectError::Disk {
            action: "making the folder",
            path: into.to_owned(),
            source,
        })
    });
    if done.is_err() {
        let _ = fs::remove_dir_all(&parts);
    }
    done.map(|()| project)
}

fn document_of(zip: &mut ZipArchive<File>) -> Result<Project, String> {
    let entry = zip
        .by_name(FILE_NAME)
        .map_err(|_| format!("there is no {FILE_NAME} in it"))?;
    let mut bytes = vec![];
    let read = entry.take(MOST_DOCUMENT + 1).read_to_end(&mut bytes);
    read.map_err(|e| format!("its {FILE_NAME} can't be read: {e}"))?;
    match read_document(&bytes) {
        Ok(d) => Ok(d.project),
        Err(Unreadable::Newer { .. }) => Err("it was made by a newer Footlight".into()),
        Err(Unreadable::Broken(why)) => Err(format!("its {FILE_NAME} {why}")),
    }
}

fn unpack(zip: &mut ZipArchive<File>, into: &Path, mut left: u64) -> Result<(), String> {
    if zip.len() > MOST_ENTRIES {
        return Err(format!("it has {} entries, which no project needs", zip.len()));
    }
    let disk = |e: io::Error| format!("it can't be unpacked: {e}");
    fs::create_dir_all(into).map_err(disk)?;
    let mut seen = BTreeSet::new();
    for i in 0..zip.len() {
        let mut entry = zip.by_index(i).map_err(|e| format!("it is damaged: {e}"))?;
        let whole = entry.name().map_err(|e| format!("it is damaged: {e}"))?.into_owned();
        let shown: String = whole.chars().take(80).collect();
        let name = safe_name(&whole).ok_or_else(|| format!("`{shown}` in it leads out of the project's folder"))?;
        if entry.is_dir() {
            continue;
        }
        let kind = entry.unix_mode().unwrap_or(0) & 0o170_000;
        if kind != 0 && kind != 0o100_000 {
            return Err(format!("`{shown}` in it is a link or another special file"));
        }
        // Some disks do not tell capitals from small letters.
        if !seen.insert(name.to_string_lossy().to_lowercase()) {
            return Err(format!("`{shown}` is in it twice"));
        }
        let to = into.join(&name);
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(disk)?;
        }
        let mut file = File::create_new(&to).map_err(disk)?;
        let copied = io::copy(&mut (&mut entry).take(left + 1), &mut file);
        let n = copied.map_err(|e| format!("`{shown}` in it can't be unpacked: {e}"))?;
        left = left
            .checked_sub(n)
            .ok_or("it unpacks to far more than its size, as no project does")?;
    }
    Ok(())
}

/// The entry's path when it stays inside and touches nothing of ours.
fn safe_name(name: &str) -> Option<PathBuf> {
    // What another system takes for a separator or a drive is none of a name.
    if name.is_empty() || name.contains(['\\', ':', '\0']) {
        return None;
    }
    let path = Path::new(name);
    let mut inside = path.components().peekable();
    let own = matches!(inside.peek(), Some(Component::Normal(first)) if first.to_string_lossy().to_lowercase() == ".footlight");
    let plain = path.components().all(|c| matches!(c, Component::Normal(_)));
    (plain && !own && !path.has_root()).then(|| path.to_owned())
}
