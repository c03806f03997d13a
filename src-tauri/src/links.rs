//! What the program is asked to open from outside: a project's folder, a bundle, or a `footlight://` link. A link may come
//! from any web page, so it only brings up what asks the person again.
//!
//! * `footlight://` and `footlight://open` bring the window to the front.
//! * `footlight://open?project=FOLDER` asks whether to open that project.
//! * `footlight://go-live` opens the dialog that goes live.

use crate::{
    menu,
    page::{self, Tell},
    studio::Running,
    window, words,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tauri::{AppHandle, Manager, Url};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};

/// What a wish from outside means.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    /// The window in front.
    Window,
    /// A project's folder; `sure` when a person named it, not a link.
    Project { folder: PathBuf, sure: bool },
    /// A project in one file.
    Bundle(PathBuf),
    /// The dialog that goes live.
    GoLive,
}

fn read(what: &str) -> Wanted {
    let link = Url::parse(what).ok().filter(|u| u.scheme() == "footlight");
    let Some(link) = link else {
        let path = PathBuf::from(what);
        let is_bundle = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("footlight"));
        return if is_bundle {
            Wanted::Bundle(path)
        } else {
            Wanted::Project {
                folder: path,
                sure: true,
            }
        };
    };
    let project = link
        .query_pairs()
        .find(|(name, _)| name == "project")
        .map(|(_, v)| PathBuf::from(&*v));
    match (link.host_str(), project) {
        (Some("open"), Some(folder)) if folder.is_absolute() => Wanted::Project { folder, sure: false },
        (Some("go-live"), _) => Wanted::GoLive,
        _ => Wanted::Window,
    }
}

/// The project to start with, where a person named one.
pub(crate) fn project_to_start_with(what: Option<&str>) -> Option<PathBuf> {
    match read(what?) {
        Wanted::Project { folder, sure: true } => Some(folder),
        _ => None,
    }
}

/// Does what else was asked for once the window is there.
pub(crate) fn after_start(app: &AppHandle, what: &str) {
    if project_to_start_with(Some(what)).is_none() {
        open(app, what);
    }
}

/// A path as a second start wrote it, seen from the folder it was started in.
pub(crate) fn from_folder(what: &str, folder: &str) -> String {
    if Url::parse(what).is_ok_and(|u| u.scheme() == "footlight") {
        return what.to_owned();
    }
    Path::new(folder).join(what).to_string_lossy().into_owned()
}

/// Opens what was asked for.
pub(crate) fn open(app: &AppHandle, what: &str) {
    window::show(app);
    match read(what) {
        Wanted::Window => {}
        // On air the same action would ask about ending the show.
        Wanted::GoLive if !app.state::<Arc<Running>>().is_on_air() => {
            page::tell(app, &Tell::Menu { id: menu::GO_LIVE })
        }
        Wanted::GoLive => {}
        Wanted::Project { folder, sure: true } => carry_out(app, move |studio| studio.open(&folder)),
        Wanted::Project { folder, sure: false } => ask(app, folder),
        Wanted::Bundle(file) => carry_out(app, move |studio| studio.import(&file)),
    }
}

fn ask(app: &AppHandle, folder: PathBuf) {
    let w = words::now(app);
    let asked = app.clone();
    app.dialog()
        .message(format!("{}\n{}", w.link_asks, folder.display()))
        .title("Footlight")
        .kind(MessageDialogKind::Info)
        .buttons(MessageDialogButtons::OkCancelCustom(w.open.into(), w.not_now.into()))
        .show(move |yes| {
            if yes {
                carry_out(&asked, move |studio| studio.open(&folder));
            }
        });
}

/// Changing projects takes a moment: not on the window's thread, and not while somebody watches.
fn carry_out(app: &AppHandle, what: impl FnOnce(&Running) -> anyhow::Result<()> + Send + 'static) {
    let studio = app.state::<Arc<Running>>().inner().clone();
    let app = app.clone();
    if studio.is_on_air() {
        return tell_why(&app, words::now(&app).not_while_live);
    }
    let runtime = studio.runtime().clone();
    runtime.spawn_blocking(move || {
        if let Err(e) = what(&studio) {
            tell_why(&app, &format!("{e:#}"));
        }
    });
}

fn tell_why(app: &AppHandle, text: &str) {
    app.dialog()
        .message(text)
        .title("Footlight")
        .kind(MessageDialogKind::Warning)
        .show(|_| {});
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_told_apart() {
        let project = |folder: &str, sure| Wanted::Project {
            folder: folder.into(),
            sure,
        };
        assert_eq!(read("/shows/evening"), project("/shows/evening", true));
        assert_eq!(
            read("/x/My show.footlight"),
            Wanted::Bundle("/x/My show.footlight".into())
        );
        assert_eq!(
            read("footlight://open?project=%2Fshows%2Fa%20b"),
            project("/shows/a b", false)
        );
        assert_eq!(read("footlight://go-live"), Wanted::GoLive);
        for link in [
            "footlight://",
            "footlight://open",
            "footlight://open?project=relative",
            "footlight://end-show",
        ] {
            assert_eq!(read(link), Wanted::Window, "{link}");
        }
        assert_eq!(
            project_to_start_with(Some("footlight://open?project=/a")),
            None,
            "a link asks first"
        );
    }

    #[test]
    fn a_second_start_names_things_from_its_own_folder() {
        assert_eq!(from_folder("show", "/home/x"), "/home/x/show");
        assert_eq!(from_folder("/show", "/home/x"), "/show");
        assert_eq!(from_folder("footlight://open", "/home/x"), "footlight://open");
    }
}
