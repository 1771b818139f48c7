//! Networks: kinds of them, and ranges of addresses.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::host::Host;

/// The kind of network that a host is on, as far as its spelling tells. Names that no public resolver answers count as
/// private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NetworkClass {
    Public,
    Private,
    Loopback,
}

/// Ends of names that no public resolver knows.
const LOCAL_ENDS: [&str; 10] = [
    "local",
    "localdomain",
    "internal",
    "lan",
    "home",
    "corp",
    "home.arpa",
    "intranet",
    "private",
    "svc",
];

/// Names of the machine itself in the hosts files of common systems.
const OWN_NAMES: [&str; 8] = [
    "localhost",
    "localhost.localdomain",
    "localhost4",
    "localhost4.localdomain4",
    "localhost6",
    "localhost6.localdomain6",
    "ip6-localhost",
    "ip6-loopback",
];

impl NetworkClass {
    pub(crate) const NAMES: [&'static str; 3] = ["public", "private", "loopback"];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "public" => Self::Public,
            "private" => Self::Private,
            "loopback" => Self::Loopback,
            _ => return None,
        })
    }

    pub(crate) fn of(host: &Host) -> Self {
        match host.address {
            Some(address) if address.is_loopback() => Self::Loopback,
            Some(IpAddr::V4(v4)) if is_private_4(v4) => Self::Private,
            Some(IpAddr::V6(v6)) if is_private_6(v6) => Self::Private,
            Some(_) => Self::Public,
            None => Self::of_name(&host.name),
        }
    }

    fn of_name(name: &str) -> Self {
        let ends = |suffix: &&str| {
            name.strip_suffix(*suffix)
                .is_some_and(|rest| rest.ends_with('.'))
        };
        if OWN_NAMES.contains(&name) || ends(&"localhost") {
            Self::Loopback
        } else if !name.contains('.') || LOCAL_ENDS.iter().any(ends) {
            Self::Private
        } else {
            Self::Public
        }
    }
}

/// Whether an address is not one of the public net: the special-purpose registry of IANA, but for the ranges that exist
/// for documents, and the address at which Azure answers its own machines.
fn is_private_4(address: Ipv4Addr) -> bool {
    let [a, b, c, d] = address.octets();
    match (a, b, c) {
        (0 | 10 | 127 | 224.., ..) => true,
        (100, 64..128, _) | (169, 254, _) | (172, 16..32, _) | (192, 168, _) => true,
        (192, 0, 0) | (198, 18 | 19, _) => true,
        (168, 63, 129) => d == 16,
        _ => false,
    }
}

fn is_private_6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Unspecified, and what crosses to version 4 on the spot.
        [0, ..] => true,
        [0x64, 0xff9b, 1, ..] => true,
        [0x100, 0, 0, 0, ..] => true,
        // Unique local, link-local, site-local, multicast.
        [0xfc00..=0xffff, ..] => true,
        _ => false,
    }
}

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cidr {
    address: u128,
    bits: u32,
    v4: bool,
}

impl Cidr {
    /// Reads `10.0.0.0/8` or `fd00::/8`. Bits behind the prefix must be 0. A range inside the mapped addresses is one of
    /// version 4, as those are.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, CidrError> {
        let (address, bits) = text.split_once('/').ok_or(CidrError::NoRange)?;
        let address: IpAddr = address.parse().map_err(|_| CidrError::NoRange)?;
        let digits = bits.bytes().all(|b| b.is_ascii_digit());
        let bits: u32 = match bits.parse() {
            Ok(bits) if digits => bits,
            _ => return Err(CidrError::NoRange),
        };
        let (_, most) = number(address);
        if bits > most {
            return Err(CidrError::TooNarrow(most));
        }
        let (address, bits) = match (address.to_canonical(), bits.checked_sub(96)) {
            (IpAddr::V4(inside), Some(bits)) if most == 128 => (IpAddr::V4(inside), bits),
            _ => (address, bits),
        };
        let (number, most) = number(address);
        let behind = most - bits;
        let first = number
            .checked_shr(behind)
            .and_then(|prefix| prefix.checked_shl(behind))
            .unwrap_or(0);
        if first != number {
            let first = match u32::try_from(first) {
                Ok(first) if most == 32 => IpAddr::V4(first.into()),
                _ => IpAddr::V6(first.into()),
            };
            return Err(CidrError::HostBits(first, bits));
        }
        let v4 = most == 32;
        let address = number;
        Ok(Self { address, bits, v4 })
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let (number, most) = number(address);
        if (most == 32) != self.v4 {
            return false;
        }
        let shift = most - self.bits;
        number.checked_shr(shift).unwrap_or(0) == self.address.checked_shr(shift).unwrap_or(0)
    }
}

/// What is wrong with the text of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CidrError {
    NoRange,
    /// The prefix has more bits than the address.
    TooNarrow(u32),
    /// Bits behind the prefix are set; the range that it lies in begins here.
    HostBits(IpAddr, u32),
}

fn number(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)), 32),
        IpAddr::V6(v6) => (u128::from(v6), 128),
    }
}
