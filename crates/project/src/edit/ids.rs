//! Ids: short, readable, unique. People see names; ids stand in files, commands and log lines.

use crate::{Animation, Filter, Project};
use std::collections::HashSet;

/// The longest id made here, without its number.
const LONGEST: usize = 32;

/// A name as an id: lower-case letters and digits of ASCII with `-` between the words; `otherwise` when none are in it
/// (a Chinese name, an emoji).
pub fn slug(name: &str, otherwise: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') && c != '\'' {
            out.push('-');
        }
        if out.len() >= LONGEST {
            break;
        }
    }
    let out = out.trim_end_matches('-');
    // A number alone says nothing.
    match (out, out.bytes().all(|b| b.is_ascii_digit())) {
        ("", _) => otherwise.to_owned(),
        (digits, true) => format!("{otherwise}-{digits}"),
        (words, false) => words.to_owned(),
    }
}

/// `base`, or `base-2`, `base-3`, … whichever none of `taken` is.
pub fn unique_id<'a>(base: &str, taken: impl Iterator<Item = &'a String>) -> String {
    let taken: HashSet<&str> = taken.map(String::as_str).collect();
    numbered(base, "-", |id| taken.contains(id))
}

/// `base`, or `base 2`, `base 3`, … whichever none of `taken` is: a name for people.
pub fn unique_name<'a>(base: &str, taken: impl Iterator<Item = &'a String>) -> String {
    let taken: HashSet<&str> = taken.map(String::as_str).collect();
    numbered(base, " ", |name| taken.contains(name))
}

fn numbered(base: &str, between: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(base) {
        return base.to_owned();
    }
    // A copy of `camera-2` is `camera-3`, not `camera-2-2`.
    let stem = match base.rsplit_once(between) {
        Some((stem, n)) if !stem.is_empty() && n.len() < 5 && n.parse::<u32>().is_ok() => stem,
        _ => base,
    };
    (2u32..)
        .map(|n| format!("{stem}{between}{n}"))
        .find(|id| !taken(id))
        .unwrap_or_default()
}

/// Gives ids to items and filters that have none or share one with another of their list: commands name them by id.
pub fn fill_in_ids(p: &mut Project) {
    p.sources.iter_mut().for_each(|s| fill_in_filters(&mut s.filters));
    for scene in &mut p.scenes {
        fill_in_filters(&mut scene.filters);
        for item in &mut scene.items {
            fill_in_filters(&mut item.filters);
            fill_in_animations(&mut item.animations);
        }
        let mut seen: HashSet<String> = HashSet::new();
        for item in &mut scene.items {
            if item.id.is_empty() || seen.contains(&item.id) {
                let shown = item.source.as_deref().or(item.scene.as_deref()).unwrap_or("item");
                item.id = unique_id(&slug(shown, "item"), seen.iter());
            }
            seen.insert(item.id.clone());
        }
    }
}

fn fill_in_animations(animations: &mut [Animation]) {
    let mut seen: HashSet<String> = HashSet::new();
    for a in animations {
        if a.id.is_empty() || seen.contains(&a.id) {
            a.id = unique_id(&slug(&a.name, "animation"), seen.iter());
        }
        seen.insert(a.id.clone());
    }
}

fn fill_in_filters(filters: &mut [Filter]) {
    let mut seen: HashSet<String> = HashSet::new();
    for f in filters {
        if f.id.is_empty() || seen.contains(&f.id) {
            f.id = unique_id(&slug(&f.kind, "filter"), seen.iter());
        }
        seen.insert(f.id.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_readable() {
        for (name, id) in [
            ("Camera", "camera"),
            ("  Guest's   camera (left) ", "guests-camera-left"),
            ("攝影機", "source"),
            ("🎥", "source"),
            ("42", "source-42"),
            ("", "source"),
            ("Über Ünter", "ber-nter"),
        ] {
            assert_eq!(slug(name, "source"), id, "{name}");
        }
        assert!(slug(&"long ".repeat(200), "x").len() <= LONGEST);
    }

    #[test]
    fn ids_are_unique() {
        let taken = ["camera", "camera-2", "a-b"].map(String::from);
        assert_eq!(unique_id("camera", taken.iter()), "camera-3");
        assert_eq!(unique_id("camera-2", taken.iter()), "camera-3");
        assert_eq!(unique_id("a-b", taken.iter()), "a-b-2");
        assert_eq!(unique_id("new", taken.iter()), "new");
        assert_eq!(unique_name("Cam 2", ["Cam 2".to_owned()].iter()), "Cam 3");
    }
}
