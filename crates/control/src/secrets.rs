//! The document without its secrets: what a settings schema marks as write-only is sent empty, and a list says where something
//! is set, so that a page can show that it is there without ever holding it.

use project::{KindInfo, Project};
use serde_json::{Map, Value};

/// The document as JSON with secrets replaced by `""`, and JSON pointers (RFC 6901) of those that are set.
pub(crate) fn without_secrets(project: &Project) -> (Value, Vec<String>) {
    let mut whole = serde_json::to_value(project).unwrap_or(Value::Null);
    let mut found = vec![];
    let sources: Vec<&KindInfo> = sources::source_kinds().iter().map(|k| &k.info).collect();
    let destinations: Vec<&KindInfo> = outputs::destination_kinds().iter().map(|k| &k.info).collect();
    for (list, kinds) in [("sources", sources), ("destinations", destinations)] {
        let Some(Value::Array(all)) = whole.get_mut(list) else { continue };
        for (i, one) in all.iter_mut().enumerate() {
            let kind = one.get("kind").and_then(Value::as_str);
            let info = kinds.iter().find(|k| Some(k.id) == kind);
            let schema = info.map(|k| (k.schema)().to_value());
            if let Some(Value::Object(settings)) = one.get_mut("settings") {
                let path = format!("/{list}/{i}/settings");
                match &schema {
                    Some(schema) => empty(settings, schema, schema, &path, &mut found),
                    // Nobody here knows which of these are secret.
                    None => empty_all(settings, &path, &mut found),
                }
            }
        }
    }
    (whole, found)
}

fn empty(settings: &mut Map<String, Value>, schema: &Value, root: &Value, path: &str, found: &mut Vec<String>) {
    let Some(Value::Object(fields)) = schema.get("properties") else { return };
    for (name, field) in fields {
        let Some(value) = settings.get_mut(name) else { continue };
        let pointer = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
        let field = resolved(field, root);
        if field.get("writeOnly").and_then(Value::as_bool) == Some(true) {
            hide(value, pointer, found);
        } else if let Value::Object(inner) = value {
            empty(inner, field, root, &pointer, found);
        }
    }
}

/// Settings of a kind this version does not know: texts that may be secret by their name.
fn empty_all(settings: &mut Map<String, Value>, path: &str, found: &mut Vec<String>) {
    const SUSPECT: [&str; 6] = ["key", "password", "passphrase", "token", "secret", "url"];
    for (name, value) in settings {
        let pointer = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
        let lower = name.to_lowercase();
        match value {
            Value::Object(inner) => empty_all(inner, &pointer, found),
            _ if SUSPECT.iter().any(|s| lower.contains(s)) => hide(value, pointer, found),
            _ => {}
        }
    }
}

fn hide(value: &mut Value, pointer: String, found: &mut Vec<String>) {
    let is_set = !matches!(value, Value::Null) && value.as_str() != Some("");
    *value = Value::String(String::new());
    if is_set {
        found.push(pointer);
    }
}

/// A field's schema, through one `$ref`.
fn resolved<'a>(field: &'a Value, root: &'a Value) -> &'a Value {
    let name = field.get("$ref").and_then(Value::as_str);
    name.and_then(|r| root.pointer(r.trim_start_matches('#'))).unwrap_or(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use project::Destination;
    use serde_json::json;

    fn destination(kind: &str, settings: Value) -> Destination {
        Destination {
            kind: kind.into(),
            settings: settings.as_object().cloned().expect("object"),
            ..Destination::default()
        }
    }

    #[test]
    fn keys_are_not_told_but_that_they_are_there() {
        let p = Project {
            destinations: vec![
                destination("rtmp", json!({"url": "rtmp://a/b", "key": "hunter2"})),
                destination("rtmp", json!({"url": "rtmp://a/b", "key": ""})),
                destination("smoke_signal", json!({"stream_key": "hunter2", "hill": "north", "in": {"Token": 7}})),
            ],
            ..Project::default()
        };
        let (v, secrets) = without_secrets(&p);
        assert!(!v.to_string().contains("hunter2"), "{v}");
        let want = ["/destinations/0/settings/key", "/destinations/2/settings/stream_key", "/destinations/2/settings/in/Token"];
        assert_eq!(secrets, want);
        assert_eq!(v.pointer("/destinations/0/settings/url"), Some(&json!("rtmp://a/b")));
        assert_eq!(v.pointer("/destinations/2/settings/hill"), Some(&json!("north")));
    }
}
