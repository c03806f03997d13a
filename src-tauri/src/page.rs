//! What the program tells the page: an event of the window named `footlight-shell`, which `ui/src/shell/tauri.ts` hears.

use serde::Serialize;
use tauri::{AppHandle, Manager};

/// A message to the page.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(crate) enum Tell<'a> {
    /// Something was chosen in the menu or the tray; `id` is one of the page's own actions.
    Menu { id: &'a str },
    /// The window is to be closed: `close_seen`, then `close_answer` with this id are expected.
    CloseAsked { id: u64 },
    /// A key that works everywhere was pressed.
    Shortcut { id: &'a str },
}

/// Tells the page; nothing happens when it is gone.
pub(crate) fn tell(app: &AppHandle, what: &Tell<'_>) {
    let (Some(window), Ok(detail)) = (app.get_webview_window(crate::window::MAIN), serde_json::to_string(what)) else {
        return;
    };
    let script = format!("window.dispatchEvent(new CustomEvent('footlight-shell',{{detail:{detail}}}))");
    if let Err(error) = window.eval(script) {
        tracing::warn!(%error, "the page can't be told");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_read_as_the_page_expects() {
        let json = |t: &Tell<'_>| serde_json::to_string(t).expect("json");
        assert_eq!(json(&Tell::CloseAsked { id: 3 }), r#"{"type":"close-asked","id":3}"#);
        assert_eq!(json(&Tell::Menu { id: "go'live" }), r#"{"type":"menu","id":"go'live"}"#);
    }
}
