//! Any text as the URL of `WebFetch`, under policies about one host, one kind of network and one path.
//!
//! What an allowed URL may look like, and which hosts a careless program could find in a text, is read here by hand: this
//! shares neither the parser nor anything else with the core.

use std::net::Ipv4Addr;
use std::sync::LazyLock;

use doorward::{Effect, Policy};
use serde_json::json;

use crate::{policy_of, request_of, strictness};

const DENIES: &str = "
[[rule]]
name = 'evil'
effect = 'deny'
when.url = { host = ['evil.test', '*.evil.test'] }
[[rule]]
name = 'inner'
effect = 'deny'
when.url = { class = 'loopback' }
[[rule]]
name = 'admin'
effect = 'deny'
when.url = { path = '/admin' }
[[rule]]
name = 'shadow'
effect = 'deny'
when.path = '/etc/shadow'
";

const ALLOWS: &str = "
[[rule]]
name = 'good'
effect = 'allow'
when.action = 'WebFetch'
when.url = { host = ['good.test', '*.good.test'], scheme = ['http', 'https'], path = '/pub' }
";

/// The denies; everything else is allowed.
static OPEN: LazyLock<Policy> = LazyLock::new(|| policy_of("allow", DENIES));
/// The allow; everything else asks.
static CLOSED: LazyLock<Policy> = LazyLock::new(|| policy_of("ask", ALLOWS));
/// Both; everything else asks.
static BOTH: LazyLock<Policy> = LazyLock::new(|| policy_of("ask", &[ALLOWS, DENIES].concat()));

fn fetch(policy: &Policy, url: &str) -> Effect {
    let request = json!({ "action": "WebFetch", "input": { "url": url } });
    policy.decide(&request_of(&request)).effect()
}

/// Checks what an allowed URL looks like, that no host or address that a careless program finds in a text is reached past a
/// deny, that respelling raises nothing, and that what readers disagree on is never allowed.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (open, closed, both) = (fetch(&OPEN, text), fetch(&CLOSED, text), fetch(&BOTH, text));
    assert!(strictness(both) >= strictness(closed), "I1: {text:?}");
    assert_eq!(open == Effect::Deny, both == Effect::Deny, "{text:?}");
    if closed == Effect::Allow {
        allowed(text);
        respelled(text);
    }
    if text.len() < 8 << 10 {
        assert!(
            open == Effect::Deny || !reaches(text),
            "past a deny: {text:?}"
        );
    } else {
        assert_ne!(closed, Effect::Allow, "I7: longer than is read");
    }
    if open == Effect::Deny && text.len() < 4 << 10 {
        denied(text);
    }
}

/// Splits a text of the web into its authority and what follows, up to any character that ends an authority to anybody.
fn authority(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    web.then(|| rest.split_at(end))
}

/// Checks the letters of a URL that the rule for `good.test` allows.
fn allowed(text: &str) {
    let known = ["http", "https"];
    let scheme = text
        .split("://")
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let transport = scheme.rsplit('+').next().unwrap_or_default();
    assert!(known.contains(&transport), "{text:?}");
    let rest = text.split_once("://").expect("slashes").1;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (host, port) = authority.split_once(':').unwrap_or((authority, "80"));
    let number: u32 = port.parse().expect("a port");
    assert!(
        (1..=65_535).contains(&number) && !port.starts_with(['0', '+']),
        "{text:?}"
    );
    let host = host.to_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    assert!(
        host == "good.test" || host.ends_with(".good.test"),
        "{text:?}"
    );
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii())
    };
    assert!(host.split('.').all(label), "{text:?}");
    let unseen = |c: char| c.is_whitespace() || c.is_control() || c == '\\' || c == '\u{200b}';
    assert!(!text.contains(unseen), "{text:?}");
    // Decoded as often as anybody does, it stays below `/pub`.
    let mut path = path.split(['?', '#']).next().unwrap_or_default().to_owned();
    for _ in 0..4 {
        assert!(resolved(&path).starts_with("/pub"), "{path:?} of {text:?}");
        path = decoded(&path);
    }
}

/// Returns a path without dots and parameters.
fn resolved(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let decoded = path
        .replace('\\', "/")
        .replace("%2e", ".")
        .replace("%2E", ".");
    for part in decoded.split('/') {
        match part.split(';').next().unwrap_or_default() {
            "" | "." => {}
            ".." => drop(kept.pop()),
            part => kept.push(part),
        }
    }
    format!("/{}", kept.join("/"))
        .replace("%70", "p")
        .replace("%75", "u")
        .replace("%62", "b")
}

/// Returns a text with its escapes decoded, once.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let digits = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let hex = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Whether a careless program could find a denied host, a loopback address or a denied path in a text.
fn reaches(text: &str) -> bool {
    let Some((authority, behind)) = authority(text) else {
        return false;
    };
    let mut hosts: Vec<String> = vec![authority.to_owned(), decoded(authority)];
    for host in hosts.clone() {
        hosts.extend(host.rsplit('@').next().map(str::to_owned));
        hosts.extend(host.split('@').next().map(str::to_owned));
        hosts.extend(host.split('@').nth(1).map(str::to_owned));
    }
    for host in hosts.clone() {
        hosts.extend(host.split(':').next().map(str::to_owned));
        hosts.push(host.replace(['\t', '\n', '\r', '\u{ad}', '\u{200b}', '\u{feff}'], ""));
        hosts.extend(host.split([' ', ',', ';', '\0']).next().map(str::to_owned));
    }
    let host = hosts.iter().any(|host| {
        let host = host.trim().trim_end_matches('.').to_ascii_lowercase();
        let loopback = address(&host).is_some_and(|address| address.is_loopback());
        let named = ["evil.test", "localhost"];
        loopback
            || named
                .iter()
                .any(|own| host == *own || host.ends_with(&format!(".{own}")))
    });
    let mut path = behind
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .to_owned();
    let mut admin = false;
    // What is below a directory by its letters alone is denied for certain, and so is what is after one decoding.
    for _ in 0..2 {
        let plain = path.split('/').all(|part| !matches!(part, "." | ".."));
        admin |= plain && (path == "/admin" || path.starts_with("/admin/"));
        path = decoded(&path);
    }
    host || admin
}

/// Reads an address as C programs do: parts in decimal, octal or hexadecimal, the last filling what is left.
fn address(text: &str) -> Option<Ipv4Addr> {
    let mut parts = Vec::new();
    for part in text.split('.') {
        let (digits, base) = match part.strip_prefix("0x") {
            Some(digits) => (digits, 16),
            None if part.len() > 1 && part.starts_with('0') => (part, 8),
            None => (part, 10),
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        parts.push(u64::from_str_radix(digits, base).ok()?);
    }
    let last = parts.pop()?;
    let mut number = 0_u64;
    for part in &parts {
        number = number * 256 + Some(*part).filter(|part| *part < 256)?;
    }
    let bits = 8 * 4_u32.checked_sub(u32::try_from(parts.len()).ok()?)?;
    let number = (number << bits) + Some(last).filter(|last| last >> bits == 0)?;
    Some(Ipv4Addr::from(u32::try_from(number).ok()?))
}

/// Checks that other spellings of an allowed URL are allowed, and that what disguises it is not.
fn respelled(text: &str) {
    let (scheme, rest) = text.split_once("://").expect("slashes");
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, behind) = rest.split_at(end);
    let same = |respelled: String| {
        assert_eq!(
            fetch(&CLOSED, &respelled),
            Effect::Allow,
            "{respelled:?} for {text:?}"
        );
    };
    same(format!("{}://{rest}", scheme.to_ascii_uppercase()));
    if authority.is_ascii() {
        same(format!(
            "{scheme}://{}{behind}",
            authority.to_ascii_uppercase()
        ));
    }
    if !behind.contains('#') && text.len() + 2 < 8 << 10 {
        same(format!("{text}#x"));
    }
    for bad in [
        format!(" {text}"),
        format!("{text}\n"),
        format!("{scheme}:/{rest}"),
        format!("{scheme}:///{rest}"),
        format!("{scheme}:\\\\{rest}"),
        format!("{scheme}://evil.test@{rest}"),
        format!("{scheme}://evil.test\\@{rest}"),
        format!("{scheme}://\t{rest}"),
        format!("{scheme}://.{rest}"),
        format!("{scheme}://{authority}:{behind}"),
        format!("{scheme}://{authority}@evil.test{behind}"),
        format!("{scheme}://{authority}%00{behind}"),
        format!("{scheme}://{authority},evil.test{behind}"),
        format!("view-source:{text}"),
        "a".repeat(8 << 10) + text,
        format!("{text}#{}", "a".repeat(8 << 10)),
    ] {
        assert_ne!(fetch(&CLOSED, &bad), Effect::Allow, "disguised: {bad:?}");
        assert_ne!(fetch(&BOTH, &bad), Effect::Allow, "disguised: {bad:?}");
    }
}

/// Checks that a denied URL stays denied in other spellings, and where `curl` fetches it.
fn denied(text: &str) {
    let Some((authority, _)) = authority(text).filter(|_| !text.contains(['\\', '\''])) else {
        return;
    };
    let (scheme, rest) = text.split_once("://").expect("slashes");
    let behind = &rest[authority.len()..];
    for respelled in [
        format!("{}://{rest}", scheme.to_ascii_uppercase()),
        format!("{scheme}://{}{behind}", authority.to_ascii_uppercase()),
        format!("{text}#x"),
        format!("git+{text}"),
        format!("{scheme}://me@{rest}"),
        format!(" {text}"),
    ] {
        assert_eq!(
            fetch(&OPEN, &respelled),
            Effect::Deny,
            "{respelled:?} for {text:?}"
        );
    }
    let globbed = text.contains(['{', '}', '[', ']']);
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) && !globbed {
        let command = format!("curl '{text}'");
        let request = json!({ "action": "Bash", "input": { "command": command } });
        let effect = OPEN.decide(&request_of(&request)).effect();
        assert_eq!(effect, Effect::Deny, "fetched by a command: {text:?}");
    }
}
