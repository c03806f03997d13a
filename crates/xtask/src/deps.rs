//! `cargo xtask deps`: checks the table of layers in ARCHITECTURE.md against the manifests. Dependencies for tests do not
//! count.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::process::Command;

/// Our crates by layer; those of layer `FREE` may use anything and be used by tests only.
const LAYERS: &[(&str, u8)] = &[
    ("media", 0),
    ("project", 0),
    ("compositor", 1),
    ("mixer", 1),
    ("codec", 1),
    ("rtmp", 1),
    ("rtc-peer", 1),
    ("srt", 1),
    ("sources", 2),
    ("outputs", 2),
    ("engine", 3),
    ("control", 4),
    ("footlight", 5),
    ("monitor", 5),
    ("footlight-studio", 6),
    ("xtask", FREE),
    ("test-support", FREE),
];
const FREE: u8 = 255;

/// Pairs within one layer that are allowed: (user, used).
const WITHIN: &[(&str, &str)] = &[("project", "media")];

/// Outside crates that belong to few of ours: (beginning of the name, who may use it).
const RESERVED: &[(&str, &[&str])] = &[
    ("ffmpeg", &["codec"]),
    ("wgpu", &["compositor", "monitor"]),
    ("egui", &["monitor"]),
    ("winit", &["monitor"]),
    ("tauri", &["footlight-studio"]),
    ("rml_", &["rtmp"]),
    ("webrtc", &["rtc-peer"]),
    (
        "tokio",
        &[
            "rtc-peer",
            "outputs",
            "engine",
            "control",
            "footlight",
            "footlight-studio",
        ],
    ),
    ("axum", &["control"]),
    ("anyhow", &["footlight", "footlight-studio", "xtask"]),
];

/// Prints what breaks the rules and fails if anything does.
pub(crate) fn run() -> Result<()> {
    let out = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version", "1", "--locked"])
        .output()
        .context("cargo metadata")?;
    let metadata: Value = serde_json::from_slice(&out.stdout).context("cargo metadata gave no JSON")?;
    let wrong = check(&metadata);
    for w in &wrong {
        eprintln!("{w}");
    }
    if !wrong.is_empty() {
        bail!("{} dependencies break the layers of ARCHITECTURE.md", wrong.len());
    }
    println!("layers: fine");
    Ok(())
}

fn check(metadata: &Value) -> Vec<String> {
    let mut wrong = vec![];
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let user = package["name"].as_str().unwrap_or_default();
        let Some(layer) = layer_of(user) else {
            wrong.push(format!(
                "{user}: give it a layer in ARCHITECTURE.md and in xtask's deps.rs"
            ));
            continue;
        };
        let used = package["dependencies"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|d| d["kind"].as_str() != Some("dev"));
        for used in used.filter_map(|d| d["name"].as_str()) {
            wrong.extend(judge(user, layer, used));
        }
    }
    wrong
}

fn layer_of(name: &str) -> Option<u8> {
    LAYERS.iter().find(|l| l.0 == name).map(|l| l.1)
}

fn judge(user: &str, layer: u8, used: &str) -> Option<String> {
    if layer == FREE {
        return None;
    }
    if let Some(below) = layer_of(used) {
        let fine = below < layer || WITHIN.contains(&(user, used));
        return (!fine).then(|| format!("{user} (layer {layer}) may not use {used} (layer {below})"));
    }
    let (name, allowed) = RESERVED.iter().find(|(start, _)| used.starts_with(start))?;
    (!allowed.contains(&user)).then(|| format!("{user} may not use {used}: {name}… belongs to {}", allowed.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn upward_sideways_and_reserved_dependencies_are_found() {
        let package = |name: &str, deps: &[(&str, Option<&str>)]| json!({"name": name, "dependencies": deps.iter().map(|(n, k)| json!({"name": n, "kind": k})).collect::<Vec<_>>()});
        let metadata = json!({"packages": [
            package("project", &[("media", None), ("serde", None)]),
            package("media", &[("project", None)]),
            package("mixer", &[("codec", None), ("media", None), ("engine", Some("dev"))]),
            package("compositor", &[("tokio", None), ("wgpu", None)]),
            package("stranger", &[]),
        ]});
        let wrong = check(&metadata);
        assert_eq!(wrong.len(), 4, "{wrong:#?}");
        assert!(wrong[0].contains("media (layer 0) may not use project"));
        assert!(wrong[1].contains("mixer (layer 1) may not use codec"));
        assert!(wrong[2].contains("compositor may not use tokio"));
        assert!(wrong[3].contains("stranger"));
    }
}
