//! The GPU renderer on whatever adapter there is; lavapipe (Debian's mesa-vulkan-drivers) will do.

mod agreement;
mod filters;
mod flow;
mod support;
