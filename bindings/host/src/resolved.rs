//! Where the paths of a request really lead: the fact `resolved`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use doorward::{Policy, Request, Value};

use crate::real_path::{by_its_text, real_path};

/// So many paths of one request are looked up; of further ones nobody knows where they lead.
const MOST_PATHS: usize = 16_384;

/// Returns `request` with the fact `resolved`: for each path that deciding it looks at and that a symbolic link or a
/// second name leads elsewhere, the place where it leads. A request that brings the fact keeps its own.
///
/// `own_files` are absolute paths; a path that is the same file as one of them under another name (a hard link, a bind
/// mount) is said to lead there. `spoken` are the texts in which the request names its paths: the core takes `..` out of
/// a path by its text, and where a link stands before it, the kernel does not.
pub fn resolve(
    policy: &Policy,
    request: Request,
    own_files: &[String],
    spoken: &[&str],
) -> Request {
    if request.fact("resolved").is_some() {
        return request;
    }
    let own = Identities::of(own_files);
    let anchors = Anchors::of(&request);
    let detours = detours(&request, spoken);
    let mut resolved = BTreeMap::new();
    for (index, judged) in policy.paths(&request).into_iter().enumerate() {
        let real = match detours.get(&judged) {
            _ if index >= MOST_PATHS => None,
            Some(detour) => detour.clone(),
            None => Some(real_path(Path::new(&judged))),
        };
        let real = real.map(|real| match own.same_as(&real) {
            Some(own) => PathBuf::from(own),
            None => anchors.as_stated(&real),
        });
        // Nowhere is a place that no rule can name, and what is no text is one too.
        let real = real.and_then(|real| real.into_os_string().into_string().ok());
        let real = real.unwrap_or_default();
        if real != judged {
            resolved.insert(judged, Value::Text(real));
        }
    }
    request.with_default_fact("resolved", Value::Table(resolved))
}

/// Returns the paths that are spoken of with a `..` after a link: under what they are judged as, where they lead; nowhere
/// when several lead to different places.
fn detours(request: &Request, spoken: &[&str]) -> BTreeMap<String, Option<PathBuf>> {
    let text = |fact: &str| request.fact(fact).and_then(Value::as_text);
    let mut detours: BTreeMap<String, Option<PathBuf>> = BTreeMap::new();
    let words = spoken
        .iter()
        .flat_map(|text| text.split(|c: char| c.is_whitespace() || "'\"`<>|&;()=,{}".contains(c)))
        .filter(|word| word.contains("/..") && word.len() < 4096)
        .take(1024);
    for word in words {
        let place = match word.strip_prefix("~/") {
            Some(below) => text("home").map(|home| Path::new(home).join(below)),
            None if word.starts_with('/') => Some(PathBuf::from(word)),
            None => text("cwd").map(|cwd| Path::new(cwd).join(word)),
        };
        let Some(place) = place else { continue };
        let Some(judged) = by_its_text(&place).into_os_string().into_string().ok() else {
            continue;
        };
        let real = real_path(&place);
        if real == real_path(Path::new(&judged)) {
            continue;
        }
        let entry = detours.entry(judged).or_insert_with(|| Some(real.clone()));
        if *entry != Some(real) {
            *entry = None;
        }
    }
    detours
}

/// The project and the home, each where it really is and as the request states it.
///
/// A home that is itself reached through a link is no other place: what really lies below it is said to lie below it as
/// stated, or no rule on `~/` or `./` would ever permit anything there.
struct Anchors(Vec<(PathBuf, PathBuf)>);

impl Anchors {
    fn of(request: &Request) -> Self {
        let stated = ["project", "cwd", "home"].into_iter().filter_map(|fact| {
            let stated = PathBuf::from(request.fact(fact)?.as_text()?);
            let real = real_path(&stated);
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
