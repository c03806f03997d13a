//! The body of an RTMP command, and the JSON of timed metadata.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rtmp::hostile::amf0(bytes));
