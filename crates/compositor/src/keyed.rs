//! Values of items that change over time: what an item's animations make of it at a moment. Pure: the same document, the same
//! beginnings and the same time give the same item, at whatever rate pictures are drawn.

use crate::{cue::ItemCues, filters::filter_kind};
use media::MediaTime;
use project::{After, Animation, Key, SceneItem, Trigger};
use serde_json::{Number, Value};
use std::borrow::Cow;

/// The item as its animations have it at `t`; the very item while none of them runs.
pub(crate) fn keyed<'a>(item: &'a SceneItem, cues: &ItemCues<'_>, t: MediaTime) -> Cow<'a, SceneItem> {
    let mut out = Cow::Borrowed(item);
    for animation in &item.animations {
        if let Some(at_ms) = moment(animation, cues, t) {
            for (i, key) in animation.keys.iter().enumerate() {
                // Once for each property, when its first key comes by.
                if animation.keys[..i].iter().all(|k| k.property != key.property) {
                    let value = value(&animation.keys, &key.property, at_ms);
                    if value.is_finite() {
                        set(out.to_mut(), &key.property, value);
                    }
                }
            }
        }
    }
    out
}

/// How far an animation is, ms from its beginning; nothing when it has no say.
fn moment(a: &Animation, cues: &ItemCues<'_>, t: MediaTime) -> Option<f64> {
    let by_itself = match a.trigger {
        Trigger::Shown => Some(cues.shown()),
        Trigger::OnAir => cues.on_show(),
        Trigger::Loop => Some(cues.start()),
        Trigger::Command => None,
    };
    let begun = by_itself.max(cues.played(&a.id))? + MediaTime::from_millis(a.delay_ms.into());
    let ms = (t - begun).0.max(0) as f64 / 1e6;
    let length = f64::from(a.length_ms());
    match (a.trigger, a.after) {
        (Trigger::Loop, _) if length > 0.0 => Some(ms % length),
        (_, After::Own) if ms >= length => None,
        _ => Some(ms.min(length)),
    }
}

/// A property's value at a moment.
fn value(keys: &[Key], property: &str, at_ms: f64) -> f64 {
    let own = || keys.iter().filter(|k| k.property == property);
    let before = own().filter(|k| f64::from(k.at_ms) <= at_ms).max_by_key(|k| k.at_ms);
    let after = own().filter(|k| f64::from(k.at_ms) > at_ms).min_by_key(|k| k.at_ms);
    match (before, after) {
        (Some(b), Some(a)) => {
            let p = (at_ms - f64::from(b.at_ms)) / f64::from(a.at_ms - b.at_ms);
            b.value + (a.value - b.value) * a.eased(p)
        }
        (Some(only), None) | (None, Some(only)) => only.value,
        (None, None) => f64::NAN,
    }
}

/// Gives an item's value, held where it makes sense; one it does not have is let go.
fn set(item: &mut SceneItem, property: &str, v: f64) {
    let pixels = v.round().clamp(0.0, 1e5) as u32;
    match property {
        "position.x" => item.position.x = v,
        "position.y" => item.position.y = v,
        "scale.x" => item.scale.x = v,
        "scale.y" => item.scale.y = v,
        "rotation_deg" => item.rotation_deg = v,
        "opacity" => item.opacity = v.clamp(0.0, 1.0),
        "corner_radius" => item.corner_radius = v.max(0.0),
        "crop.left" => item.crop.left = pixels,
        "crop.top" => item.crop.top = pixels,
        "crop.right" => item.crop.right = pixels,
        "crop.bottom" => item.crop.bottom = pixels,
        "bounds.width" => item.bounds.iter_mut().for_each(|b| b.width = v.max(0.0)),
        "bounds.height" => item.bounds.iter_mut().for_each(|b| b.height = v.max(0.0)),
        _ => {
            if let Some((id, setting)) = property.strip_prefix("filters.").and_then(|p| p.split_once('.')) {
                set_filter(item, id, setting, v);
            }
        }
    }
}

/// A number among the settings of a filter. Those that read files are left alone: none is read while a picture is due.
fn set_filter(item: &mut SceneItem, id: &str, setting: &str, v: f64) {
    let Some(f) = item.filters.iter_mut().find(|f| f.id == id) else {
        return;
    };
    if f.settings.contains_key("path") {
        return;
    }
    let now = f.settings.get(setting).cloned().or_else(|| {
        let defaults = (filter_kind(&f.kind)?.info.defaults)();
        (!defaults.contains_key("path")).then(|| defaults.get(setting).cloned())?
    });
    let number = match now {
        Some(Value::Number(n)) if n.is_f64() => Number::from_f64(v),
        Some(Value::Number(_)) => Some(Number::from(v.round().clamp(-1e9, 1e9) as i64)),
        _ => None,
    };
    if let Some(n) = number {
        f.settings.insert(setting.to_owned(), Value::Number(n));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cues;
    use project::{Ease, Filter, Project, Scene};
    use std::path::Path;

    fn key(at_ms: u32, property: &str, value: f64, easing: Ease) -> Key {
        Key {
            at_ms,
            property: property.into(),
            value,
            easing,
            ..Key::default()
        }
    }

    fn animated(trigger: Trigger, after: After, keys: Vec<Key>) -> SceneItem {
        SceneItem {
            id: "i".into(),
            animations: vec![Animation {
                id: "a".into(),
                trigger,
                after,
                keys,
                ..Animation::default()
            }],
            ..SceneItem::default()
        }
    }

    fn scene(item: SceneItem) -> Project {
        Project {
            scenes: vec![Scene {
                items: vec![item],
                ..Scene::default()
            }],
            ..Project::default()
        }
    }

    fn x_at(item: &SceneItem, cues: &Cues, ms: i64) -> f64 {
        let p = scene(item.clone());
        let cues = cues.of(&p.scenes[0], &p.scenes[0].items[0]);
        keyed(item, &cues, MediaTime::from_millis(ms)).position.x
    }

    #[test]
    fn values_are_exact_at_their_keys_and_eased_between() {
        let keys = vec![
            key(400, "position.x", 30.0, Ease::Linear),
            key(0, "position.x", 10.0, Ease::Linear),
            key(1000, "position.x", -30.0, Ease::Hold),
        ];
        let item = animated(Trigger::Shown, After::Stay, keys);
        let x: Vec<f64> = [0, 100, 200, 400, 999, 1000, 5000]
            .iter()
            .map(|t| x_at(&item, &Cues::default(), *t))
            .collect();
        assert_eq!(x, [10.0, 15.0, 20.0, 30.0, 30.0, -30.0, -30.0]);
        let own = animated(Trigger::Shown, After::Own, item.animations[0].keys.clone());
        assert_eq!(x_at(&own, &Cues::default(), 999), 30.0);
        assert_eq!(x_at(&own, &Cues::default(), 1000), 0.0, "its own value again");
    }

    #[test]
    fn each_trigger_begins_it_and_a_command_begins_it_again() {
        let keys = || {
            vec![
                key(0, "position.x", 0.0, Ease::Linear),
                key(1000, "position.x", 100.0, Ease::Linear),
            ]
        };
        let at = MediaTime::from_millis;
        let looped = animated(Trigger::Loop, After::Own, keys());
        assert_eq!(x_at(&looped, &Cues::default(), 2250), 25.0);
        let asked = animated(Trigger::Command, After::Own, keys());
        assert_eq!(x_at(&asked, &Cues::default(), 500), 0.0);
        let played = Cues::default().play("main", "i", &["a".into()], at(2000));
        assert_eq!(x_at(&asked, &played, 2500), 50.0);
        let air = animated(Trigger::OnAir, After::Own, keys());
        assert_eq!(x_at(&air, &Cues::default(), 500), 0.0, "not on show");
        let p = scene(air.clone());
        assert_eq!(x_at(&air, &Cues::beginning(&p, Path::new(""), at(300)), 500), 20.0);
        assert_eq!(
            x_at(
                &air,
                &Cues::beginning(&p, Path::new(""), at(300)).play("main", "i", &["a".into()], at(400)),
                500
            ),
            10.0
        );
        let hidden = SceneItem {
            visible: false,
            ..animated(Trigger::Shown, After::Own, keys())
        };
        let shown = SceneItem {
            visible: true,
            ..hidden.clone()
        };
        let cues = Cues::default().follow(&scene(hidden), &scene(shown.clone()), at(5000));
        assert_eq!(x_at(&shown, &cues, 5250), 25.0);
    }

    #[test]
    fn an_item_at_rest_is_the_item_itself() {
        let item = animated(Trigger::Shown, After::Own, vec![key(100, "opacity", 0.0, Ease::Back)]);
        let p = scene(item.clone());
        let cues = Cues::default();
        let cues = cues.of(&p.scenes[0], &p.scenes[0].items[0]);
        assert!(matches!(
            keyed(&item, &cues, MediaTime::from_millis(100)),
            Cow::Borrowed(_)
        ));
        assert!(matches!(keyed(&item, &cues, MediaTime::from_millis(50)), Cow::Owned(_)));
    }

    #[test]
    fn numbers_of_filters_can_be_keyed_but_not_of_those_that_read_files() {
        let filter = |id: &str, kind: &str, settings: serde_json::Value| Filter {
            id: id.into(),
            kind: kind.into(),
            settings: settings.as_object().cloned().expect("map"),
            ..Filter::default()
        };
        let keys = [
            "filters.blur.radius",
            "filters.crop.left",
            "filters.lut.amount",
            "filters.none.x",
            "magic",
            "",
        ];
        let item = SceneItem {
            filters: vec![
                filter("blur", "blur", serde_json::json!({})),
                filter("crop", "crop", serde_json::json!({"left": 3})),
                filter("lut", "lut", serde_json::json!({"path": "x.cube", "amount": 0.5})),
            ],
            ..animated(
                Trigger::Shown,
                After::Stay,
                keys.iter().map(|k| key(0, k, 7.6, Ease::Linear)).collect(),
            )
        };
        let p = scene(item.clone());
        let cues = Cues::default();
        let made = keyed(&item, &cues.of(&p.scenes[0], &p.scenes[0].items[0]), MediaTime::ZERO).into_owned();
        assert_eq!(made.filters[0].settings["radius"], serde_json::json!(7.6));
        assert_eq!(made.filters[1].settings["left"], serde_json::json!(8));
        assert_eq!(made.filters[2], item.filters[2]);
    }

    #[test]
    fn no_key_upsets_it() {
        for wild in [f64::NAN, f64::INFINITY, -1e300, 1e300, 0.0] {
            let keys = project::KEYED
                .iter()
                .flat_map(|p| [key(0, p, wild, Ease::Bezier), key(7, p, -wild, Ease::Back)]);
            let item = animated(Trigger::Shown, After::Stay, keys.collect());
            let p = scene(item.clone());
            let cues = Cues::default();
            for ms in [0, 3, 7, i64::MAX / 2_000_000] {
                let cues = cues.of(&p.scenes[0], &p.scenes[0].items[0]);
                let made = keyed(&item, &cues, MediaTime::from_millis(ms));
                // Whatever came of it is placed somewhere or nowhere.
                if let Some((crop, m)) = crate::place::place(&made, (40, 20)) {
                    assert!(m.inverse().is_some() && crop.iter().all(|v| v.is_finite()));
                }
            }
        }
    }
}
