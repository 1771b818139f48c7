//! `url`: where a leaf fetches from.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use url::{Host, Url};

use super::{Finding, Scene, Truth, Why};
use crate::request::leaf::Subject;

/// The kind of network that a host is on, as far as its spelling tells. Names that no public resolver answers count as
/// private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NetworkClass {
    Public,
    Private,
    Loopback,
}

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

    fn of(url: &Url) -> Option<Self> {
        let address = match url.host()? {
            Host::Domain(name) => return Some(Self::of_name(name.trim_end_matches('.'))),
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address).to_canonical(),
        };
        Some(match address {
            address if address.is_loopback() => Self::Loopback,
            IpAddr::V4(v4) => {
                let [a, b, ..] = v4.octets();
                let shared = a == 100 && (64..128).contains(&b);
                let unusable = v4.is_unspecified()
                    || v4.is_broadcast()
                    || v4.is_multicast()
                    || a == 0
                    || a >= 240;
                if v4.is_private() || v4.is_link_local() || shared || unusable {
                    Self::Private
                } else {
                    Self::Public
                }
            }
            IpAddr::V6(v6) => {
                let first = v6.segments()[0];
                let local = (first & 0xfe00) == 0xfc00 || (first & 0xffc0) == 0xfe80;
                if local || v6.is_unspecified() || v6.is_multicast() {
                    Self::Private
                } else {
                    Self::Public
                }
            }
        })
    }

    fn of_name(name: &str) -> Self {
        let local = [
            "local",
            "internal",
            "lan",
            "home",
            "corp",
            "home.arpa",
            "intranet",
            "private",
        ];
        let ends = |suffix: &str| {
            name.strip_suffix(suffix)
                .is_some_and(|rest| rest.ends_with('.'))
        };
        if name == "localhost" || ends("localhost") {
            Self::Loopback
        } else if !name.contains('.') || local.iter().any(|suffix| ends(suffix)) {
            Self::Private
        } else {
            Self::Public
        }
    }
}

/// A host pattern: a name or address itself, or `*.x.org`, which is any depth below `x.org` and not that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HostPattern {
    Exact(String),
    Below(String),
}

impl HostPattern {
    fn matches(&self, host: &str) -> bool {
        match self {
            Self::Exact(name) => host == name,
            Self::Below(name) => host
                .strip_suffix(name.as_str())
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
        }
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
    /// Reads `10.0.0.0/8` or `fd00::/8`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let bits: u32 = bits.parse().ok()?;
        let (number, most) = number(address);
        (bits <= most).then_some(Self {
            address: number,
            bits,
            v4: most == 32,
        })
    }

    fn contains(&self, address: IpAddr) -> bool {
        let (number, most) = number(address.to_canonical());
        if (most == 32) != self.v4 {
            return false;
        }
        let shift = most - self.bits;
        number.checked_shr(shift).unwrap_or(0) == self.address.checked_shr(shift).unwrap_or(0)
    }
}

fn number(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)), 32),
        IpAddr::V6(v6) => (u128::from(v6), 128),
    }
}

/// One operator on a URL.
#[derive(Clone, Debug)]
pub(crate) enum UrlTest {
    /// One of these URLs, or below its path.
    Under(Vec<Url>),
    Host(Vec<HostPattern>),
    Scheme(Vec<String>),
    Port(Vec<u16>),
    /// One of these paths, or below it.
    Path(Vec<String>),
    Class(Vec<NetworkClass>),
    Cidr(Vec<Cidr>),
}

/// A condition on a URL; all tests must hold.
#[derive(Clone, Debug)]
pub(crate) struct UrlCondition {
    pub(crate) tests: Vec<UrlTest>,
}

impl UrlCondition {
    pub(crate) fn find(&self, scene: &Scene<'_>) -> Finding {
        match &scene.leaf.url {
            Subject::None => Ok(false),
            Subject::Unknown(why) => Err(*why),
            Subject::Known(url) if scene.leaf.url_begins => {
                let tests = self.tests.iter().map(|test| test.matches_beginning(url));
                tests.fold(Truth::True, Truth::and).into()
            }
            Subject::Known(url) => Ok(self.tests.iter().all(|test| test.matches(url))),
        }
    }
}

impl UrlTest {
    /// Whether a URL matches of which nothing is known behind its host.
    fn matches_beginning(&self, url: &Url) -> Truth {
        let whole = |path: &str| matches!(path, "" | "/");
        let perhaps = Truth::Unknown(Why::Unresolved);
        match self {
            Self::Under(shapes) => shapes
                .iter()
                .filter(|shape| same_origin(shape, url))
                .map(|shape| {
                    if whole(shape.path()) {
                        Truth::True
                    } else {
                        perhaps
                    }
                })
                .fold(Truth::False, Truth::or),
            Self::Path(shapes) if !shapes.iter().any(|shape| whole(shape)) => perhaps,
            test => test.matches(url).into(),
        }
    }

    pub(crate) fn matches(&self, url: &Url) -> bool {
        match self {
            Self::Under(shapes) => shapes
                .iter()
                .any(|shape| same_origin(shape, url) && path_below(url.path(), shape.path())),
            Self::Host(patterns) => {
                host(url).is_some_and(|host| patterns.iter().any(|pattern| pattern.matches(host)))
            }
            Self::Scheme(schemes) => schemes.iter().any(|scheme| scheme == url.scheme()),
            Self::Port(ports) => url
                .port_or_known_default()
                .is_some_and(|port| ports.contains(&port)),
            Self::Path(shapes) => shapes.iter().any(|shape| path_below(url.path(), shape)),
            Self::Class(classes) => {
                NetworkClass::of(url).is_some_and(|class| classes.contains(&class))
            }
            Self::Cidr(ranges) => address(url)
                .is_some_and(|address| ranges.iter().any(|range| range.contains(address))),
        }
    }
}

fn same_origin(shape: &Url, url: &Url) -> bool {
    shape.scheme() == url.scheme()
        && host(shape) == host(url)
        && shape.port_or_known_default() == url.port_or_known_default()
}

/// Returns a URL's host in lower case, without the trailing dot that changes nothing.
pub(crate) fn host(url: &Url) -> Option<&str> {
    let host = url.host_str()?;
    Some(host.strip_suffix('.').unwrap_or(host))
}

fn address(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
    }
}

/// Whether a URL's path is `shape` or below it.
fn path_below(path: &str, shape: &str) -> bool {
    let shape = shape.strip_suffix('/').unwrap_or(shape);
    path.strip_prefix(shape)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
