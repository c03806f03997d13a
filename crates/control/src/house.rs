//! What a server serves: a studio, whose project can change while it runs, or one show that is what it is. This is all the
//! server wants of either.

use engine::{Command, DocumentState, EngineError, Finding, Outcome, Remote};
use serde_json::Value;
use std::path::PathBuf;

/// What is served.
pub trait House: Send + Sync + 'static {
    /// The show now running.
    fn remote(&self) -> Remote;
    /// Counts the shows: changes when another one runs.
    fn generation(&self) -> u64;
    /// What this house can do beyond a show, for the page: `projects`, `history`, `reports`, `preferences`, `files`.
    fn can(&self) -> &'static [&'static str];
    /// The document.
    fn document(&self) -> DocumentState;
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
    /// `GET` of what only a studio has: `projects`, `history`, `show-report`, `reports` (all, or the one of this id),
    /// `preferences`.
    ///
    /// # Errors
    /// As the engine's; `NotFound` for what isn't there.
    fn read(&self, what: &str, id: Option<&str>) -> Result<Value, EngineError> {
        let _ = id;
        Err(only_a_studio(what))
    }
    /// Changes what only a studio has: `projects`, `history`, `preferences`. Gives what a `read` gives afterwards.
    ///
    /// # Errors
    /// As the engine's; the wish makes no sense.
    fn write(&self, what: &str, wish: Value) -> Result<Value, EngineError> {
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
        &["files", "check"]
    }
    fn document(&self) -> DocumentState {
        self.show.document()
    }
    fn folder(&self) -> Option<PathBuf> {
        Some(self.show.document().path)
    }
    fn probe_exe(&self) -> Option<PathBuf> {
        self.show.probe_exe()
    }
    fn command(&self, command: Command) -> Result<Outcome, EngineError> {
        self.show.command(command)
    }
    fn check(&self) -> Result<Vec<Finding>, EngineError> {
        Ok(self.show.check())
    }
}
