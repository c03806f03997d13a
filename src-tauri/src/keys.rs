//! Keys that work while another program has the focus: by the window system on X11, Windows and macOS, by the desktop's
//! portal on Wayland, where a program can't see them otherwise.

use crate::page::{self, Tell};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use tauri::{AppHandle, Builder, Manager, Wry};
use tauri_plugin_global_shortcut::{GlobalShortcutExt, Shortcut, ShortcutState};

/// The keys in use: the page's name for each, and the key.
#[derive(Default)]
pub(crate) struct Keys {
    taken: Mutex<BTreeMap<String, Shortcut>>,
    #[cfg(target_os = "linux")]
    portal: crate::portal::Portal,
}

#[cfg(target_os = "linux")]
fn is_wayland() -> bool {
    std::env::var_os("WAYLAND_DISPLAY").is_some_and(|v| !v.is_empty())
}

#[cfg(not(target_os = "linux"))]
fn is_wayland() -> bool {
    false
}

/// Adds what hears the keys. On Wayland that would fail, and the portal does it.
pub(crate) fn with_plugin(builder: Builder<Wry>) -> Builder<Wry> {
    if is_wayland() {
        return builder;
    }
    let heard = |app: &AppHandle, key: &Shortcut, event: tauri_plugin_global_shortcut::ShortcutEvent| {
        if event.state != ShortcutState::Pressed {
            return;
        }
        let id = app
            .state::<Keys>()
            .taken
            .lock()
            .iter()
            .find(|(_, k)| *k == key)
            .map(|(id, _)| id.clone());
        if let Some(id) = id {
            page::tell(app, &Tell::Shortcut { id: &id });
        }
    };
    builder.plugin(tauri_plugin_global_shortcut::Builder::new().with_handler(heard).build())
}

/// Takes a key, written as `Ctrl+Shift+L`; `id` comes back when it is pressed.
#[tauri::command]
pub(crate) async fn add_shortcut(app: AppHandle, id: String, key: String) -> Result<(), String> {
    #[cfg(target_os = "linux")]
    if is_wayland() {
        return crate::portal::add(&app, id, key).await;
    }
    let shortcut: Shortcut = key
        .parse()
        .map_err(|_| format!("`{key}` is no key this computer knows"))?;
    remove(&app, &id)?;
    app.global_shortcut()
        .register(shortcut)
        .map_err(|_| format!("{key} is taken by another program; choose another key"))?;
    app.state::<Keys>().taken.lock().insert(id, shortcut);
    Ok(())
}

/// Lets a key go.
#[tauri::command]
pub(crate) async fn remove_shortcut(app: AppHandle, id: String) -> Result<(), String> {
    #[cfg(target_os = "linux")]
    if is_wayland() {
        return crate::portal::remove(&app, &id).await;
    }
    remove(&app, &id)
}

fn remove(app: &AppHandle, id: &str) -> Result<(), String> {
    let Some(shortcut) = app.state::<Keys>().taken.lock().remove(id) else {
        return Ok(());
    };
    app.global_shortcut().unregister(shortcut).map_err(|e| e.to_string())
}

#[cfg(target_os = "linux")]
impl Keys {
    pub(crate) fn portal(&self) -> &crate::portal::Portal {
        &self.portal
    }
}
