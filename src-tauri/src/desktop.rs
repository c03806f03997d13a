//! Putting the desktop program together: one instance, where its window was, dialogs, keys, and the page's commands.

use crate::{close, files, keys, links, menu, projectors, window, words};
use tauri::{App, Builder, Wry};
use tauri_plugin_window_state::StateFlags;

/// Builds the program. Where it already runs, this hands what was asked for to it and ends the process.
pub(crate) fn build() -> anyhow::Result<App<Wry>> {
    let builder = Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, args, folder| {
            window::show(app);
            if let crate::args::Wish::Open(Some(what)) = crate::args::read(args.into_iter().skip(1).map(Into::into)) {
                links::open(app, &links::from_folder(&what, &folder));
            }
        }))
        .plugin(tauri_plugin_dialog::init())
        .plugin(
            tauri_plugin_window_state::Builder::default()
                .with_state_flags(
                    StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN,
                )
                .build(),
        )
        .manage(close::Guard::default())
        .manage(words::Language::default())
        .manage(keys::Keys::default())
        .invoke_handler(tauri::generate_handler![
            files::pick_file,
            files::pick_folder,
            files::save_file,
            files::open_path,
            files::reveal_path,
            files::notify,
            words::set_language,
            close::close_ready,
            close::close_seen,
            close::close_answer,
            keys::add_shortcut,
            keys::remove_shortcut,
            projectors::displays,
            projectors::projectors,
            projectors::open_projector,
            window::open_room,
            projectors::close_projector,
        ]);
    let builder = menu::with_menu(keys::with_plugin(builder));
    Ok(builder.build(tauri::generate_context!())?)
}

/// A box with a sentence, for those who did not start the program from a terminal. Nothing where there is no display.
pub(crate) fn say_in_a_box(text: &str) {
    let shown = notify_rust::Notification::new()
        .appname("Footlight")
        .summary("Footlight")
        .body(text)
        .show();
    if let Err(error) = shown {
        tracing::debug!(%error, "no notices here");
    }
}
