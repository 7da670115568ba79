//! Sizes and spans as people read them: a number and a unit. The page writes them in its language
//! (`Intl.NumberFormat`), so no word stands here.

/// A number and its unit, both as `Intl.NumberFormat` takes them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// How many.
    pub value: f64,
    /// Of what: a unit of ECMA-402, such as `megabyte` or `minute`.
    pub unit: &'static str,
    /// Digits after the point, at most.
    pub digits: u8,
}

/// A size in bytes, in units of 1,000 as disks and networks are sold: three digits that matter.
#[must_use]
pub fn size(bytes: u64) -> Quantity {
    const UNITS: [&str; 6] = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"];
    let mut value = bytes as f64;
    let mut unit = 0;
    // 999.5 would be written as 1,000: that is 1 of the next unit.
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = match value {
        _ if unit == 0 => 0,
        value if value < 9.95 => 2,
        value if value < 99.5 => 1,
        _ => 0,
    };
    Quantity { value, unit: UNITS[unit], digits }
}

/// A span in seconds, rounded up to what one says: nobody waits for "93 minutes and 12 seconds".
#[must_use]
pub fn span(secs: f64) -> Quantity {
    const MINUTE: f64 = 60.0;
    const HOUR: f64 = 60.0 * MINUTE;
    const DAY: f64 = 24.0 * HOUR;
    // NaN and negative spans come from clocks that jump.
    let secs = if secs.is_finite() { secs.max(0.0) } else { 0.0 };
    let (value, unit) = match secs.ceil() {
        secs if secs < 100.0 => (secs, "second"),
        secs if secs < 100.0 * MINUTE => ((secs / MINUTE).ceil(), "minute"),
        secs if secs < 48.0 * HOUR => ((secs / HOUR).ceil(), "hour"),
        secs => ((secs / DAY).ceil(), "day"),
    };
    Quantity { value, unit, digits: 0 }
}

/// A life to choose from: exact, because it is a promise. Falls back to seconds.
#[must_use]
pub fn life(secs: u64) -> Quantity {
    let (value, unit) = match secs {
        secs if secs > 0 && secs.is_multiple_of(24 * 60 * 60) => (secs / (24 * 60 * 60), "day"),
        secs if secs > 0 && secs.is_multiple_of(60 * 60) => (secs / (60 * 60), "hour"),
        secs if secs > 0 && secs.is_multiple_of(60) => (secs / 60, "minute"),
        secs => (secs, "second"),
    };
    Quantity { value: value as f64, unit, digits: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_three_digits_that_matter() {
        for (bytes, value, unit, digits) in [
            (0, 0.0, "byte", 0),
            (999, 999.0, "byte", 0),
            (1_000, 1.0, "kilobyte", 2),
            (65_536, 65.536, "kilobyte", 1),
            (999_499, 999.499, "kilobyte", 0),
            (999_999, 0.999_999, "megabyte", 2),
            (20 << 30, 21.474_836_48, "gigabyte", 1),
        ] {
            assert_eq!(size(bytes), Quantity { value, unit, digits }, "{bytes} bytes");
        }
        assert_eq!(size(u64::MAX).unit, "petabyte");
    }

    #[test]
    fn spans_are_rounded_up_and_never_wild() {
        for (secs, value, unit) in [
            (0.0, 0.0, "second"),
            (0.2, 1.0, "second"),
            (99.0, 99.0, "second"),
            (99.5, 2.0, "minute"),
            (5_580.0, 93.0, "minute"),
            (7_300.0, 3.0, "hour"),
            (180_000.0, 3.0, "day"),
            (f64::NAN, 0.0, "second"),
            (f64::INFINITY, 0.0, "second"),
            (-5.0, 0.0, "second"),
        ] {
            assert_eq!(span(secs), Quantity { value, unit, digits: 0 }, "{secs} s");
        }
    }

    #[test]
    fn a_life_is_exact() {
        for (secs, value, unit) in [
            (3600, 1.0, "hour"),
            (86_400, 1.0, "day"),
            (90_000, 25.0, "hour"),
            (90, 90.0, "second"),
            (0, 0.0, "second"),
        ] {
            assert_eq!(life(secs), Quantity { value, unit, digits: 0 });
        }
    }
}
