//! Secrets in settings: which fields are some, showing settings without them, and taking changed settings from somebody
//! who was shown none. A field is a secret when its schema says `format: password` or `writeOnly`.

use serde_json::{Map, Value};

/// References followed in a row, against schemas that refer to themselves.
const MAX_DEPTH: usize = 16;
/// Stands for a secret inside a text.
const STARS: &str = "****";

/// Where the secrets of settings are: the names on the way to each.
pub fn secret_fields(schema: &Value) -> Vec<Vec<String>> {
    let mut found = vec![];
    walk(schema, schema, &mut vec![], &mut found);
    found
}

fn walk(root: &Value, schema: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    if path.len() > MAX_DEPTH {
        return;
    }
    let target = schema.get("$ref").and_then(Value::as_str);
    if let Some(inner) = target.and_then(|r| root.pointer(r.strip_prefix('#')?)) {
        walk_inner(root, inner, path, found);
    }
    walk_inner(root, schema, path, found);
}

fn walk_inner(root: &Value, schema: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let password = schema.get("format").and_then(Value::as_str) == Some("password");
    if (password || schema.get("writeOnly") == Some(&Value::Bool(true))) && !path.is_empty() {
        if !found.contains(path) {
            found.push(path.clone());
        }
        return;
    }
    for word in ["anyOf", "oneOf", "allOf"] {
        for part in schema.get(word).and_then(Value::as_array).into_iter().flatten() {
            walk_part(root, part, path, found);
        }
    }
    for (name, inner) in schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        path.push(name.clone());
        walk(root, inner, path, found);
        path.pop();
    }
}

/// A part of a choice, without following choices any further: settings are not nested that deep.
fn walk_part(root: &Value, part: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let target = part.get("$ref").and_then(Value::as_str);
    let part = target.and_then(|r| root.pointer(r.strip_prefix('#')?)).unwrap_or(part);
    for (name, inner) in part.get("properties").and_then(Value::as_object).into_iter().flatten() {
        path.push(name.clone());
        walk(root, inner, path, found);
        path.pop();
    }
}

fn at<'a>(settings: &'a Map<String, Value>, path: &[String]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(settings.get(first)?, |v, name| v.get(name))
}

fn at_mut<'a>(settings: &'a mut Map<String, Value>, path: &[String]) -> Option<&'a mut Value> {
    let (first, rest) = path.split_first()?;
    rest.iter()
        .try_fold(settings.get_mut(first)?, |v, name| v.get_mut(name))
}

fn is_set(v: &Value) -> bool {
    !matches!(v, Value::Null) && v.as_str() != Some("")
}

/// Replaces the secrets in settings by "" and gives the JSON pointers (into the settings) of those that are set.
pub fn hide(settings: &mut Map<String, Value>, schema: &Value) -> Vec<String> {
    let mut set = vec![];
    for path in secret_fields(schema) {
        if let Some(v) = at_mut(settings, &path) {
            if is_set(v) {
                let escaped: Vec<String> = path.iter().map(|n| n.replace('~', "~0").replace('/', "~1")).collect();
                set.push(format!("/{}", escaped.join("/")));
            }
            *v = Value::String(String::new());
        }
    }
    for v in settings.values_mut() {
        if let Some(redacted) = v.as_str().and_then(redacted_login) {
            *v = Value::String(redacted);
        }
    }
    set
}

/// `before` with `changes`: fields that are not named stay. A secret that is named with "" stays too, since whoever edits
/// was shown nothing else; `null` clears it. A text whose secret part comes back as stars stays.
pub fn merged(before: &Map<String, Value>, changes: &Map<String, Value>, schema: &Value) -> Map<String, Value> {
    let mut next = before.clone();
    next.extend(changes.clone());
    for path in secret_fields(schema) {
        let kept = at(before, &path).cloned();
        match at_mut(&mut next, &path) {
            Some(v) if v.is_null() => *v = Value::String(String::new()),
            Some(v) if !is_set(v) => *v = kept.unwrap_or_else(|| Value::String(String::new())),
            Some(_) => {}
            // Inside an object that was given as a whole without it.
            None => put(&mut next, &path, kept),
        }
    }
    for (name, value) in &mut next {
        let old = before.get(name).and_then(Value::as_str);
        if let (Some(old), Some(new)) = (old, value.as_str())
            && redacted_login(old).as_deref() == Some(new)
        {
            *value = Value::String(old.to_owned());
        }
    }
    next
}

fn put(settings: &mut Map<String, Value>, path: &[String], value: Option<Value>) {
    if let (Some(value), Some((name, outer))) = (value, path.split_last())
        && let Some(Value::Object(o)) = at_mut(settings, outer)
    {
        o.insert(name.clone(), value);
    }
}

/// An address with a name and password in it (`scheme://name:password@host`), with stars for both.
pub fn redacted_login(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let (login, _) = authority.rsplit_once('@')?;
    Some(format!("{scheme}://{STARS}{}", &rest[login.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(v: Value) -> Map<String, Value> {
        v.as_object().expect("object").clone()
    }

    fn schema() -> Value {
        json!({"properties": {
            "url": {"type": "string"},
            "key": {"type": "string", "format": "password"},
            "login": {"$ref": "#/$defs/Login"}
        }, "$defs": {"Login": {"properties": {"user": {}, "pass": {"writeOnly": true}}}}})
    }

    #[test]
    fn secrets_are_hidden_and_listed() {
        let mut s = map(json!({"url": "rtmp://me:pw@h/app", "key": "k1", "login": {"user": "u", "pass": ""}}));
        assert_eq!(hide(&mut s, &schema()), ["/key"]);
        let text = Value::Object(s).to_string();
        assert!(
            !text.contains("k1") && !text.contains("pw") && text.contains("****@h/app"),
            "{text}"
        );
    }

    #[test]
    fn hidden_secrets_stay_when_they_come_back() {
        let before = map(json!({"url": "rtmp://me:pw@h/app", "key": "k1", "login": {"user": "u", "pass": "p"}}));
        let mut shown = before.clone();
        hide(&mut shown, &schema());
        assert_eq!(merged(&before, &shown, &schema()), before);
        assert_eq!(merged(&before, &Map::new(), &schema()), before);
        let next = merged(&before, &map(json!({"key": null, "login": {"user": "v"}})), &schema());
        assert_eq!(
            Value::Object(next),
            json!({"url": "rtmp://me:pw@h/app", "key": "", "login": {"user": "v", "pass": "p"}})
        );
        let next = merged(&before, &map(json!({"key": "k2"})), &schema());
        assert_eq!(next["key"], "k2");
    }
}
