//! A studio from outside: commands in, document, snapshot and files out. The machine's own clock runs: nothing here
//! depends on how fast it is.

mod air;
mod encodes;
mod live;
mod pace;
mod preflight;
mod recording;
mod rungs;
mod studio;
mod transitions;

use engine::{Command, EngineError, Outcome, Remote, ShowOptions, Studio, StudioOptions};
use media::{Clock, MediaTime, SystemClock};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

/// A studio with folders of its own.
pub(crate) struct Stand {
    pub(crate) studio: Studio,
    pub(crate) dir: TempDir,
}

impl Stand {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("folder");
        Self {
            studio: Studio::open(options(dir.path())).expect("opens"),
            dir,
        }
    }
    pub(crate) fn remote(&self) -> Remote {
        self.studio.remote()
    }
    pub(crate) fn run(&self, command: Value) -> Result<Outcome, EngineError> {
        let command: Command = serde_json::from_value(command).expect("a command");
        self.remote().command(command)
    }
    /// Carries out a command that must work; gives a text of its outcome.
    pub(crate) fn made(&self, command: Value, key: &str) -> String {
        let outcome = self.run(command.clone());
        let outcome = outcome.unwrap_or_else(|e| panic!("{command}: {e}"));
        outcome.text(key).unwrap_or_default().to_owned()
    }
    /// The document as JSON.
    pub(crate) fn document(&self) -> Value {
        serde_json::to_value(&*self.remote().document().project).expect("json")
    }
    /// The state as JSON.
    pub(crate) fn state(&self) -> Value {
        serde_json::to_value(self.remote().snapshot()).expect("json")
    }
}

/// Small pictures and the software renderer, so that tests are light.
pub(crate) fn options(dir: &Path) -> StudioOptions {
    StudioOptions {
        projects_dir: Some(dir.join("projects")),
        config_dir: Some(dir.join("config")),
        show: ShowOptions {
            renderer: compositor::RendererChoice::Software,
            ..ShowOptions::default()
        },
        ..StudioOptions::default()
    }
}

/// Waits until `done` gives something.
pub(crate) fn until<T>(what: &str, mut done: impl FnMut() -> Option<T>) -> T {
    let clock = SystemClock::new();
    while clock.now() < MediaTime::from_millis(20_000) {
        if let Some(x) = done() {
            return x;
        }
        clock.sleep_until(clock.now() + MediaTime::from_millis(20));
    }
    panic!("{what} did not come within 20 s");
}

/// The member of a list in the state with this id.
pub(crate) fn member(state: &Value, list: &str, id: &str) -> Option<Value> {
    state[list].as_array()?.iter().find(|x| x["id"] == json!(id)).cloned()
}
