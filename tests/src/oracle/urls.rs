//! URLs: the tests of `url` conditions.

use super::links::Link;
use super::truth::Truth;
use std::net::{IpAddr, Ipv6Addr};

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

/// How the things that a URL may mean are joined.
#[derive(Debug, Clone, Copy)]
pub(super) struct Join {
    /// All of them must pass; otherwise one is enough.
    pub(super) all: bool,
    /// The condition names the scheme.
    pub(super) named: bool,
}

impl Join {
    fn of(self, truths: impl Iterator<Item = bool>) -> Truth {
        let truths: Vec<bool> = truths.collect();
        let passed = truths.iter().filter(|truth| **truth).count();
        Truth::of(passed > 0 && (!self.all || passed == truths.len()))
    }
}

impl UrlTest {
    /// Whether the URL passes.
    pub(super) fn eval(&self, link: &Link, join: Join, set: &dyn Fn(&str) -> Vec<String>) -> Truth {
        let hosts = match (&link.hosts, self) {
            (Some(hosts), _) => hosts.as_slice(),
            (
                None,
                UrlTest::Scheme(_)
                | UrlTest::All(_)
                | UrlTest::Any(_)
                | UrlTest::Not(_)
                | UrlTest::InSet(_),
            ) => &[],
            // Reading 43.
            (None, _) => return Truth::missing(),
        };
        let part = matches!(
            self,
            UrlTest::Host(_)
                | UrlTest::Port(_)
                | UrlTest::Path(_)
                | UrlTest::Class(_)
                | UrlTest::Cidr(_)
        );
        if part && join.all && link.strange && !join.named {
            return Truth::missing();
        }
        match self {
            UrlTest::All(tests) => {
                let named = tests.iter().any(|test| {
                    matches!(test, UrlTest::Scheme(_)) && test.eval(link, join, set) == Truth::True
                });
                let join = Join { named, ..join };
                Truth::all(tests.iter().map(|test| test.eval(link, join, set)))
            }
            UrlTest::Any(tests) => Truth::any(tests.iter().map(|test| test.eval(link, join, set))),
            UrlTest::Not(test) => test
                .eval(
                    link,
                    Join {
                        all: !join.all,
                        ..join
                    },
                    set,
                )
                .negate(),
            UrlTest::InSet(name) => Truth::any(
                set(name)
                    .into_iter()
                    .map(|item| UrlTest::Is(item).eval(link, join, set)),
            ),
            // Reading 11.
            UrlTest::Is(wanted) => {
                let Some(wanted) = super::links::link(wanted) else {
                    return Truth::False;
                };
                let same = wanted.scheme == link.scheme && wanted.port == link.port;
                let host =
                    |host: &String| same && wanted.hosts.iter().flatten().any(|own| own == host);
                match join.of(hosts.iter().map(host)) {
                    Truth::True => paths_fit(link, &wanted.paths, join),
                    truth => truth,
                }
            }
            UrlTest::Host(wanted) => join.of(hosts.iter().map(|host| {
                let fits = |pattern: &String| host_fits(host, pattern);
                wanted.iter().any(fits)
            })),
            UrlTest::Scheme(wanted) => Truth::of(
                wanted
                    .iter()
                    .any(|scheme| super::links::travels(scheme) == link.scheme),
            ),
            UrlTest::Port(_) if hosts.is_empty() => Truth::False,
            UrlTest::Port(wanted) => match link.port {
                Some(port) => Truth::of(wanted.contains(&i64::from(port))),
                None => Truth::missing(),
            },
            UrlTest::Path(wanted) => {
                let wanted: Vec<String> = wanted
                    .iter()
                    .filter_map(|path| super::links::link(&format!("http://x{path}")))
                    .flat_map(|link| link.paths)
                    .collect();
                paths_fit(link, &wanted, join)
            }
            UrlTest::Class(wanted) => join.of(hosts.iter().map(|host| {
                let class = match BUCKETS.contains(&link.scheme.as_str()) {
                    true => "public",
                    false => class(host),
                };
                wanted.iter().any(|name| name == class)
            })),
            UrlTest::Cidr(wanted) => join.of(hosts.iter().map(|host| {
                let address = address(host);
                address.is_some_and(|address| wanted.iter().any(|net| holds(net, address)))
            })),
        }
    }
}

/// Schemes whose hosts are names of a service.
const BUCKETS: [&str; 14] = [
    "s3", "s3a", "s3n", "gs", "gcs", "az", "azure", "abfs", "abfss", "wasb", "wasbs", "oss", "r2",
    "b2",
];

/// `*.x.org` is any depth below `x.org`, not `x.org` itself.
fn host_fits(host: &str, pattern: &str) -> bool {
    let (below, name) = match pattern.strip_prefix("*.") {
        Some(name) => (true, name),
        None => (false, pattern),
    };
    let bare = name.parse::<Ipv6Addr>().is_ok();
    let name = if bare {
        format!("[{name}]")
    } else {
        name.to_owned()
    };
    let names = super::links::hosts(&name).unwrap_or_default();
    names.first().is_some_and(|name| match below {
        true => host.len() > name.len() + 1 && host.ends_with(&format!(".{name}")),
        false => host == name,
    })
}

/// One of those paths and everything below it.
fn paths_fit(link: &Link, wanted: &[String], join: Join) -> Truth {
    if wanted.iter().any(|path| path.trim_matches('/').is_empty()) {
        return Truth::True;
    }
    if link.paths.is_empty() {
        return Truth::missing();
    }
    join.of(link.paths.iter().map(|path| {
        wanted.iter().any(|wanted| {
            let wanted = wanted.trim_end_matches('/');
            path == wanted || path.starts_with(&format!("{wanted}/"))
        })
    }))
}

fn address(host: &str) -> Option<IpAddr> {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    bare.unwrap_or(host).parse().ok()
}

/// Reading 12.
fn class(host: &str) -> &'static str {
    let ranges = [
        ("127.0.0.0/8", "loopback"),
        ("0.0.0.0/8", "private"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "private"),
        ("168.63.129.16/32", "private"),
        ("169.254.0.0/16", "private"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "private"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "private"),
        ("224.0.0.0/4", "private"),
        ("240.0.0.0/4", "private"),
        ("::1/128", "loopback"),
        ("::/16", "private"),
        ("64:ff9b:1::/48", "private"),
        ("100::/64", "private"),
        ("fc00::/7", "private"),
        ("fe80::/10", "private"),
        ("fec0::/10", "private"),
        ("ff00::/8", "private"),
    ];
    if let Some(address) = address(host) {
        let found = ranges.iter().find(|(net, _)| holds(net, address));
        return found.map_or("public", |(_, class)| *class);
    }
    let own = "localhost4 localhost6 ip6-localhost ip6-loopback localhost.localdomain localhost4.localdomain4 localhost6.localdomain6";
    let labels: Vec<&str> = host.split('.').collect();
    match labels.as_slice() {
        [.., "localhost"] => "loopback",
        _ if own.split(' ').any(|own| own == host) => "loopback",
        [_] | [.., "home", "arpa"] => "private",
        [
            ..,
            "local" | "localdomain" | "internal" | "lan" | "home" | "corp" | "intranet" | "private"
            | "svc",
        ] => "private",
        _ => "public",
    }
}

/// Whether an address is in a network like `10.0.0.0/8`: bit by bit, the same family.
fn holds(net: &str, address: IpAddr) -> bool {
    let bits = |address: IpAddr| -> String {
        match address {
            IpAddr::V4(ip) => format!("{:032b}", u32::from(ip)),
            IpAddr::V6(ip) => format!("{:0128b}", u128::from(ip)),
        }
    };
    let (base, length) = net.split_once('/').unwrap_or_else(|| super::bad(net));
    let base: IpAddr = base.parse().unwrap_or_else(|_| super::bad(net));
    let length: usize = length.parse().unwrap_or_else(|_| super::bad(net));
    let (mut base, address) = (bits(base), bits(address));
    let mut length = length;
    // A range of mapped addresses is one of version 4.
    let mapped = format!("{}{}", "0".repeat(80), "1".repeat(16));
    if base.len() == 128 && base.starts_with(&mapped) && length >= 96 {
        base = base.split_off(96);
        length -= 96;
    }
    base.len() == address.len() && base.get(..length) == address.get(..length)
}
