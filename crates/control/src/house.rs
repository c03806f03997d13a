//! What a server serves: a studio, whose project can change while it runs, or one show that is what it is. This is all the
//! server wants of either.

use engine::{Command, EngineError, Finding, Outcome, Remote};
use project::Project;
use serde_json::Value;
use std::{path::PathBuf, sync::Arc};

/// The document as it stands.
#[derive(Clone, Debug)]
pub struct Document {
    /// Counts up with every change.
    pub revision: u64,
    /// The document.
    pub project: Arc<Project>,
    /// What undo would take back.
    pub undo: Option<String>,
    /// What redo would do again.
    pub redo: Option<String>,
    /// Whether the disk has it as it is.
    pub saved: bool,
    /// The project's folder.
    pub path: String,
}

/// What is served.
pub trait House: Send + Sync + 'static {
    /// The show now running.
    fn remote(&self) -> Remote;
    /// Counts the shows: changes when another one runs.
    fn generation(&self) -> u64;
    /// What this house can do beyond a show, for the page: `projects`, `history`, `reports`, `preferences`, `files`.
    fn can(&self) -> &'static [&'static str];
    /// The document.
    fn document(&self) -> Document;
    /// A number that changes whenever the document's state does, cheaper to have than the document.
    fn document_mark(&self) -> u64 {
        let d = self.document();
        d.revision << 1 | u64::from(d.saved)
    }
    /// The folder files of the project are in.
    fn folder(&self) -> Option<PathBuf>;
    /// The program to run for probing encoders.
    fn probe_exe(&self) -> Option<PathBuf>;
    /// Carries out a command.
    ///
    /// # Errors
    /// As the engine's.
    fn command(&self, command: Command) -> Result<Outcome, EngineError>;
    /// What would fail, before it does.
    ///
    /// # Errors
    /// As the engine's.
    fn check(&self) -> Result<Vec<Finding>, EngineError>;
    /// `GET` of what only a studio has: `projects`, `history`, `show-report`, `reports`, `preferences`.
    ///
    /// # Errors
    /// As the engine's; `NotFound` for what isn't there.
    fn read(&self, what: &'static str) -> Result<Value, EngineError> {
        Err(only_a_studio(what))
    }
    /// Changes what only a studio has: `projects`, `history`, `preferences`. Gives what a `read` gives afterwards.
    ///
    /// # Errors
    /// As the engine's; the wish makes no sense.
    fn write(&self, what: &'static str, wish: Value) -> Result<Value, EngineError> {
        let _ = wish;
        Err(only_a_studio(what))
    }
}

fn only_a_studio(what: &str) -> EngineError {
    EngineError::Unsupported(format!("this is one fixed show, so it has no {what}; start `footlight studio`"))
}

/// One show that is what it is: `footlight run`.
pub struct OneShow {
    /// The show.
    pub show: Remote,
}

impl House for OneShow {
    fn remote(&self) -> Remote {
        self.show.clone()
    }
    fn generation(&self) -> u64 {
        1
    }
    fn can(&self) -> &'static [&'static str] {
        &[]
    }
    fn document(&self) -> Document {
        let project = self.show.project();
        Document {
            revision: Arc::as_ptr(&project) as usize as u64,
            project,
            undo: None,
            redo: None,
            saved: true,
            path: String::new(),
        }
    }
    fn folder(&self) -> Option<PathBuf> {
        None
    }
    fn probe_exe(&self) -> Option<PathBuf> {
        None
    }
    fn command(&self, command: Command) -> Result<Outcome, EngineError> {
        self.show.command(command)
    }
    fn check(&self) -> Result<Vec<Finding>, EngineError> {
        Err(only_a_studio("check"))
    }
}
