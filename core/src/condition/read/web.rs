//! Reads conditions on URLs.
//!
//! What reads the URLs of requests reads rules too, so that both spell a URL alike. A part that no URL can have there is a
//! problem, with a hint at the key that it belongs to.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Reader;
use crate::condition::web::{HostPattern, UrlCondition, UrlTest};
use crate::document::{Entry, Kind, Node};
use crate::url::{Address, Cidr, CidrError, Hosts, NetworkClass, is_scheme, shape, transport};

impl Reader<'_, '_> {
    pub(super) fn url(&mut self, node: &Node) -> Option<UrlCondition> {
        let side = self.side;
        let Kind::Table(_) = node.kind else {
            let texts = self.texts(node, "a URL")?;
            let urls = texts
                .iter()
                .filter_map(|text| self.whole_url(text, node))
                .collect();
            return Some(UrlCondition {
                side,
                tests: alloc::vec![UrlTest::Under(urls)],
            });
        };
        let table = self.keyed(node, "url")?;
        if table.is_empty() {
            self.problems
                .error("bad-value", node.span.clone(), "`url` says nothing", None);
        }
        let before = self.problems.errors();
        let tests = table
            .iter()
            .filter_map(|entry| self.url_test(entry))
            .collect();
        (self.problems.errors() == before).then_some(UrlCondition { side, tests })
    }

    fn url_test(&mut self, entry: &Entry) -> Option<UrlTest> {
        let node = &entry.value;
        Some(match entry.key.as_str() {
            "host" => UrlTest::Host(self.each(node, "host", host)?),
            "scheme" => UrlTest::Scheme(self.each(node, "scheme", scheme)?),
            "port" => UrlTest::Port(self.ports(node)?),
            "path" => UrlTest::Path(self.each(node, "path", path)?),
            "class" => UrlTest::Class(self.each(node, "class", class)?),
            _ => UrlTest::Cidr(self.each(node, "address range", range)?),
        })
    }

    /// Reads a text or list of texts, each of which `read` must take; else it says what would do.
    fn each<T>(
        &mut self,
        node: &Node,
        what: &str,
        read: fn(&str) -> Result<T, Cow<'static, str>>,
    ) -> Option<Vec<T>> {
        let article = if what.starts_with('a') { "an" } else { "a" };
        let mut values = Vec::new();
        for text in self.texts(node, &format!("{article} {what}"))? {
            match read(&text) {
                Ok(value) => values.push(value),
                Err(hint) => self.problems.error(
                    "bad-value",
                    node.span.clone(),
                    format!("`{text}` is no {what} of a URL"),
                    hint.into_owned(),
                ),
            }
        }
        Some(values)
    }

    fn ports(&mut self, node: &Node) -> Option<Vec<u16>> {
        let items = match &node.kind {
            Kind::List(items) => items.as_slice(),
            _ => core::slice::from_ref(node),
        };
        if items.is_empty() {
            self.leaves_nothing(node.span.clone(), "an empty list never matches");
            return None;
        }
        let mut ports = Vec::new();
        for item in items {
            match item.kind {
                Kind::Integer(port) if (1..=65_535).contains(&port) => {
                    ports.extend(u16::try_from(port))
                }
                Kind::Integer(_) => self.problems.error(
                    "bad-value",
                    item.span.clone(),
                    "a port is 1 to 65535",
                    String::from("without the key any port will do"),
                ),
                _ => self.wrong_type(
                    item,
                    "a port is an integer",
                    Some("such as `443`, or a list of them"),
                ),
            }
        }
        Some(ports)
    }

    fn whole_url(&mut self, text: &str, node: &Node) -> Option<Address> {
        let hint = match address(text) {
            Ok(url) => return Some(url),
            Err(hint) => hint,
        };
        self.problems.error(
            "bad-value",
            node.span.clone(),
            format!("`{text}` is no URL with a host"),
            hint.to_string(),
        );
        None
    }
}

fn address(text: &str) -> Result<Address, &'static str> {
    if text.contains('*') {
        return Err(
            "a `*` stands for something only in the host of a table: `{ host = \"*.x.org\" }`",
        );
    }
    if text.contains(['?', '#']) {
        return Err("query and fragment are not looked at; leave them out");
    }
    if !text.contains("://") {
        return Err("such as `https://x.org/docs`; for any scheme write `{ host = \"x.org\" }`");
    }
    let url = Address::read(text).filter(|url| {
        let one = matches!(url.hosts(), Hosts::Known(hosts) if hosts.len() == 1);
        one && url.paths().len() == 1 && url.url().username().is_empty()
    });
    url.ok_or("such as `https://x.org/docs`, in the spelling that all programs read alike")
}

fn host(text: &str) -> Result<HostPattern, Cow<'static, str>> {
    let hint = |hint: &'static str| Err(Cow::Borrowed(hint));
    if text.contains("://") {
        return hint(
            "leave out the scheme, it has its own key: `{ scheme = \"https\", host = \"x.org\" }`",
        );
    }
    if !matches!(Cidr::parse(text), Err(CidrError::NoRange)) {
        return hint("a range has its own key: `{ cidr = \"10.0.0.0/8\" }`");
    }
    if text.contains('/') {
        return hint(
            "leave out the path, it has its own key: `{ host = \"x.org\", path = \"/docs\" }`",
        );
    }
    if text.contains('@') {
        return hint("leave out the name before the `@`: a host is `x.org`");
    }
    let (below, name) = match text.strip_prefix("*.") {
        Some(name) => (true, name),
        None => (false, text),
    };
    if name.contains('*') {
        return hint("a `*` stands in front and alone: `*.x.org` is any depth below `x.org`");
    }
    if name.starts_with('.') {
        return hint("for any depth below a host write `*.x.org`");
    }
    // An address of version 6 may go without its brackets, as in a range.
    let bare = name.parse::<core::net::Ipv6Addr>().is_ok();
    let bracketed = if bare {
        Cow::Owned(format!("[{name}]"))
    } else {
        Cow::Borrowed(name)
    };
    let read = Address::read(&format!("http://{bracketed}/"));
    let Some(url) = read.filter(|url| url.url().path() == "/") else {
        return hint(
            "a host is `x.org`, `*.x.org` for any depth below it, or an address, in the spelling that all programs read alike",
        );
    };
    if url.url().port().is_some() || name.ends_with(":80") && !bare {
        return hint("leave out the port, it has its own key: `{ host = \"x.org\", port = 8443 }`");
    }
    match url.known_hosts() {
        [first, ..] if first.address.is_some() && below => {
            hint("nothing is below an address; for a range write `{ cidr = \"10.0.0.0/8\" }`")
        }
        // The addresses that stand for the own machine as well are what they are.
        [first, second, ..] if !first.address.is_some_and(|own| own.is_unspecified()) => {
            let names = format!(
                "some programs read `{}` in it, others `{}`: write the one that is meant",
                first.name, second.name
            );
            Err(Cow::Owned(names))
        }
        [first, ..] if below => Ok(HostPattern::Below(first.name.clone())),
        [first, ..] => Ok(HostPattern::Exact(first.name.clone())),
        [] => hint("a host is `x.org`"),
    }
}

fn scheme(text: &str) -> Result<String, Cow<'static, str>> {
    if !is_scheme(text) {
        return Err(Cow::Borrowed(
            "the name alone, without `:` and slashes, such as `https`",
        ));
    }
    Ok(transport(&text.to_ascii_lowercase()).into())
}

fn path(text: &str) -> Result<String, Cow<'static, str>> {
    let hint = |hint: &'static str| Err(Cow::Borrowed(hint));
    if !text.starts_with('/') {
        return hint("a path begins with `/`");
    }
    if text.contains('*') {
        return hint(
            "a path stands for everything below it; no `*` is needed and none is known here",
        );
    }
    if text.contains(['?', '#']) {
        return hint("query and fragment are not looked at; leave them out");
    }
    let escaped = text.replace(' ', "%20");
    match Address::read(&format!("http://x{escaped}")) {
        Some(url) if url.paths().len() == 1 && !has_dots(text) => Ok(shape(url.url().path())),
        _ => hint(
            "write it as it is once it is resolved: without `.`, `..`, `//`, `;`, `\\` and escapes of these",
        ),
    }
}

fn has_dots(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "." | ".."))
}

fn class(text: &str) -> Result<NetworkClass, Cow<'static, str>> {
    let known = || {
        Cow::Owned(format!(
            "it is one of `{}`",
            NetworkClass::NAMES.join("`, `")
        ))
    };
    NetworkClass::from_name(text).ok_or_else(known)
}

fn range(text: &str) -> Result<Cidr, Cow<'static, str>> {
    Cidr::parse(text).map_err(|error| match error {
        CidrError::NoRange => {
            Cow::Borrowed("such as `10.0.0.0/8` or `fd00::/8`; a single address is a `host`")
        }
        CidrError::TooNarrow(most) => Cow::Owned(format!("its prefix has at most {most} bits")),
        CidrError::HostBits(first, bits) => Cow::Owned(format!(
            "bits behind the prefix are set; write `{first}/{bits}`, or a longer prefix"
        )),
    })
}
