//! The document as pages get it: no secret is in it. Secrets that are set are listed, so that a page can say so.

use crate::stage::kind_of;
use outputs::{DestinationKind, destination_kind};
use project::{Project, edit::secrets};
use serde_json::{Map, Value};

/// A document for a page.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownProject {
    /// The document with "" in place of secrets.
    pub project: Value,
    /// JSON pointers of the secrets that are set.
    pub secrets: Vec<String>,
}

/// The document without its secrets.
pub fn without_secrets(project: &Project) -> ShownProject {
    let mut shown = project.clone();
    let mut set = vec![];
    for (i, s) in shown.sources.iter_mut().enumerate() {
        // Settings of an unknown kind may hold anything; only logins in addresses can be told.
        let schema = kind_of(&s.kind).map_or(Value::Null, |k| (k.info.schema)().into());
        let found = secrets::hide(&mut s.settings, &schema);
        set.extend(found.into_iter().map(|p| format!("/sources/{i}/settings{p}")));
    }
    for (i, d) in shown.destinations.iter_mut().enumerate() {
        let base = format!("/destinations/{i}/settings");
        let found = match destination_kind(&d.kind) {
            Ok(kind) => hide_destination(kind, &mut d.settings),
            Err(_) => hide_unknown(&mut d.settings),
        };
        set.extend(found.into_iter().map(|p| format!("{base}{p}")));
    }
    ShownProject {
        project: serde_json::to_value(&shown).unwrap_or_default(),
        secrets: set,
    }
}

/// The document for somebody else: no secret is in it and no stars stand for any.
pub(crate) fn for_others(project: &Project) -> Project {
    let mut clean = project.clone();
    for s in &mut clean.sources {
        let schema = kind_of(&s.kind).map_or(Value::Null, |k| (k.info.schema)().into());
        secrets::hide(&mut s.settings, &schema);
        unstar(&mut s.settings);
    }
    for d in &mut clean.destinations {
        match destination_kind(&d.kind) {
            Ok(kind) => hide_destination(kind, &mut d.settings),
            Err(_) => hide_unknown(&mut d.settings),
        };
        unstar(&mut d.settings);
    }
    clean
}

fn unstar(settings: &mut Map<String, Value>) {
    for v in settings.values_mut() {
        if let Some(text) = v.as_str().filter(|t| t.contains("****")) {
            let plain = text.replace("****@", "").replace("/****", "").replace("?****", "");
            *v = Value::String(plain.replace("****", ""));
        }
    }
}

fn hide_destination(kind: &DestinationKind, settings: &mut Map<String, Value>) -> Vec<String> {
    let address = hidden_address(kind, settings);
    let set = secrets::hide(settings, (kind.info.schema)().as_value());
    if let Some((field, shown)) = address {
        settings.insert(field.to_owned(), Value::String(shown));
    }
    set
}

/// A destination kind this build lacks: every text in its settings may be a secret.
fn hide_unknown(settings: &mut Map<String, Value>) -> Vec<String> {
    let mut set = vec![];
    for (name, v) in settings.iter_mut() {
        if v.as_str().is_some_and(|s| !s.is_empty()) || v.is_object() || v.is_array() {
            set.push(format!("/{}", name.replace('~', "~0").replace('/', "~1")));
            *v = Value::String(String::new());
        }
    }
    set
}

/// The address field of a destination whose key is inside the address, and how it may be shown.
pub(crate) fn hidden_address(kind: &DestinationKind, settings: &Map<String, Value>) -> Option<(&'static str, String)> {
    const ADDRESS: &str = "url";
    let url = settings.get(ADDRESS)?.as_str().filter(|u| !u.trim().is_empty())?;
    let fields = secrets::secret_fields((kind.info.schema)().as_value());
    let apart = fields.iter().any(|path| {
        let value = path.first().and_then(|name| settings.get(name)).and_then(Value::as_str);
        path.len() == 1 && value.is_some_and(|s| !s.is_empty())
    });
    // One that leads nowhere (yet) has no key in it.
    if apart || (kind.endpoint)(settings).is_err() {
        // Something after a `?` may be a token nevertheless.
        let (head, _) = url.split_once('?')?;
        let head = secrets::redacted_login(head).unwrap_or_else(|| head.to_owned());
        return Some((ADDRESS, format!("{head}?****")));
    }
    let shown = (kind.redacted_url)(settings);
    (shown != url).then_some((ADDRESS, shown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use project::Destination;
    use serde_json::json;

    #[test]
    fn no_secret_is_shown() {
        let destination = |kind: &str, settings: Value| Destination {
            id: "d".into(),
            kind: kind.into(),
            settings: settings.as_object().cloned().unwrap_or_default(),
            ..Destination::default()
        };
        let p = Project {
            destinations: vec![
                destination("rtmp", json!({"url": "rtmp://h.example/app", "key": "HUSH1"})),
                destination("rtmp", json!({"url": "rtmp://h.example/app/HUSH2", "key": ""})),
                destination(
                    "rtmp",
                    json!({"url": "rtmp://me:HUSH3@h.example/app?t=HUSH4", "key": "HUSH5"}),
                ),
                destination("of-tomorrow", json!({"stream": "HUSH6", "port": 3})),
            ],
            ..Project::default()
        };
        let shown = without_secrets(&p);
        let text = shown.project.to_string();
        assert!(!text.contains("HUSH"), "{text}");
        let expected = [
            "/destinations/0/settings/key",
            "/destinations/2/settings/key",
            "/destinations/3/settings/stream",
        ];
        assert_eq!(shown.secrets, expected);
        assert_eq!(
            shown.project["destinations"][1]["settings"]["url"],
            "rtmp://h.example/app/****"
        );
        assert_eq!(
            shown.project["destinations"][0]["settings"]["url"],
            "rtmp://h.example/app"
        );
    }
}
