//! The letters of labels: Inter, which ships with Footlight, and for Chinese, Japanese and Korean names a font of this
//! computer, read only when such a name has to be written.

use egui::{FontData, FontDefinitions, FontFamily};
use std::sync::Arc;

static INTER: &[u8] = include_bytes!("../../../assets/fonts/Inter-SemiBold.otf");

/// Where systems keep a font with Chinese letters: the file, and which of its faces has Traditional Chinese forms.
const EAST_ASIAN: &[(&str, u32)] = &[
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 3),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 3),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 3),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc", 3),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("C:\\Windows\\Fonts\\msjh.ttc", 0),
    ("C:\\Windows\\Fonts\\msyh.ttc", 0),
];

/// The fonts to begin with.
pub(crate) fn latin() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    add(&mut fonts, "Inter", FontData::from_static(INTER));
    fonts
}

/// The same with East Asian letters, where this computer has any.
pub(crate) fn with_east_asian() -> FontDefinitions {
    let mut fonts = latin();
    let found = EAST_ASIAN
        .iter()
        .find_map(|&(path, face)| std::fs::read(path).ok().map(|bytes| (bytes, face)));
    if let Some((bytes, face)) = found {
        let mut data = FontData::from_owned(bytes);
        data.index = face;
        add(&mut fonts, "East Asian", data);
    }
    fonts
}

/// Whether Inter has no letters for this text.
pub(crate) fn needs_more(text: &str) -> bool {
    // Inter ends with Greek and Cyrillic; what follows U+2E80 is East Asian.
    text.chars().any(|c| c >= '\u{2E80}')
}

fn add(fonts: &mut FontDefinitions, name: &str, data: FontData) {
    fonts.font_data.insert(name.to_owned(), Arc::new(data));
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.entry(family).or_default().push(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_inter_lacks_are_told() {
        assert!(!needs_more("Kamera Šťastný Ελλάς Сцена 2"));
        assert!(needs_more("金句卡"));
        assert!(needs_more("カメラ"));
    }
}
