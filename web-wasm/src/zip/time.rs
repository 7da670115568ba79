//! The times of zip, which are local.

/// Minutes between local time and UTC at a moment, given in milliseconds since 1970: in summer
/// often other than in winter.
pub type OffsetAt = fn(millis: u64) -> i32;

/// Zip's time of day and date (4.4.6), which begins in 1980 and ends in 2107.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DosTime {
    pub(super) date: u16,
    pub(super) time: u16,
}

impl DosTime {
    /// The first moment of 1980.
    pub(super) const FIRST: Self = Self::of([1980, 1, 1], [0, 0, 0]);
    /// The last one of 2107.
    pub(super) const LAST: Self = Self::of([2107, 12, 31], [23, 59, 58]);

    /// From year, month, day and hour, minute, second.
    const fn of([year, month, day]: [i64; 3], [hour, minute, second]: [i64; 3]) -> Self {
        Self {
            date: (((year - 1980) << 9) | (month << 5) | day) as u16,
            time: ((hour << 11) | (minute << 5) | (second / 2)) as u16,
        }
    }
}

/// What clocks in the zone of the offsets showed at a moment; the nearest that zip can say.
pub(super) fn local_time(millis: u64, offset_at: OffsetAt) -> DosTime {
    let utc_secs = i64::try_from(millis / 1000).unwrap_or(i64::MAX);
    let secs = utc_secs.saturating_add(i64::from(offset_at(millis)) * 60).max(0);
    let (days, second_of_day) = (secs / 86_400, secs % 86_400);
    // Civil date from days since 1970 (Howard Hinnant, "chrono-compatible low-level date
    // algorithms"), years from March.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    match year_of_era + era * 400 + i64::from(month <= 2) {
        ..1980 => DosTime::FIRST,
        2108.. => DosTime::LAST,
        year => DosTime::of([year, month, day], [second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An hour more from the last Sunday of March to that of October 2026, as in Berlin.
    fn berlin(millis: u64) -> i32 {
        if (1_774_746_000_000..1_792_890_000_000).contains(&millis) { 120 } else { 60 }
    }

    #[test]
    fn each_time_has_the_offset_of_its_own_day() {
        // 2026-05-03T13:03:06Z and 2026-01-15T13:03:06Z.
        assert_eq!(local_time(1_777_813_386_000, berlin), DosTime::of([2026, 5, 3], [15, 3, 6]));
        assert_eq!(local_time(1_768_482_186_999, berlin), DosTime::of([2026, 1, 15], [14, 3, 6]));
        // The second of an hour that comes twice, and what follows an hour that does not come.
        assert_eq!(local_time(1_792_890_000_000, berlin), DosTime::of([2026, 10, 25], [2, 0, 0]));
        assert_eq!(local_time(1_774_746_000_000, berlin), DosTime::of([2026, 3, 29], [3, 0, 0]));
        // Half an hour less than UTC, over the end of a February.
        assert_eq!(local_time(951_868_798_000, |_| -30), DosTime::of([2000, 2, 29], [23, 29, 58]));
        assert_eq!(local_time(951_868_798_000, |_| 345), DosTime::of([2000, 3, 1], [5, 44, 58]));
    }

    #[test]
    fn what_zip_cannot_say_becomes_the_nearest_that_it_can() {
        assert_eq!(local_time(0, |_| 0), DosTime::FIRST);
        assert_eq!(local_time(0, |_| -720), DosTime::FIRST);
        // 1980-01-01T00:00:00Z, a second before and after, and west of Greenwich.
        let begin = 315_532_800_000;
        assert_eq!(local_time(begin - 1000, |_| 0), DosTime::FIRST);
        assert_eq!(local_time(begin + 2000, |_| 0), DosTime::of([1980, 1, 1], [0, 0, 2]));
        assert_eq!(local_time(begin + 2000, |_| -300), DosTime::FIRST);
        assert_eq!(local_time(begin - 1000, |_| 60), DosTime::of([1980, 1, 1], [0, 59, 58]));
        // 2108-01-01T00:00:00Z.
        let end = 4_354_819_200_000;
        assert_eq!(local_time(end - 4000, |_| 0), DosTime::of([2107, 12, 31], [23, 59, 56]));
        assert_eq!(local_time(end, |_| 0), DosTime::LAST);
        assert_eq!(local_time(end, |_| -60), DosTime::of([2107, 12, 31], [23, 0, 0]));
        assert_eq!(local_time(u64::MAX, |_| 840), DosTime::LAST);
    }
}
