//! URLs: the tests of `url` conditions.

use super::truth::Truth;
use url::{Host, Url};

/// One test of a `url` condition.
#[derive(Debug, Clone)]
pub(super) enum UrlTest {
    /// The same URL, once both are parsed, and what is below it.
    Is(String),
    Host(Vec<String>),
    Scheme(Vec<String>),
    Port(Vec<i64>),
    /// That path and everything below it.
    Path(Vec<String>),
    Class(Vec<String>),
    Cidr(Vec<String>),
    InSet(String),
    Not(Box<UrlTest>),
    All(Vec<UrlTest>),
    Any(Vec<UrlTest>),
}

impl UrlTest {
    /// Whether the URL passes.
    pub(super) fn eval(&self, url: &Url, set: &dyn Fn(&str) -> Vec<String>) -> Truth {
        match self {
            UrlTest::All(tests) => Truth::all(tests.iter().map(|test| test.eval(url, set))),
            UrlTest::Any(tests) => Truth::any(tests.iter().map(|test| test.eval(url, set))),
            UrlTest::Not(test) => test.eval(url, set).negate(),
            UrlTest::InSet(name) => Truth::any(
                set(name)
                    .into_iter()
                    .map(|item| UrlTest::Is(item).eval(url, set)),
            ),
            // Reading 11.
            UrlTest::Is(wanted) => Truth::of(Url::parse(wanted).is_ok_and(|wanted| {
                wanted.scheme() == url.scheme()
                    && host_of(&wanted) == host_of(url)
                    && wanted.port_or_known_default() == url.port_or_known_default()
                    && path_fits(url.path(), wanted.path())
            })),
            UrlTest::Host(wanted) => Truth::of(
                host_of(url)
                    .is_some_and(|host| wanted.iter().any(|pattern| host_fits(host, pattern))),
            ),
            UrlTest::Scheme(wanted) => Truth::of(
                wanted
                    .iter()
                    .any(|scheme| scheme.eq_ignore_ascii_case(url.scheme())),
            ),
            UrlTest::Port(wanted) => Truth::of(
                url.port_or_known_default()
                    .is_some_and(|port| wanted.contains(&i64::from(port))),
            ),
            UrlTest::Path(wanted) => {
                Truth::of(wanted.iter().any(|pattern| path_fits(url.path(), pattern)))
            }
            UrlTest::Class(wanted) => Truth::of(wanted.iter().any(|name| name == class(url))),
            UrlTest::Cidr(wanted) => Truth::of(wanted.iter().any(|net| in_net(url, net))),
        }
    }
}

/// `*.x.org` is any depth below `x.org`, not `x.org` itself.
fn host_fits(host: &str, pattern: &str) -> bool {
    let (host, pattern) = (host.to_ascii_lowercase(), pattern.to_ascii_lowercase());
    match pattern.strip_prefix('*') {
        Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
        None => host == pattern,
    }
}

/// That path and everything below it.
fn path_fits(path: &str, pattern: &str) -> bool {
    let pattern = pattern.trim_end_matches('/');
    path == pattern || path.starts_with(&format!("{pattern}/"))
}

/// The host without the dot that may end a name.
fn host_of(url: &Url) -> Option<&str> {
    let host = url.host_str()?;
    Some(host.strip_suffix('.').unwrap_or(host))
}

/// Reading 12.
fn class(url: &Url) -> &'static str {
    let v4 = |ip: std::net::Ipv4Addr| {
        let ranges = [
            ("127.0.0.0/8", "loopback"),
            ("0.0.0.0/8", "private"),
            ("10.0.0.0/8", "private"),
            ("100.64.0.0/10", "private"),
            ("169.254.0.0/16", "private"),
            ("172.16.0.0/12", "private"),
            ("192.168.0.0/16", "private"),
            ("224.0.0.0/4", "private"),
            ("240.0.0.0/4", "private"),
        ];
        let found = ranges.iter().find(|(net, _)| holds(net, ip.into()));
        found.map_or("public", |(_, class)| *class)
    };
    match url.host() {
        None => "",
        Some(Host::Ipv4(ip)) => v4(ip),
        Some(Host::Ipv6(ip)) => match ip.to_ipv4_mapped() {
            Some(ip) => v4(ip),
            None if ip.is_loopback() => "loopback",
            None => {
                let nets = ["::/128", "fc00::/7", "fe80::/10", "ff00::/8"];
                let private = nets.iter().any(|net| holds(net, ip.into()));
                if private { "private" } else { "public" }
            }
        },
        Some(Host::Domain(_)) => {
            let labels: Vec<&str> = host_of(url).unwrap_or_default().split('.').collect();
            match labels.as_slice() {
                [.., "localhost"] => "loopback",
                [_] | [.., "home", "arpa"] => "private",
                [
                    ..,
                    "local" | "internal" | "lan" | "home" | "corp" | "intranet" | "private",
                ] => "private",
                _ => "public",
            }
        }
    }
}

/// Whether an address is in a network like `10.0.0.0/8`: bit by bit, the same family.
fn holds(net: &str, address: std::net::IpAddr) -> bool {
    let bits = |address: std::net::IpAddr| -> String {
        match address {
            std::net::IpAddr::V4(ip) => format!("{:032b}", u32::from(ip)),
            std::net::IpAddr::V6(ip) => format!("{:0128b}", u128::from(ip)),
        }
    };
    let (base, length) = net.split_once('/').unwrap_or_else(|| super::bad(net));
    let base: std::net::IpAddr = base.parse().unwrap_or_else(|_| super::bad(net));
    let length: usize = length.parse().unwrap_or_else(|_| super::bad(net));
    let (base, address) = (bits(base), bits(address));
    base.len() == address.len() && base.get(..length) == address.get(..length)
}

/// An IP address inside a network; a name is in none. An IPv4 address written as IPv6 is that IPv4 address.
fn in_net(url: &Url, net: &str) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => holds(net, ip.into()),
        Some(Host::Ipv6(ip)) => holds(net, ip.to_ipv4_mapped().map_or(ip.into(), Into::into)),
        _ => false,
    }
}
