//! Placeholders in text: `{time}`, `{time:%H:%M}`, `{date}`, `{date:…}` and `{elapsed}`. Anything else in braces stays as
//! it is. Finds when the text will read differently, so that a clock's next picture can be made ahead of time.

use super::wall::{Civil, Wall};
use media::MediaTime;

/// A text with its placeholders found.
#[derive(Debug, PartialEq)]
pub struct Words(Vec<Part>);

#[derive(Debug, PartialEq)]
enum Part {
    Plain(String),
    /// Wall time in strftime's letters.
    Wall(String),
    Elapsed,
}

impl Words {
    /// Reads a text.
    pub fn of(text: &str) -> Self {
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some(open) = rest.find('{') {
            let found = rest[open..].find('}').and_then(|len| {
                let inside = &rest[open + 1..open + len];
                Some((placeholder(inside)?, open + len + 1))
            });
            let (before, end) = match &found {
                Some((_, end)) => (&rest[..open], *end),
                None => (&rest[..=open], open + 1),
            };
            parts.push(Part::Plain(before.to_owned()));
            parts.extend(found.map(|(part, _)| part));
            rest = &rest[end..];
        }
        parts.push(Part::Plain(rest.to_owned()));
        Self(parts)
    }

    /// Whether the text changes with time.
    pub fn moving(&self) -> bool {
        self.0.iter().any(|p| !matches!(p, Part::Plain(_)))
    }

    /// The first time after `t` at which the text may read differently. `start` is where elapsed time begins.
    pub fn next_change(&self, t: MediaTime, start: MediaTime, wall: Wall) -> MediaTime {
        const SECOND: i64 = 1_000_000_000;
        let next = |phase: MediaTime| t + MediaTime(SECOND - phase.0.rem_euclid(SECOND));
        self.0
            .iter()
            .filter_map(|p| match p {
                Part::Plain(_) => None,
                Part::Wall(_) => Some(next(MediaTime(wall.nanos_in_second(t)))),
                Part::Elapsed => Some(next(t - start)),
            })
            .min()
            .unwrap_or(MediaTime::MAX)
    }
}

fn placeholder(inside: &str) -> Option<Part> {
    let (name, format) = inside.split_once(':').map_or((inside, None), |(n, f)| (n, Some(f)));
    match (name, format) {
        ("time", f) => Some(Part::Wall(f.unwrap_or("%H:%M:%S").to_owned())),
        ("date", f) => Some(Part::Wall(f.unwrap_or("%Y-%m-%d").to_owned())),
        ("elapsed", None) => Some(Part::Elapsed),
        _ => None,
    }
}

/// The text at engine time `t`.
pub fn expand(words: &Words, t: MediaTime, start: MediaTime, wall: Wall) -> String {
    let part = |p: &Part| match p {
        Part::Plain(s) => s.clone(),
        Part::Wall(f) => format(f, &wall.civil(t)),
        Part::Elapsed => {
            let s = ((t - start).0.max(0)) / 1_000_000_000;
            format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
        }
    };
    words.0.iter().map(part).collect()
}

const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The letters of C's strftime that clocks need; unknown ones stay as written. Names are English.
fn format(f: &str, c: &Civil) -> String {
    let mut out = String::new();
    let mut letters = f.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            out.push(letter);
            continue;
        }
        let month = MONTHS[c.month.clamp(1, 12) as usize - 1];
        let day = DAYS[c.weekday as usize % 7];
        let noon = |h: u32| (h + 11) % 12 + 1;
        match letters.next() {
            Some('H') => out += &format!("{:02}", c.hour),
            Some('I') => out += &format!("{:02}", noon(c.hour)),
            Some('l') => out += &noon(c.hour).to_string(),
            Some('M') => out += &format!("{:02}", c.minute),
            Some('S') => out += &format!("{:02}", c.second),
            Some('p') => out += if c.hour < 12 { "AM" } else { "PM" },
            Some('d') => out += &format!("{:02}", c.day),
            Some('e') => out += &c.day.to_string(),
            Some('m') => out += &format!("{:02}", c.month),
            Some('Y') => out += &c.year.to_string(),
            Some('y') => out += &format!("{:02}", c.year.rem_euclid(100)),
            Some('B') => out += month,
            Some('b') => out += &month[..3],
            Some('A') => out += day,
            Some('a') => out += &day[..3],
            Some('T') => out += &format!("{:02}:{:02}:{:02}", c.hour, c.minute, c.second),
            Some('R') => out += &format!("{:02}:{:02}", c.hour, c.minute),
            Some('F') => out += &format!("{}-{:02}-{:02}", c.year, c.month, c.day),
            Some('%') => out.push('%'),
            Some(other) => {
                out.push('%');
                out.push(other);
            }
            None => out.push('%'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_strftime() {
        let c = Civil {
            year: 2026,
            month: 3,
            day: 9,
            hour: 15,
            minute: 4,
            second: 5,
            weekday: 1,
        };
        for (f, want) in [
            ("%H:%M:%S", "15:04:05"),
            ("%l.%M %p", "3.04 PM"),
            ("%a %e %b %Y", "Mon 9 Mar 2026"),
            ("%A, %d %B %y", "Monday, 09 March 26"),
            ("%F %T %R", "2026-03-09 15:04:05 15:04"),
            ("100%% %q é %", "100% %q é %"),
        ] {
            assert_eq!(format(f, &c), want);
        }
        assert_eq!(format("%I", &Civil { hour: 0, ..c }), "12");
    }

    #[test]
    fn only_known_placeholders_are_filled_in() {
        let wall = Wall::at(0);
        let at = |text: &str, t: i64| {
            expand(
                &Words::of(text),
                MediaTime::from_millis(t),
                MediaTime::from_millis(500),
                wall,
            )
        };
        assert_eq!(at("on air {elapsed}!", 3_725_500), "on air 01:02:05!");
        assert_eq!(at("{elapsed}", 0), "00:00:00");
        for text in ["{", "}", "{}", "{name}", "{elapsed:x}", "a {b {c} d", "{{{", "ä{ö}ü"] {
            assert_eq!(at(text, 0), text);
            assert!(!Words::of(text).moving());
        }
        assert_eq!(at("{ {elapsed}", 500), "{ 00:00:00");
    }

    #[test]
    fn the_next_change_is_the_next_full_second_of_what_is_shown() {
        let ms = MediaTime::from_millis;
        let wall = Wall::at(250_000_000);
        let next = |text: &str, t: i64| Words::of(text).next_change(ms(t), ms(400), wall);
        assert_eq!(next("{time}", 0), ms(750));
        assert_eq!(next("{time}", 750), ms(1750));
        assert_eq!(next("{elapsed}", 0), ms(400));
        assert_eq!(next("{elapsed} {time}", 400), ms(750));
        assert_eq!(next("plain", 0), MediaTime::MAX);
    }
}
