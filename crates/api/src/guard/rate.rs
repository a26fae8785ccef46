//! How often somebody may ask.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};
use moodline_types::TokenName;

use crate::ApiConfig;

/// Keys remembered before those that have been quiet are forgotten.
const MOST_KEYS: usize = 10_000;

/// One bucket per token and one per address.
#[derive(Debug)]
pub(crate) struct Rates {
    tokens: DefaultKeyedRateLimiter<TokenName>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
}

impl Rates {
    pub(crate) fn new(config: &ApiConfig) -> Self {
        let at_least_one = |count: u32| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(config.requests_per_second)).allow_burst(at_least_one(config.burst));
        Self { tokens: RateLimiter::dashmap(quota), addresses: RateLimiter::dashmap(quota) }
    }

    /// Counts a request of a token; `Err` with the time to wait.
    pub(crate) fn of_token(&self, name: &TokenName) -> Result<(), Duration> {
        counted(&self.tokens, name)
    }

    /// Counts a request from an address; `Err` with the time to wait.
    pub(crate) fn of_address(&self, address: IpAddr) -> Result<(), Duration> {
        counted(&self.addresses, &network(address))
    }
}

fn counted<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), Duration> {
    if limiter.len() > MOST_KEYS {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|refused| refused.wait_time_from(limiter.clock().now()))
}

/// Whoever has one address of IPv6 has 2⁶⁴ of them: its network counts.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_each_waits_for_itself() {
        let rates = Rates::new(&ApiConfig { requests_per_second: 1, burst: 2, ..ApiConfig::default() });
        let [one, other]: [IpAddr; 2] = ["192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap()];
        assert!(rates.of_address(one).is_ok() && rates.of_address(one).is_ok());
        let wait = rates.of_address(one).unwrap_err();
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
        assert!(rates.of_address(other).is_ok());
        assert!(rates.of_token(&"dashboard".parse().unwrap()).is_ok());
    }

    #[test]
    fn a_network_of_ipv6_is_one_asker() {
        let same = |a: &str, b: &str| network(a.parse().unwrap()) == network(b.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("::ffff:192.0.2.1", "192.0.2.1"));
        assert!(!same("192.0.2.1", "192.0.2.2"));
    }
}
