//! Render delay: shows a source's pictures later, so that they fit a sound that comes late. The pictures themselves stay.

use super::{Filter, FilterKind, Hold, Sheet, kind::settings};
use media::MediaTime;
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line of the list of kinds.
pub const KIND: FilterKind = FilterKind::of::<RenderDelay>(
    "render_delay",
    "Render delay",
    "Shows a source's pictures later. On sources only.",
    |s, _| Ok(Box::new(settings::<RenderDelay>(s)?)),
)
.for_sources();

/// Settings of a delay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct RenderDelay {
    /// How much later, milliseconds.
    #[schemars(range(min = 0, max = 500))]
    delay_ms: u32,
}

impl Settings for RenderDelay {}

impl Filter for RenderDelay {
    fn hold(&self) -> Option<Hold> {
        Some(Hold::Later(MediaTime::from_millis(self.delay_ms.into())))
    }
    fn apply(&self, sheet: Sheet, _: MediaTime) -> Sheet {
        sheet
    }
}
