//! Freeze: a source stands still on the picture it had when the filter was turned on.

use super::{Filter, FilterKind, Hold, Sheet};
use media::MediaTime;
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line of the list of kinds.
pub const KIND: FilterKind = FilterKind::of::<Freeze>(
    "freeze",
    "Freeze",
    "Stands still on the picture there was when it was turned on. On sources only.",
    |_, _| Ok(Box::new(Freeze::default())),
)
.for_sources();

/// It has no settings: turning it off and on again takes another picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Freeze {}

impl Settings for Freeze {}

impl Filter for Freeze {
    fn hold(&self) -> Option<Hold> {
        Some(Hold::Still)
    }
    fn apply(&self, sheet: Sheet, _: MediaTime) -> Sheet {
        sheet
    }
}
