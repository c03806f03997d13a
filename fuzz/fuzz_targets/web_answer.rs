//! A web server's answer with its Link headers.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| outputs::hostile::web_answer(bytes));
