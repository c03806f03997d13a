//! The API against a real studio: a small project on the software renderer.

mod commands;
mod doors;
mod files;
mod pictures;
mod rig;
mod slow;
mod ui;
