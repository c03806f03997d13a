//! A WHIP or WHEP answer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rtc_peer::hostile::description(bytes));
