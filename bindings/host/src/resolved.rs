//! Where the paths of a request really lead: the fact `resolved`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use doorward::{Policy, Request, Value, component_fits};

use crate::real_path::{Walker, by_its_text};

/// So many paths of one request are looked up; of further ones nobody knows where they lead.
const MOST_PATHS: usize = 16_384;

/// So many links that one glob finds are told of.
const MOST_FOUND: usize = 1024;

/// Returns `request` with the fact `resolved`: where the paths that deciding it looks at lead on this machine.
///
/// For each of them that a symbolic link leads elsewhere, it says where that is, also where nothing is there yet. So it
/// does for what a glob on a command line finds, for `..` behind a link, for the directory, and for the places that rules
/// which restrict are about. What cannot be told (links in circles, a way that is closed) is said to lead nowhere that is
/// known, so nothing is allowed there. A request that brings the fact keeps its own.
///
/// Looks up links and directories and opens no file; how much of that one request can cause is bounded.
///
/// ```
/// use doorward_host::resolve;
///
/// let policy = doorward::Policy::from_toml("doorward = 1")?;
/// let request = br#"{"action":"Read","input":{"file_path":"/no/link/here"}}"#;
/// let request = resolve(&policy, doorward::Request::from_json(request)?);
/// assert!(request.fact("resolved").is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn resolve(policy: &Policy, request: Request) -> Request {
    resolve_with(policy, request, &[])
}

/// Returns what [`resolve`] would say in the fact `resolved`, for a caller that makes its requests elsewhere: each path, or
/// glob, that leads elsewhere, with the place or the list of places where it leads.
pub fn resolved(policy: &Policy, request: &Request) -> BTreeMap<String, Value> {
    look_up(policy, request, &[])
}

/// Does what [`resolve`] does. `own_files` are absolute paths; a path that is the same file as one of them under another
/// name (a hard link, a bind mount) is said to lead there.
pub(crate) fn resolve_with(policy: &Policy, request: Request, own_files: &[String]) -> Request {
    if request.fact("resolved").is_some() {
        return request;
    }
    let resolved = look_up(policy, &request, own_files);
    request.with_default_fact("resolved", Value::Table(resolved))
}

fn look_up(policy: &Policy, request: &Request, own_files: &[String]) -> BTreeMap<String, Value> {
    let mut walker = Walker::new();
    let anchors = Anchors::of(request, &mut walker);
    let mut looking = Looking {
        own: Identities::of(own_files),
        anchors,
        walker,
    };
    let mut resolved = BTreeMap::new();
    let cwd = request.fact("cwd").and_then(Value::as_text);
    let cwd = cwd.filter(|cwd| cwd.starts_with('/')).map(str::to_owned);
    // The directory as the core judges it.
    let cwd = cwd.and_then(|cwd| {
        by_its_text(Path::new(&cwd))
            .into_os_string()
            .into_string()
            .ok()
    });
    for (index, judged) in policy.paths(request).into_iter().chain(cwd).enumerate() {
        let real = match index < MOST_PATHS {
            true => looking.real(&judged),
            // Nowhere is a place that no rule can name.
            false => String::new(),
        };
        if Path::new(&real) != by_its_text(Path::new(&judged)) {
            resolved.insert(judged, Value::Text(real));
        }
    }
    for glob in policy.globs(request) {
        let found = looking.found_by(&glob);
        if !found.is_empty() {
            let found = found.into_iter().map(Value::Text).collect();
            resolved.insert(glob, Value::List(found));
        }
    }
    for guarded in policy.guarded(request) {
        // What is not known of a rule's own place changes nothing about the rule.
        let real = looking.place(Path::new(&guarded)).unwrap_or_default();
        if !real.is_empty() && real != guarded {
            resolved.entry(guarded).or_insert(Value::Text(real));
        }
    }
    resolved
}

/// What is known of this machine while one request is looked at.
struct Looking {
    own: Identities,
    anchors: Anchors,
    walker: Walker,
}

impl Looking {
    /// Returns where a path leads, as the request should say it; empty where that cannot be told.
    fn real(&mut self, judged: &str) -> String {
        let path = Path::new(judged);
        let real = self.walker.real(path);
        if let Some(own) = real.as_deref().and_then(|real| self.own.same_as(real)) {
            return own.to_owned();
        }
        self.place(path).unwrap_or_default()
    }

    fn place(&mut self, path: &Path) -> Option<String> {
        let real = self.walker.real(path)?;
        self.anchors
            .as_stated(&real)
            .into_os_string()
            .into_string()
            .ok()
    }

    /// Returns where those of the files that fit a glob lead that are not where they seem to be.
    fn found_by(&mut self, glob: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut places = vec![PathBuf::from("/")];
        for part in glob.split('/').filter(|part| !part.is_empty()) {
            let mut next = Vec::new();
            for place in places {
                if !is_wild(part) {
                    next.push(place.join(unescaped(part)));
                    continue;
                }
                for entry in fs::read_dir(&place).into_iter().flatten().flatten() {
                    if !self.walker.spend() {
                        // There is more than is looked at.
                        return BTreeSet::from([String::new()]);
                    }
                    let name = entry.file_name();
                    if name.to_str().is_none_or(|name| component_fits(part, name)) {
                        next.push(place.join(name));
                    }
                }
            }
            places = next;
        }
        for place in places {
            if place.symlink_metadata().is_err() {
                continue;
            }
            let real = match place.to_str() {
                Some(judged) => self.real(judged),
                None => String::new(),
            };
            if Path::new(&real) != place {
                found.insert(real);
            }
            if found.len() > MOST_FOUND {
                return BTreeSet::from([String::new()]);
            }
        }
        found
    }
}

/// Whether a component of a glob fits more than one name.
fn is_wild(part: &str) -> bool {
    let mut rest = part.chars();
    while let Some(c) = rest.next() {
        match c {
            '*' | '?' | '[' => return true,
            '\\' => drop(rest.next()),
            _ => {}
        }
    }
    false
}

fn unescaped(part: &str) -> String {
    let mut rest = part.chars();
    let mut plain = String::new();
    while let Some(c) = rest.next() {
        plain.extend(match c {
            '\\' => rest.next(),
            c => Some(c),
        });
    }
    plain
}

/// The project and the home, each where it really is and as the request states it.
///
/// A home that is itself reached through a link is no other place: what really lies below it is said to lie below it as
/// stated, or no rule on `~/` or `./` would ever permit anything there. The directory of a call is none of them: it may be
/// one that a link in the project leads to.
struct Anchors(Vec<(PathBuf, PathBuf)>);

impl Anchors {
    fn of(request: &Request, walker: &mut Walker) -> Self {
        let stated = ["project", "home"].into_iter().filter_map(|fact| {
            let stated = PathBuf::from(request.fact(fact)?.as_text()?);
            let real = walker.real(&stated)?;
            (stated.is_absolute() && real != stated).then_some((real, stated))
        });
        Self(stated.collect())
    }

    fn as_stated(&self, real: &Path) -> PathBuf {
        let below = |(anchor, stated): &(PathBuf, PathBuf)| {
            Some(stated.join(real.strip_prefix(anchor).ok()?))
        };
        match self.0.iter().find_map(below) {
            // Joining nothing would leave a slash at the end.
            Some(stated) => stated.components().collect(),
            None => real.to_path_buf(),
        }
    }
}

/// The files behind names, as the file system tells them apart.
struct Identities(BTreeMap<(u64, u64), String>);

impl Identities {
    fn of(paths: &[String]) -> Self {
        let identified = paths
            .iter()
            .filter_map(|path| Some((identity(Path::new(path))?, path.clone())));
        Self(identified.collect())
    }

    fn same_as(&self, path: &Path) -> Option<&str> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&identity(path)?).map(String::as_str)
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;

    let metadata = path.metadata().ok()?;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Path) -> Option<(u64, u64)> {
    None
}
