//! Texts that say where something is: paths, URLs and hosts, as programs write them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::url::{Address, has_scheme};

/// Whether a text looks like a path wherever it stands.
pub(super) fn is_path(text: &str) -> bool {
    text.starts_with(['/', '\\'])
        || text.starts_with("~/")
        || text.starts_with("./")
        || text.starts_with("../")
        || text.as_bytes().windows(4).any(|four| four == b"/../")
}

/// Whether there is a colon in a text; without one it is no URL, and no path of another host.
pub(super) fn has_colon(text: &str) -> bool {
    text.bytes().any(|byte| byte == b':')
}

/// Returns the path in `file:///x`, `file:/x` and `file:x`, which is relative to the directory.
pub(super) fn file(text: &str) -> Option<String> {
    let (scheme, path) = has_colon(text).then(|| text.split_once(':')).flatten()?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    match path.starts_with('/') {
        true => Address::read(text)?.local_path(),
        false => Some(path.to_string()),
    }
}

/// Names of places that stand for a host.
const SHORT: [(&str, &str); 5] = [
    ("github:", "https://github.com/"),
    ("gh:", "https://github.com/"),
    ("gitlab:", "https://gitlab.com/"),
    ("bitbucket:", "https://bitbucket.org/"),
    ("gist:", "https://gist.github.com/"),
];

/// Returns the URL in a text: `https://..`, `git+https://..`, `name @ https://..`, `host:path`, `github:who/what`.
pub(super) fn url_in(text: &str) -> Option<String> {
    if !has_colon(text) {
        return None;
    }
    for (short, host) in SHORT {
        if let Some(rest) = text.strip_prefix(short) {
            return Some(format!("{host}{rest}"));
        }
    }
    if let Some(at) = text.find("://") {
        let before = text.get(..at)?;
        let scheme = before
            .rsplit(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or(before);
        let rest = text.get(at..)?;
        return (!scheme.is_empty()).then(|| format!("{scheme}{rest}"));
    }
    if has_scheme(text) {
        return Some(text.to_string());
    }
    let (host, path) = match split_bracket(text) {
        Some(split) => split,
        None => text.split_once(':')?,
    };
    // A slash before the colon makes it a path.
    let is_host = !host.is_empty() && !host.contains('/') && !host.starts_with(['.', '-', '@']);
    if !is_host || host == "npm" || host == "workspace" {
        return None;
    }
    let (scheme, path) = match path.strip_prefix(':') {
        Some(module) => ("rsync", module),
        None => ("ssh", path),
    };
    Some(format!(
        "{scheme}://{host}/{}",
        path.trim_start_matches('/')
    ))
}

/// Splits `[::1]:path`, `who@[::1]:path` and `[who@host:22]:path` into a host and a path.
fn split_bracket(text: &str) -> Option<(&str, &str)> {
    let open = text.find('[').filter(|at| {
        let before = text.get(..*at).unwrap_or_default();
        before.is_empty() || before.ends_with('@') && !before.contains([':', '/'])
    })?;
    let close = text.find("]:")?;
    let inner = text.get(open + 1..close)?;
    let path = text.get(close + 2..)?;
    // An address keeps its brackets.
    let host = match inner.matches(':').count() {
        0 | 1 => inner,
        _ => text.get(..=close)?,
    };
    Some((host, path))
}

/// Returns what a program that fetches makes of a word: without a scheme it is one of the web, unless the host's name says
/// more (as `curl` has it).
pub(super) fn fetched(text: &str) -> Vec<String> {
    if has_scheme(text) {
        return alloc::vec![text.to_string()];
    }
    let mut urls = alloc::vec![format!("http://{text}")];
    let first = text.split('.').next().unwrap_or_default();
    let guess = ["ftp", "dict", "ldap", "imap", "smtp", "pop3"];
    if let Some(scheme) = guess.iter().find(|name| first.eq_ignore_ascii_case(name)) {
        urls.push(format!("{scheme}://{text}"));
    }
    urls
}

/// A word with lists and ranges becomes so many words, and has so many bytes; beyond that it is known as far as the first of
/// them.
const MOST_GLOBBED: usize = 64;
const MOST_GLOBBED_BYTES: usize = 8 << 10;

/// The URLs that `curl` makes of one word.
pub(super) enum Globbed {
    All(Vec<String>),
    Begins(String),
}

/// Writes out `{a,b}` and `[1-9]`, as `curl` does in the words of URLs.
pub(super) fn globbed(text: &str) -> Globbed {
    let mut done: Vec<String> = Vec::new();
    let mut open = alloc::vec![(String::new(), text.to_string())];
    let mut written = 0;
    while let Some((before, rest)) = open.pop() {
        let Some(at) = first_glob(&before, &rest) else {
            done.push(before + &rest);
            continue;
        };
        written += 1;
        let plain = rest.get(..at).unwrap_or_default();
        let choices = choices(rest.get(at..).unwrap_or_default());
        let room = MOST_GLOBBED.saturating_sub(done.len() + open.len());
        match choices {
            Some((choices, behind))
                if choices.len() <= room
                    && written <= MOST_GLOBBED
                    && text.len() <= MOST_GLOBBED_BYTES =>
            {
                for choice in choices.into_iter().rev() {
                    open.push((format!("{before}{plain}{choice}"), behind.to_string()));
                }
            }
            _ => {
                let known = first_glob("", text).and_then(|at| text.get(..at));
                return Globbed::Begins(known.unwrap_or_default().to_string());
            }
        }
    }
    Globbed::All(done)
}

/// Returns where the first list or range stands in `rest`; an IPv6 address is none.
fn first_glob(before: &str, rest: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let behind = rest.get(from..)?;
        let at = from + behind.find(['{', '['])?;
        let inner = rest.get(at + 1..)?.split(']').next().unwrap_or_default();
        let host = before.ends_with("//") || rest.get(..at)?.ends_with(['/', '@']) || at == 0;
        let address = inner.matches(':').count() > 1
            && inner
                .chars()
                .all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.' | '%'));
        if rest.get(at..)?.starts_with('[') && address && host {
            from = at + inner.len() + 1;
            continue;
        }
        return Some(at);
    }
}

/// Returns what a list or range stands for, and what follows it; none where that is not known.
fn choices(text: &str) -> Option<(Vec<String>, &str)> {
    if let Some(list) = text.strip_prefix('{') {
        let (list, behind) = list.split_once('}')?;
        return Some((list.split(',').map(String::from).collect(), behind));
    }
    let (range, behind) = text.strip_prefix('[')?.split_once(']')?;
    let (range, step) = range.split_once(':').unwrap_or((range, "1"));
    let (first, last) = range.split_once('-')?;
    let step: u32 = step.parse().ok().filter(|step| *step > 0)?;
    let (low, high, letters) = match (first.parse::<u32>(), last.parse::<u32>()) {
        (Ok(low), Ok(high)) => (low, high, false),
        _ => {
            let letter = |text: &str| {
                let mut chars = text.chars();
                chars.next().filter(|_| chars.next().is_none())
            };
            (letter(first)?.into(), letter(last)?.into(), true)
        }
    };
    let width = first.len();
    let count = usize::try_from(high.checked_sub(low)? / step).ok()?;
    if count >= MOST_GLOBBED {
        return None;
    }
    let values = (0..)
        .zip(0..=count)
        .map(|(at, _): (u32, usize)| low + at * step);
    let written = |value: u32| match letters {
        true => char::from_u32(value).map(String::from),
        false => Some(format!("{value:0width$}")),
    };
    Some((values.map(written).collect::<Option<_>>()?, behind))
}

/// Words of HTTP that stand before a host.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Returns the URL of a host that a program is told to reach: `host`, `who@host`, `host:port`, `:port`, `@host`, an address.
pub(super) fn host(text: &str, scheme: &str) -> Option<String> {
    if text.contains("://") {
        return Some(text.to_string());
    }
    let authority = text.split('/').next().unwrap_or(text);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    if METHODS.contains(&host) || host.contains('=') || host.is_empty() {
        return None;
    }
    let behind = text.get(authority.len()..).unwrap_or_default();
    if !host.starts_with('[') && host.matches(':').count() > 1 {
        return Some(format!("{scheme}://[{host}]{behind}"));
    }
    match host.split_once(':') {
        Some(("", _)) => Some(format!("{scheme}://localhost{host}{behind}")),
        // `Name:value` is a header.
        Some((_, port)) if !port.starts_with(|c: char| c.is_ascii_digit()) => None,
        _ => {
            let begins = host.starts_with(|c: char| c.is_alphanumeric() || c == '[');
            begins.then(|| format!("{scheme}://{host}{behind}"))
        }
    }
}

/// Returns the URLs of the places to which `curl --resolve` and `--connect-to` lead what is asked of another host.
pub(super) fn rerouted(text: &str) -> Vec<String> {
    // `host:port:` stands in front, and the host may be in brackets.
    let behind = match text.trim_start_matches(['+', '-']).strip_prefix('[') {
        Some(inner) => inner.split_once("]:").map_or("", |(_, behind)| behind),
        None => text.split_once(':').map_or("", |(_, behind)| behind),
    };
    let places = behind.split_once(':').map_or("", |(_, behind)| behind);
    let place = |place: &str| {
        let bare = place.matches(':').count() > 1 && !place.starts_with('[');
        match bare {
            true => format!("tcp://[{place}]"),
            false => format!("tcp://{}", place.trim_end_matches(':')),
        }
    };
    places
        .split(',')
        .filter(|place| !place.trim_matches(':').is_empty())
        .map(place)
        .collect()
}

/// Returns a glob that is none to who writes it: a URL with the brackets of an address, which a shell leaves as they are as
/// long as no file fits them.
pub(super) fn bracketed(glob: &str) -> Option<String> {
    let (before, behind) = glob.split_once('[')?;
    let (inner, rest) = behind.split_once(']')?;
    let place = before.ends_with("//") || before.ends_with('@');
    let wild = |text: &str| text.contains(['*', '?', '[', '\\']);
    let address = inner.matches(':').count() > 1
        && inner
            .chars()
            .all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'));
    (place && address && !wild(before) && !wild(rest)).then(|| glob.into())
}

/// Returns the URL of an image of a container: `alpine`, `x.org:5000/who/what:tag`.
pub(super) fn image(text: &str) -> String {
    let text = text.split_once("://").map_or(text, |(_, name)| name);
    let name = text.split('@').next().unwrap_or(text);
    let (registry, name) = match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest),
        _ => ("docker.io", name),
    };
    let name = name.split(':').next().unwrap_or(name);
    format!("https://{registry}/{name}")
}

/// Returns the URL that the name of a package is: `x.org/who/what`, and for a program of Node `who/what`.
pub(super) fn package(text: &str, node: bool) -> Option<String> {
    let (first, rest) = text.split_once('/')?;
    let plain = |text: &str| {
        text.starts_with(|c: char| c.is_alphanumeric())
            && text
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    if first.contains('.') && plain(first) {
        let rest = rest.split('@').next().unwrap_or(rest);
        return Some(format!("https://{first}/{rest}"));
    }
    let name = rest.split('#').next().unwrap_or(rest);
    (node && plain(first) && plain(name)).then(|| format!("https://github.com/{text}"))
}
