//! Names for recordings: a pattern with the project's name, date and time, made safe for every file system we may meet
//! (ext4, NTFS, exFAT, APFS, SMB shares). It touches no disk and reads no clock.

/// A moment on a wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct WallTime {
    pub year: i64,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
}

impl WallTime {
    /// The wall clock `unix_s` seconds after 1970 began in UTC, where clocks are `offset_s` seconds ahead of UTC.
    /// Civil date from days after Howard Hinnant, "chrono-compatible low-level date algorithms".
    pub fn from_unix(unix_s: i64, offset_s: i32) -> Self {
        let local = unix_s.saturating_add(i64::from(offset_s));
        let (days, second_of_day) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        Self {
            year: yoe + era * 400 + i64::from(month <= 2),
            month: month as u8,
            day: (doy - (153 * mp + 2) / 5 + 1) as u8,
            hour: (second_of_day / 3600) as u8,
            minute: (second_of_day / 60 % 60) as u8,
            second: (second_of_day % 60) as u8,
        }
    }
}

/// Longest name in bytes, so that ` (2)` and an ending still fit into the 255 bytes of most file systems.
const MAX_BYTES: usize = 200;

/// What the words of a pattern stand for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Words<'a> {
    /// `{project}`: its name.
    pub project: &'a str,
    /// `{canvas}`: the one that is recorded.
    pub canvas: &'a str,
    /// `{source}`: what is recorded (`program`, a source's or a scene's name).
    pub source: &'a str,
    /// `{counter}`: which file it is, from 1.
    pub counter: u32,
}

/// The name of a recording's file number `n` where the pattern does not say the number: the first one has none.
pub fn numbered(name: &str, n: u32) -> String {
    if n <= 1 {
        name.to_owned()
    } else {
        format!("{name} - {n}")
    }
}

/// The name a pattern means, without folder and ending. The words of [`Words`], `{date}` (2026-11-22) and `{time}`
/// (20-15-30) are replaced; what no file system takes becomes `-`. Never empty.
pub fn recording_name(pattern: &str, words: Words<'_>, at: WallTime) -> String {
    let counter = format!("{:03}", words.counter);
    let date = format!("{:04}-{:02}-{:02}", at.year, at.month, at.day);
    let time = format!("{:02}-{:02}-{:02}", at.hour, at.minute, at.second);
    let mut name = String::new();
    let mut rest = pattern;
    // One pass, so that a project named "{date}" stays what it is.
    while let Some(i) = rest.find('{') {
        let (before, brace) = rest.split_at(i);
        name.push_str(before);
        let known = [
            ("{project}", words.project),
            ("{date}", &date),
            ("{time}", &time),
            ("{canvas}", words.canvas),
            ("{source}", words.source),
            ("{counter}", &counter),
        ]
        .into_iter()
        .find(|(word, _)| brace.starts_with(word));
        let taken = match known {
            Some((word, text)) => {
                name.push_str(text);
                word.len()
            }
            None => {
                name.push('{');
                1
            }
        };
        rest = &brace[taken..];
    }
    name.push_str(rest);
    let name = safe(&name);
    if pattern.contains("{counter}") {
        name
    } else {
        numbered(&name, words.counter)
    }
}

/// The nearest name that every file system takes.
fn safe(name: &str) -> String {
    let mut out: String = name
        .chars()
        .map(|c| match c {
            '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' => '-',
            c if c.is_control() => '-',
            c => c,
        })
        .collect();
    if out.len() > MAX_BYTES {
        let mut end = MAX_BYTES;
        while !out.is_char_boundary(end) {
            end -= 1;
        }
        out.truncate(end);
    }
    // Windows drops dots and spaces at the end, and a dot in front hides the file elsewhere.
    let trimmed = out.trim_end_matches(['.', ' ']).trim_start_matches(['.', ' ']);
    if trimmed.is_empty() {
        return "recording".into();
    }
    if is_device(trimmed) {
        return format!("_{trimmed}");
    }
    trimmed.to_owned()
}

/// Names that mean a device on Windows, whatever the ending.
fn is_device(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_ascii_uppercase();
    let numbered = |p: &str| {
        stem.strip_prefix(p)
            .is_some_and(|n| n.len() == 1 && n.as_bytes()[0].is_ascii_digit())
    };
    ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str()) || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AT: WallTime = WallTime {
        year: 2026,
        month: 11,
        day: 22,
        hour: 20,
        minute: 5,
        second: 9,
    };

    fn of(project: &str) -> Words<'_> {
        Words {
            project,
            canvas: "main",
            source: "program",
            counter: 1,
        }
    }

    #[test]
    fn later_files_of_a_recording_have_a_number() {
        let at = |pattern, counter| recording_name(pattern, Words { counter, ..of("x") }, AT);
        assert_eq!(at("{project}", 1), "x");
        assert_eq!(at("{project}", 2), "x - 2");
        assert_eq!(at("{project} {counter} {canvas} {source}", 12), "x 012 main program");
    }

    #[test]
    fn patterns_become_names() {
        for (pattern, project, want) in [
            ("{project} {date} {time}", "My show", "My show 2026-11-22 20-05-09"),
            ("{project}", "a/b\\c:d?", "a-b-c-d-"),
            ("{project}", "{date}", "{date}"),
            ("{what} {", "x", "{what} {"),
            ("../../etc/{project}", "passwd", "-..-etc-passwd"),
            ("...", "x", "recording"),
            ("", "x", "recording"),
            ("nul.txt", "x", "_nul.txt"),
            ("COM7", "x", "_COM7"),
            ("compass", "x", "compass"),
            ("über {project} ", "日本", "über 日本"),
        ] {
            assert_eq!(recording_name(pattern, of(project), AT), want, "{pattern}");
        }
    }

    #[test]
    fn dates_are_right() {
        for (unix, offset, want) in [
            (0, 0, (1970, 1, 1, 0, 0, 0)),
            (951_826_154, 0, (2000, 2, 29, 12, 9, 14)),
            (1_795_377_909, 0, (2026, 11, 22, 20, 5, 9)),
            (1_795_377_909, 5 * 3600, (2026, 11, 23, 1, 5, 9)),
            (-1, 0, (1969, 12, 31, 23, 59, 59)),
        ] {
            let t = WallTime::from_unix(unix, offset);
            assert_eq!((t.year, t.month, t.day, t.hour, t.minute, t.second), want, "{unix}");
        }
    }

    proptest! {
        #[test]
        fn any_pattern_gives_a_safe_name(pattern: String, project: String) {
            let n = recording_name(&pattern, of(&project), AT);
            prop_assert!(!n.is_empty() && n.len() <= MAX_BYTES + 1);
            prop_assert!(!n.contains(['/', '\\', ':', '\0', '\n', '*']));
            prop_assert!(!n.ends_with(['.', ' ']) && !n.starts_with('.'));
        }
    }
}
