//! One HTTP server over a studio or a single show: the API with its WebSockets, the window's page, the watch page with its
//! HLS. It knows no window system.
//!
//! Anybody who can reach the address may watch. Everything else wants the token, or this computer where no token is required;
//! pages of other sites are refused throughout ([`access`]).

pub mod access;
pub mod answer;
mod api;
mod files;
mod guard;
pub mod house;
pub mod lists;
mod live;
pub mod messages;
mod page;
pub mod patch;
mod pictures_socket;
mod studio;
mod ui_socket;
mod watch;
mod whep;

pub use access::{Access, fresh_token};
pub use house::{House, OneShow};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State, ws::Utf8Bytes},
    middleware::{from_fn, from_fn_with_state},
    routing::{MethodRouter, get, patch, post},
};
use parking_lot::Mutex;
use std::{
    net::SocketAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

/// Why the server can't run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// The address is taken or not ours.
    #[error("Footlight can't be served at {address}: {error}; choose another with --listen ADDRESS:PORT")]
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

/// What `/` shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Front {
    /// The watch page.
    #[default]
    Watch,
    /// The window.
    Window,
}

/// What is served and how; every request sees it.
pub(crate) struct Site {
    pub(crate) house: Arc<dyn House>,
    pub(crate) access: Access,
    /// The newest state of the document, shared by all pages.
    told: Mutex<Option<Arc<Told>>>,
}

static SERIAL: AtomicU64 = AtomicU64::new(0);

/// A state of the document as pages are told of it, made once for all of them.
pub(crate) struct Told {
    /// (generation, mark) of the document.
    mark: (u64, u64),
    /// No other has it: what is asked twice at once may come out differently under one mark.
    serial: u64,
    message: messages::DocumentMessage,
    /// All of it, once somebody needs that.
    whole: OnceLock<Utf8Bytes>,
    /// The serial of the one before it and what changed since, once somebody needs that.
    since: Mutex<Option<(u64, Utf8Bytes)>>,
}

impl Told {
    pub(crate) fn whole(&self) -> Utf8Bytes {
        let make = || ui_socket::text(&messages::UiMessage::Project(self.message.clone())).into();
        self.whole.get_or_init(make).clone()
    }

    /// What changed since `before`; all of it where that is shorter.
    pub(crate) fn since(&self, before: &Self) -> Utf8Bytes {
        let mut since = self.since.lock();
        if let Some((_, text)) = since.as_ref().filter(|(serial, _)| *serial == before.serial) {
            return text.clone();
        }
        let text = match patch::changes(&before.message.project, &self.message.project) {
            Some(changes) => ui_socket::text(&messages::UiMessage::Change(self.message.with(changes))).into(),
            None => self.whole(),
        };
        since.insert((before.serial, text)).1.clone()
    }
}

impl Site {
    /// The document as it is at `mark`, made once for all who ask.
    pub(crate) async fn told(self: &Arc<Self>, mark: (u64, u64)) -> Option<Arc<Told>> {
        if let Some(told) = self.told.lock().as_ref().filter(|t| t.mark == mark) {
            return Some(told.clone());
        }
        let site = self.clone();
        let message = tokio::task::spawn_blocking(move || site.document()).await.ok()?;
        let told = Arc::new(Told {
            mark,
            serial: SERIAL.fetch_add(1, Relaxed),
            message,
            whole: OnceLock::new(),
            since: Mutex::default(),
        });
        *self.told.lock() = Some(told.clone());
        Some(told)
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

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves here.
    ///
    /// # Errors
    /// The runtime does not take the listener.
    pub fn serve(
        self,
        runtime: &tokio::runtime::Handle,
        house: Arc<dyn House>,
        access: Access,
        front: Front,
    ) -> Result<Server, ControlError> {
        let address = self.address;
        let _inside = runtime.enter();
        let listener = tokio::net::TcpListener::from_std(self.listener)
            .map_err(|error| ControlError::Listen { address, error })?;
        let token = access.token.clone();
        let site = Arc::new(Site {
            house,
            access,
            told: Mutex::default(),
        });
        let app = router(site, front).into_make_service_with_connect_info::<SocketAddr>();
        let task = runtime.spawn(async move {
            if let Err(error) = axum::serve(listener, app).await {
                tracing::error!(%error, "the web server stopped");
            }
        });
        Ok(Server { address, token, task })
    }
}

/// A running server; dropping it ends it.
pub struct Server {
    address: SocketAddr,
    token: Option<media::Secret>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The watch page's address, as a person on this computer types it.
    pub fn watch_url(&self) -> String {
        format!("{}/watch", self.base_url())
    }

    /// The window's address with its token, as a person on this computer types it. Keep it out of logs.
    pub fn window_url(&self) -> String {
        match &self.token {
            Some(token) => format!("{}/?token={}", self.base_url(), token.reveal()),
            None => format!("{}/", self.base_url()),
        }
    }

    fn base_url(&self) -> String {
        let host = match self.address.ip() {
            ip if ip.is_unspecified() => "127.0.0.1".to_owned(),
            std::net::IpAddr::V6(ip) => format!("[{ip}]"),
            ip => ip.to_string(),
        };
        format!("http://{host}:{}", self.address.port())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn router(site: Arc<Site>, front: Front) -> Router {
    let for_all = Router::new()
        .route("/watch", get(watch::page))
        .route("/watch/{file}", get(watch::file))
        .route("/hls/{file}", get(live::hls))
        .route("/whep", post(whep::begin).layer(DefaultBodyLimit::max(whep::MAX_BODY)))
        .route(
            "/whep/{id}",
            patch(whep::trickle)
                .delete(whep::end)
                .layer(DefaultBodyLimit::max(whep::MAX_BODY)),
        )
        .route("/api/state", get(api::state))
        .route("/api/events", get(api::events))
        .route("/api/live", get(live::socket));
    let for_all = match front {
        Front::Watch => for_all.route("/", get(watch::to_watch_page)),
        Front::Window => for_all.fallback(page::file),
    };
    for_all
        .merge(for_the_crew().layer(from_fn_with_state(site.clone(), guard::only_the_crew)))
        .layer(from_fn_with_state(site.clone(), guard::no_strangers))
        .layer(from_fn(guard::headers))
        .with_state(site)
}

/// What only those see who may command.
fn for_the_crew() -> Router<Arc<Site>> {
    Router::new()
        .route("/api/command", post(api::command))
        .route("/api/project", get(api::project))
        .route("/api/kinds", get(lists::get_kinds))
        .route("/api/devices", get(lists::devices))
        .route("/api/fonts", get(lists::fonts))
        .route("/api/shader", post(api::shader))
        .route("/api/encoders", get(lists::encoders))
        .route("/api/check", get(api::check))
        .route("/api/plan", get(api::plan))
        .route("/api/services", get(api::services))
        .route("/api/projects", kept("projects").post(change("projects")))
        .route("/api/history", kept("history").post(change("history")))
        .route("/api/preferences", kept("preferences").put(change("preferences")))
        .layer(DefaultBodyLimit::max(8 << 20))
        .route("/api/show-report", kept("show-report"))
        .route("/api/reports", kept("reports"))
        .route("/api/reports/{id}", get(api::report))
        .route("/api/files", post(files::store).layer(DefaultBodyLimit::disable()))
        .route("/api/ui", get(ui_socket::open))
        .route("/api/pictures", get(pictures_socket::open))
}

fn kept(what: &'static str) -> MethodRouter<Arc<Site>> {
    get(move |State(site): State<Arc<Site>>| api::read(site, what))
}

fn change(
    what: &'static str,
) -> impl Fn(State<Arc<Site>>, Bytes) -> std::pin::Pin<Box<dyn Future<Output = axum::response::Response> + Send>> + Clone
{
    move |State(site), body| Box::pin(api::write(site, what, body))
}
