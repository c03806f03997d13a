//! What the windows ask of the show: pictures, and a board of what to write beside them. Small, so that a test can be a
//! show.

use crate::Target;
use media::VideoFrame;
use std::sync::Arc;

/// Told, from any thread, when a new picture is there.
pub type Wake = Box<dyn Fn() + Send + Sync>;

/// The show, as the windows see it. Called from the windows' thread: nothing here may wait.
pub trait Gallery: Send + Sync + 'static {
    /// Begins to give pictures of a target, no larger than `width` × `height` pixels and no more than `fps` a second, and
    /// calls `wake` for each. They end when the [`Picture`] is dropped.
    fn watch(&self, target: &Target, width: u32, height: u32, fps: u32, wake: Wake) -> Box<dyn Picture>;

    /// Labels, tally and levels as they are now.
    fn board(&self) -> Board;
}

/// Pictures of one target. I420 or NV12, BT.709 in limited range.
pub trait Picture {
    /// The newest picture that was not given before. Until it is taken no other one is made.
    fn newest(&mut self) -> Option<Arc<VideoFrame>>;
}

/// What a multiview shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    /// What is written under the preview.
    pub preview: String,
    /// What is written under the programme.
    pub program: String,
    /// Whether anybody outside sees the programme.
    pub on_air: bool,
    /// The programme's peak, dBFS, left and right.
    pub level_db: [f32; 2],
    /// The other pictures, in order.
    pub tiles: Vec<Tile>,
}

/// One small picture of a multiview.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// What it shows.
    pub target: Target,
    /// What is written under it.
    pub label: String,
    /// Where it is to be seen.
    pub tally: Tally,
    /// Its own peak, dBFS, left and right; none draws no meter.
    pub level_db: Option<[f32; 2]>,
}

/// Where a picture is to be seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tally {
    /// Nowhere.
    #[default]
    Off,
    /// It comes next.
    Next,
    /// In the programme.
    Program,
}
