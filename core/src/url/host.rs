//! Hosts: names label by label, addresses in every spelling.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ::url::{Url, quirks};

/// A host in its one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    /// As in a URL: in punycode and without a dot at its end, an IPv6 address in brackets.
    pub(crate) name: String,
    /// The address that the name is, if it is one.
    pub(crate) address: Option<IpAddr>,
}

impl Host {
    fn at(address: impl Into<IpAddr>) -> Self {
        let address = address.into();
        let name = match address {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => format!("[{v6}]"),
        };
        let address = Some(address);
        Self { name, address }
    }
}

/// The longest name that can be asked for, and the longest part of it, in bytes (RFC 1035 section 2.3.4).
const LONGEST_NAME: usize = 253;
const LONGEST_LABEL: usize = 63;

/// No text of so many bytes is a name that can be asked for: a character takes four at most. Longer ones are not mapped,
/// which takes more than linear time.
const LONGEST_TEXT: usize = 4 * LONGEST_NAME;

/// Returns the hosts that a text may name, the likeliest first; none where programs disagree on it.
pub(super) fn readings(text: &str) -> Option<Vec<Host>> {
    if let Some(inner) = text.strip_prefix('[') {
        let address: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
        return Some(version_6(address));
    }
    // The parser lets more through, which ends a host to some: `evil.org;.ok.org`, `evil.org,ok.org`.
    let plain =
        |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.len() > LONGEST_TEXT || !text.chars().all(plain) {
        return None;
    }
    let url = Url::parse(&format!("http://{text}/")).ok()?;
    match url.host()? {
        ::url::Host::Ipv4(_) if !text.is_ascii() => None,
        ::url::Host::Ipv4(address) => Some(version_4(address, text)),
        ::url::Host::Ipv6(_) => None,
        ::url::Host::Domain(name) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            let labels = name
                .split('.')
                .all(|label| (1..=LONGEST_LABEL).contains(&label.len()));
            let known = labels && name.len() <= LONGEST_NAME && says_itself(text, name);
            known.then(|| {
                alloc::vec![Host {
                    name: name.into(),
                    address: None,
                }]
            })
        }
    }
}

/// Whether the letters of a name are those that are asked for. Full-width ones, the sign of kelvins and their like become
/// others, `ß` and final sigma do or do not, by the version of the rules.
fn says_itself(text: &str, name: &str) -> bool {
    text.is_ascii() || {
        let foreign = |c: &char| !c.is_ascii();
        let becomes_plain = |c: char| c.to_lowercase().any(|c| c.is_ascii());
        let written = text.to_lowercase();
        let written = written.strip_suffix('.').unwrap_or(&written);
        !text.chars().filter(foreign).any(becomes_plain)
            && !written.contains(['ß', 'ς'])
            && written == quirks::domain_to_unicode(name)
    }
}

fn version_4(address: Ipv4Addr, text: &str) -> Vec<Host> {
    let mut hosts = alloc::vec![Host::at(address)];
    let mut add = |other: Ipv4Addr| {
        if other != address {
            hosts.push(Host::at(other));
        }
    };
    // A part that begins with 0 is octal, but not to all.
    if let Some(decimal) = in_decimal(text) {
        add(decimal);
    }
    // What connects to no address connects to its own machine.
    if address.is_unspecified() {
        add(Ipv4Addr::LOCALHOST);
    }
    hosts
}

/// Reads an address as who takes all of its parts for decimal numbers; the last stands for all bytes that are left.
fn in_decimal(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u64> = text
        .trim_end_matches('.')
        .split('.')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let (last, first) = parts.split_last()?;
    let left = 4_usize.checked_sub(first.len())?;
    let bits = u32::try_from(left.checked_mul(8)?).ok()?;
    if left == 0 || last.checked_shr(bits) != Some(0) {
        return None;
    }
    let mut number = 0_u64;
    for part in first {
        number = (number << 8) | u64::from(u8::try_from(*part).ok()?);
    }
    let number = u32::try_from((number << bits) | last).ok()?;
    Some(Ipv4Addr::from(number))
}

/// An address of version 6, and the one of version 4 that it may be a way to.
fn version_6(address: Ipv6Addr) -> Vec<Host> {
    if let Some(inside) = address.to_ipv4_mapped() {
        return version_4(inside, "");
    }
    let mut hosts = alloc::vec![Host::at(address)];
    if address.is_unspecified() {
        hosts.push(Host::at(Ipv6Addr::LOCALHOST));
    } else if let Some(inside) = inside(address) {
        hosts.push(Host::at(inside));
    }
    hosts
}

/// Returns the address of version 4 that a way of crossing between the versions finds in one of version 6.
fn inside(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => None,
        // Compatible (RFC 4291), translated (RFC 2765), NAT64 (RFC 6052, RFC 8215).
        [0, 0, 0, 0, 0, 0, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, _, _, _, high, low] => Some(of(high, low)),
        // 6to4 (RFC 3056).
        [0x2002, high, low, ..] => Some(of(high, low)),
        // Teredo (RFC 4380).
        [0x2001, 0, .., high, low] => Some(of(!high, !low)),
        // ISATAP (RFC 5214).
        [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => Some(of(high, low)),
        _ => None,
    }
}
