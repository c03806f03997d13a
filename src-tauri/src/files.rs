//! Files and folders of this computer for the page: choosing them, opening them, showing where they lie; and notices.

use serde::Deserialize;
use std::path::Path;
use tauri::{State, WebviewWindow};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tokio::sync::oneshot;

/// What a file dialog offers.
#[derive(Debug, Deserialize)]
pub(crate) struct Filter {
    name: String,
    extensions: Vec<String>,
}

/// What other programs may be asked to open. Anything else is shown in its folder instead, so that no page can start a
/// program.
const OPENED: &[&str] = &[
    "mkv", "mp4", "mov", "webm", "m4a", "mp3", "ogg", "opus", "flac", "wav", "png", "jpg", "jpeg", "webp", "gif",
    "txt", "csv", "json", "pdf",
];

fn dialog(window: &WebviewWindow, title: Option<String>, filters: Vec<Filter>) -> FileDialogBuilder<tauri::Wry> {
    let mut dialog = window.dialog().file().set_parent(window);
    if let Some(title) = title {
        dialog = dialog.set_title(title);
    }
    for f in filters {
        let extensions: Vec<&str> = f.extensions.iter().map(String::as_str).collect();
        dialog = dialog.add_filter(f.name, &extensions);
    }
    dialog
}

async fn chosen(answer: oneshot::Receiver<Option<FilePath>>) -> Option<String> {
    let path = answer.await.ok()??.into_path().ok()?;
    Some(path.to_string_lossy().into_owned())
}

/// A file of this computer; nothing when the person changed their mind.
#[tauri::command]
pub(crate) async fn pick_file(
    window: WebviewWindow,
    title: Option<String>,
    filters: Option<Vec<Filter>>,
) -> Result<Option<String>, String> {
    let (tell, told) = oneshot::channel();
    dialog(&window, title, filters.unwrap_or_default()).pick_file(|path| {
        let _ = tell.send(path);
    });
    Ok(chosen(told).await)
}

/// A folder of this computer.
#[tauri::command]
pub(crate) async fn pick_folder(window: WebviewWindow, title: Option<String>) -> Result<Option<String>, String> {
    let (tell, told) = oneshot::channel();
    dialog(&window, title, vec![]).pick_folder(|path| {
        let _ = tell.send(path);
    });
    Ok(chosen(told).await)
}

/// Where to write a file.
#[tauri::command]
pub(crate) async fn save_file(
    window: WebviewWindow,
    title: Option<String>,
    name: Option<String>,
    filters: Option<Vec<Filter>>,
) -> Result<Option<String>, String> {
    let (tell, told) = oneshot::channel();
    let mut dialog = dialog(&window, title, filters.unwrap_or_default());
    if let Some(name) = name {
        dialog = dialog.set_file_name(name);
    }
    dialog.save_file(|path| {
        let _ = tell.send(path);
    });
    Ok(chosen(told).await)
}

/// Opens a folder, a recording or a picture with the program people use for it.
#[tauri::command]
pub(crate) async fn open_path(path: String) -> Result<(), String> {
    let path = Path::new(&path);
    if !path.exists() {
        return Err(format!("{} is not there any more", path.display()));
    }
    if path.is_dir() || is_opened(path) {
        return tauri_plugin_opener::open_path(path, None::<&str>).map_err(|e| e.to_string());
    }
    tauri_plugin_opener::reveal_item_in_dir(path).map_err(|e| e.to_string())
}

/// Shows where a file lies.
#[tauri::command]
pub(crate) async fn reveal_path(path: String) -> Result<(), String> {
    let path = Path::new(&path);
    if !path.exists() {
        return Err(format!("{} is not there any more", path.display()));
    }
    tauri_plugin_opener::reveal_item_in_dir(path).map_err(|e| e.to_string())
}

/// A notice of the system, for what happens while the window is not in front.
#[tauri::command]
pub(crate) fn notify(studio: State<'_, std::sync::Arc<crate::studio::Running>>, title: String, text: String) {
    // Asking the system takes as long as it takes.
    studio.runtime().spawn_blocking(move || {
        let mut notice = notify_rust::Notification::new();
        notice
            .appname("Footlight")
            .summary(&title)
            .body(&text)
            .icon("footlight");
        if let Err(error) = notice.show() {
            tracing::debug!(%error, "no notices here");
        }
    });
}

fn is_opened(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    OPENED.iter().any(|e| e.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_program_is_started() {
        assert!(is_opened(Path::new("/shows/Evening.MKV")));
        for path in ["/bin/sh", "run.desktop", "a.sh", "a.exe", "a.html", "mkv", "x.mkv.exe"] {
            assert!(!is_opened(Path::new(path)), "{path}");
        }
    }
}
