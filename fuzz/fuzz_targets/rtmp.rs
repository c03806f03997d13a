//! Everything an RTMP server says, its half of the handshake included.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rtmp::hostile::server(bytes));
