//! Which addresses lie outside the public internet, and a resolver that refuses them.

use std::{
    error::Error,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Whether `address` is anything but a public unicast address: loopback, private, shared (carrier NAT), link-local,
/// documentation, benchmarking, reserved, multicast, or an IPv6 form of such an IPv4 address.
///
/// After the special-purpose registries of IANA (RFC 6890 and its updates).
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => is_private_v6(address),
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b)) // carrier NAT, RFC 6598
        || (a == 192 && b == 0 && c == 0) // IETF protocol assignments
        || (a == 192 && b == 88 && c == 99) // 6to4 relays, withdrawn by RFC 7526
        || (a == 198 && (18..20).contains(&b)) // benchmarking, RFC 2544
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = embedded_v4(address) {
        return is_private_v4(inner);
    }
    let [first, second, ..] = address.segments();
    // Only 2000::/3 is handed out for public use; inside it some ranges are special.
    (first & 0xe000) != 0x2000
        || (first == 0x2001 && second < 0x0200) // protocol assignments, Teredo, ORCHID
        || (first == 0x2001 && second == 0x0db8) // documentation
        || (first == 0x3fff && second < 0x1000) // documentation, RFC 9637
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, 6to4, or NAT64.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let join = |high: u16, low: u16| Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] | [0x0064, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            Some(join(high, low))
        }
        _ => None,
    }
}

/// The private address that `url` names literally, if it does: a resolver never sees those.
pub(crate) fn literal_private(url: &Url) -> Option<IpAddr> {
    let address = match url.host()? {
        Host::Ipv4(address) => IpAddr::V4(address),
        Host::Ipv6(address) => IpAddr::V6(address),
        Host::Domain(_) => return None,
    };
    is_private(address).then_some(address)
}

/// A host name that stands for a private address.
#[derive(Debug)]
pub(crate) struct PrivateName(pub(crate) IpAddr);

impl fmt::Display for PrivateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name stands for the private address {}", self.0)
    }
}

impl Error for PrivateName {}

/// Resolves names as the machine does and drops private addresses, so that the address that was checked is the
/// address that is connected to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PublicResolver;

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let (private, public): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| is_private(found.ip()));
            match private.first() {
                Some(refused) if public.is_empty() => Err(PrivateName(refused.ip()).into()),
                _ => Ok(Box::new(public.into_iter()) as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_outside_the_public_internet_are_private() {
        for text in [
            "127.0.0.1",
            "127.8.9.10",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "fe80::1",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(is_private(text.parse().unwrap()), "{text} must be private");
        }
    }

    #[test]
    fn everything_else_is_public() {
        for text in [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.32.0.1",
            "198.20.0.1",
            "::ffff:8.8.8.8",
            "2606:4700::1111",
            "2001:4860:4860::8888",
            "2400:3200::1",
        ] {
            assert!(!is_private(text.parse().unwrap()), "{text} must be public");
        }
    }

    #[test]
    fn odd_spellings_of_loopback_are_seen_through() {
        for text in ["http://127.1/", "http://0x7f000001/", "http://2130706433/", "http://[::ffff:7f00:1]/"] {
            assert!(literal_private(&Url::parse(text).unwrap()).is_some(), "{text}");
        }
    }
}
