//! The fonts of this computer and the ones that ship with Footlight, found once and shared by all text and slates.

use cosmic_text::{Fallback, FontSystem, PlatformFallback, fontdb};
use parking_lot::Mutex;
use std::sync::{Arc, OnceLock};
use unicode_script::Script;

/// The family that ships with Footlight (SIL Open Font License, `assets/fonts`): the same look on every computer.
pub const BUNDLED: &str = "Inter";

static FILES: [&[u8]; 3] = [
    include_bytes!("../../../assets/fonts/Inter-Regular.otf"),
    include_bytes!("../../../assets/fonts/Inter-SemiBold.otf"),
    include_bytes!("../../../assets/fonts/Inter-Bold.otf"),
];

/// Runs `f` with the shared fonts. The first call reads the computer's font list (a few tens of milliseconds).
pub fn with<R>(f: impl FnOnce(&mut FontSystem) -> R) -> R {
    static FONTS: OnceLock<Mutex<FontSystem>> = OnceLock::new();
    f(&mut FONTS.get_or_init(|| Mutex::new(load())).lock())
}

/// Whether a family of this name (any case) is installed or bundled.
pub fn has_family(fonts: &FontSystem, family: &str) -> Option<String> {
    let mut names = fonts.db().faces().flat_map(|f| &f.families).map(|(name, _)| name);
    names.find(|n| n.eq_ignore_ascii_case(family)).cloned()
}

/// The names of all families that text can be written in, the bundled one first, the others in order.
pub fn families() -> Vec<String> {
    let mut all: Vec<String> = with(|fonts| {
        let faces = fonts.db().faces();
        // The first name is the one in English; hidden ones are the system's own.
        let names = faces.filter_map(|f| f.families.first().map(|(name, _)| name.clone()));
        names.filter(|n| n != BUNDLED && !n.starts_with('.')).collect()
    });
    all.sort_by_key(|n| n.to_lowercase());
    all.dedup();
    all.insert(0, BUNDLED.to_owned());
    all
}

fn load() -> FontSystem {
    let mut db = fontdb::Database::new();
    db.load_system_fonts();
    // Installed copies of the bundled family go, so that text looks the same everywhere.
    let same: Vec<_> = db
        .faces()
        .filter(|f| f.families.iter().any(|(name, _)| name == BUNDLED) && f.style == fontdb::Style::Normal)
        .filter(|f| matches!(f.weight.0, 400 | 600 | 700))
        .map(|f| f.id)
        .collect();
    for id in same {
        db.remove_face(id);
    }
    for file in FILES {
        db.load_font_source(fontdb::Source::Binary(Arc::new(file)));
    }
    db.set_sans_serif_family(BUNDLED);
    for (known, set) in [
        (
            "Noto Serif",
            fontdb::Database::set_serif_family as fn(&mut fontdb::Database, &'static str),
        ),
        ("Noto Sans Mono", fontdb::Database::set_monospace_family),
    ] {
        set(&mut db, known);
    }
    FontSystem::new_with_locale_and_db_and_fallback(locale(), db, Chain)
}

/// The language text is shaped for where the script leaves it open (Chinese or Japanese forms of the same character).
fn locale() -> String {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|k| std::env::var(k).ok());
    let lang = set
        .filter_map(|v| v.split('.').next().map(|l| l.replace('_', "-")))
        .find(|l| !matches!(l.as_str(), "" | "C" | "POSIX"));
    lang.unwrap_or_else(|| "en-US".into())
}

/// Which fonts stand in for characters the chosen one lacks.
struct Chain;

impl Fallback for Chain {
    fn common_fallback(&self) -> &[&'static str] {
        &[
            BUNDLED,
            "Noto Sans",
            "Noto Color Emoji",
            "Segoe UI",
            "Segoe UI Emoji",
            "Apple Color Emoji",
            "DejaVu Sans",
            "Noto Sans CJK SC",
            "WenQuanYi Micro Hei",
            "Microsoft YaHei",
            "PingFang SC",
            "Noto Sans Symbols",
            "Noto Sans Symbols2",
            "Segoe UI Symbol",
        ]
    }
    fn forbidden_fallback(&self) -> &[&'static str] {
        &[]
    }
    fn script_fallback(&self, script: Script, locale: &str) -> &[&'static str] {
        // The platform's list knows only some spellings of a locale.
        match (script, locale) {
            (Script::Han, l) if l.starts_with("ja") => &["Noto Sans CJK JP", "Yu Gothic", "Hiragino Sans"],
            (Script::Han, l) if l.starts_with("ko") => &["Noto Sans CJK KR", "Malgun Gothic"],
            (Script::Han, l) if l.starts_with("zh-TW") || l.starts_with("zh-Hant") => {
                &["Noto Sans CJK TC", "Microsoft JhengHei", "PingFang TC"]
            }
            (Script::Han, _) => &["Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC"],
            (s, l) => PlatformFallback.script_fallback(s, l),
        }
    }
}
