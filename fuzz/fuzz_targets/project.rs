//! A `project.json`: read or refused; what was read is written and read again.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(document) = project::read::read_document(bytes) {
        let again = project::read::write_document(&document.project).expect("what was read can be written");
        assert!(project::read::read_document(&again).is_ok());
    }
});
