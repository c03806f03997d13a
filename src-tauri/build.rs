//! Declares the commands the page may call: what is not in this list can't be called at all, and each one has to be
//! allowed by name in `window.rs`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let commands = tauri_build::AppManifest::new().commands(&[
        "pick_file",
        "pick_folder",
        "save_file",
        "open_path",
        "reveal_path",
        "notify",
        "set_language",
        "close_ready",
        "close_seen",
        "close_answer",
        "add_shortcut",
        "remove_shortcut",
        "displays",
        "projectors",
        "open_projector",
        "close_projector",
        "open_room",
    ]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))?;
    Ok(())
}
