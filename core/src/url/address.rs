//! A URL as every condition reads it.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use ::url::Url;

use super::host::{self, Host};
use super::route;
use crate::command::is_hidden;

/// The hosts that a URL may lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hosts {
    /// It leads to none: a file of this machine.
    Nowhere,
    /// It may lead to any: what stands behind the scheme is no host.
    Anywhere,
    /// To one of these, the likeliest first.
    Known(Vec<Host>),
}

/// A URL in one spelling, with every meaning that it may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    url: Url,
    hosts: Hosts,
    /// What a server may take its path for, the likeliest first; none where nobody can say.
    paths: Vec<String>,
    /// The path of the file of this machine that it names; none where it names none, or programs disagree on which.
    local_path: Option<String>,
}

/// Schemes that lead nowhere without a host behind two slashes.
const WEB: [&str; 5] = ["http", "https", "ftp", "ws", "wss"];

/// Schemes of programs that sign in by a name before the host; none of them has a password there.
const WITH_LOGIN: [&str; 6] = ["ssh", "sftp", "scp", "rsync", "git", "svn"];

/// Schemes whose host is a name that a service gives out, and not one of a network.
const BUCKETS: [&str; 14] = [
    "s3", "s3a", "s3n", "gs", "gcs", "az", "azure", "abfs", "abfss", "wasb", "wasbs", "oss", "r2",
    "b2",
];

/// Schemes behind which no host stands even where it looks so: what follows is run, or holds another URL.
const NO_HOST: [&str; 13] = [
    "javascript",
    "vbscript",
    "data",
    "blob",
    "about",
    "view-source",
    "filesystem",
    "jar",
    "php",
    "phar",
    "expect",
    "zip",
    "intent",
];

/// More schemes that lead to the host behind them, besides those of the web, of buckets, and those with a port below.
const WITH_HOST: [&str; 20] = [
    "tcp", "udp", "tls", "ssl", "nfs", "cifs", "afp", "amqp", "amqps", "nats", "irc", "ircs",
    "vnc", "rdp", "webcal", "rtmp", "rtmps", "rediss", "docker", "oci",
];

/// The ports of schemes for which the WHATWG names none.
const PORTS: [(&str, u16); 29] = [
    ("ssh", 22),
    ("sftp", 22),
    ("scp", 22),
    ("git", 9418),
    ("rsync", 873),
    ("svn", 3690),
    ("ftps", 990),
    ("telnet", 23),
    ("smtp", 25),
    ("smtps", 465),
    ("imap", 143),
    ("imaps", 993),
    ("pop3", 110),
    ("pop3s", 995),
    ("ldap", 389),
    ("ldaps", 636),
    ("gopher", 70),
    ("gophers", 70),
    ("dict", 2628),
    ("tftp", 69),
    ("smb", 445),
    ("smbs", 445),
    ("rtsp", 554),
    ("mqtt", 1883),
    ("redis", 6379),
    ("mysql", 3306),
    ("postgres", 5432),
    ("postgresql", 5432),
    ("mongodb", 27017),
];

impl Address {
    /// Reads a URL; none where programs disagree on what it says. Linear in the text.
    pub(crate) fn read(text: &str) -> Option<Self> {
        if text.contains(|c: char| c == '\\' || c.is_whitespace() || is_hidden(c)) {
            return None;
        }
        let (scheme, rest) = text.split_once(':')?;
        if !is_scheme(scheme) {
            return None;
        }
        let scheme = scheme.to_ascii_lowercase();
        let scheme = transport(&scheme);
        let Some(rest) = rest.strip_prefix("//") else {
            return Self::without_host(scheme, rest);
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, behind) = rest.split_at_checked(end)?;
        if NO_HOST.contains(&scheme) {
            return Self::without_host(scheme, &format!("//{rest}"));
        }
        let local = scheme == "file" && authority.eq_ignore_ascii_case("localhost");
        if authority.is_empty() || local {
            return Self::without_host(scheme, &format!("//{behind}"));
        }
        let (login, place) = match authority.rsplit_once('@') {
            None => ("", authority),
            Some((login, place)) if WITH_LOGIN.contains(&scheme) && is_login(login) => {
                (login, place)
            }
            Some(_) => return None,
        };
        let (host, port) = split_port(place)?;
        let hosts = host::readings(host)?;
        let at = if login.is_empty() { "" } else { "@" };
        let name = &hosts.first()?.name;
        let url = Url::parse(&format!("{scheme}://{login}{at}{name}{port}{behind}")).ok()?;
        Some(Self {
            paths: route::readings(url.path()),
            hosts: Hosts::Known(hosts),
            // Some leave the host out.
            local_path: match scheme {
                "file" => route::decoded(url.path()),
                _ => None,
            },
            url,
        })
    }

    /// Reads a URL of which the host is missing, empty or this machine.
    fn without_host(scheme: &str, rest: &str) -> Option<Self> {
        if WEB.contains(&scheme) {
            return None;
        }
        let url = Url::parse(&format!("{scheme}:{rest}")).ok()?;
        let mut read = Self {
            hosts: Hosts::Anywhere,
            paths: Vec::new(),
            local_path: None,
            url,
        };
        if scheme == "file" {
            read.hosts = Hosts::Nowhere;
            // Some take `file:x` for `/x`, others for `x` in their directory, and `file:~/x` for one in the home.
            if rest.starts_with('/') {
                read.paths = route::readings(read.url.path());
                // What `..` leaves of a drive depends on whether it is one.
                read.local_path = route::decoded(read.url.path()).filter(|path| !has_drive(path));
            }
        }
        Some(read)
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// Returns the hosts that it may lead to, as far as they are known.
    pub(crate) fn known_hosts(&self) -> &[Host] {
        match &self.hosts {
            Hosts::Known(hosts) => hosts,
            Hosts::Nowhere | Hosts::Anywhere => &[],
        }
    }

    /// Returns its host, if it has one that is known.
    pub(crate) fn host(&self) -> Option<&str> {
        self.known_hosts().first().map(|host| host.name.as_str())
    }

    pub(crate) fn paths(&self) -> &[String] {
        &self.paths
    }

    /// Whether its host is a name that a service gives out, such as that of a bucket.
    pub(crate) fn is_bucket(&self) -> bool {
        BUCKETS.contains(&self.url.scheme())
    }

    /// Whether nobody said that its scheme leads to the host behind it.
    pub(crate) fn is_strange(&self) -> bool {
        let scheme = self.url.scheme();
        let known = WEB.contains(&scheme) || WITH_HOST.contains(&scheme) || scheme == "file";
        !known && !self.is_bucket() && !PORTS.iter().any(|(name, _)| *name == scheme)
    }

    /// Returns its port, or that of its scheme where it names none.
    pub(crate) fn port(&self) -> Option<u16> {
        let known = |(scheme, _): &&(&str, u16)| *scheme == self.url.scheme();
        self.url
            .port_or_known_default()
            .or_else(|| PORTS.iter().find(known).map(|(_, port)| *port))
    }

    /// Returns the path of the file of this machine that it names; none where it names none, programs disagree on which, or
    /// the path is no text.
    pub(crate) fn local_path(&self) -> Option<String> {
        self.local_path.clone()
    }

    /// Returns the URL for a person to read: a host in punycode stands decoded behind it.
    pub(crate) fn shown(&self) -> String {
        let url = self.url.to_string();
        let punycode = |name: &&str| name.split('.').any(|label| label.starts_with("xn--"));
        match self.host().filter(punycode) {
            Some(host) => format!("{url} ({})", ::url::quirks::domain_to_unicode(host)),
            None => url,
        }
    }
}

/// Whether the letter of a drive stands behind the first slash: `/c:/x`, `/c|/x`.
fn has_drive(path: &str) -> bool {
    matches!(path.trim_start_matches('/').as_bytes(), [letter, b':' | b'|', ..] if letter.is_ascii_alphabetic())
}

/// Returns the scheme that says how a URL travels: `git+https` is `https`, `ssh+git` is `ssh`. Takes it in lower case.
pub(crate) fn transport(scheme: &str) -> &str {
    const KNOWN: [&str; 10] = [
        "http", "https", "ftp", "ftps", "file", "ssh", "ws", "wss", "rsync", "sftp",
    ];
    match scheme.rsplit_once('+') {
        Some((_, last)) if KNOWN.contains(&last) => last,
        Some(("ssh", "git" | "svn")) => "ssh",
        Some((_, "git")) => "git",
        _ => scheme,
    }
}

/// Whether a text begins like a URL: a scheme and `://`, or one for which programs need no slashes. What they skip, such as
/// spaces in front, is skipped.
pub(crate) fn has_scheme(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control());
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let scheme: Cow<'_, str> = match scheme.contains(['\t', '\n', '\r']) {
        true => scheme.replace(['\t', '\n', '\r'], "").into(),
        false => scheme.into(),
    };
    if !is_scheme(&scheme) {
        return false;
    }
    let slash = |c: char| matches!(c, '/' | '\\');
    let mut rest = rest.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r'));
    let scheme = scheme.to_ascii_lowercase();
    let slashless = WEB.contains(&scheme.as_str()) || scheme == "file" || is_prefix(&scheme);
    match rest.next() {
        Some(first) if slash(first) => slashless || rest.next().is_some_and(slash),
        Some(first) => slashless && !first.is_whitespace(),
        None => false,
    }
}

/// Whether another URL follows the scheme.
fn is_prefix(scheme: &str) -> bool {
    matches!(
        scheme,
        "view-source" | "blob" | "filesystem" | "feed" | "jar"
    )
}

/// Whether a text is the name of a scheme (RFC 3986 section 3.1).
pub(crate) fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn is_login(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+'))
}

/// Splits what stands behind the login into a host and `:port`, which may be empty.
fn split_port(place: &str) -> Option<(&str, &str)> {
    let end = match place.strip_prefix('[') {
        Some(inner) => inner.find(']')? + 2,
        None => place.find(':').unwrap_or(place.len()),
    };
    let (host, port) = place.split_at_checked(end)?;
    let is_port = port.strip_prefix(':').is_some_and(|digits| {
        let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        plain && digits.parse::<u16>().is_ok()
    });
    (port.is_empty() || is_port).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::has_scheme;

    #[test]
    fn a_scheme_stands_in_front() {
        for text in [
            "https://x.org",
            "git+ssh://x.org",
            "HTTPS:x.org",
            "http:\\x.org",
            " https://x.org",
            "ht\ttp://x.org",
            "file:/etc/passwd",
            "view-source:https://x.org",
        ] {
            assert!(has_scheme(text), "{text}");
        }
        for text in [
            "see https://x.org",
            "1x://y",
            "https: see",
            "a:b",
            "note:",
            "c:/x",
        ] {
            assert!(!has_scheme(text), "{text}");
        }
    }
}
