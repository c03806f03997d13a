//! The project's behaviour at its seams: files on disk, hostile documents, findings.

mod bundles;
mod damage;
mod documents;
mod edits;
mod findings;
mod mutations;
mod store;

use project::{Destination, Project, Scene, SceneItem, Source};
use serde_json::{Map, Value, json};

/// JSON as a map.
fn map(v: Value) -> Map<String, Value> {
    match v {
        Value::Object(m) => m,
        _ => Map::new(),
    }
}

/// A project with a bit of everything.
fn real() -> Project {
    let item = |id: &str| SceneItem {
        id: id.into(),
        source: Some(id.into()),
        ..SceneItem::default()
    };
    let source = |id: &str, kind: &str, settings: Value| Source {
        id: id.into(),
        name: format!("Größe {id} ♪"),
        kind: kind.into(),
        settings: map(settings),
        ..Source::default()
    };
    Project {
        name: "Bühne 1".into(),
        sources: vec![
            source("cam", "ball", json!({"size": 12})),
            source("title", "ball", json!({})),
        ],
        scenes: vec![
            Scene {
                items: vec![item("cam"), item("title")],
                ..Scene::default()
            },
            Scene {
                id: "end".into(),
                name: "The end".into(),
                items: vec![SceneItem {
                    scene: Some("main".into()),
                    ..SceneItem::default()
                }],
                ..Scene::default()
            },
        ],
        destinations: vec![Destination {
            id: "yt".into(),
            kind: "hole".into(),
            settings: map(json!({"key": "live_123"})),
            ..Destination::default()
        }],
        ..Project::default()
    }
}
