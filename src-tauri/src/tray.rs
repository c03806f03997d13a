//! The icon beside the clock: the window, going live, the multiview, and the end.

use crate::{close, menu, projectors, window, words};
use tauri::{
    AppHandle,
    menu::{Menu, MenuItem, PredefinedMenuItem},
    tray::TrayIconBuilder,
};

const TRAY: &str = "footlight";
const SHOW: &str = "tray.show";
const MULTIVIEW: &str = "tray.multiview";
const QUIT: &str = "tray.quit";

/// Shows the icon where the desktop has a place for it. Not having one is no fault.
pub(crate) fn show(app: &AppHandle) {
    if !has_library() {
        return;
    }
    if let Err(error) = build(app) {
        tracing::info!(%error, "no icon beside the clock");
    }
}

fn build(app: &AppHandle) -> tauri::Result<()> {
    let mut tray = TrayIconBuilder::with_id(TRAY).tooltip("Footlight").menu(&entries(app)?);
    if let Some(icon) = app.default_window_icon() {
        tray = tray.icon(icon.clone());
    }
    tray.on_menu_event(|app, event| match event.id().as_ref() {
        SHOW => window::show(app),
        MULTIVIEW => projectors::open_multiview(app),
        QUIT => close::quit(app),
        _ => {}
    })
    .build(app)?;
    Ok(())
}

fn entries(app: &AppHandle) -> tauri::Result<Menu<tauri::Wry>> {
    let w = words::now(app);
    let item = |id: &str, text: &str| MenuItem::with_id(app, id, text, true, None::<&str>);
    let line = PredefinedMenuItem::separator(app)?;
    let (show, live) = (item(SHOW, w.show_window)?, item(menu::GO_LIVE, w.go_live)?);
    let (multiview, quit) = (item(MULTIVIEW, w.multiview)?, item(QUIT, w.quit)?);
    Menu::with_items(app, &[&show, &live, &multiview, &line, &quit])
}

/// The language has changed.
pub(crate) fn rename(app: &AppHandle) {
    let (Some(tray), Ok(entries)) = (app.tray_by_id(TRAY), entries(app)) else {
        return;
    };
    if let Err(error) = tray.set_menu(Some(entries)) {
        tracing::info!(%error, "the icon keeps its old words");
    }
}

/// On Linux the icon is another program's library, and asking for it where it is not installed ends the process.
fn has_library() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    const NAMES: [&str; 2] = ["libayatana-appindicator3.so.1", "libappindicator3.so.1"];
    let folders = ["/usr/lib", "/usr/lib64", "/lib", "/usr/local/lib"];
    let triplets = [format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH)];
    let all = folders.into_iter().chain(triplets.iter().map(String::as_str));
    all.flat_map(|folder| NAMES.map(|name| format!("{folder}/{name}")))
        .any(|path| std::path::Path::new(&path).exists())
}
