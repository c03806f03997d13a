//! What holds for every kind of source: the one test that walks the list.

use crate::source_kinds;
use std::collections::HashSet;

#[test]
fn ids_are_unique_defaults_come_back_and_every_field_is_described() {
    let mut ids = HashSet::new();
    for kind in source_kinds() {
        let info = &kind.info;
        assert!(ids.insert(info.id), "{} twice", info.id);
        assert!(
            info.id.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
            "{}",
            info.id
        );
        assert!(kind.video || kind.audio);
        let defaults = (info.defaults)();
        let unknown = (info.check)(&defaults, "settings").expect("defaults are right");
        assert!(unknown.is_empty(), "{}: {unknown:?}", info.id);
        let schema = serde_json::to_value((info.schema)()).expect("json");
        for (field, _) in &defaults {
            let described = schema["properties"][field]["description"].is_string();
            assert!(described, "{}.{field} has no description in the schema", info.id);
        }
    }
}
