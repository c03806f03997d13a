//! Every finding of the validation, one at a time.

use crate::{map, real};
use media::Severity;
use project::{Finding, KindInfo, Project, Registries, Scene, SceneItem, Settings, validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Serialize, Deserialize, JsonSchema, Default)]
#[serde(default)]
struct Ball {
    #[schemars(range(max = 100))]
    size: u32,
}
impl Settings for Ball {
    fn validate(&self) -> Result<(), (String, String)> {
        if self.size == 13 {
            Err(("size".into(), "13 brings bad luck".into()))
        } else {
            Ok(())
        }
    }
}
#[derive(Serialize, Deserialize, JsonSchema, Default)]
#[serde(default)]
struct Hole {
    key: String,
}
impl Settings for Hole {}

const SOURCES: [KindInfo; 1] = [KindInfo::of::<Ball>("ball", "Ball", "A ball.")];
const DESTINATIONS: [KindInfo; 1] = [KindInfo::of::<Hole>("hole", "Hole", "A hole.")];
const KINDS: Registries<'static> = Registries {
    sources: &SOURCES,
    destinations: &DESTINATIONS,
    transitions: &[],
    filters: &[],
    layouts: &[],
};

fn check(change: impl FnOnce(&mut Project)) -> Vec<Finding> {
    let mut p = real();
    change(&mut p);
    validate(&p, &KINDS)
}

/// Exactly one finding, of this severity at this path, with these words.
fn finds(change: impl FnOnce(&mut Project), severity: Severity, path: &str, words: &str) {
    let found = check(change);
    let [f] = found.as_slice() else {
        panic!("{path}: one finding expected: {found:#?}");
    };
    assert_eq!((f.severity, f.path.as_str()), (severity, path), "{f:?}");
    assert!(f.message.contains(words), "{}", f.message);
}

fn nested(to: &str) -> SceneItem {
    SceneItem {
        scene: Some(to.into()),
        ..SceneItem::default()
    }
}

#[test]
fn a_sound_project_has_no_findings() {
    assert_eq!(check(|_| {}), []);
    let none = Registries {
        sources: &[],
        destinations: &[],
        transitions: &[],
        filters: &[],
        layouts: &[],
    };
    assert_eq!(validate(&Project::default(), &none), []);
}

#[test]
fn kinds_and_settings() {
    use Severity::{Degraded, Notice};
    finds(
        |p| p.sources[1].kind = "hologram".into(),
        Degraded,
        "sources[1].kind",
        "does not know the kind `hologram` (it knows ball)",
    );
    finds(
        |p| p.destinations[0].kind = "smoke".into(),
        Degraded,
        "destinations[0].kind",
        "`smoke`",
    );
    finds(
        |p| p.sources[0].settings = map(json!({"size": 300})),
        Degraded,
        "sources[0].settings.size",
        "must be a whole number from 0 to 100 (found 300)",
    );
    finds(
        |p| p.sources[0].settings = map(json!({"size": 13})),
        Degraded,
        "sources[0].settings.size",
        "bad luck (found 13)",
    );
    finds(
        |p| p.sources[0].settings = map(json!({"sise": 1})),
        Notice,
        "sources[0].settings.sise",
        "check the spelling",
    );
    finds(
        |p| p.destinations[0].settings = map(json!({"key": 7})),
        Degraded,
        "destinations[0].settings.key",
        "must be a text (found \"****\")",
    );
}

#[test]
fn ids() {
    use Severity::{Fatal, Notice};
    finds(
        |p| p.sources.push(p.sources[0].clone()),
        Fatal,
        "sources[2].id",
        "`cam`",
    );
    finds(|p| p.scenes.push(Scene::default()), Fatal, "scenes[2].id", "`main`");
    finds(
        |p| p.canvases.push(p.canvases[0].clone()),
        Fatal,
        "canvases[1].id",
        "`main`",
    );
    finds(
        |p| p.encoders.push(p.encoders[0].clone()),
        Fatal,
        "encoders[1].id",
        "`main`",
    );
    finds(
        |p| p.destinations.push(p.destinations[0].clone()),
        Fatal,
        "destinations[1].id",
        "`yt`",
    );
    finds(
        |p| p.destinations[0].id = String::new(),
        Fatal,
        "destinations[0].id",
        "has no id",
    );
    finds(
        |p| p.scenes[0].items[1].id = "cam".into(),
        Notice,
        "scenes[0].items[1].id",
        "two items `cam`",
    );
}

#[test]
fn references() {
    use Severity::{Degraded, Fatal};
    finds(
        |p| p.scenes[0].items[0].source = Some("cat".into()),
        Degraded,
        "scenes[0].items[0]",
        "no source `cat`; nothing is drawn. choose `cam` or `title`",
    );
    finds(
        |p| p.scenes[1].items[0].scene = Some("dog".into()),
        Degraded,
        "scenes[1].items[0]",
        "no scene `dog`",
    );
    finds(
        |p| p.scenes[0].items[0].source = None,
        Degraded,
        "scenes[0].items[0]",
        "neither a source nor a scene",
    );
    finds(
        |p| p.scenes[1].items[0].source = Some("cam".into()),
        Degraded,
        "scenes[1].items[0]",
        "a source and a scene",
    );
    finds(
        |p| p.canvases[0].scene = "intro".into(),
        Fatal,
        "canvases[0].scene",
        "`intro`, which is not there; choose `main` or `end`",
    );
    finds(
        |p| p.encoders[0].canvas = "tall".into(),
        Fatal,
        "encoders[0].canvas",
        "`tall`",
    );
    finds(
        |p| p.destinations[0].encoder = "hq".into(),
        Degraded,
        "destinations[0].encoder",
        "no encoder `hq`; choose `main`",
    );
    finds(
        |p| p.encoders.clear(),
        Degraded,
        "destinations[0].encoder",
        "there is no encoder; add one",
    );
    finds(
        |p| {
            p.recording.enabled = true;
            p.recording.encoder = "hq".into();
        },
        Degraded,
        "recording.encoder",
        "no encoder `hq`",
    );
    for (entry, words) in [
        ("gone", "source `gone`"),
        ("source:gone", "source `gone`"),
        ("canvas:gone", "canvas `gone`"),
        ("track:gone", "audio track `gone`"),
    ] {
        finds(
            |p| p.recording.iso = vec!["all".into(), entry.into()],
            Degraded,
            "recording.iso[1]",
            words,
        );
    }
    finds(
        |p| p.recording.iso_encoder = "hq".into(),
        Degraded,
        "recording.iso_encoder",
        "no encoder `hq`",
    );
}

#[test]
fn sizes_and_rates() {
    use Severity::{Fatal, Notice};
    finds(
        |p| p.canvases[0].width = 1279,
        Fatal,
        "canvases[0].width",
        "1278 or 1280",
    );
    finds(
        |p| p.canvases[0].height = 721,
        Fatal,
        "canvases[0].height",
        "odd height of 721",
    );
    finds(
        |p| (p.canvases[0].width, p.canvases[0].height) = (8192, 8192),
        Fatal,
        "canvases[0]",
        "8192×8192 has more pixels",
    );
    assert_eq!(
        check(|p| (p.canvases[0].width, p.canvases[0].height) = (8192, 4352)),
        [],
        "the largest"
    );
    finds(
        |p| p.encoders[0].video.max_bitrate_kbps = Some(100),
        Notice,
        "encoders[0].video.max_bitrate_kbps",
        "below the target",
    );
    let found = check(|p| p.canvases.clear());
    assert_eq!(
        (found[0].severity, found[0].path.as_str()),
        (Fatal, "canvases"),
        "{found:?}"
    );
}

#[test]
fn a_scene_inside_itself_is_named_with_its_chain() {
    use Severity::Degraded;
    finds(
        |p| p.scenes[0].items.push(nested("main")),
        Degraded,
        "scenes[0].items[2].scene",
        "Main -> Main",
    );
    // main -> end -> main
    finds(
        |p| p.scenes[0].items.push(nested("end")),
        Degraded,
        "scenes[1].items[0].scene",
        "Main -> The end -> Main",
    );
    // A diamond is no ring.
    assert_eq!(
        check(|p| {
            for (id, to) in [("a", "b"), ("a2", "b"), ("b", "end")] {
                let items = vec![nested(to), nested("main")];
                p.scenes.push(Scene {
                    id: id.into(),
                    name: String::new(),
                    items,
                    ..Scene::default()
                });
            }
        }),
        []
    );
    // A very long chain that bites its tail.
    let found = check(|p| {
        for i in 0..20_000 {
            let to = format!("s{}", (i + 1) % 20_000);
            p.scenes.push(Scene {
                id: format!("s{i}"),
                items: vec![nested(&to)],
                ..Scene::default()
            });
        }
    });
    assert_eq!(found.len(), 1);
}

#[test]
fn the_worst_comes_first_and_findings_are_json() {
    let found = check(|p| {
        p.sources[0].settings = map(json!({"sise": 1}));
        p.sources[1].kind = "hologram".into();
        p.canvases[0].width = 1279;
    });
    let order: Vec<Severity> = found.iter().map(|f| f.severity).collect();
    assert_eq!(order, [Severity::Fatal, Severity::Degraded, Severity::Notice]);
    assert_eq!(serde_json::to_value(&found[0]).expect("json")["severity"], "fatal");
}
