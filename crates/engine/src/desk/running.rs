//! A transition under way: what lies below it, where it leads, and how far it is.

use compositor::{DrawList, Transition};
use media::MediaTime;
use std::sync::Arc;

/// Interrupted transitions that still shine through; with more of them the lowest is let go.
const MOST_LAYERS: usize = 6;

/// A transition to a scene, stopped where the next one interrupted it.
#[derive(Clone, Debug)]
struct Layer {
    scene: String,
    how: Arc<dyn Transition>,
    progress: f32,
}

/// A running transition.
#[derive(Clone, Debug)]
pub(super) struct Running {
    /// The scene that was on show when it began.
    pub(super) from: String,
    /// Where it leads.
    pub(super) to: String,
    /// The position of the hand that holds it, if one does.
    pub(super) held: Option<f32>,
    /// What it leads away from, bottom first: a scene and the transitions over it that it has interrupted.
    lowest: String,
    under: Vec<Layer>,
    how: Arc<dyn Transition>,
    start: MediaTime,
    duration: MediaTime,
}

impl Running {
    /// One that begins at `start` on what `before` shows then, or on the scene `from` alone.
    pub(super) fn new(
        before: Option<&Self>,
        (from, to): (&str, &str),
        how: Arc<dyn Transition>,
        (start, duration): (MediaTime, MediaTime),
    ) -> Self {
        let (mut lowest, mut under) = match before {
            Some(b) => (b.lowest.clone(), b.layers(start)),
            None => (from.to_owned(), vec![]),
        };
        while under.len() > MOST_LAYERS {
            lowest = under.remove(0).scene;
        }
        Self {
            from: from.to_owned(),
            to: to.to_owned(),
            held: None,
            lowest,
            under,
            how,
            start,
            duration,
        }
    }

    /// What it has under it and itself, as a transition that interrupts it at `t` finds them.
    fn layers(&self, t: MediaTime) -> Vec<Layer> {
        let mut layers = self.under.clone();
        layers.push(Layer {
            scene: self.to.clone(),
            how: self.how.clone(),
            progress: self.progress(t),
        });
        layers.retain(|l| l.progress > 0.0);
        layers
    }

    /// The same, held at this position.
    pub(super) fn at(&self, position: f32) -> Self {
        Self {
            held: Some(position),
            ..self.clone()
        }
    }

    pub(super) fn progress(&self, t: MediaTime) -> f32 {
        let (done, all) = ((t - self.start).0.max(0), self.duration.0.max(1));
        self.held.unwrap_or_else(|| (done as f64 / all as f64).min(1.0) as f32)
    }

    pub(super) fn is_over(&self, t: MediaTime) -> bool {
        self.held.is_none() && t >= self.start + self.duration
    }

    /// Scenes, bottom first, and how much of each is heard over what is below.
    pub(super) fn heard(&self, t: MediaTime) -> Vec<(String, f32)> {
        let mut out = vec![(self.lowest.clone(), 1.0)];
        out.extend(self.layers(t).into_iter().map(|l| (l.scene, l.how.heard(l.progress))));
        out
    }

    /// The draw list of it all; `draw` lays out a scene.
    pub(super) fn list(&self, t: MediaTime, draw: &dyn Fn(&str) -> DrawList) -> DrawList {
        self.layers(t).into_iter().fold(draw(&self.lowest), |below, l| {
            if l.progress >= 1.0 {
                draw(&l.scene)
            } else {
                l.how.list(below, draw(&l.scene), l.progress)
            }
        })
    }
}
