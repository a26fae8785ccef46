//! Where the work behind a touchpoint is done, and in which zone its authors live.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, Timelike};
use serde::{Deserialize, Serialize};

/// The lane of a service blueprint that a touchpoint lies in (M. J. Bitner, A. Ostrom, F. Morgan, *California Management
/// Review* 50, 2008).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lane {
    /// What customers meet.
    Frontstage,
    /// What employees do out of their sight.
    Backstage,
    /// What helps: customer service, and the processes that carry the rest.
    Support,
}

impl Lane {
    /// Every lane, from the customer inwards.
    pub const ALL: &'static [Self] = &[Self::Frontstage, Self::Backstage, Self::Support];

    /// The word used in map files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Frontstage => "frontstage",
            Self::Backstage => "backstage",
            Self::Support => "support",
        }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An IANA time zone, e.g. `Asia/Shanghai`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Zone(chrono_tz::Tz);

impl Zone {
    /// Universal time.
    pub const UTC: Self = Self(chrono_tz::UTC);

    /// Its name.
    pub fn as_str(self) -> &'static str {
        self.0.name()
    }

    /// The hour, 0 to 23, that a clock in this zone shows when the hour `hour` of `day` begins in universal time.
    pub fn local_hour(self, day: NaiveDate, hour: u8) -> u8 {
        let begins = day.and_hms_opt(u32::from(hour) % 24, 0, 0).unwrap_or_default();
        let local: DateTime<chrono_tz::Tz> = begins.and_utc().with_timezone(&self.0);
        u8::try_from(local.hour()).unwrap_or(0)
    }
}

impl FromStr for Zone {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        name.parse()
            .map(Self)
            .map_err(|_| format!("`{name}` is no time zone; write an IANA name such as \"Asia/Shanghai\" or \"UTC\""))
    }
}

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_go_by_their_zone_and_by_summer_time() {
        let day = |month| NaiveDate::from_ymd_opt(2026, month, 15).unwrap();
        let hour = |zone: &str, month, hour| zone.parse::<Zone>().unwrap().local_hour(day(month), hour);
        assert_eq!((hour("Asia/Shanghai", 1, 20), hour("UTC", 1, 20)), (4, 20));
        assert_eq!((hour("Europe/Berlin", 1, 12), hour("Europe/Berlin", 7, 12)), (13, 14));
        assert_eq!(hour("Asia/Kolkata", 1, 10), 15, "half hours belong to the hour they begin in");
    }

    #[test]
    fn a_zone_that_is_none_says_how_one_is_written() {
        let error = "Shanghai".parse::<Zone>().unwrap_err();
        assert_eq!(error, "`Shanghai` is no time zone; write an IANA name such as \"Asia/Shanghai\" or \"UTC\"");
    }
}
