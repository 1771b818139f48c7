//! Paths: one normal form, decided by text alone.
//!
//! A path is made absolute against a directory, `.` and `..` and repeated slashes are taken out, and what cannot be
//! known from the text stays unknown: `~user`, a relative path without a directory, `~/` without a home, the
//! `/proc/*/root`, `/proc/*/cwd` and `/dev/fd/*` doors to elsewhere. Symbolic links are the host's to resolve; where a
//! `..` may stand behind one, it is told the path as the kernel walks it ([`walk_of`]) too. What another reader may make
//! of the same text is [`crate::spelling`]'s.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Why a path has no normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unplaced {
    /// It is no path.
    NoPlace,
    /// The host did not say the directory or the home it is relative to.
    NoAnchor,
    /// Its text does not say where it leads.
    Unresolved,
}

/// What `~` and relative paths are resolved against; each an absolute path as the host gave it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Anchors<'a> {
    pub(crate) cwd: Option<&'a str>,
    pub(crate) home: Option<&'a str>,
    pub(crate) project: Option<&'a str>,
}

impl Anchors<'_> {
    /// Returns the directory in which an allow holds: the project, else where the line starts.
    pub(crate) fn base(&self) -> Option<String> {
        self.project.or(self.cwd).map(normalize)
    }
}

/// Whether a text is a URL of a file on this machine, or the beginning of one.
pub(crate) fn is_file_url(text: &str) -> bool {
    text.get(..5)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"))
}

/// Whether a text of which nobody said what it is looks like a path: `/x`, `~`, `~/x`, `./x`, `../x`, `x/../y`, and
/// `\\server\x`, `C:\x`. Space around it does not hide it.
pub(crate) fn looks_like_path(text: &str) -> bool {
    let text = text.trim();
    let mut rest = text.trim_start_matches('.');
    let dots = text.len() - rest.len();
    if (1..=2).contains(&dots) && (rest.is_empty() || rest.starts_with(['/', '\\'])) {
        return true;
    }
    if let Some(below) = text.strip_prefix('~') {
        rest = below.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "._-".contains(c));
        return rest.is_empty() || rest.starts_with('/');
    }
    let drive =
        matches!(text.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    let climbs = || text.contains("/../") || text.ends_with("/..");
    text.starts_with('/') || !text.contains('\n') && (drive || text.starts_with('\\') || climbs())
}

/// Returns the absolute normal form of `path`, which a host wrote: `~/` is under the home. Where nobody stated the
/// home, what stays below it keeps the form `~/x`.
pub(crate) fn resolve(path: &str, anchors: &Anchors<'_>) -> Result<String, Unplaced> {
    let Some(below) = path.strip_prefix('~') else {
        return resolve_plain(path, anchors.cwd);
    };
    if !below.is_empty() && !below.starts_with('/') {
        return Err(Unplaced::Unresolved);
    }
    if let Some((path, home)) = below_home(path, anchors) {
        return resolve_plain(&path, Some(home));
    }
    if below.contains('\0') {
        return Err(Unplaced::NoPlace);
    }
    if climbs(below) {
        return Err(Unplaced::NoAnchor);
    }
    Ok(match normalize(below).as_str() {
        "/" => "~".into(),
        normal => format!("~{normal}"),
    })
}

/// Returns a path that begins with `~`, relative to the home that is stated, and that home.
pub(crate) fn below_home<'a>(path: &str, anchors: &Anchors<'a>) -> Option<(String, &'a str)> {
    let below = path.strip_prefix('~')?;
    let home = anchors.home?;
    (below.is_empty() || below.starts_with('/')).then(|| (format!(".{below}"), home))
}

/// Returns a path as the kernel walks it, absolute and without `.` and empty components, when a `..` in it follows a
/// name: that name may be a link, and then `..` does not lead back to where it stands.
pub(crate) fn walk_of(path: &str, directory: Option<&str>) -> Option<String> {
    let dotted = |path: &str| path.as_bytes().windows(2).any(|two| two == b"..");
    if !dotted(path) && !directory.is_some_and(dotted) {
        return None;
    }
    let whole = whole(path, directory).ok()?;
    let mut walk = String::with_capacity(whole.len());
    let mut climbs = false;
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            // Above the root is the root.
            ".." if walk.is_empty() => {}
            part => {
                climbs |= part == "..";
                walk.push('/');
                walk.push_str(part);
            }
        }
    }
    climbs.then_some(walk)
}

/// Whether `..` in a path leads above where it begins.
fn climbs(path: &str) -> bool {
    let mut depth = 0_usize;
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return true,
            },
            _ => depth += 1,
        }
    }
    false
}

/// Returns the absolute normal form of `path`, in which `~` is a character like any other, as in a quoted shell word.
pub(crate) fn resolve_plain(path: &str, directory: Option<&str>) -> Result<String, Unplaced> {
    let whole = whole(path, directory)?;
    if leads_elsewhere(&whole) {
        Err(Unplaced::Unresolved)
    } else if is_normal(&whole) {
        Ok(whole)
    } else {
        Ok(normalize(&whole))
    }
}

/// Files that keep nothing: writing them changes nothing, reading them tells nothing.
const SINKS: [&str; 4] = ["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty"];

/// Returns the device that keeps nothing which `path` names, if it names one.
pub(crate) fn sink(path: &str, directory: Option<&str>) -> Option<&'static str> {
    // Few paths end as one of them does.
    let name = path.as_bytes().rsplit(|byte| *byte == b'/').next()?;
    let ends = |sink: &&str| sink.as_bytes().strip_prefix(b"/dev/") == Some(name);
    let sink = SINKS.into_iter().find(ends)?;
    let whole = whole(path, directory).ok()?;
    let (parent, _) = whole.rsplit_once('/')?;
    (!leads_elsewhere(parent) && normalize(&whole) == sink).then_some(sink)
}

/// Returns a path behind the directory that it is relative to.
fn whole(path: &str, directory: Option<&str>) -> Result<String, Unplaced> {
    if path.contains('\0') {
        return Err(Unplaced::NoPlace);
    }
    if path.is_empty() {
        return Err(Unplaced::NoAnchor);
    }
    if path.starts_with('/') {
        return Ok(path.to_string());
    }
    let directory = directory
        .filter(|directory| directory.starts_with('/'))
        .ok_or(Unplaced::NoAnchor)?;
    Ok(format!("{directory}/{path}"))
}

/// Returns the absolute form of a glob in which `\\` takes the next character literally.
pub(crate) fn resolve_glob(glob: &str, directory: Option<&str>) -> Result<String, Unplaced> {
    let whole = if glob.starts_with('/') {
        glob.to_string()
    } else {
        let directory = directory
            .filter(|directory| directory.starts_with('/'))
            .ok_or(Unplaced::NoAnchor)?;
        format!("{}/{glob}", literally(directory))
    };
    if whole.contains('\0') {
        return Err(Unplaced::NoPlace);
    }
    let mut kept: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                // What a directory that fits is called, and what it links to, is not known.
                if kept
                    .pop()
                    .is_some_and(|part| part.contains(['*', '?', '[']))
                {
                    return Err(Unplaced::Unresolved);
                }
            }
            part => kept.push(part),
        }
    }
    // The kernel's doors lead out of where a glob looks.
    if matches!(kept.first(), Some(first) if matches!(*first, "proc" | "dev") || first.contains(['*', '?', '[']))
    {
        return Err(Unplaced::Unresolved);
    }
    Ok(kept
        .iter()
        .fold(String::new(), |glob, part| glob + "/" + part))
}

/// Returns a glob as a shell walks it, where a `..` in it follows a plain name, as [`walk_of`] does of a path.
pub(crate) fn glob_walk_of(glob: &str, directory: Option<&str>) -> Option<String> {
    let directory = directory.map(literally);
    walk_of(glob, directory.as_deref())
}

/// Returns a text as a glob that only it fits.
pub(crate) fn literally(text: &str) -> String {
    let mut glob = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | '\\') {
            glob.push('\\');
        }
        glob.push(c);
    }
    glob
}

/// Returns whether one component of a path may fit one component of a glob, as a shell has it: nothing wild stands for a dot
/// in front. What is in brackets counts as any character.
///
/// For a host that looks up what the globs of a request find ([`Policy::globs`](crate::Policy::globs)).
///
/// ```
/// use doorward::component_fits;
///
/// assert!(component_fits("*.md", "README.md"));
/// assert!(!component_fits("*.md", ".hidden.md"));
/// ```
pub fn component_fits(glob: &str, name: &str) -> bool {
    if name.starts_with('.') && !glob.starts_with('.') && !glob.starts_with("\\.") {
        return false;
    }
    let glob: Vec<char> = glob.chars().collect();
    let name: Vec<char> = name.chars().collect();
    // The positions of the glob that may be reached, one character of the name after the other.
    let mut at = alloc::vec![false; glob.len() + 1];
    let open = |at: &mut Vec<bool>| {
        for index in 0..glob.len() {
            if at.get(index) == Some(&true)
                && glob.get(index) == Some(&'*')
                && let Some(next) = at.get_mut(index + 1)
            {
                *next = true;
            }
        }
    };
    if let Some(first) = at.first_mut() {
        *first = true;
    }
    open(&mut at);
    for c in name {
        let mut next = alloc::vec![false; glob.len() + 1];
        let mut set = |index: usize| {
            if let Some(next) = next.get_mut(index) {
                *next = true;
            }
        };
        for index in (0..glob.len()).filter(|index| at.get(*index) == Some(&true)) {
            match glob.get(index) {
                Some('*') => set(index),
                Some('?') => set(index + 1),
                Some('[') => {
                    let rest = glob.get(index + 2..).unwrap_or_default();
                    match rest.iter().position(|c| *c == ']') {
                        Some(end) => set(index + 3 + end),
                        None => set(glob.len()),
                    }
                }
                Some('\\') if glob.get(index + 1) == Some(&c) => set(index + 2),
                Some(own) if *own == c => set(index + 1),
                _ => {}
            }
        }
        open(&mut next);
        at = next;
    }
    at.last() == Some(&true)
}

/// Whether `path` is absolute and says where it leads.
pub(crate) fn is_place(path: &str) -> bool {
    path.starts_with('/') && !path.contains('\0') && !leads_elsewhere(path)
}

/// Whether a path is certainly in normal form: a look at pairs of bytes, which takes a hidden file for something to look at.
fn is_normal(path: &str) -> bool {
    let bytes = path.as_bytes();
    let odd = |two: &[u8]| two == b"//" || two == b"/.";
    match bytes {
        [b'/', .., b'/'] => false,
        [b'/', ..] => !bytes.windows(2).any(odd),
        _ => false,
    }
}

/// Returns an absolute path without `.`, `..`, empty components and a trailing slash.
pub(crate) fn normalize(path: &str) -> String {
    if is_normal(path) {
        return path.to_string();
    }
    let mut kept: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            part => kept.push(part),
        }
    }
    let mut normal = String::with_capacity(path.len());
    for part in &kept {
        normal.push('/');
        normal.push_str(part);
    }
    if normal.is_empty() {
        normal.push('/');
    }
    normal
}

/// Whether `path` is `directory` or below it; both in normal form.
pub(crate) fn is_within(path: &str, directory: &str) -> bool {
    match path.strip_prefix(directory) {
        Some(rest) => rest.is_empty() || rest.starts_with('/') || directory == "/",
        None => false,
    }
}

/// Whether an absolute path goes through one of the kernel's doors to some other place, from which `..` does not lead back.
///
/// `/proc/<pid>/root`, `cwd` and `exe`, what lies in its `fd` and `map_files`, the same for a thread, and the names of
/// these in `/dev`: `fd`, `stdin`, `stdout`, `stderr`. Much in `/proc` is a link to elsewhere in it (`self`,
/// `thread-self`, `net`), so a `..` there is one too.
fn leads_elsewhere(path: &str) -> bool {
    let near = |four: &[u8]| four == b"roc/" || four == b"dev/";
    if !path.as_bytes().windows(4).any(near) {
        return false;
    }
    let mut kept: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => continue,
            ".." if matches!(kept.as_slice(), ["proc", _, ..] | ["dev", "fd"]) => return true,
            ".." => drop(kept.pop()),
            part => kept.push(part),
        }
        let door = match kept.as_slice() {
            ["dev", "fd", _] | ["dev", "stdin" | "stdout" | "stderr"] => true,
            ["proc", _, door] | ["proc", _, "task", _, door] => {
                matches!(*door, "root" | "cwd" | "exe" | "fd" | "map_files")
            }
            _ => false,
        };
        if door {
            return true;
        }
    }
    false
}
