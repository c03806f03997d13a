//! Projects as people have them, changed a hundred thousand times: read or refused, never a panic. The same way in as the fuzz
//! target `project`, with a fixed seed.

use project::read::{read_document, write_document};
use test_support::mutate::cases;

#[test]
fn changed_projects_are_read_or_refused() {
    let small = br##"{"version":1,"name":"x","canvases":[{"id":"main","width":640,"height":360,"fps":"30000/1001","scene":"a"}],"sources":[{"id":"t","kind":"text","settings":{"text":"hi"}}],"scenes":[{"id":"a","items":[{"id":"i","source":"t","position":{"x":1.5,"y":-2}}]}]}"##;
    let other = br##"{"version":1,"encoders":[{"id":"e","video":{"bitrate_kbps":900,"crf":20.5}}],"destinations":[{"id":"d","kind":"rtmp","settings":{"url":"rtmp://h/a","key":"k"},"delay_s":3}],"audio":{"tracks":[{"id":"m"}]},"captions":{"style":"pop_on"},"recording":{"iso":["all"],"format":"mov"},"later":{"a":[1,{}]}}"##;
    let newer = br#"{"version":2,"name":"from tomorrow"}"#;
    cases(&[small.to_vec(), other.to_vec(), newer.to_vec()], 4, 100_000, |bytes| {
        if let Ok(document) = read_document(bytes) {
            let again = write_document(&document.project).expect("what was read can be written");
            assert!(read_document(&again).is_ok());
        }
    });
}
