//! The project: a folder with a `project.json` that holds scenes, sources, encoders and destinations as plain typed data,
//! and the store that never loses it.
//!
//! Kinds of sources, destinations and the like are not known here: their settings stay JSON, described and checked
//! through [`kind::KindInfo`] by the crate that owns the kind.

pub mod bundle;
pub mod color;
pub mod doc;
pub mod edit;
pub mod error;
pub mod kind;
pub mod read;
pub mod schema;
pub mod store;
pub mod validate;

pub use color::Rgba;
pub use doc::*;
pub use edit::EditError;
pub use error::{Broken, ProjectError};
pub use kind::{DocError, KindInfo, Parsed, Settings, Unknown, parse as parse_settings};
pub use store::{Notice, Opened, ProjectStore, Version};
pub use validate::{Finding, Registries, validate};
