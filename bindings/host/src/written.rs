//! Files written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It holds these bytes already.
    Unchanged,
    /// It was not there.
    Created,
    /// It was there; what it held is in this file beside it.
    Replaced {
        /// Where the former contents are.
        backup: PathBuf,
    },
}

/// Writes `text` to `path`, directories made first, and keeps what the file held in a backup beside it.
///
/// The file is never half written: the text goes to a new file that then takes the name. A link is followed, so that a
/// settings file that is kept elsewhere stays there; the file keeps its permissions.
///
/// # Errors
///
/// When something cannot be read or written; the file is then as it was.
pub fn write_file(path: &Path, text: &str) -> io::Result<Written> {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let before = match fs::read(&real) {
        Ok(before) if before == text.as_bytes() => return Ok(Written::Unchanged),
        Ok(before) => Some(before),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if let Some(directory) = real.parent() {
        fs::create_dir_all(directory)?;
    }
    let Some(before) = before else {
        replace(&real, text.as_bytes(), None)?;
        return Ok(Written::Created);
    };
    let permissions = real.metadata()?.permissions();
    let backup = keep_backup(&real, &before, &permissions)?;
    replace(&real, text.as_bytes(), Some(&permissions))?;
    Ok(Written::Replaced { backup })
}

/// Writes a file of this user's alone, without a backup.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        create_private_directory(directory)?;
    }
    replace(path, bytes, None)
}

#[cfg(unix)]
fn create_private_directory(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
}

#[cfg(not(unix))]
fn create_private_directory(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}

fn keep_backup(path: &Path, before: &[u8], permissions: &fs::Permissions) -> io::Result<PathBuf> {
    let mut number = 0_u32;
    loop {
        number += 1;
        let mut name = path.as_os_str().to_os_string();
        name.push(if number == 1 {
            ".backup".to_owned()
        } else {
            format!(".backup-{number}")
        });
        let backup = PathBuf::from(name);
        match new_file(&backup) {
            Ok(mut file) => {
                file.write_all(before)?;
                file.set_permissions(permissions.clone())?;
                file.sync_all()?;
                return Ok(backup);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists && number < 10_000 => {}
            Err(error) => return Err(error),
        }
    }
}

fn replace(path: &Path, bytes: &[u8], permissions: Option<&fs::Permissions>) -> io::Result<()> {
    let mut name = path.as_os_str().to_os_string();
    name.push(format!(".{}.new", process::id()));
    let new = PathBuf::from(name);
    let written = (|| {
        // What an earlier process of this number left behind.
        let _ = fs::remove_file(&new);
        let mut file = new_file(&new)?;
        file.write_all(bytes)?;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions.clone())?;
        }
        file.sync_all()?;
        fs::rename(&new, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

#[cfg(unix)]
fn new_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

#[cfg(not(unix))]
fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
