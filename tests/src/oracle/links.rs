//! URLs: what a text says, and everything else that a program may read in it (readings 30 and 39 to 43).

use std::net::{Ipv4Addr, Ipv6Addr};
use url::Url;

use super::shell::is_unseen;

/// A URL, with all that it may mean.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Link {
    pub(super) scheme: String,
    /// Each host that it may lead to: a name, an address, or an address in brackets. None at all where anything may be meant.
    pub(super) hosts: Option<Vec<String>>,
    pub(super) port: Option<u16>,
    /// Nobody said that its scheme leads to a host.
    pub(super) strange: bool,
    /// Each path that a server may see; none where nobody can say.
    pub(super) paths: Vec<String>,
    /// As it is shown.
    pub(super) text: String,
    /// The file that it names, if it names one; the path may be no text.
    pub(super) file: Option<Option<String>>,
}

const WEB: [&str; 5] = ["http", "https", "ws", "wss", "ftp"];

/// Schemes that are written with the name of who signs in.
const SIGNED: [&str; 6] = ["ssh", "scp", "sftp", "rsync", "git", "svn"];

/// Schemes that run what follows, or hold another URL.
const HOLDERS: &str =
    "javascript vbscript data blob about view-source filesystem jar php phar expect zip intent";

/// Schemes that lead to the host behind them, besides those of [`USUAL_PORTS`].
const LEADING: &str = "tcp udp tls ssl nfs cifs afp amqp amqps nats irc ircs vnc rdp webcal rtmp rtmps rediss docker oci file \
    s3 s3a s3n gs gcs az azure abfs abfss wasb wasbs oss r2 b2";

const USUAL_PORTS: &str = "ssh 22 sftp 22 scp 22 git 9418 rsync 873 svn 3690 ftps 990 telnet 23 smtp 25 smtps 465 imap 143 \
    imaps 993 pop3 110 pop3s 995 ldap 389 ldaps 636 gopher 70 gophers 70 dict 2628 tftp 69 smb 445 smbs 445 rtsp 554 \
    mqtt 1883 redis 6379 mysql 3306 postgres 5432 postgresql 5432 mongodb 27017 http 80 https 443 ws 80 wss 443 ftp 21";

/// Reading 39: what a scheme made of several says about how it travels.
pub(super) fn travels(scheme: &str) -> String {
    let scheme = scheme.to_ascii_lowercase();
    let parts: Vec<&str> = scheme.split('+').collect();
    let known = [
        "http", "https", "ws", "wss", "ftp", "ftps", "file", "ssh", "sftp", "rsync",
    ];
    match parts.as_slice() {
        [_, .., last] if known.contains(last) => (*last).to_owned(),
        ["ssh", "git" | "svn"] => "ssh".to_owned(),
        [_, .., "git"] => "git".to_owned(),
        _ => scheme,
    }
}

fn names_scheme(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// Whether a text of a call that nobody declared is taken for a URL: what readers of URLs drop is dropped first.
pub(super) fn has_scheme(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control());
    let text: String = text.chars().filter(|c| !"\t\n\r".contains(*c)).collect();
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let lower = scheme.to_ascii_lowercase();
    let bare = ["file", "view-source", "blob", "filesystem", "feed", "jar"];
    let bare = WEB.contains(&lower.as_str()) || bare.contains(&lower.as_str());
    let slashes = rest.chars().take_while(|c| "/\\".contains(*c)).count();
    let follows = rest.chars().next().is_some_and(|c| !c.is_whitespace());
    names_scheme(scheme) && (slashes >= 2 || bare && follows)
}

/// Returns what a text says; none where readers do not agree on it.
pub(super) fn link(text: &str) -> Option<Link> {
    let misread = |c: char| c == '\\' || c.is_whitespace() || c.is_control() || is_unseen(c);
    if text.chars().any(misread) {
        return None;
    }
    let (scheme, rest) = text.split_once(':')?;
    if !names_scheme(scheme) {
        return None;
    }
    let scheme = travels(scheme);
    let place: Option<&str> = rest
        .strip_prefix("//")
        .and_then(|rest| rest.split(['/', '?', '#']).next());
    match place {
        Some(place) if !place.is_empty() && !here(&scheme, place) && !listed(HOLDERS, &scheme) => {
            let behind = rest.get(place.len() + 2..)?;
            far(&scheme, place, behind)
        }
        _ if WEB.contains(&scheme.as_str()) => None,
        place => {
            let rest = match place {
                Some(place) if here(&scheme, place) => rest.replacen(place, "", 1),
                _ => rest.to_owned(),
            };
            let url = Url::parse(&format!("{scheme}:{rest}")).ok()?;
            let local = scheme == "file";
            // What stands in no directory, and behind a drive, is not the same file to everybody.
            let rooted = local && rest.starts_with('/');
            let named = rooted.then(|| text_of(url.path())).flatten();
            let driven = |path: &String| {
                let first = path.trim_start_matches('/').split('/').next();
                first.is_some_and(|name| {
                    let mut signs = name.chars();
                    let letter = signs.next().is_some_and(|c| c.is_ascii_alphabetic());
                    letter && matches!(signs.next(), Some(':' | '|'))
                })
            };
            Some(Link {
                hosts: local.then(Vec::new),
                port: None,
                strange: !local,
                paths: if rooted {
                    paths(url.path())
                } else {
                    Vec::new()
                },
                text: url.to_string(),
                file: local.then(|| named.filter(|path| !driven(path))),
                scheme,
            })
        }
    }
}

fn listed(list: &str, scheme: &str) -> bool {
    list.split_whitespace().any(|own| own == scheme)
}

fn here(scheme: &str, place: &str) -> bool {
    scheme == "file" && place.eq_ignore_ascii_case("localhost")
}

/// Reads a URL with something where the host stands.
fn far(scheme: &str, place: &str, behind: &str) -> Option<Link> {
    let parts: Vec<&str> = place.split('@').collect();
    let (who, place) = match parts.as_slice() {
        [place] => (String::new(), *place),
        [who, place] if SIGNED.contains(&scheme) => (format!("{who}@"), *place),
        _ => return None,
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
    if !who.is_empty() && (who == "@" || !who.trim_end_matches('@').chars().all(plain)) {
        return None;
    }
    let end = place.rfind(']').map_or(0, |at| at + 1);
    let (host, port) = match place.get(end..)?.find(':') {
        Some(at) => (place.get(..end + at)?, Some(place.get(end + at + 1..)?)),
        None => (place, None),
    };
    let port = match port {
        None => None,
        Some(digits) => {
            let number: u16 = digits.parse().ok()?;
            // Written as it is counted: no zeros in front, no sign, not 0.
            Some(number)
                .filter(|number| *number > 0 && number.to_string() == digits)?
                .into()
        }
    };
    let hosts = hosts(host)?;
    let first = hosts.first()?;
    let shown_port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let url = Url::parse(&format!("{scheme}://{who}{first}{shown_port}{behind}")).ok()?;
    let mut usual = USUAL_PORTS.split_whitespace();
    let mut default = None;
    while let (Some(name), Some(port)) = (usual.next(), usual.next()) {
        if name == scheme {
            default = port.parse().ok();
        }
    }
    let decoded = match first.split('.').any(|label| label.starts_with("xn--")) {
        true => format!(" ({})", url::quirks::domain_to_unicode(first)),
        false => String::new(),
    };
    Some(Link {
        port: port.or(default),
        strange: !listed(LEADING, scheme) && default.is_none(),
        paths: paths(url.path()),
        text: format!("{url}{decoded}"),
        file: (scheme == "file").then(|| text_of(url.path())),
        scheme: scheme.to_owned(),
        hosts: Some(hosts),
    })
}

/// Readings 40 and 41: the hosts that a text may mean.
pub(super) fn hosts(text: &str) -> Option<Vec<String>> {
    if text.starts_with('[') {
        let address: Ipv6Addr = text.strip_prefix('[')?.strip_suffix(']')?.parse().ok()?;
        return Some(of_version_6(address));
    }
    let fits = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-_.".contains(c);
    if text.len() > 4 * 253 || !text.chars().all(fits) {
        return None;
    }
    let name = Url::parse(&format!("http://{text}"))
        .ok()?
        .host_str()?
        .to_owned();
    if let Ok(address) = name.parse::<Ipv4Addr>() {
        return text.is_ascii().then(|| of_version_4(address, text));
    }
    let name = name.strip_suffix('.').unwrap_or(&name).to_owned();
    let labels = name
        .split('.')
        .all(|label| !label.is_empty() && label.len() < 64);
    if !labels || name.len() > 253 {
        return None;
    }
    if !text.is_ascii() {
        // Every letter is the one that is asked for, but for its case.
        let small = text.to_lowercase();
        let odd = |c: char| !c.is_ascii() && c.to_lowercase().any(|c| c.is_ascii());
        if text.chars().any(odd)
            || small.contains(['\u{df}', '\u{3c2}'])
            || small.trim_end_matches('.') != url::quirks::domain_to_unicode(&name)
        {
            return None;
        }
    }
    Some(vec![name])
}

fn of_version_4(address: Ipv4Addr, text: &str) -> Vec<String> {
    let mut found = vec![address];
    found.extend(decimal(text));
    if address.octets() == [0; 4] {
        found.push(Ipv4Addr::new(127, 0, 0, 1));
    }
    let mut found: Vec<String> = found.iter().map(ToString::to_string).collect();
    found.dedup();
    found
}

/// An address of decimal parts, of which the last fills what the others leave.
fn decimal(text: &str) -> Option<Ipv4Addr> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let parts: Vec<u32> = text
        .split('.')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let (last, first) = parts.split_last()?;
    let mut bytes: Vec<u8> = Vec::new();
    for part in first {
        bytes.push(u8::try_from(*part).ok()?);
    }
    let left = 4_usize.checked_sub(bytes.len()).filter(|left| *left > 0)?;
    let over = last
        .to_be_bytes()
        .iter()
        .take(4 - left)
        .any(|byte| *byte != 0);
    bytes.extend(last.to_be_bytes().iter().skip(4 - left));
    let bytes: [u8; 4] = bytes.try_into().ok()?;
    (!over).then(|| Ipv4Addr::from(bytes))
}

/// Where bits of version 4 stand in an address of version 6, by how it begins: how many bits of that count, where they
/// stand, and whether they are turned over.
const CROSSINGS: [(&str, usize, usize, bool); 6] = [
    ("::", 96, 96, false),
    ("::ffff:0:0:0", 96, 96, false),
    ("64:ff9b::", 96, 96, false),
    ("64:ff9b:1::", 48, 96, false),
    ("2002::", 16, 16, false),
    ("2001::", 32, 96, true),
];

fn of_version_6(address: Ipv6Addr) -> Vec<String> {
    let bits = |address: Ipv6Addr| format!("{:0128b}", u128::from(address));
    let own = bits(address);
    let cut = |from: usize, turned: bool| {
        let inside = own.get(from..from + 32).unwrap_or_default();
        let number = u32::from_str_radix(inside, 2).unwrap_or_default();
        Ipv4Addr::from(if turned { !number } else { number })
    };
    if own.starts_with(&format!("{}{}", "0".repeat(80), "1".repeat(16))) {
        return of_version_4(cut(96, false), "x");
    }
    let mut found = vec![format!("[{address}]")];
    if !own.contains('1') {
        found.push("[::1]".to_owned());
    } else if address != Ipv6Addr::LOCALHOST {
        let crossing = CROSSINGS.iter().find(|(begin, length, ..)| {
            let begin: Ipv6Addr = begin.parse().unwrap_or(Ipv6Addr::LOCALHOST);
            own.get(..*length) == bits(begin).get(..*length)
        });
        let isatap = ["00005efe", "02005efe"].iter().any(|mark| {
            let mark = u32::from_str_radix(mark, 16).unwrap_or_default();
            own.get(64..96) == Some(format!("{mark:032b}").as_str())
        });
        match crossing {
            Some((_, _, from, turned)) => found.push(cut(*from, *turned).to_string()),
            None if isatap => found.push(cut(96, false).to_string()),
            None => {}
        }
    }
    found
}

/// Reading 42: what servers make of a path.
pub(super) fn paths(path: &str) -> Vec<String> {
    let special = |byte: u8| b"/\\;?#%".contains(&byte);
    let noise = |byte: u8| byte.is_ascii_graphic() && !special(byte);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let mut found = Vec::new();
    let mut now = text(unescaped(path, noise));
    for _ in 0..4 {
        if escapes(&now)
            .iter()
            .any(|(_, byte)| *byte < 32 || *byte == 127)
        {
            return Vec::new();
        }
        found.push(now.clone());
        let odd = [";", "\\", "?", "#", "//", "/."];
        if odd.iter().any(|odd| now.contains(odd)) {
            found.push(cleaned(&now));
        }
        let next = text(unescaped(&text(unescaped(&now, special)), noise));
        if next == now {
            return found;
        }
        now = next;
    }
    Vec::new()
}

/// Where escapes stand, and of which byte.
fn escapes(path: &str) -> Vec<(usize, u8)> {
    let escape = |(at, _)| {
        let digits: &str = path.get(at + 1..at + 3)?;
        let hex = digits.chars().all(|c| c.is_ascii_hexdigit());
        Some((at, u8::from_str_radix(digits, 16).ok().filter(|_| hex)?))
    };
    path.match_indices('%').filter_map(escape).collect()
}

/// The bytes of a path, the escapes of those that `which` names taken out; the digits of the others become capitals.
fn unescaped(path: &str, which: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut from = 0;
    for (at, byte) in escapes(path) {
        out.extend(path.bytes().take(at).skip(from));
        match which(byte) {
            true => out.push(byte),
            false => out.extend(format!("%{byte:02X}").bytes()),
        }
        from = at + 3;
    }
    out.extend(path.bytes().skip(from));
    out
}

/// A path as a server has it that drops parameters and joins slashes, then resolves dots.
fn cleaned(path: &str) -> String {
    let path = path.replace('\\', "/");
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let mut out: Vec<String> = Vec::new();
    for part in path.get(..end).unwrap_or_default().split('/') {
        let part = part.split(';').next().unwrap_or_default();
        if part == ".." {
            out.pop();
        } else if !part.is_empty() && part != "." {
            out.push(format!("/{part}"));
        }
    }
    out.concat()
}

/// The path of a file, all escapes taken out, if that is a text.
fn text_of(path: &str) -> Option<String> {
    String::from_utf8(unescaped(path, |_| true)).ok()
}
