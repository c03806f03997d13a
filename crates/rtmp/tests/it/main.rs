//! The session against other implementations: rml_rtmp's server in memory, and a real nginx-rtmp on loopback.
#![cfg(test)]

mod fixtures;
mod flv;
mod hostile;
mod mutations;
mod nginx;
mod peer;
mod publish;
mod refused;
