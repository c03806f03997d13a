//! Keys on Wayland: the desktop's portal (org.freedesktop.portal.GlobalShortcuts) binds them, asks the person, and tells
//! when one is pressed. The portal binds a whole list at once, so every change begins a new session with the list as it is.

use crate::{
    keys::Keys,
    page::{self, Tell},
    studio::Running,
};
use ashpd::desktop::{
    CreateSessionOptions,
    global_shortcuts::{BindShortcutsOptions, GlobalShortcuts, NewShortcut},
};
use parking_lot::Mutex;
use std::{collections::BTreeMap, pin::pin, sync::Arc};
use tauri::{AppHandle, Manager};
use tokio::task::JoinHandle;

/// The keys asked for, and the session that listens for them.
#[derive(Default)]
pub(crate) struct Portal {
    wanted: Mutex<BTreeMap<String, String>>,
    session: Mutex<Option<JoinHandle<()>>>,
}

pub(crate) async fn add(app: &AppHandle, id: String, key: String) -> Result<(), String> {
    app.state::<Keys>().portal().wanted.lock().insert(id, key);
    listen(app).await
}

pub(crate) async fn remove(app: &AppHandle, id: &str) -> Result<(), String> {
    app.state::<Keys>().portal().wanted.lock().remove(id);
    listen(app).await
}

async fn listen(app: &AppHandle) -> Result<(), String> {
    let keys = app.state::<Keys>();
    let portal = keys.portal();
    if let Some(before) = portal.session.lock().take() {
        before.abort();
    }
    let wanted = portal.wanted.lock().clone();
    if wanted.is_empty() {
        return Ok(());
    }
    let (bound, told) = tokio::sync::oneshot::channel();
    let task = app
        .state::<Arc<Running>>()
        .runtime()
        .spawn(session(app.clone(), wanted, bound));
    *portal.session.lock() = Some(task);
    told.await
        .unwrap_or_else(|_| Err("the desktop's portal went away".into()))
}

async fn session(
    app: AppHandle,
    wanted: BTreeMap<String, String>,
    bound: tokio::sync::oneshot::Sender<Result<(), String>>,
) {
    if let Err(e) = serve(&app, wanted, bound).await {
        tracing::info!(error = %e, "keys that work everywhere are over");
    }
}

async fn serve(
    app: &AppHandle,
    wanted: BTreeMap<String, String>,
    bound: tokio::sync::oneshot::Sender<Result<(), String>>,
) -> Result<(), ashpd::Error> {
    let opened = async {
        let portal = GlobalShortcuts::new().await?;
        let session = portal.create_session(CreateSessionOptions::default()).await?;
        let keys: Vec<_> = wanted
            .iter()
            .map(|(id, key)| NewShortcut::new(id.as_str(), id.as_str()).preferred_trigger(trigger(key).as_str()))
            .collect();
        portal
            .bind_shortcuts(&session, &keys, None, BindShortcutsOptions::default())
            .await?
            .response()?;
        Ok::<_, ashpd::Error>((portal, session))
    };
    let (portal, _session) = match opened.await {
        Ok(opened) => opened,
        Err(e) => {
            let _ = bound.send(Err(format!(
                "this desktop gives no keys to programs in the background: {e}"
            )));
            return Err(e);
        }
    };
    let pressed = portal.receive_activated().await?;
    let _ = bound.send(Ok(()));
    let mut pressed = pin!(pressed);
    while let Some(key) = next(&mut pressed).await {
        page::tell(app, &Tell::Shortcut { id: key.shortcut_id() });
    }
    Ok(())
}

async fn next<S: futures_core::Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|context| std::pin::Pin::new(&mut *stream).poll_next(context)).await
}

/// `Ctrl+Shift+L` as the portal writes it: `CTRL+SHIFT+l`.
fn trigger(key: &str) -> String {
    let parts = key.split('+').map(str::trim);
    let portal = parts.map(|part| match part.to_ascii_lowercase().as_str() {
        "ctrl" | "control" | "commandorcontrol" => "CTRL".to_owned(),
        "shift" => "SHIFT".to_owned(),
        "alt" | "option" => "ALT".to_owned(),
        "super" | "meta" | "command" | "cmd" => "LOGO".to_owned(),
        letter if letter.chars().count() == 1 => letter.to_owned(),
        _ => part.to_owned(),
    });
    portal.collect::<Vec<_>>().join("+")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_as_the_portal_does() {
        assert_eq!(trigger("Ctrl+Shift+L"), "CTRL+SHIFT+l");
        assert_eq!(trigger("Meta + F9"), "LOGO+F9");
    }
}
