//! When things happened to the items of a show: what animations, appearing and disappearing items and gliding layouts count
//! their time from. Nothing of it is in the document, and nothing is added up: a picture is made of the document, these
//! moments and its own time, so it is the same whoever draws it and however many were drawn before.
//!
//! [`Cues::follow`] finds out what happened by comparing two documents. Whoever publishes a document publishes its cues first:
//! until the document is there too they change nothing.

use crate::{
    Transition, layouts,
    transition::{transition, transition_kinds},
};
use media::MediaTime;
use project::{ItemTransition, Project, Scene, SceneItem};
use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
};

/// The moments of a show. Times are engine time.
#[derive(Clone, Debug, Default)]
pub struct Cues {
    /// The project's folder, where transitions find their files.
    dir: PathBuf,
    start: MediaTime,
    /// By scene.
    scenes: HashMap<String, SceneCues>,
}

#[derive(Clone, Debug, Default)]
struct SceneCues {
    on_show: Option<MediaTime>,
    /// By item.
    items: HashMap<String, Cue>,
}

/// What happened to one item.
#[derive(Clone, Debug, Default)]
struct Cue {
    shown: Option<Turn>,
    hidden: Option<Turn>,
    /// Animations that a command began, and when.
    played: Vec<(String, MediaTime)>,
    glide: Option<Arc<layouts::Glide>>,
}

/// An item was shown or hidden.
#[derive(Clone, Debug)]
struct Turn {
    at: MediaTime,
    /// How, if not at once.
    how: Option<(Arc<dyn Transition>, MediaTime)>,
}

impl Turn {
    fn new(at: MediaTime, how: Option<&ItemTransition>, dir: &Path) -> Self {
        let how = how.filter(|h| h.duration_ms > 0).and_then(|h| {
            // One of a newer Footlight, or with a wrong setting, happens at once.
            transition_kinds().iter().find(|k| k.info.id == h.kind && k.for_items)?;
            let made = transition(&h.kind, &h.settings, "settings", dir)?.ok()?;
            Some((made, MediaTime::from_millis(h.duration_ms.into())))
        });
        Self { at, how }
    }

    /// The transition and how far it is; nothing when it is over.
    fn at(&self, t: MediaTime) -> Option<(&Arc<dyn Transition>, f32)> {
        let (how, duration) = self.how.as_ref()?;
        let p = (t - self.at).0.max(0) as f64 / duration.0.max(1) as f64;
        (p < 1.0).then_some((how, p as f32))
    }
}

/// How much of an item is there.
pub(crate) enum Presence<'a> {
    /// Nothing.
    Gone,
    /// All.
    Whole,
    /// This part of the way by a transition: 0 nothing, 1 all.
    Partly(&'a Arc<dyn Transition>, f32),
}

impl Cues {
    /// Nothing has happened yet in the project kept at `dir`, and the scenes of all canvases come on show now.
    pub fn beginning(p: &Project, dir: &Path, now: MediaTime) -> Self {
        let mut out = Self {
            dir: dir.to_owned(),
            start: now,
            ..Self::default()
        };
        for id in on_show(p) {
            out.scenes.entry(id.to_owned()).or_default().on_show = Some(now);
        }
        out
    }

    /// As [`Self::beginning`] for a picture of one scene alone.
    pub fn of_scene(p: &Project, dir: &Path, scene: &str, now: MediaTime) -> Self {
        let mut out = Self {
            dir: dir.to_owned(),
            start: now,
            ..Self::default()
        };
        for id in reached(p, [scene]) {
            out.scenes.entry(id.to_owned()).or_default().on_show = Some(now);
        }
        out
    }

    /// With what the step from one document to the next makes happen at `now`.
    #[must_use]
    pub fn follow(&self, before: &Project, after: &Project, now: MediaTime) -> Self {
        let mut out = self.clone();
        let was = on_show(before);
        for id in on_show(after).difference(&was) {
            out.scenes.entry((*id).to_owned()).or_default().on_show = Some(now);
        }
        for scene in &after.scenes {
            let Some(old) = before
                .scenes
                .iter()
                .find(|s| s.id == scene.id)
                .filter(|old| *old != scene)
            else {
                continue;
            };
            self.follow_scene(old, scene, now, &mut out);
        }
        out.scenes.retain(|id, _| after.scenes.iter().any(|s| s.id == *id));
        out
    }

    fn follow_scene(&self, old: &Scene, new: &Scene, now: MediaTime, out: &mut Self) {
        for item in &new.items {
            let before = old.item(&item.id);
            let was = before.is_some_and(|i| i.visible);
            if was != item.visible {
                let cue = out.cue(&new.id, &item.id);
                if item.visible {
                    (cue.shown, cue.hidden) = (Some(Turn::new(now, item.show.as_ref(), &self.dir)), None);
                } else if before.is_some() {
                    (cue.hidden, cue.shown) = (Some(Turn::new(now, item.hide.as_ref(), &self.dir)), None);
                }
            }
            if let Some(before) = before.filter(|b| b.layout().is_some() && item.layout().is_some()) {
                let from = layouts::spots(old, before, &self.of(old, before), now);
                let changed = layouts::targets(old, before) != layouts::targets(new, item);
                if changed {
                    out.cue(&new.id, &item.id).glide = Some(Arc::new(layouts::Glide::new(now, &from)));
                }
            }
        }
        if let Some(cues) = out.scenes.get_mut(&new.id) {
            cues.items.retain(|id, _| new.item(id).is_some());
        }
    }

    /// With animations of an item begun at `now`.
    #[must_use]
    pub fn play(&self, scene: &str, item: &str, animations: &[String], now: MediaTime) -> Self {
        let mut out = self.clone();
        let played = &mut out.cue(scene, item).played;
        played.retain(|(id, _)| !animations.contains(id));
        played.extend(animations.iter().map(|id| (id.clone(), now)));
        out
    }

    fn cue(&mut self, scene: &str, item: &str) -> &mut Cue {
        let scene = self.scenes.entry(scene.to_owned()).or_default();
        scene.items.entry(item.to_owned()).or_default()
    }

    /// What happened to an item and to what holds it.
    pub(crate) fn of<'a>(&'a self, scene: &'a Scene, item: &'a SceneItem) -> ItemCues<'a> {
        let cues = self.scenes.get(&scene.id);
        ItemCues {
            all: self,
            scene: cues,
            cue: cues.and_then(|c| c.items.get(&item.id)),
            document: scene,
            item,
        }
    }
}

/// What happened to one item.
#[derive(Clone, Copy)]
pub(crate) struct ItemCues<'a> {
    all: &'a Cues,
    scene: Option<&'a SceneCues>,
    cue: Option<&'a Cue>,
    document: &'a Scene,
    item: &'a SceneItem,
}

impl<'a> ItemCues<'a> {
    /// When the show began.
    pub(crate) fn start(&self) -> MediaTime {
        self.all.start
    }
    /// When the scene came on show last.
    pub(crate) fn on_show(&self) -> Option<MediaTime> {
        self.scene?.on_show
    }
    /// When a command began an animation of it last.
    pub(crate) fn played(&self, animation: &str) -> Option<MediaTime> {
        let played = &self.cue?.played;
        played.iter().find(|(id, _)| id == animation).map(|(_, at)| *at)
    }
    /// When it was shown last, itself or by what holds it; the beginning of the show when it was there from the first.
    pub(crate) fn shown(&self) -> MediaTime {
        let mut last = self.all.start;
        let Some(cues) = self.scene else { return last };
        let mut at = Some(self.item);
        for _ in 0..=project::MAX_HELD {
            let Some(item) = at else { break };
            let turn = cues.items.get(&item.id).and_then(|c| c.shown.as_ref());
            last = turn.map_or(last, |s| s.at.max(last));
            at = self.document.item(&item.parent);
        }
        last
    }
    /// Whether it is there at `t`.
    pub(crate) fn presence(&self, t: MediaTime) -> Presence<'a> {
        let turn = |pick: fn(&Cue) -> &Option<Turn>| self.cue.and_then(|c| pick(c).as_ref()).and_then(|s| s.at(t));
        if self.item.visible {
            return turn(|c| &c.shown).map_or(Presence::Whole, |(how, p)| Presence::Partly(how, p));
        }
        turn(|c| &c.hidden).map_or(Presence::Gone, |(how, p)| Presence::Partly(how, 1.0 - p))
    }
    /// Whether it is on its way out by a transition of its own at `t`.
    pub(crate) fn is_leaving(&self, t: MediaTime) -> bool {
        !self.item.visible && matches!(self.presence(t), Presence::Partly(..))
    }
    /// What its members glide from.
    pub(crate) fn glide(&self) -> Option<&'a layouts::Glide> {
        self.cue?.glide.as_deref()
    }
}

/// Ids of the scenes that canvases show, themselves or in others.
fn on_show(p: &Project) -> HashSet<&str> {
    reached(p, p.canvases.iter().map(|c| c.scene.as_str()))
}

fn reached<'a>(p: &'a Project, from: impl IntoIterator<Item = &'a str>) -> HashSet<&'a str> {
    let mut out = HashSet::new();
    let mut open: Vec<&str> = from.into_iter().collect();
    while let Some(id) = open.pop() {
        if let Some(scene) = p.scene(id).filter(|s| out.insert(s.id.as_str())) {
            open.extend(scene.shown_items().filter_map(|i| i.scene.as_deref()));
        }
    }
    out
}
