//! Where a path leads, whether or not there is something yet.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// So many links are followed on the way, as the kernel does.
const MOST_LINKS: usize = 40;

/// Returns the path without links that `path`, absolute, stands for.
///
/// Unlike the system's own function it goes on where nothing is there yet: what would be created through a link that
/// leads to nothing is created at the link's end. Where the way is closed to this user, the rest stays as written; who
/// cannot pass there cannot open it either.
pub(crate) fn real_path(path: &Path) -> PathBuf {
    let mut left: VecDeque<OsString> = components(path);
    let mut real = PathBuf::from("/");
    let mut links = 0;
    while let Some(name) = left.pop_front() {
        if name == ".." {
            real.pop();
            continue;
        }
        let next = real.join(&name);
        match next.read_link() {
            Ok(target) if links < MOST_LINKS => {
                links += 1;
                if target.is_absolute() {
                    real = PathBuf::from("/");
                }
                for component in components(&target).into_iter().rev() {
                    left.push_front(component);
                }
            }
            _ => real = next,
        }
    }
    real
}

/// Returns a path without `.` and `..`, by its text alone.
pub(crate) fn by_its_text(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            component => plain.push(component),
        }
    }
    plain
}

fn components(path: &Path) -> VecDeque<OsString> {
    path.components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_os_string()),
            Component::ParentDir => Some(OsString::from("..")),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
        })
        .collect()
}
