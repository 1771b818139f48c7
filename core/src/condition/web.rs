//! `url`: where a leaf fetches from.
//!
//! A URL may have several meanings, of its host or its path: a rule that restricts matches if one of them does, one that
//! permits if all do. Each test of a condition is held against all meanings by itself.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Finding, Scene, Side, Truth, Why};
use crate::request::leaf::Subject;
use crate::url::{Address, Cidr, Hosts, NetworkClass};

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

/// One operator on a URL.
#[derive(Clone, Debug)]
pub(crate) enum UrlTest {
    /// One of these URLs, or below its path.
    Under(Vec<Address>),
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
    pub(crate) side: Side,
    pub(crate) tests: Vec<UrlTest>,
}

impl UrlCondition {
    pub(crate) fn find(&self, scene: &Scene<'_>) -> Finding {
        match &scene.leaf.url {
            Subject::None => Ok(false),
            Subject::Unknown(why) => Err(*why),
            Subject::Known(url) => {
                let begins = scene.leaf.url_begins;
                let tests = self.tests.iter();
                let truths = tests.map(|test| self.truth(test, url, begins));
                truths.fold(Truth::True, Truth::and).into()
            }
        }
    }

    /// Whether one of the tests fails a URL that is known to its end.
    pub(crate) fn fails(&self, test: &UrlTest, url: &Address) -> bool {
        self.truth(test, url, false) != Truth::True
    }

    fn names_scheme(&self, url: &Address) -> bool {
        let named = |test: &UrlTest| match test {
            UrlTest::Scheme(schemes) => schemes.iter().any(|scheme| scheme == url.url().scheme()),
            _ => false,
        };
        self.tests.iter().any(named)
    }

    /// Whether a URL passes; of one that only `begins` so, nothing is known behind its host.
    fn truth(&self, test: &UrlTest, url: &Address, begins: bool) -> Truth {
        if let UrlTest::Scheme(schemes) = test {
            return schemes
                .iter()
                .any(|scheme| scheme == url.url().scheme())
                .into();
        }
        // What follows a scheme that nobody knows may be a host: enough to deny, and not to allow, unless the rule names it.
        let strange = self.side == Side::Permit && url.is_strange() && !self.names_scheme(url);
        let named = matches!(test, UrlTest::Under(_));
        if *url.hosts() == Hosts::Anywhere || strange && !named {
            return Truth::Unknown(Why::Missing);
        }
        let hosts = url.known_hosts();
        match test {
            UrlTest::Scheme(_) => Truth::False,
            UrlTest::Host(patterns) => self.over(hosts.iter().map(|host| {
                let fits = patterns.iter().any(|pattern| pattern.matches(&host.name));
                fits.into()
            })),
            UrlTest::Port(ports) => match url.port() {
                Some(port) => ports.contains(&port).into(),
                None if hosts.is_empty() => Truth::False,
                // The scheme has a port, and it is not known here.
                None => Truth::Unknown(Why::Missing),
            },
            UrlTest::Path(shapes) => self.path(shapes, url, begins),
            UrlTest::Class(classes) if url.is_bucket() => {
                classes.contains(&NetworkClass::Public).into()
            }
            UrlTest::Class(classes) => self.over(
                hosts
                    .iter()
                    .map(|host| classes.contains(&NetworkClass::of(host)).into()),
            ),
            UrlTest::Cidr(ranges) => self.over(hosts.iter().map(|host| {
                let inside = |address| ranges.iter().any(|range| range.contains(address));
                host.address.is_some_and(inside).into()
            })),
            UrlTest::Under(shapes) => self.over(hosts.iter().map(|host| {
                let same = |shape: &&Address| {
                    shape.host() == Some(&host.name)
                        && shape.url().scheme() == url.url().scheme()
                        && shape.port() == url.port()
                };
                let of_shape = |shape: &Address| self.path(shape.paths(), url, begins);
                let shapes = shapes.iter().filter(same).map(of_shape);
                shapes.fold(Truth::False, Truth::or)
            })),
        }
    }

    /// Whether a URL's path is one of `shapes` or below it.
    fn path(&self, shapes: &[String], url: &Address, begins: bool) -> Truth {
        if shapes
            .iter()
            .any(|shape| matches!(shape.as_str(), "" | "/"))
        {
            Truth::True
        } else if begins {
            Truth::Unknown(Why::Unresolved)
        } else if url.paths().is_empty() {
            Truth::Unknown(Why::Missing)
        } else {
            self.over(url.paths().iter().map(|path| {
                let fits = shapes.iter().any(|shape| path_below(path, shape));
                fits.into()
            }))
        }
    }

    /// Joins what is said of each meaning; where there is none, nothing fits.
    fn over(&self, truths: impl ExactSizeIterator<Item = Truth>) -> Truth {
        match self.side {
            Side::Permit if truths.len() > 0 => truths.fold(Truth::True, Truth::and),
            _ => truths.fold(Truth::False, Truth::or),
        }
    }
}

/// Whether a URL's path is `shape` or below it.
fn path_below(path: &str, shape: &str) -> bool {
    let shape = shape.strip_suffix('/').unwrap_or(shape);
    path.strip_prefix(shape)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
