//! A transition under way: what lies below it, where it leads, and how far it is.

use super::{Drawing, Showing, Sounding};
use compositor::{DrawList, Transition};
use media::MediaTime;
use std::sync::Arc;

/// Interrupted transitions that still shine through; with more of them the lowest is let go.
const MOST_LAYERS: usize = 6;

/// How a scene comes.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) how: Arc<dyn Transition>,
    pub(super) duration: MediaTime,
    /// Id of the transition whose film plays, if one does.
    pub(super) film: Option<String>,
}

/// A transition to a scene, stopped where the next one interrupted it; a film is not stopped, it plays to its end.
#[derive(Clone, Debug)]
struct Layer {
    scene: Showing,
    how: Arc<dyn Transition>,
    film: Option<String>,
    going: Going,
}

/// How far a layer is.
#[derive(Clone, Copy, Debug)]
enum Going {
    Stopped(f32),
    From(MediaTime, MediaTime),
}

impl Layer {
    fn at(&self, t: MediaTime) -> f32 {
        match self.going {
            Going::Stopped(p) => p,
            Going::From(start, duration) => part((start, duration), t),
        }
    }
}

/// A running transition.
#[derive(Clone, Debug)]
pub(super) struct Running {
    /// The scene that was on show when it began.
    pub(super) from: Showing,
    /// Where it leads.
    pub(super) to: Showing,
    /// The position of the hand that holds it, if one does.
    pub(super) held: Option<f32>,
    /// What it leads away from, bottom first: a scene and the transitions over it that it has interrupted.
    lowest: Showing,
    under: Vec<Layer>,
    way: Way,
    start: MediaTime,
}

impl Running {
    /// One that begins at `start` on what `before` shows then, or on the scene `from` alone.
    pub(super) fn new(before: Option<&Self>, (from, to): (Showing, Showing), way: Way, start: MediaTime) -> Self {
        let (mut lowest, mut under) = match before {
            Some(b) => (b.lowest.clone(), b.layers(start)),
            None => (from.clone(), vec![]),
        };
        while under.len() > MOST_LAYERS {
            lowest = under.remove(0).scene;
        }
        Self {
            from,
            to,
            held: None,
            lowest,
            under,
            way,
            start,
        }
    }

    /// What it has under it and itself, as a transition that interrupts it at `t` finds them.
    fn layers(&self, t: MediaTime) -> Vec<Layer> {
        let mut layers = self.under.clone();
        let film = self.way.film.clone().filter(|_| self.held.is_none() && t >= self.start);
        layers.push(Layer {
            scene: self.to.clone(),
            how: self.way.how.clone(),
            going: match film {
                Some(_) => Going::From(self.start, self.way.duration),
                None => Going::Stopped(self.progress(t)),
            },
            film,
        });
        layers.retain(|l| l.film.is_some() || l.at(t) > 0.0);
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
        self.held.unwrap_or_else(|| part((self.start, self.way.duration), t))
    }

    pub(super) fn is_over(&self, t: MediaTime) -> bool {
        self.held.is_none() && t >= self.start + self.way.duration
    }

    /// What is heard.
    pub(super) fn heard(&self, t: MediaTime) -> Sounding {
        let mut out = Sounding::of(self.lowest.clone());
        for l in self.layers(t) {
            let p = l.at(t);
            out.left *= l.how.left_of_both(p);
            out.scenes.push((l.scene, l.how.heard(p)));
        }
        out
    }

    /// The draw list of it all.
    pub(super) fn list(&self, t: MediaTime, drawing: &Drawing<'_>) -> DrawList {
        let layers = self.layers(t);
        let mut list = (drawing.scene)(&self.lowest);
        for (i, l) in layers.iter().enumerate() {
            let (p, to) = (l.at(t), (drawing.scene)(&l.scene));
            // A film that was begun anew shows its pictures above only.
            let again = || layers[i + 1..].iter().any(|above| above.film == l.film);
            list = match &l.film {
                _ if p >= 1.0 => to,
                Some(id) if !again() => l.how.list_with(list, to, p, &(drawing.film)(id)),
                _ => l.how.list(list, to, p),
            };
        }
        list
    }
}

/// How much of a stretch of time is over at `t`, 0 to 1.
fn part((start, duration): (MediaTime, MediaTime), t: MediaTime) -> f32 {
    let (done, all) = ((t - start).0.max(0), duration.0.max(1));
    (done as f64 / all as f64).min(1.0) as f32
}
