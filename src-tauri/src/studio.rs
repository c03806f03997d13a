//! The engine and its server in this process: started together, on a port of their own with a token that only our window
//! has, and ended in order.

use crate::projectors::Projectors;
use anyhow::{Context, Result};
use control::{Access, Door, Front, Server, fresh_token};
use engine::{Remote, ShowOptions, Studio, StudioOptions, Transition};
use media::{Secret, SystemClock};
use parking_lot::Mutex;
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tauri::{AppHandle, Manager};

/// How often it is looked whether another project has been opened.
const LOOK: Duration = Duration::from_millis(250);

/// The studio while it runs.
pub(crate) struct Running {
    studio: Studio,
    server: Mutex<Option<Server>>,
    address: SocketAddr,
    token: Secret,
}

impl Running {
    /// Opens a project (the one of last time when none is named) and serves it.
    pub(crate) fn start(project: Option<PathBuf>, clock: SystemClock) -> Result<Self> {
        let door = Door::open(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let token = fresh_token().context("this computer gives no random numbers")?;
        let studio = Studio::open(StudioOptions {
            project,
            show: ShowOptions {
                clock,
                transition: Transition::fade(),
                probe_exe: std::env::current_exe().ok(),
                ..ShowOptions::default()
            },
            ..StudioOptions::default()
        })?;
        let access = Access {
            token: Some(token.clone()),
            require_token: true,
        };
        let server = door.serve(studio.runtime(), Arc::new(studio.clone()), access, Front::Window)?;
        Ok(Self {
            address: server.address(),
            server: Mutex::new(Some(server)),
            studio,
            token,
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
        self.studio.remote()
    }

    pub(crate) fn is_on_air(&self) -> bool {
        self.studio.is_on_air()
    }

    /// Whether a recording is being written.
    pub(crate) fn is_recording(&self) -> bool {
        self.remote().snapshot().recording.is_some()
    }

    pub(crate) fn runtime(&self) -> &tokio::runtime::Handle {
        self.studio.runtime()
    }

    /// Opens another project.
    pub(crate) fn open(&self, folder: &Path) -> Result<()> {
        self.studio.open_project(folder)?;
        Ok(())
    }

    /// Takes in a project that was sent in one file, and opens it.
    pub(crate) fn import(&self, bundle: &Path) -> Result<()> {
        self.studio.import(bundle, None)?;
        Ok(())
    }

    /// Follows the studio until the program ends: another project has other pictures, and who ends the show over the
    /// network or with a polite kill ends the program in order, as closing the window does.
    pub(crate) fn follow(&self, app: &AppHandle) {
        let (ended, studio) = (app.clone(), self.studio.clone());
        self.runtime().spawn(async move {
            if asked_to_end().await.is_ok() {
                ended.exit(0);
            }
        });
        let app = app.clone();
        self.runtime().spawn(async move {
            let mut seen = studio.generation();
            loop {
                tokio::time::sleep(LOOK).await;
                if studio.is_over() {
                    return app.exit(0);
                }
                let now = studio.generation();
                if std::mem::replace(&mut seen, now) != now {
                    app.state::<Projectors>().watch_again();
                }
            }
        });
    }

    /// Ends the server, then the show. Asking again does nothing.
    pub(crate) fn end(&self) {
        drop(self.server.lock().take());
        self.studio.end();
    }
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
