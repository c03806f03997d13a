//! The main window and what the page in it may do.

use crate::studio::Running;
use anyhow::{Context, Result};
use serde_json::json;
use std::sync::Arc;
use tauri::{
    AppHandle, Manager, Url, WebviewUrl, WebviewWindowBuilder,
    ipc::CapabilityBuilder,
    webview::{Color, NewWindowResponse},
};

/// The main window's name.
pub(crate) const MAIN: &str = "main";
/// The page's background, so that nothing flashes before it is drawn.
const DARK: Color = Color(0x0d, 0x0d, 0x0d, 0xff);

/// The commands of this program that the page may call; see `build.rs`.
const ALLOWED: &[&str] = &[
    "allow-pick-file",
    "allow-pick-folder",
    "allow-save-file",
    "allow-open-path",
    "allow-reveal-path",
    "allow-notify",
    "allow-set-language",
    "allow-close-ready",
    "allow-close-seen",
    "allow-close-answer",
    "allow-add-shortcut",
    "allow-remove-shortcut",
    "allow-displays",
    "allow-projectors",
    "allow-open-projector",
    "allow-close-projector",
    "allow-open-room",
];

/// Opens the main window on the studio's page.
pub(crate) fn open(app: &AppHandle, studio: &Running) -> Result<()> {
    let origin: Url = studio.origin().parse().context("our own address")?;
    // Only the page from our own server may call this program, and only in the main window.
    let may = ALLOWED.iter().fold(
        CapabilityBuilder::new("page")
            .local(false)
            .remote(format!("{}/*", studio.origin()))
            .window(MAIN),
        |may, name| may.permission(*name),
    );
    app.add_capability(may)?;
    let window = page(app, MAIN, origin, studio)
        .title("Footlight")
        .inner_size(1440.0, 900.0)
        .min_inner_size(960.0, 600.0)
        .on_document_title_changed(|window, title| {
            // The task bar then says which project it is, and whether it is on air.
            let _ = window.set_title(&title);
        })
        .build()?;
    window.set_focus()?;
    Ok(())
}

/// A window on a page of our server, which leads nowhere else.
pub(crate) fn page<'a>(
    app: &'a AppHandle,
    label: &str,
    address: Url,
    studio: &Running,
) -> WebviewWindowBuilder<'a, tauri::Wry, AppHandle> {
    let ours = address.origin();
    let known = json!({ "base": studio.origin(), "token": studio.token().reveal() });
    WebviewWindowBuilder::new(app, label, WebviewUrl::External(address))
        .initialization_script(format!("window.__FOOTLIGHT__={known};"))
        .background_color(DARK)
        .disable_drag_drop_handler()
        .on_navigation(move |to| {
            let stays = to.origin() == ours;
            if !stays {
                open_outside(to);
            }
            stays
        })
        .on_new_window(|to, _| {
            open_outside(&to);
            NewWindowResponse::Deny
        })
}

/// One room of the studio ("mixer", "scenes") in a window of its own; one that is open comes to the front. It may not call
/// this program: it is a page as in any browser.
#[tauri::command]
pub(crate) async fn open_room(app: AppHandle, room: String) -> Result<(), String> {
    if room.is_empty() || room.len() > 40 || !room.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
        return Err(format!("`{room}` is no room of the studio"));
    }
    let label = format!("room-{room}");
    if let Some(window) = app.get_webview_window(&label) {
        return window.set_focus().map_err(|e| e.to_string());
    }
    room_window(&app, &label, &room).map_err(|e| format!("{e:#}"))
}

fn room_window(app: &AppHandle, label: &str, room: &str) -> Result<()> {
    let studio = app.state::<Arc<Running>>();
    let mut address: Url = studio.origin().parse().context("our own address")?;
    address.set_query(Some(&format!("room={room}")));
    page(app, label, address, &studio)
        .title("Footlight")
        .inner_size(760.0, 620.0)
        .min_inner_size(320.0, 240.0)
        .on_document_title_changed(|window, title| {
            let _ = window.set_title(&title);
        })
        .build()?;
    Ok(())
}

/// Brings the window to the front.
pub(crate) fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        // Each may be refused by a window manager; then the person does it.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Links to elsewhere open in the browser people use.
fn open_outside(to: &Url) {
    if !matches!(to.scheme(), "http" | "https") {
        return;
    }
    if let Err(error) = tauri_plugin_opener::open_url(to.as_str(), None::<&str>) {
        tracing::warn!(%error, "no browser for a link");
    }
}
