//! URLs: the tests of `url` conditions.

use super::truth::Truth;
use url::{Host, Url};

/// One test of a `url` condition.
#[derive(Debug, Clone)]
pub(super) enum UrlTest {
    /// The same URL, once both are parsed.
    Is(String),
    Host(Vec<String>),
    Scheme(Vec<String>),
    Port(Vec<i64>),
    /// A literal is that path and everything below it; with a `*` it is a path glob.
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
            UrlTest::Is(wanted) => Truth::of(Url::parse(wanted).is_ok_and(|wanted| wanted == *url)),
            UrlTest::Host(wanted) => Truth::of(
                url.host_str()
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

fn path_fits(path: &str, pattern: &str) -> bool {
    if pattern.contains('*') {
        return super::paths::glob(pattern.as_bytes(), path.as_bytes(), true);
    }
    let parts = |text: &str| {
        text.split('/')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    parts(path).starts_with(&parts(pattern))
}

/// `loopback`, `private` or, for everything else and for names, `public`.
fn class(url: &Url) -> &'static str {
    match url.host() {
        Some(Host::Ipv4(ip)) if ip.is_loopback() => "loopback",
        Some(Host::Ipv4(ip)) if ip.is_private() || ip.is_link_local() || ip.is_unspecified() => {
            "private"
        }
        Some(Host::Ipv6(ip)) if ip.is_loopback() => "loopback",
        Some(Host::Ipv6(ip))
            if (ip.segments().first().copied().unwrap_or_default() & 0xfe00) == 0xfc00
                || ip.is_unicast_link_local() =>
        {
            "private"
        }
        Some(Host::Domain(name)) if name == "localhost" || name.ends_with(".localhost") => {
            "loopback"
        }
        _ => "public",
    }
}

/// An IP address inside a network like `10.0.0.0/8`; a name is in none.
fn in_net(url: &Url, net: &str) -> bool {
    let (base, bits) = net.split_once('/').unwrap_or((net, ""));
    let same = |a: u128, b: u128, width: u32| {
        let bits: u32 = bits.parse().unwrap_or(width);
        bits == 0 || (a >> (width - bits.min(width))) == (b >> (width - bits.min(width)))
    };
    match url.host() {
        Some(Host::Ipv4(ip)) => base
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|base| same(u128::from(u32::from(ip)), u128::from(u32::from(base)), 32)),
        Some(Host::Ipv6(ip)) => base
            .parse::<std::net::Ipv6Addr>()
            .is_ok_and(|base| same(u128::from(ip), u128::from(base), 128)),
        _ => false,
    }
}
