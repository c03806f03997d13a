//! The time of day, for clocks in text. Engine time is anchored to the wall clock once, so that pictures can be made
//! ahead of time and a manual clock works; the system's own rules turn it into local time.

use media::{Clock, MediaTime};

/// What the wall clock shows at engine time zero.
#[derive(Clone, Copy, Debug)]
pub struct Wall {
    /// Nanoseconds since 1970 (UTC) at engine time zero.
    unix_ns: i64,
}

/// A local date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Gregorian year.
    pub year: i64,
    /// 1–12.
    pub month: u32,
    /// 1–31.
    pub day: u32,
    /// 0–23.
    pub hour: u32,
    /// 0–59.
    pub minute: u32,
    /// 0–60.
    pub second: u32,
    /// 0 is Sunday.
    pub weekday: u32,
}

impl Wall {
    /// Anchored to the system's wall clock now.
    #[expect(
        clippy::disallowed_methods,
        reason = "the time of day is what is asked for; media::Clock does not know it"
    )]
    pub fn now(clock: &dyn Clock) -> Self {
        let unix = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Self::at((MediaTime::from_duration(unix) - clock.now()).0)
    }
    /// Anchored by hand: nanoseconds since 1970 at engine time zero.
    pub fn at(unix_ns: i64) -> Self {
        Self { unix_ns }
    }
    /// Nanoseconds since the last full second of the wall clock.
    pub fn nanos_in_second(self, t: MediaTime) -> i64 {
        self.unix_ns.saturating_add(t.0).rem_euclid(1_000_000_000)
    }
    /// Local date and time at engine time `t`.
    pub fn civil(self, t: MediaTime) -> Civil {
        local(self.unix_ns.saturating_add(t.0).div_euclid(1_000_000_000))
    }
}

/// Local time of seconds since 1970, by the system's time zone.
fn local(seconds: i64) -> Civil {
    #[cfg(unix)]
    {
        // SAFETY: an all-zero `tm` is a valid value of that plain C struct.
        let mut tm: libc::tm = unsafe { std::mem::zeroed() };
        let time = seconds as libc::time_t;
        // SAFETY: both pointers are to live locals of the right types; localtime_r keeps neither.
        if !unsafe { libc::localtime_r(&time, &mut tm) }.is_null() {
            return from_tm(&tm);
        }
    }
    #[cfg(windows)]
    {
        // SAFETY: an all-zero `tm` is a valid value of that plain C struct.
        let mut tm: libc::tm = unsafe { std::mem::zeroed() };
        // SAFETY: both pointers are to live locals of the right types; localtime_s keeps neither.
        if unsafe { libc::localtime_s(&mut tm, &seconds) } == 0 {
            return from_tm(&tm);
        }
    }
    utc(seconds)
}

fn from_tm(tm: &libc::tm) -> Civil {
    let small = |v: i32| v.max(0) as u32;
    Civil {
        year: i64::from(tm.tm_year) + 1900,
        month: small(tm.tm_mon) + 1,
        day: small(tm.tm_mday),
        hour: small(tm.tm_hour),
        minute: small(tm.tm_min),
        second: small(tm.tm_sec),
        weekday: small(tm.tm_wday),
    }
}

/// UTC, where the system can't tell local time. Days to date after H. Hinnant, "chrono-compatible low-level date
/// algorithms", civil_from_days.
fn utc(seconds: i64) -> Civil {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400) as u32);
    let shifted = days + 719_468;
    let (era, doe) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    Civil {
        year: yoe + era * 400 + i64::from(month <= 2),
        month: month as u32,
        day: (doy - (153 * mp + 2) / 5 + 1) as u32,
        hour: rest / 3600,
        minute: rest / 60 % 60,
        second: rest % 60,
        weekday: (days + 4).rem_euclid(7) as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_the_calendar() {
        let c = |y, mo, d, h, mi, s, w| Civil {
            year: y,
            month: mo,
            day: d,
            hour: h,
            minute: mi,
            second: s,
            weekday: w,
        };
        assert_eq!(utc(0), c(1970, 1, 1, 0, 0, 0, 4));
        assert_eq!(utc(951_827_696), c(2000, 2, 29, 12, 34, 56, 2));
        assert_eq!(utc(4_102_444_799), c(2099, 12, 31, 23, 59, 59, 4));
        assert_eq!(utc(-1), c(1969, 12, 31, 23, 59, 59, 3));
    }

    #[test]
    fn local_time_is_utc_moved_by_whole_quarters_of_an_hour() {
        let at = 1_790_000_000;
        let (l, u) = (local(at), utc(at));
        assert_eq!((l.second, l.minute % 15), (u.second, u.minute % 15));
        assert_eq!(l.year, u.year);
    }
}
