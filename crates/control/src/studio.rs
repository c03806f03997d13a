//! A studio behind the API: which wish of a page is which call.

use crate::House;
use engine::{Command, DocumentState, EngineError, Finding, Outcome, Remote, Studio};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::path::PathBuf;

/// What to do with projects: `POST /api/projects`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
struct ProjectsWish {
    open: Option<PathBuf>,
    new: Option<String>,
    import: Option<PathBuf>,
    into: Option<PathBuf>,
    export: Option<PathBuf>,
}

/// `POST /api/history`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HistoryWish {
    restore: String,
}

impl House for Studio {
    fn remote(&self) -> Remote {
        Studio::remote(self)
    }
    fn generation(&self) -> u64 {
        Studio::generation(self)
    }
    fn can(&self) -> &'static [&'static str] {
        &["projects", "history", "reports", "preferences", "files", "check"]
    }
    fn document(&self) -> DocumentState {
        Studio::remote(self).document()
    }
    fn folder(&self) -> Option<PathBuf> {
        Some(Studio::remote(self).document().path)
    }
    fn command(&self, command: Command) -> Result<Outcome, EngineError> {
        Studio::command(self, command)
    }
    fn check(&self) -> Result<Vec<Finding>, EngineError> {
        Ok(Studio::remote(self).check())
    }
    fn probe_exe(&self) -> Option<PathBuf> {
        Studio::remote(self).probe_exe()
    }

    fn read(&self, what: &str, id: Option<&str>) -> Result<Value, EngineError> {
        match (what, id) {
            ("projects", _) => json_of(&self.projects()),
            ("history", _) => json_of(&self.history()),
            ("preferences", _) => Ok(self.preferences()),
            ("reports", None) => json_of(&self.reports()),
            ("reports", Some(id)) => self.report(id).ok_or_else(|| EngineError::NotFound {
                what: "report",
                id: id.to_owned(),
                hint: String::new(),
            }),
            ("show-report", _) => match self.show_report() {
                Some(report) => json_of(&*report),
                None => Err(EngineError::NotFound {
                    what: "report",
                    id: "of a show".into(),
                    hint: ": nothing has been on air since Footlight started".into(),
                }),
            },
            _ => Err(EngineError::Unsupported(format!("a studio has no {what}"))),
        }
    }

    fn write(&self, what: &str, wish: Value) -> Result<Value, EngineError> {
        match what {
            "projects" => json_of(&self.change_project(wish_of(wish)?)?),
            "history" => {
                let wish: HistoryWish = wish_of(wish)?;
                self.restore(&wish.restore)?;
                json_of(&self.history())
            }
            "preferences" => {
                self.set_preferences(&wish)?;
                Ok(self.preferences())
            }
            _ => Err(EngineError::Unsupported(format!("a studio's {what} can't be changed"))),
        }
    }
}

/// One wish at a time.
trait ChangeProject {
    fn change_project(&self, wish: ProjectsWish) -> Result<engine::Projects, EngineError>;
}

impl ChangeProject for Studio {
    fn change_project(&self, wish: ProjectsWish) -> Result<engine::Projects, EngineError> {
        match wish {
            ProjectsWish {
                open: Some(path),
                new: None,
                import: None,
                into: None,
                export: None,
            } => self.open_project(&path),
            ProjectsWish {
                open: None,
                new: Some(name),
                import: None,
                into: None,
                export: None,
            } => self.new_project(&name),
            ProjectsWish {
                open: None,
                new: None,
                import: Some(file),
                into,
                export: None,
            } => self.import(&file, into.as_deref()),
            ProjectsWish {
                open: None,
                new: None,
                import: None,
                into: None,
                export: Some(file),
            } => self.export(&file),
            _ => Err(EngineError::BadValue(
                "say one thing: open, new, import (with into, if you like) or export".into(),
            )),
        }
    }
}

fn wish_of<T: DeserializeOwned>(wish: Value) -> Result<T, EngineError> {
    serde_json::from_value(wish).map_err(|e| EngineError::BadValue(format!("this is not understood: {e}")))
}

fn json_of<T: Serialize>(value: &T) -> Result<Value, EngineError> {
    Ok(serde_json::to_value(value).unwrap_or_else(|_| json!(null)))
}
