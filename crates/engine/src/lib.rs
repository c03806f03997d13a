//! The running show. [`Show::start`] opens the sources, starts one tick thread per canvas, the sound thread and one
//! encoder thread per distinct encode, connects the destinations and writes the recording; commands go in, snapshots,
//! events and at the end a [`Report`] come out. A [`Studio`] keeps a show running over a project that is edited, and
//! changes projects. It knows no HTTP and no window.

mod air;
mod air_log;
mod autosave;
mod command;
mod conduct;
mod desk;
mod document;
mod edits;
mod encode;
mod error;
mod events;
mod feed;
mod follow;
mod health;
mod heard;
mod lines;
mod meters;
mod offline;
mod options;
mod pictures;
mod places;
mod plan;
mod preflight;
mod process;
mod ready;
mod ready_more;
mod repair;
mod report;
mod report_list;
mod show;
mod shown;
mod snapshot;
mod sound;
mod stage;
mod state;
mod studio;
mod tick;
mod viewing;
mod visible;
mod wants;
mod watch;

pub use air_log::{AirDestination, AirLoudness, AirMarker, AirProcess, AirRecording, AirSpan, ShowReport};
pub use command::{Changes, Command, ItemChange, Outcome, TransitionKind};
pub use desk::{DeskState, Transition};
pub use document::DocumentState;
pub use error::EngineError;
pub use events::{Event, EventLevel};
pub use meters::Meters;
pub use offline::{OfflineFrame, render_frame};
pub use options::{ExtraDestination, ShowOptions};
pub use pictures::{MonitorPicture, PictureTap, PictureWish, Target};
pub use places::Recent;
pub use plan::validate;
pub use preflight::{Finding, FindingLevel, check};
pub use process::{ProcessUse, process_use};
pub use report::*;
pub use report_list::ReportLine;
pub use show::Show;
pub use shown::{ShownProject, without_secrets};
pub use snapshot::*;
pub use state::Remote;
pub use studio::{Projects, Studio, StudioOptions};
pub use viewing::View;
