//! `time`: the hour and the day, in an offset that the rule names.

use super::{Finding, Scene, Why};
use crate::value::Value;

const DAY_S: i64 = 24 * 60 * 60;

/// A window of the day. One that ends before it begins spans midnight and belongs to the day it began.
#[derive(Clone, Debug)]
pub(crate) struct TimeCondition {
    /// Seconds after midnight, from and including.
    pub(crate) from_s: i64,
    /// Seconds after midnight, up to and not including.
    pub(crate) to_s: i64,
    /// Monday first.
    pub(crate) days: [bool; 7],
    pub(crate) offset_s: i64,
}

impl TimeCondition {
    pub(crate) fn find(&self, scene: &Scene<'_>) -> Finding {
        let Some(Value::Integer(now)) = scene.request.fact("now") else {
            return Err(Why::Missing);
        };
        Ok(self.holds_at(*now))
    }

    fn holds_at(&self, now: i64) -> bool {
        let local = now.saturating_add(self.offset_s);
        let (day, second) = (local.div_euclid(DAY_S), local.rem_euclid(DAY_S));
        let on = |day: i64| {
            // 1 January 1970 was a Thursday, the fourth day from Monday.
            let weekday = usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0);
            self.days.get(weekday).copied().unwrap_or(false)
        };
        if self.from_s < self.to_s {
            on(day) && (self.from_s..self.to_s).contains(&second)
        } else {
            (second >= self.from_s && on(day)) || (second < self.to_s && on(day - 1))
        }
    }

    /// Returns the first moment after `now` at which the window is open, or is not; `None` when that never comes.
    pub(crate) fn next(&self, now: i64, open: bool) -> Option<i64> {
        let midnight = now.saturating_add(self.offset_s).div_euclid(DAY_S);
        let bounds = (0..=8).flat_map(|day| {
            let start = midnight.saturating_add(day).saturating_mul(DAY_S);
            [0, self.from_s, self.to_s]
                .map(|second| start.saturating_add(second).saturating_sub(self.offset_s))
        });
        bounds
            .filter(|moment| *moment > now && self.holds_at(*moment) == open)
            .min()
    }
}

/// Reads `HH:MM`, up to `24:00`, as seconds.
pub(crate) fn parse_clock(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |digits: &str| {
        (digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| digits.parse::<i64>().ok())?
    };
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    let seconds = hours * 3600 + minutes * 60;
    (minutes < 60 && seconds <= DAY_S).then_some(seconds)
}

/// Reads `+HH:MM`, `-HH:MM` or `Z` as seconds.
pub(crate) fn parse_offset(text: &str) -> Option<i64> {
    match text.as_bytes().first()? {
        b'Z' if text == "Z" => Some(0),
        b'+' => parse_clock(text.strip_prefix('+')?).filter(|seconds| *seconds < DAY_S),
        b'-' => parse_clock(text.strip_prefix('-')?)
            .filter(|seconds| *seconds < DAY_S)
            .map(|seconds| -seconds),
        _ => None,
    }
}

/// Reads a duration such as `90s`, `5m`, `12h` or `7d` as seconds.
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    let unit = match text.as_bytes().last()? {
        b's' => 1,
        b'm' => 60,
        b'h' => 3600,
        b'd' => DAY_S,
        _ => return None,
    };
    let digits = text.get(..text.len() - 1)?;
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse::<i64>().ok()?.checked_mul(unit))?
}

/// Returns the day number, from 1 January 1970, of a date in the proleptic Gregorian calendar.
pub(crate) fn day_number(year: u16, month: u8, day: u8) -> i64 {
    // The calendar is counted from 1 March of the year 0, which puts the leap day last.
    let (month, year) = (i64::from(month), i64::from(year) - i64::from(month <= 2));
    let century = year.div_euclid(400);
    let year_of_century = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    let day_of_century =
        year_of_century * 365 + year_of_century / 4 - year_of_century / 100 + day_of_year;
    century * 146_097 + day_of_century - 719_468
}
