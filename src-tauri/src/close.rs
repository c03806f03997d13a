//! The question before the window closes while somebody outside is watching or a recording is written. The page asks, in its own words; where it
//! does not answer (it hangs, or is gone) the system asks.

use crate::{
    page::{self, Tell},
    studio::Running,
    window, words,
};
use parking_lot::Mutex;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};
use tauri::{AppHandle, Manager, State};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};

/// How long the page may take to say that it has heard the question.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Where the question stands.
#[derive(Default)]
pub(crate) struct Guard {
    asked: Mutex<Asked>,
    /// The page has said that it can ask.
    page_asks: AtomicBool,
    /// Somebody has said yes.
    sure: AtomicBool,
}

#[derive(Default)]
struct Asked {
    id: u64,
    seen: bool,
    open: bool,
}

impl Guard {
    /// A new question; none while one is open.
    fn ask(&self) -> Option<u64> {
        let mut asked = self.asked.lock();
        if asked.open {
            return None;
        }
        *asked = Asked {
            id: asked.id + 1,
            seen: false,
            open: true,
        };
        Some(asked.id)
    }

    fn seen(&self, id: u64) {
        let mut asked = self.asked.lock();
        if asked.id == id {
            asked.seen = true;
        }
    }

    /// Whether the page has not heard this question, which is then the system's to ask.
    fn unheard(&self, id: u64) -> bool {
        let asked = self.asked.lock();
        asked.id == id && asked.open && !asked.seen
    }

    /// An answer; false for one to another question.
    fn answer(&self, id: u64, close: bool) -> bool {
        let mut asked = self.asked.lock();
        if asked.id != id || !asked.open {
            return false;
        }
        asked.open = false;
        if close {
            self.sure.store(true, Relaxed);
        }
        true
    }
}

/// Whether the window may close now. If not, somebody is being asked.
pub(crate) fn may_close(app: &AppHandle) -> bool {
    let guard = app.state::<Guard>();
    let studio = app.state::<Arc<Running>>();
    if guard.sure.load(Relaxed) || !(studio.is_on_air() || studio.is_recording()) {
        return true;
    }
    let Some(id) = guard.ask() else { return false };
    if !guard.page_asks.load(Relaxed) {
        ask_natively(app, id);
        return false;
    }
    page::tell(app, &Tell::CloseAsked { id });
    let app = app.clone();
    studio.runtime().spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        if app.state::<Guard>().unheard(id) {
            ask_natively(&app, id);
        }
    });
    false
}

/// Closes if it may: what the tray and the menu do.
pub(crate) fn quit(app: &AppHandle) {
    window::show(app);
    if may_close(app) {
        app.exit(0);
    }
}

fn ask_natively(app: &AppHandle, id: u64) {
    let w = words::now(app);
    let live = app.state::<Arc<Running>>().is_on_air();
    let (title, text, yes, no) = if live {
        (w.on_air, w.close_while_live, w.end_and_close, w.stay)
    } else {
        (w.recording, w.close_while_recording, w.stop_and_close, w.go_on)
    };
    let mut dialog = app
        .dialog()
        .message(text)
        .title(title)
        .kind(MessageDialogKind::Warning)
        .buttons(MessageDialogButtons::OkCancelCustom(yes.into(), no.into()));
    if let Some(window) = app.get_webview_window(window::MAIN) {
        dialog = dialog.parent(&window);
    }
    let app = app.clone();
    dialog.show(move |close| answered(&app, id, close));
}

fn answered(app: &AppHandle, id: u64, close: bool) {
    if app.state::<Guard>().answer(id, close) && close {
        app.exit(0);
    }
}

/// The page can ask from now on.
#[tauri::command]
pub(crate) fn close_ready(guard: State<'_, Guard>, ready: bool) {
    guard.page_asks.store(ready, Relaxed);
}

/// The page has heard the question and shows it.
#[tauri::command]
pub(crate) fn close_seen(guard: State<'_, Guard>, id: u64) {
    guard.seen(id);
}

/// What the person said.
#[tauri::command]
pub(crate) fn close_answer(app: AppHandle, id: u64, close: bool) {
    answered(&app, id, close);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_question_at_a_time_and_only_its_own_answer_counts() {
        let guard = Guard::default();
        let first = guard.ask().expect("nobody was asked");
        assert_eq!(guard.ask(), None, "one at a time");
        assert!(guard.unheard(first));
        guard.seen(first);
        assert!(!guard.unheard(first));
        assert!(!guard.answer(first + 1, true));
        assert!(guard.answer(first, false));
        assert!(!guard.sure.load(Relaxed));
        assert!(!guard.answer(first, true), "it was answered");
        let second = guard.ask().expect("asked again");
        assert!(guard.answer(second, true) && guard.sure.load(Relaxed));
    }
}
