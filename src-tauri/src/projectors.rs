//! Projector and multiview windows: the crate `monitor` shows them, this gives it the show. Where it can't (macOS), a
//! window of the page stands in.

use crate::{studio::Running, window, words};
use engine::{PictureTap, PictureWish, Remote, Snapshot};
use media::VideoFrame;
use monitor::{Board, Display, Gallery, Monitors, Picture, Tally, Target, Tile, View, Wake};
use parking_lot::Mutex;
use serde::Serialize;
use std::sync::Arc;
use tauri::{AppHandle, Manager, State};

/// The windows, made with the first one that is wanted.
pub(crate) struct Projectors {
    studio: Arc<Running>,
    words: Arc<Mutex<&'static words::Words>>,
    monitors: Mutex<Option<Option<Arc<Monitors>>>>,
}

impl Projectors {
    pub(crate) fn new(studio: Arc<Running>, words: &'static words::Words) -> Self {
        Self {
            studio,
            words: Arc::new(Mutex::new(words)),
            monitors: Mutex::new(None),
        }
    }

    fn monitors(&self) -> Option<Arc<Monitors>> {
        let mut monitors = self.monitors.lock();
        monitors
            .get_or_insert_with(|| {
                let show = OurShow {
                    studio: self.studio.clone(),
                    words: self.words.clone(),
                };
                Monitors::start(Arc::new(show)).map(Arc::new)
            })
            .clone()
    }

    /// The labels have another language.
    pub(crate) fn speak(&self, words: &'static words::Words) {
        *self.words.lock() = words;
    }

    /// Another project is open: its pictures are asked for.
    pub(crate) fn watch_again(&self) {
        if let Some(Some(monitors)) = &*self.monitors.lock() {
            monitors.watch_again();
        }
    }

    /// Closes all of them.
    pub(crate) fn end(&self) {
        *self.monitors.lock() = Some(None);
    }
}

/// The show as the windows see it.
struct OurShow {
    studio: Arc<Running>,
    words: Arc<Mutex<&'static words::Words>>,
}

impl Gallery for OurShow {
    fn watch(&self, target: &Target, width: u32, height: u32, fps: u32, wake: Wake) -> Box<dyn Picture> {
        Box::new(Tapped::new(&self.studio.remote(), target, (width, height), fps, wake))
    }

    fn board(&self) -> Board {
        board(&self.studio.remote().snapshot(), *self.words.lock())
    }
}

/// Pictures of the engine.
struct Tapped(Option<PictureTap>);

impl Tapped {
    fn new(show: &Remote, target: &Target, (width, height): (u32, u32), fps: u32, wake: Wake) -> Self {
        let target = match target.to_string().parse() {
            Ok(target) => target,
            Err(error) => {
                tracing::error!(error, "a window wants what the engine does not know");
                return Self(None);
            }
        };
        let wish = PictureWish {
            target,
            width,
            height,
            fps,
        };
        let tap = show.pictures(wish, wake);
        tap.ask();
        Self(Some(tap))
    }
}

impl Picture for Tapped {
    fn newest(&mut self) -> Option<Arc<VideoFrame>> {
        let tap = self.0.as_ref()?;
        let picture = tap.take()?;
        tap.ask();
        Some(picture.frame)
    }
}

fn board(show: &Snapshot, words: &words::Words) -> Board {
    let program = show.canvases.first().map(|c| c.scene.as_str()).unwrap_or_default();
    let preview = show.desk.studio_mode.then_some(show.desk.preview.as_str());
    let tiles = show.scenes.iter().map(|s| Tile {
        target: Target::Scene(s.id.clone()),
        label: s.name.clone(),
        tally: match s.id.as_str() {
            id if id == program => Tally::Program,
            id if Some(id) == preview => Tally::Next,
            _ => Tally::Off,
        },
        level_db: None,
    });
    Board {
        preview: words.preview.to_owned(),
        program: words.program.to_owned(),
        on_air: show.on_air,
        level_db: show.master.peak_db,
        tiles: tiles.collect(),
    }
}

/// A display as the page lists it.
#[derive(Serialize)]
pub(crate) struct Listed {
    index: usize,
    name: String,
    width: u32,
    height: u32,
    x: i32,
    y: i32,
    primary: bool,
}

impl From<Display> for Listed {
    fn from(d: Display) -> Self {
        Self {
            index: d.index,
            name: d.name,
            width: d.width,
            height: d.height,
            x: d.x,
            y: d.y,
            primary: d.primary,
        }
    }
}

/// A window that is open.
#[derive(Serialize)]
pub(crate) struct OpenWindow {
    id: u64,
    target: String,
}

/// The displays a projector can fill; none where there are no native windows.
#[tauri::command]
pub(crate) async fn displays(projectors: State<'_, Projectors>) -> Result<Vec<Listed>, String> {
    let found = projectors.monitors().map(|m| m.displays()).unwrap_or_default();
    Ok(found.into_iter().map(Listed::from).collect())
}

/// The windows that are open.
#[tauri::command]
pub(crate) async fn projectors(projectors: State<'_, Projectors>) -> Result<Vec<OpenWindow>, String> {
    let open = projectors.monitors().map(|m| m.opened()).unwrap_or_default();
    let listed = open.into_iter().map(|o| OpenWindow {
        id: o.id,
        target: o.view.to_string(),
    });
    Ok(listed.collect())
}

/// Opens a window on a picture (`program`, `preview`, `scene:ID`, `source:ID`, `program:CANVAS`) or the `multiview`; on a
/// display it fills it. Gives the window's id; nothing where a window of the page stands in.
#[tauri::command]
pub(crate) async fn open_projector(
    app: AppHandle,
    target: String,
    title: String,
    display: Option<usize>,
) -> Result<Option<u64>, String> {
    let view: View = target.parse()?;
    match app.state::<Projectors>().monitors() {
        Some(monitors) => monitors
            .open(view, display, &title)
            .map(Some)
            .map_err(|e| e.to_string()),
        None => stand_in(&app, &view, &title)
            .map(|()| None)
            .map_err(|e| format!("{e:#}")),
    }
}

/// Closes a window.
#[tauri::command]
pub(crate) async fn close_projector(projectors: State<'_, Projectors>, id: u64) -> Result<(), String> {
    if let Some(monitors) = projectors.monitors() {
        monitors.close(id);
    }
    Ok(())
}

/// The multiview, from the tray.
pub(crate) fn open_multiview(app: &AppHandle) {
    let (app, title) = (app.clone(), words::now(app).multiview);
    tauri::async_runtime::spawn(async move {
        if let Err(error) = open_projector(app, View::Multiview.to_string(), title.to_owned(), None).await {
            tracing::warn!(error, "no multiview");
        }
    });
}

/// The page's own projector in a window.
fn stand_in(app: &AppHandle, view: &View, title: &str) -> anyhow::Result<()> {
    let studio = app.state::<Arc<Running>>();
    let mut address: tauri::Url = studio.origin().parse()?;
    address.set_fragment(Some(&format!("projector={view}")));
    let label = format!("projector-{}", app.webview_windows().len());
    window::page(app, &label, address, &studio)
        .title(title)
        .inner_size(960.0, 540.0)
        .build()?;
    Ok(())
}
