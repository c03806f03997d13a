//! The question before the window closes while somebody outside is watching or a recording is written. The page asks, in its own words; where it
//! does not hear the question (it hangs, or is gone) the system asks.

use crate::{
    page::{self, Tell},
    studio::Running,
    window, words,
};
use media::{Clock, MediaTime, SystemClock};
use parking_lot::Mutex;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};
use tauri::{AppHandle, Manager, State};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};

/// How long the page may take to say that it has heard the question. A second wish to close that comes sooner is a double
/// click; one that comes later asks whether the page still hears.
const PATIENCE: MediaTime = MediaTime::from_millis(1500);

/// The question, and what time it is for it.
#[derive(Default)]
pub(crate) struct Guard {
    question: Mutex<Question>,
    clock: SystemClock,
    /// The page has said that it can ask.
    page_asks: AtomicBool,
    /// Somebody has said yes.
    sure: AtomicBool,
}

/// Where the question stands.
#[derive(Debug, Default)]
struct Question {
    /// Counts the questions.
    id: u64,
    asker: Option<Asker>,
}

/// Who asks it.
#[derive(Debug, PartialEq, Eq)]
enum Asker {
    /// The page, told at this time.
    Page { told: MediaTime, heard: bool },
    /// The system: it needs no page, and always answers.
    System,
}

/// What is to be done about a wish to close.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// Somebody asks already.
    Wait,
    /// Tell the page, and look after [`PATIENCE`] whether it has heard.
    TellPage(u64),
    /// Ask by the system.
    AskNatively(u64),
}

impl Question {
    /// Somebody wants to close.
    fn wish(&mut self, page_asks: bool, now: MediaTime) -> Next {
        match &mut self.asker {
            Some(Asker::System) => Next::Wait,
            // It has yet to be looked whether the page has heard.
            Some(Asker::Page { told, .. }) if now - *told < PATIENCE => Next::Wait,
            Some(Asker::Page { heard: false, .. }) => {
                self.asker = Some(Asker::System);
                Next::AskNatively(self.id)
            }
            Some(Asker::Page { told, heard }) => {
                // It heard then; whether it still does shows when it hears the same question again.
                (*told, *heard) = (now, false);
                Next::TellPage(self.id)
            }
            None => {
                self.id += 1;
                let told = now;
                if page_asks {
                    self.asker = Some(Asker::Page { told, heard: false });
                    return Next::TellPage(self.id);
                }
                self.asker = Some(Asker::System);
                Next::AskNatively(self.id)
            }
        }
    }

    /// The page has heard it.
    fn hear(&mut self, id: u64) {
        if let Some(Asker::Page { heard, .. }) = self.asker.as_mut().filter(|_| self.id == id) {
            *heard = true;
        }
    }

    /// Looks whether the page has had its time and not heard: then it is the system's to ask.
    fn is_unheard(&mut self, id: u64, now: MediaTime) -> bool {
        let Some(Asker::Page { told, heard: false }) = self.asker.as_ref().filter(|_| self.id == id) else {
            return false;
        };
        let over = now - *told >= PATIENCE;
        if over {
            self.asker = Some(Asker::System);
        }
        over
    }

    /// An answer; false for one to another question.
    fn answer(&mut self, id: u64) -> bool {
        self.id == id && self.asker.take().is_some()
    }
}

/// Whether the window may close now. If not, somebody is being asked.
pub(crate) fn may_close(app: &AppHandle) -> bool {
    let guard = app.state::<Guard>();
    let studio = app.state::<Arc<Running>>();
    if guard.sure.load(Relaxed) || !(studio.is_on_air() || studio.is_recording()) {
        return true;
    }
    let page_asks = guard.page_asks.load(Relaxed);
    let next = guard.question.lock().wish(page_asks, guard.clock.now());
    match next {
        Next::Wait => {}
        Next::AskNatively(id) => ask_natively(app, id),
        Next::TellPage(id) => {
            page::tell(app, &Tell::CloseAsked { id });
            let app = app.clone();
            studio.runtime().spawn(async move {
                tokio::time::sleep(PATIENCE.to_duration()).await;
                let guard = app.state::<Guard>();
                let unheard = guard.question.lock().is_unheard(id, guard.clock.now());
                if unheard {
                    ask_natively(&app, id);
                }
            });
        }
    }
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
    let guard = app.state::<Guard>();
    if guard.question.lock().answer(id) && close {
        guard.sure.store(true, Relaxed);
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
    guard.question.lock().hear(id);
}

/// What the person said.
#[tauri::command]
pub(crate) fn close_answer(app: AppHandle, id: u64, close: bool) {
    answered(&app, id, close);
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: i64) -> MediaTime {
        MediaTime::from_millis(ms)
    }

    #[test]
    fn one_question_at_a_time_and_only_its_own_answer_counts() {
        let mut q = Question::default();
        assert_eq!(q.wish(true, ms(0)), Next::TellPage(1));
        q.hear(1);
        assert_eq!(q.wish(true, ms(200)), Next::Wait, "a double click");
        assert!(!q.is_unheard(1, ms(1500)));
        assert!(!q.answer(2));
        assert!(q.answer(1));
        assert!(!q.answer(1), "it was answered");
        assert!(!q.is_unheard(1, ms(9000)), "nobody is asked any more");
        assert_eq!(q.wish(true, ms(300)), Next::TellPage(2), "asked again");
    }

    #[test]
    fn a_page_that_does_not_hear_is_asked_for_by_the_system() {
        let mut q = Question::default();
        assert_eq!(q.wish(true, ms(0)), Next::TellPage(1));
        assert!(!q.is_unheard(1, ms(1499)), "it has its time");
        assert!(!q.is_unheard(2, ms(1500)), "another question");
        assert!(q.is_unheard(1, ms(1500)));
        assert!(!q.is_unheard(1, ms(1600)), "one dialog");
        assert_eq!(
            q.wish(true, ms(60_000)),
            Next::Wait,
            "the system's stays until it is answered"
        );
        assert!(q.answer(1));
        // Nobody looked in time, as on a machine that was busy: the next wish settles it.
        assert_eq!(q.wish(true, ms(61_000)), Next::TellPage(2));
        assert_eq!(q.wish(true, ms(63_000)), Next::AskNatively(2));
        assert!(!q.is_unheard(2, ms(63_100)));
    }

    #[test]
    fn a_page_that_heard_and_then_hangs_is_found_out_by_the_second_wish() {
        let mut q = Question::default();
        assert_eq!(q.wish(true, ms(0)), Next::TellPage(1));
        q.hear(1);
        assert!(!q.is_unheard(1, ms(1500)));
        assert_eq!(q.wish(true, ms(5000)), Next::TellPage(1), "the same question, again");
        assert_eq!(q.wish(true, ms(5100)), Next::Wait);
        assert!(q.is_unheard(1, ms(6500)));
        assert!(q.answer(1));
        // One that is well only takes its time, as people do.
        assert_eq!(q.wish(true, ms(7000)), Next::TellPage(2));
        q.hear(2);
        assert_eq!(q.wish(true, ms(20_000)), Next::TellPage(2));
        q.hear(2);
        assert!(!q.is_unheard(2, ms(21_500)));
        assert!(q.answer(2));
    }

    #[test]
    fn without_a_page_that_asks_it_is_the_systems() {
        let mut q = Question::default();
        assert_eq!(q.wish(false, ms(0)), Next::AskNatively(1));
        assert_eq!(q.wish(false, ms(10)), Next::Wait);
        assert!(q.answer(1));
    }
}
