//! Which addresses are public, after the special-purpose registries of IANA (RFC 6890).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Range {
    /// Anybody's.
    Public,
    /// This machine.
    Loopback,
    /// A network of one's own.
    Private,
    /// What no request has any business with: whole networks, link-local services such as a cloud's metadata,
    /// examples, and spellings of version 4 inside version 6, which would go around this table.
    Never,
}

impl Range {
    pub(crate) fn of(address: IpAddr) -> Self {
        let found = TABLE.iter().find(|(net, _)| net.contains(&address));
        match (found, address) {
            (Some((_, range)), _) => *range,
            (None, IpAddr::V4(_)) => Self::Public,
            (None, IpAddr::V6(_)) if GLOBAL_UNICAST.contains(&address) => Self::Public,
            // What is not handed out yet is nobody's.
            (None, IpAddr::V6(_)) => Self::Never,
        }
    }
}

/// Whether an address is one that everybody can reach: no loopback, private or special-purpose range (RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    Range::of(address) == Range::Public
}

/// The first row that holds decides.
const TABLE: [(IpNet, Range); 26] = [
    (v4([127, 0, 0, 0], 8), Range::Loopback),
    (v4([10, 0, 0, 0], 8), Range::Private),
    (v4([172, 16, 0, 0], 12), Range::Private),
    (v4([192, 168, 0, 0], 16), Range::Private),
    // A cloud's metadata stands inside the shared range.
    (v4([100, 100, 100, 200], 32), Range::Never),
    (v4([100, 64, 0, 0], 10), Range::Private),
    (v4([0, 0, 0, 0], 8), Range::Never),
    (v4([169, 254, 0, 0], 16), Range::Never),
    // Looks public, but is a cloud's own service on every machine of it.
    (v4([168, 63, 129, 16], 32), Range::Never),
    (v4([192, 0, 0, 0], 24), Range::Never),
    (v4([192, 0, 2, 0], 24), Range::Never),
    (v4([192, 88, 99, 0], 24), Range::Never),
    (v4([198, 18, 0, 0], 15), Range::Never),
    (v4([198, 51, 100, 0], 24), Range::Never),
    (v4([203, 0, 113, 0], 24), Range::Never),
    (v4([224, 0, 0, 0], 4), Range::Never),
    (v4([240, 0, 0, 0], 4), Range::Never),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), Range::Loopback),
    // Two clouds keep their metadata in the range of local networks.
    (v6([0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0], 32), Range::Never),
    (v6([0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0], 32), Range::Never),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), Range::Private),
    (v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96), Range::Never),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), Range::Never),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), Range::Never),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), Range::Never),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), Range::Never),
];

const GLOBAL_UNICAST: IpNet = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length))
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], length: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(
        Ipv6Addr::new(a, b, c, d, e, f, g, h),
        length,
    ))
}

#[cfg(test)]
mod tests {
    use super::Range;

    #[test]
    fn c51_every_range_that_is_not_public_is_known() {
        for (range, addresses) in [
            (
                Range::Public,
                "8.8.8.8 1.1.1.1 100.63.255.255 100.128.0.0 172.15.0.1 172.32.0.1 192.0.1.1 198.17.255.255 \
                 198.20.0.0 169.253.0.1 223.255.255.255 2606:4700::1111 2a00:1450:4001::1 2001:4860:4860::8888",
            ),
            (Range::Loopback, "127.0.0.1 127.255.255.254 ::1"),
            (
                Range::Private,
                "10.0.0.0 10.255.255.255 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 100.127.255.255 fc00::1 \
                 fdff::1",
            ),
            (
                Range::Never,
                "0.0.0.0 0.1.2.3 169.254.169.254 168.63.129.16 100.100.100.200 192.0.0.192 192.0.2.1 192.88.99.1 \
                 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 \
                 255.255.255.255 :: ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b:1::1 100::1 \
                 2001::1 2001:2::1 2001:db8::1 2002:7f00:1:: 3fff::1 5f00::1 fd00:ec2::254 fd20:ce::254 fe80::1 \
                 fec0::1 ff02::1 4000::1",
            ),
        ] {
            for address in addresses.split_whitespace() {
                assert_eq!(Range::of(address.parse().unwrap()), range, "{address}");
            }
        }
    }
}
