//! A playlist, and names of HLS files that are asked for.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| outputs::hostile::playlist(bytes));
