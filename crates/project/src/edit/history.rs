//! Undo and redo: documents as they were, newest last. Scenes and sources that did not change between two steps are kept
//! once, so that a long evening over a large project costs little memory.

use super::scenes::carry_program;
use crate::{Project, Scene, Source};
use std::{collections::VecDeque, sync::Arc};

/// Steps that can be taken back.
pub const STEPS: usize = 200;

/// What can be undone and done again.
#[derive(Clone, Debug, Default)]
pub struct History {
    done: VecDeque<Step>,
    undone: Vec<Step>,
    /// The last step takes no more edits of its gesture: something was undone since.
    sealed: bool,
}

#[derive(Clone, Debug)]
struct Step {
    /// The document on the other side of this step.
    document: Kept,
    label: String,
    gesture: Option<String>,
}

/// A document in parts that steps share.
#[derive(Clone, Debug)]
struct Kept {
    /// Everything but scenes and sources.
    rest: Project,
    scenes: Vec<Arc<Scene>>,
    sources: Vec<Arc<Source>>,
}

impl Kept {
    fn of(p: &Project, near: Option<&Self>) -> Self {
        Self {
            rest: Self::rest_of(p),
            scenes: shared(&p.scenes, near.map_or(&[], |n| &n.scenes), |s| &s.id),
            sources: shared(&p.sources, near.map_or(&[], |n| &n.sources), |s| &s.id),
        }
    }

    fn rest_of(p: &Project) -> Project {
        Project {
            version: p.version,
            name: p.name.clone(),
            canvases: p.canvases.clone(),
            sources: vec![],
            scenes: vec![],
            transitions: p.transitions.clone(),
            quick_transitions: p.quick_transitions.clone(),
            audio: p.audio.clone(),
            encoders: p.encoders.clone(),
            destinations: p.destinations.clone(),
            recording: p.recording.clone(),
            captions: p.captions.clone(),
            extra: p.extra.clone(),
        }
    }

    /// Whether it is this document.
    fn is(&self, p: &Project) -> bool {
        let scenes = self.scenes.iter().map(|s| &**s).eq(&p.scenes);
        scenes && self.sources.iter().map(|s| &**s).eq(&p.sources) && self.rest == Self::rest_of(p)
    }

    fn whole(&self) -> Project {
        Project {
            scenes: self.scenes.iter().map(|s| (**s).clone()).collect(),
            sources: self.sources.iter().map(|s| (**s).clone()).collect(),
            ..self.rest.clone()
        }
    }
}

/// The list, with those of `near` that are equal instead of copies.
fn shared<T: Clone + PartialEq>(list: &[T], near: &[Arc<T>], id: fn(&T) -> &String) -> Vec<Arc<T>> {
    let known = |i: usize, x: &T| {
        // Mostly it is at the same place.
        let here = near.get(i).filter(|n| id(n) == id(x));
        here.or_else(|| near.iter().find(|n| id(n) == id(x)))
            .filter(|n| ***n == *x)
            .cloned()
    };
    list.iter()
        .enumerate()
        .map(|(i, x)| known(i, x).unwrap_or_else(|| Arc::new(x.clone())))
        .collect()
}

impl History {
    /// Notes an edit that has been made to `before`. Edits with equal label and gesture that follow each other are one
    /// step. What was undone can't be done again any more.
    pub fn record(&mut self, before: &Project, label: &str, gesture: Option<&str>) {
        self.undone.clear();
        let last = self.done.back();
        let joins = gesture.is_some() && !self.sealed;
        if joins && last.is_some_and(|s| s.gesture.as_deref() == gesture && s.label == label) {
            return;
        }
        let document = Kept::of(before, last.map(|s| &s.document));
        self.done.push_back(Step {
            document,
            label: label.to_owned(),
            gesture: gesture.map(str::to_owned),
        });
        if self.done.len() > STEPS {
            self.done.pop_front();
        }
        self.sealed = false;
    }

    /// Forgets the last step when its gesture has come back to where it began: a drag that was given up is nothing to undo.
    /// `now` is the document after the edit that was just noted.
    pub fn forget_if_nothing(&mut self, now: &Project) {
        if self
            .done
            .back()
            .is_some_and(|s| s.gesture.is_some() && s.document.is(now))
        {
            self.done.pop_back();
        }
    }

    /// The document before the last edit, showing what `now` shows, and the edit's label. `None` when there is nothing to undo.
    pub fn undo(&mut self, now: &Project) -> Option<(Project, String)> {
        let step = self.done.pop_back()?;
        let (document, back) = turn(now, &step);
        self.undone.push(back);
        self.sealed = true;
        Some((document, step.label))
    }

    /// The document after the edit that was undone last, showing what `now` shows, and its label.
    pub fn redo(&mut self, now: &Project) -> Option<(Project, String)> {
        let step = self.undone.pop()?;
        let (document, back) = turn(now, &step);
        self.done.push_back(back);
        self.sealed = true;
        Some((document, step.label))
    }

    /// What [`History::undo`] would take back.
    pub fn undo_label(&self) -> Option<&str> {
        self.done.back().map(|s| s.label.as_str())
    }

    /// What [`History::redo`] would do again.
    pub fn redo_label(&self) -> Option<&str> {
        self.undone.last().map(|s| s.label.as_str())
    }
}

fn turn(now: &Project, step: &Step) -> (Project, Step) {
    let mut document = step.document.whole();
    carry_program(now, &mut document);
    let back = Step {
        document: Kept::of(now, Some(&step.document)),
        label: step.label.clone(),
        gesture: step.gesture.clone(),
    };
    (document, back)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Project {
        Project {
            name: name.into(),
            ..Project::default()
        }
    }

    #[test]
    fn goes_back_and_forth() {
        let mut h = History::default();
        assert_eq!(h.undo(&named("a")), None);
        h.record(&named("a"), "rename", None);
        h.record(&named("b"), "again", None);
        let (b, label) = h.undo(&named("c")).expect("a step");
        assert_eq!((b.name.as_str(), label.as_str()), ("b", "again"));
        assert_eq!((h.undo_label(), h.redo_label()), (Some("rename"), Some("again")));
        let (c, _) = h.redo(&b).expect("a step");
        assert_eq!(c.name, "c");
        h.undo(&c);
        h.record(&named("b"), "other", None);
        assert_eq!(h.redo_label(), None, "a new edit ends what was undone");
    }

    #[test]
    fn a_gesture_is_one_step() {
        let mut h = History::default();
        for n in 0..100 {
            h.record(&named(&n.to_string()), "move", Some("drag-1"));
        }
        h.record(&named("100"), "move", Some("drag-2"));
        assert_eq!(h.undo(&named("x")).expect("a step").0.name, "100");
        h.record(&named("y"), "move", Some("drag-1"));
        assert_eq!(h.undo(&named("z")).expect("not joined after an undo").0.name, "y");
        assert_eq!(h.undo(&named("z")).expect("a step").0.name, "0");
    }

    #[test]
    fn a_gesture_that_was_given_up_is_no_step() {
        let mut h = History::default();
        h.record(&named("a"), "rename", None);
        h.forget_if_nothing(&named("a"));
        assert_eq!(h.undo_label(), Some("rename"), "only gestures are given up");
        let there = |h: &mut History, before: &str, after: &str| {
            h.record(&named(before), "move", Some("drag-1"));
            h.forget_if_nothing(&named(after));
        };
        there(&mut h, "b", "c");
        there(&mut h, "c", "d");
        assert_eq!(h.undo_label(), Some("move"));
        there(&mut h, "d", "b");
        assert_eq!(h.undo_label(), Some("rename"), "it came back to where it began");
        there(&mut h, "b", "e");
        assert_eq!(
            h.undo(&named("e")).expect("a step").0.name,
            "b",
            "and went on from there"
        );
    }

    #[test]
    fn it_is_bounded() {
        let mut h = History::default();
        for n in 0..300 {
            h.record(&named(&n.to_string()), "x", None);
        }
        let mut now = named("end");
        let mut steps = 0;
        while let Some((p, _)) = h.undo(&now) {
            now = p;
            steps += 1;
        }
        assert_eq!((steps, now.name.as_str()), (STEPS, "100"));
    }
}
