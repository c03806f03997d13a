//! Closed captions, as the document says it.

use super::Extra;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Closed captions (CEA-608) inside the picture: every destination and recording has them, and players show them to who wants
/// them. H.264, HEVC and AV1 carry them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Captions {
    /// Whether the pictures carry captions.
    pub enabled: bool,
    /// How they come.
    pub style: CaptionStyle,
    /// Seconds after which they are taken away when nothing more is said; 0 to leave them.
    #[schemars(range(min = 0.0, max = 600.0))]
    pub clear_after_s: f64,
    /// A text file whose new lines are captioned, relative to the project's folder; empty for none.
    pub file: String,
    /// Id of a text source whose last line is captioned whenever it changes; empty for none.
    pub source: String,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Captions {
    fn default() -> Self {
        Self {
            enabled: false,
            style: CaptionStyle::default(),
            clear_after_s: 8.0,
            file: String::new(),
            source: String::new(),
            extra: Extra::new(),
        }
    }
}

/// How captions come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaptionStyle {
    /// Two rows that roll up, word by word: for speech.
    #[default]
    #[serde(rename = "roll_up_2")]
    RollUp2,
    /// Three rows that roll up.
    #[serde(rename = "roll_up_3")]
    RollUp3,
    /// Up to two rows at once: for what was written before.
    PopOn,
}
