//! One HTTP server over a running show: the watch page with its HLS, the state as JSON and over a WebSocket, and
//! commands. It knows no window.
//!
//! Anybody who can reach the address may watch. Commands are taken only from this computer, and only from pages this
//! server served itself (`Host` and `Origin` are checked), so that a web page elsewhere can't steer a show.

mod api;
mod guard;
mod live;
mod watch;

use axum::{Router, routing::get};
use engine::Remote;
use std::{net::SocketAddr, sync::Arc};

/// Why the server can't run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// The address is taken or not ours.
    #[error("the watch page can't be served at {address}: {error}; choose another with --listen ADDRESS:PORT")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
}

impl media::MediaError for ControlError {
    fn kind(&self) -> media::ErrorKind {
        media::ErrorKind::Config
    }
    fn severity(&self) -> media::Severity {
        media::Severity::Fatal
    }
    fn retryable(&self) -> bool {
        false
    }
}

/// An address that is ours, before a show is there to be served.
pub struct Door {
    address: SocketAddr,
    listener: std::net::TcpListener,
}

impl Door {
    /// Takes an address (port 0 takes a free one).
    ///
    /// # Errors
    /// The address can't be had.
    pub fn open(address: SocketAddr) -> Result<Self, ControlError> {
        let fail = |error| ControlError::Listen { address, error };
        let listener = std::net::TcpListener::bind(address).map_err(fail)?;
        listener.set_nonblocking(true).map_err(fail)?;
        Ok(Self {
            address: listener.local_addr().map_err(fail)?,
            listener,
        })
    }

    /// Serves a show here.
    ///
    /// # Errors
    /// The runtime does not take the listener.
    pub fn serve(self, runtime: &tokio::runtime::Handle, show: Remote) -> Result<Server, ControlError> {
        let address = self.address;
        let _inside = runtime.enter();
        let listener = tokio::net::TcpListener::from_std(self.listener)
            .map_err(|error| ControlError::Listen { address, error })?;
        let app = router(show).into_make_service_with_connect_info::<SocketAddr>();
        let task = runtime.spawn(async move {
            if let Err(error) = axum::serve(listener, app).await {
                tracing::error!(%error, "the web server stopped");
            }
        });
        Ok(Server { address, task })
    }
}

/// A running server; dropping it ends it.
pub struct Server {
    address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The watch page's address, as a person on this computer types it.
    pub fn watch_url(&self) -> String {
        let host = match self.address.ip() {
            ip if ip.is_unspecified() => "127.0.0.1".to_owned(),
            std::net::IpAddr::V6(ip) => format!("[{ip}]"),
            ip => ip.to_string(),
        };
        format!("http://{host}:{}/watch", self.address.port())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn router(show: Remote) -> Router {
    let show = Arc::new(show);
    Router::new()
        .route("/", get(watch::to_watch_page))
        .route("/watch", get(watch::page))
        .route("/watch/{file}", get(watch::file))
        .route("/hls/{file}", get(live::hls))
        .route("/api/state", get(api::state))
        .route("/api/events", get(api::events))
        .route("/api/command", axum::routing::post(api::command))
        .route("/api/live", get(live::socket))
        .layer(axum::middleware::from_fn(guard::no_strangers))
        .layer(axum::middleware::from_fn(guard::headers))
        .with_state(show)
}
