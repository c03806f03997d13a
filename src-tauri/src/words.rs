//! The few words outside the page: tray, menu, the question before closing. In the page's language once it has told it,
//! in the system's before.

use parking_lot::RwLock;
use tauri::{AppHandle, Manager};

/// One language.
pub(crate) struct Words {
    pub(crate) on_air: &'static str,
    pub(crate) close_while_live: &'static str,
    pub(crate) end_and_close: &'static str,
    pub(crate) stay: &'static str,
    pub(crate) recording: &'static str,
    pub(crate) close_while_recording: &'static str,
    pub(crate) stop_and_close: &'static str,
    pub(crate) go_on: &'static str,
    pub(crate) show_window: &'static str,
    pub(crate) quit: &'static str,
    pub(crate) go_live: &'static str,
    pub(crate) multiview: &'static str,
    pub(crate) program: &'static str,
    pub(crate) preview: &'static str,
    #[cfg(target_os = "macos")]
    pub(crate) project: &'static str,
    #[cfg(target_os = "macos")]
    pub(crate) edit: &'static str,
    #[cfg(target_os = "macos")]
    pub(crate) window: &'static str,
    pub(crate) link_asks: &'static str,
    pub(crate) open: &'static str,
    pub(crate) not_now: &'static str,
    pub(crate) not_while_live: &'static str,
}

static ENGLISH: Words = Words {
    on_air: "You are on air",
    close_while_live: "Closing the window ends the show for everybody who watches. Recordings are kept.",
    end_and_close: "End show and close",
    stay: "Stay on air",
    recording: "Recording",
    close_while_recording: "Closing the window ends the recording. What is recorded is kept.",
    stop_and_close: "End recording and close",
    go_on: "Keep recording",
    show_window: "Show the window",
    quit: "Quit Footlight",
    go_live: "Go live",
    multiview: "Multiview",
    program: "PROGRAMME",
    preview: "PREVIEW",
    #[cfg(target_os = "macos")]
    project: "Project",
    #[cfg(target_os = "macos")]
    edit: "Edit",
    #[cfg(target_os = "macos")]
    window: "Window",
    link_asks: "A link asks to open this project:",
    open: "Open",
    not_now: "Not now",
    not_while_live: "You are on air. End the show before you open another project.",
};

static TRADITIONAL: Words = Words {
    on_air: "直播中",
    close_while_live: "關閉視窗會結束節目，所有觀眾都會中斷。錄影會保留。",
    end_and_close: "結束節目並關閉",
    stay: "繼續直播",
    recording: "錄影中",
    close_while_recording: "關閉視窗會結束錄影。已錄的內容會保留。",
    stop_and_close: "結束錄影並關閉",
    go_on: "繼續錄影",
    show_window: "顯示視窗",
    quit: "結束 Footlight",
    go_live: "開始直播",
    multiview: "多畫面",
    program: "節目",
    preview: "預覽",
    #[cfg(target_os = "macos")]
    project: "專案",
    #[cfg(target_os = "macos")]
    edit: "編輯",
    #[cfg(target_os = "macos")]
    window: "視窗",
    link_asks: "有個連結想開啟這個專案：",
    open: "開啟",
    not_now: "先不要",
    not_while_live: "正在直播。請先結束節目，再開啟其他專案。",
};

static SIMPLIFIED: Words = Words {
    on_air: "直播中",
    close_while_live: "关闭窗口会结束节目，所有观众都会中断。录像会保留。",
    end_and_close: "结束节目并关闭",
    stay: "继续直播",
    recording: "录像中",
    close_while_recording: "关闭窗口会结束录像。已录的内容会保留。",
    stop_and_close: "结束录像并关闭",
    go_on: "继续录像",
    show_window: "显示窗口",
    quit: "退出 Footlight",
    go_live: "开始直播",
    multiview: "多画面",
    program: "节目",
    preview: "预览",
    #[cfg(target_os = "macos")]
    project: "项目",
    #[cfg(target_os = "macos")]
    edit: "编辑",
    #[cfg(target_os = "macos")]
    window: "窗口",
    link_asks: "有个链接想打开这个项目：",
    open: "打开",
    not_now: "先不要",
    not_while_live: "正在直播。请先结束节目，再打开其他项目。",
};

/// The language in use.
pub(crate) struct Language(RwLock<&'static Words>);

impl Default for Language {
    fn default() -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|n| std::env::var(n).ok().filter(|v| !v.is_empty()));
        Self(RwLock::new(find(&set.unwrap_or_default())))
    }
}

/// The words to use now.
pub(crate) fn now(app: &AppHandle) -> &'static Words {
    *app.state::<Language>().0.read()
}

/// For a tag as `zh-TW`, `zh_Hans_CN.UTF-8` or `en`.
fn find(tag: &str) -> &'static Words {
    let tag = tag.to_ascii_lowercase().replace('_', "-");
    if !tag.starts_with("zh") {
        return &ENGLISH;
    }
    if ["hant", "-tw", "-hk", "-mo"].iter().any(|t| tag.contains(t)) {
        &TRADITIONAL
    } else {
        &SIMPLIFIED
    }
}

/// The page has another language.
#[tauri::command]
pub(crate) fn set_language(app: AppHandle, language: &str) {
    *app.state::<Language>().0.write() = find(language);
    app.state::<crate::projectors::Projectors>().speak(now(&app));
    crate::tray::rename(&app);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_find_their_words() {
        for (tag, word) in [
            ("", "Go live"),
            ("C.UTF-8", "Go live"),
            ("de_DE.UTF-8", "Go live"),
            ("zh-TW", "開始直播"),
            ("zh_HK.UTF-8", "開始直播"),
            ("zh-Hant", "開始直播"),
            ("zh_CN.UTF-8", "开始直播"),
            ("zh", "开始直播"),
        ] {
            assert_eq!(find(tag).go_live, word, "{tag}");
        }
    }
}
