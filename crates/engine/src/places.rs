//! Where a studio keeps things on this computer: the folder for projects, the list of recent ones, the page's preferences.

use crate::EngineError;
use parking_lot::Mutex;
use project::{ProjectError, store::FILE_NAME};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// Recent projects remembered.
const RECENT: usize = 20;
/// The largest preferences, bytes.
const MOST_PREFERENCES: usize = 256 * 1024;
/// The longest name of a folder, bytes.
const LONGEST_FOLDER: usize = 120;

/// A project opened lately.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recent {
    /// Its folder.
    pub path: PathBuf,
    /// Its name when it was open last.
    pub name: String,
    /// When its file was changed last, seconds since 1970.
    #[serde(default)]
    pub modified_s: u64,
}

/// The folders of this user.
pub(crate) struct Places {
    projects: PathBuf,
    /// The folder was given by whoever started the program; what the person chose earlier does not count then.
    given: bool,
    config: PathBuf,
    /// One writer of the small files at a time.
    writing: Mutex<()>,
}

impl Places {
    pub(crate) fn new(projects: Option<PathBuf>, config: Option<PathBuf>) -> Result<Self, EngineError> {
        let given = projects.is_some();
        let home = || dirs::home_dir().unwrap_or_else(std::env::temp_dir);
        let projects = projects.unwrap_or_else(|| {
            dirs::document_dir()
                .unwrap_or_else(|| home().join("Documents"))
                .join("Footlight")
        });
        let config = config.unwrap_or_else(|| {
            dirs::config_dir()
                .unwrap_or_else(|| home().join(".config"))
                .join("footlight")
        });
        fs::create_dir_all(&config).map_err(|e| disk("making the folder", &config, e))?;
        Ok(Self {
            projects,
            given,
            config,
            writing: Mutex::new(()),
        })
    }

    /// The folder with this user's settings.
    pub(crate) fn config(&self) -> &Path {
        &self.config
    }

    /// The folder new projects go to: the one the person chose in the page's settings, else the usual one.
    pub(crate) fn projects(&self) -> PathBuf {
        let chosen = self.preferences();
        let chosen = chosen["projects.folder"].as_str().map(Path::new);
        let chosen = chosen.filter(|p| p.is_absolute() && !self.given);
        chosen.unwrap_or(&self.projects).to_owned()
    }

    /// A folder for a new project of this name, which is not there yet.
    pub(crate) fn new_folder(&self, name: &str) -> Result<PathBuf, EngineError> {
        let projects = self.projects();
        fs::create_dir_all(&projects).map_err(|e| disk("making the folder", &projects, e))?;
        let base = folder_name(name);
        let mut folder = projects.join(&base);
        let mut n = 2;
        while folder.exists() {
            folder = projects.join(format!("{base} {n}"));
            n += 1;
        }
        Ok(folder)
    }

    /// Recent projects that are still there, newest first.
    pub(crate) fn recent(&self) -> Vec<Recent> {
        let mut all = self.remembered();
        all.retain_mut(|r| match modified(&r.path) {
            Some(t) => {
                r.modified_s = t;
                true
            }
            None => false,
        });
        all
    }

    fn remembered(&self) -> Vec<Recent> {
        let bytes = fs::read(self.config.join("recent.json")).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Puts a project on top of the list. What can't be written is only forgotten.
    pub(crate) fn opened(&self, dir: &Path, name: &str) {
        let _one_at_a_time = self.writing.lock();
        let path = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
        let mut all = self.remembered();
        all.retain(|r| r.path != path);
        let newest = Recent {
            modified_s: modified(&path).unwrap_or_default(),
            name: name.to_owned(),
            path,
        };
        all.insert(0, newest);
        all.truncate(RECENT);
        let written = serde_json::to_vec_pretty(&all)
            .map_err(io::Error::other)
            .and_then(|bytes| self.write("recent.json", &bytes));
        if let Err(e) = written {
            tracing::warn!("the list of recent projects could not be kept: {e}");
        }
    }

    /// The page's own settings.
    pub(crate) fn preferences(&self) -> Value {
        let bytes = fs::read(self.config.join("preferences.json")).unwrap_or_default();
        let read: Option<Map<String, Value>> = serde_json::from_slice(&bytes).ok();
        Value::Object(read.unwrap_or_default())
    }

    /// Keeps the page's own settings.
    pub(crate) fn set_preferences(&self, preferences: &Value) -> Result<(), EngineError> {
        let bytes = serde_json::to_vec_pretty(preferences).unwrap_or_default();
        if !preferences.is_object() || bytes.len() > MOST_PREFERENCES {
            return Err(EngineError::BadValue(
                "preferences are one JSON object of at most 256 kB".into(),
            ));
        }
        let _one_at_a_time = self.writing.lock();
        let file = self.config.join("preferences.json");
        self.write("preferences.json", &bytes)
            .map_err(|e| disk("writing", &file, e))
    }

    /// A crash leaves the old file or the new one.
    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let beside = self.config.join(format!(".{name}.saving"));
        fs::write(&beside, bytes)?;
        fs::rename(&beside, self.config.join(name))
    }
}

fn disk(action: &'static str, path: &Path, source: io::Error) -> EngineError {
    EngineError::Store(ProjectError::Disk {
        action,
        path: path.to_owned(),
        source,
    })
}

/// When a project was changed last, seconds since 1970; none when it is not there.
fn modified(path: &Path) -> Option<u64> {
    let file = if path.is_dir() {
        path.join(FILE_NAME)
    } else {
        path.to_owned()
    };
    let time = fs::metadata(file).ok()?.modified().ok()?;
    Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

/// A name as a folder on any system.
fn folder_name(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            let forbidden = c.is_control() || "/\\:*?\"<>|".contains(c) || ('\u{202a}'..='\u{202e}').contains(&c);
            if forbidden { ' ' } else { c }
        })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let mut short = String::new();
    for c in words.join(" ").chars() {
        if short.len() + c.len_utf8() > LONGEST_FOLDER {
            break;
        }
        short.push(c);
    }
    let short = short.trim_matches(['.', ' ']);
    if short.is_empty() {
        "Untitled".into()
    } else {
        short.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_gives_a_folder() {
        for (name, folder) in [
            ("My show", "My show"),
            ("a/b\\c: d?", "a b c d"),
            ("..", "Untitled"),
            ("", "Untitled"),
            ("直播 🎬", "直播 🎬"),
            (".hidden", "hidden"),
        ] {
            assert_eq!(folder_name(name), folder);
        }
        assert!(folder_name(&"長".repeat(500)).len() <= LONGEST_FOLDER);
    }

    #[test]
    fn new_projects_go_where_the_person_chose() {
        let dir = tempfile::tempdir().expect("folder");
        let at = |n: &str| dir.path().join(n);
        let mut places = Places::new(Some(at("usual")), Some(at("config"))).expect("made");
        let choose = |places: &Places, folder: &str| {
            let wish = serde_json::json!({ "projects.folder": folder });
            places.set_preferences(&wish).expect("kept");
        };
        choose(&places, &at("chosen").to_string_lossy());
        assert_eq!(
            places.new_folder("a").expect("made"),
            at("usual").join("a"),
            "that was given"
        );
        places.given = false;
        assert_eq!(places.new_folder("a").expect("made"), at("chosen").join("a"));
        assert!(at("chosen").is_dir());
        for odd in ["", "not/absolute"] {
            choose(&places, odd);
            assert_eq!(places.projects(), at("usual"));
        }
    }

    #[test]
    fn recent_projects_and_preferences_are_kept() {
        let dir = tempfile::tempdir().expect("folder");
        let at = |n: &str| dir.path().join(n);
        let places = Places::new(Some(at("projects")), Some(at("config"))).expect("made");
        for name in ["a", "b", "gone"] {
            fs::create_dir_all(at(name)).expect("folder");
            fs::write(at(name).join(FILE_NAME), "{}").expect("file");
            places.opened(&at(name), name);
        }
        places.opened(&at("a"), "a again");
        fs::remove_dir_all(at("gone")).expect("removed");
        let names: Vec<_> = places.recent().into_iter().map(|r| r.name).collect();
        assert_eq!(names, ["a again", "b"]);
        assert_eq!(places.preferences(), serde_json::json!({}));
        let wish = serde_json::json!({"theme": "light"});
        places.set_preferences(&wish).expect("kept");
        assert_eq!(places.preferences(), wish);
        assert!(places.set_preferences(&serde_json::json!([1])).is_err());
        let big = serde_json::json!({"x": "y".repeat(300_000)});
        assert!(places.set_preferences(&big).is_err());
        assert_eq!(places.preferences(), wish);
    }
}
