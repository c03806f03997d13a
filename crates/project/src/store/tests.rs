//! Crashes between any two steps of saving, and saves at the same time.

use super::*;
use crate::doc::Source;

fn named(name: &str) -> Project {
    Project {
        name: name.into(),
        ..Project::default()
    }
}

/// Saves, but the machine dies at `step` (the `nth` time it is reached).
fn save_until(store: &ProjectStore, project: &Project, step: Step, mut nth: u32) -> bool {
    let crashed = store.save_watched(project, &mut |s| {
        if s == step {
            if nth == 0 {
                return Err(io::Error::other("power cut"));
            }
            nth -= 1;
        }
        Ok(())
    });
    crashed.is_err()
}

const STEPS: [Step; 10] = [
    Step::Locked,
    Step::BrokenKept,
    Step::HistoryKept,
    Step::HistoryTrimmed,
    Step::Created,
    Step::HalfWritten,
    Step::Written,
    Step::Flushed,
    Step::Renamed,
    Step::Done,
];

#[test]
fn a_crash_at_any_step_leaves_the_old_or_the_new_project() {
    let mut crashes = 0;
    for step in STEPS {
        let dir = tempfile::tempdir().expect("folder");
        let store = ProjectStore::create(dir.path(), &named("one")).expect("new");
        store.save(&named("two")).expect("saved");
        let crashed = save_until(&store, &named("three"), step, 0);
        crashes += u32::from(crashed);
        let opened = ProjectStore::open(dir.path()).expect("opens");
        let want = if matches!(step, Step::Renamed | Step::Done | Step::BrokenKept) {
            "three"
        } else {
            "two"
        };
        assert_eq!(opened.project.name, want, "{step:?}");
        assert!(opened.notices.is_empty(), "{step:?}: {:?}", opened.notices);
        // The next save works as if nothing had been.
        store.save(&named("four")).expect("saved");
        assert_eq!(ProjectStore::open(dir.path()).expect("opens").project.name, "four");
    }
    assert_eq!(crashes, 9, "all steps but that for broken files come by");
}

#[test]
fn a_crash_while_a_broken_file_is_replaced_loses_nothing() {
    let broken = b"{\"name\": \"half a proj";
    for step in STEPS {
        let dir = tempfile::tempdir().expect("folder");
        let store = ProjectStore::create(dir.path(), &named("one")).expect("new");
        store.save(&named("two")).expect("saved");
        fs::write(store.file(), broken).expect("damage");
        save_until(&store, &named("three"), step, 0);
        let now = fs::read(store.file()).expect("file");
        let copy = dir.path().join("project.json.broken-1");
        assert!(now == broken || fs::read(&copy).expect("copy") == broken, "{step:?}");
        let opened = ProjectStore::open(dir.path()).expect("opens");
        let want = if now == broken { "one" } else { "three" };
        assert_eq!(opened.project.name, want, "{step:?}");
        store.save(&named("four")).expect("saved");
        assert_eq!(fs::read(&copy).expect("copy"), broken, "{step:?}");
        assert!(
            !dir.path().join("project.json.broken-2").exists(),
            "the same damage is kept once"
        );
    }
}

#[test]
fn saves_at_the_same_time_do_not_mix() {
    let dir = tempfile::tempdir().expect("folder");
    let store = ProjectStore::create(dir.path(), &named("first")).expect("new");
    let writers: Vec<_> = (0..4)
        .map(|w| {
            let store = store.clone();
            let save = move || {
                for i in 0..15 {
                    let mut p = named(&format!("writer {w} save {i}"));
                    p.sources = vec![Source::default(); 1 + (w * 15 + i) * 7];
                    store.save(&p).expect("saved");
                    ProjectStore::open(store.dir()).expect("always whole");
                }
            };
            std::thread::Builder::new()
                .name(format!("writer {w}"))
                .spawn(save)
                .expect("thread")
        })
        .collect();
    for w in writers {
        w.join().expect("writer");
    }
    let opened = ProjectStore::open(dir.path()).expect("opens");
    assert!(opened.project.name.ends_with("save 14") && opened.notices.is_empty());
    let history = fs::read_dir(dir.path().join(".footlight/history")).expect("history");
    assert_eq!(history.count(), history::KEPT);
}
