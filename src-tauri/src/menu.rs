//! The menu bar of macOS, where a program without one has no copy and paste. On other systems the page's own bar is the
//! menu, and a second one above it would only take room.

/// The page's action that opens the dialog for going live (`ui/src/state/commands.ts`).
pub(crate) const GO_LIVE: &str = "live";

use crate::page::{self, Tell};
use tauri::{Builder, Wry};

/// Adds what the menus do, and on macOS the bar itself.
pub(crate) fn with_menu(builder: Builder<Wry>) -> Builder<Wry> {
    let builder = builder.on_menu_event(|app, event| {
        // The page's actions have its names; what is the tray's own is done there.
        if !event.id().as_ref().starts_with("tray.") {
            crate::window::show(app);
            page::tell(
                app,
                &Tell::Menu {
                    id: event.id().as_ref(),
                },
            );
        }
    });
    #[cfg(target_os = "macos")]
    let builder = builder.menu(bar::build);
    builder
}

#[cfg(target_os = "macos")]
mod bar {
    use super::GO_LIVE;
    use crate::words;
    use tauri::{
        AppHandle,
        menu::{AboutMetadata, Menu, MenuItem, PredefinedMenuItem, Submenu},
    };

    pub(super) fn build(app: &AppHandle) -> tauri::Result<Menu<tauri::Wry>> {
        let w = words::now(app);
        let about = AboutMetadata {
            name: Some("Footlight".into()),
            version: Some(env!("CARGO_PKG_VERSION").into()),
            ..AboutMetadata::default()
        };
        let own = Submenu::with_items(
            app,
            "Footlight",
            true,
            &[
                &PredefinedMenuItem::about(app, None, Some(about))?,
                &PredefinedMenuItem::separator(app)?,
                &PredefinedMenuItem::services(app, None)?,
                &PredefinedMenuItem::hide(app, None)?,
                &PredefinedMenuItem::hide_others(app, None)?,
                &PredefinedMenuItem::show_all(app, None)?,
                &PredefinedMenuItem::separator(app)?,
                &PredefinedMenuItem::close_window(app, Some(w.quit))?,
            ],
        )?;
        let live = MenuItem::with_id(app, GO_LIVE, w.go_live, true, Some("Cmd+Shift+L"))?;
        let project = Submenu::with_items(app, w.project, true, &[&live])?;
        let edit = Submenu::with_items(
            app,
            w.edit,
            true,
            &[
                &PredefinedMenuItem::cut(app, None)?,
                &PredefinedMenuItem::copy(app, None)?,
                &PredefinedMenuItem::paste(app, None)?,
                &PredefinedMenuItem::select_all(app, None)?,
            ],
        )?;
        let window = Submenu::with_items(
            app,
            w.window,
            true,
            &[
                &PredefinedMenuItem::minimize(app, None)?,
                &PredefinedMenuItem::fullscreen(app, None)?,
            ],
        )?;
        Menu::with_items(app, &[&own, &project, &edit, &window])
    }
}
