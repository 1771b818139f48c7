//! Policy files read into memory.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use doorward::{Diagnostic, Policy, PolicyBuilder, PolicyError, Severity, Source};

use crate::{Places, PolicyFile};

/// The longest policy file that is read, in bytes.
pub const MAX_FILE_BYTES: usize = 4 << 20;
/// The most that all files of one policy may hold together, in bytes.
pub const MAX_TOTAL_BYTES: usize = 64 << 20;
/// The most files that one policy may have.
pub const MAX_FILES: usize = 4096;

/// The texts of a policy's files, and what could not be read.
///
/// Kept by a caller that wants to show a diagnostic in its place: [`Sources::text`] is the text that the diagnostic's
/// span counts in.
///
/// ```
/// use doorward_host::{PolicyFile, Sources};
///
/// let sources = Sources::read(&[PolicyFile::user("no/such/file.toml")]);
/// assert_eq!(sources.problems()[0].code, "unreadable-file");
/// assert!(sources.build().is_err()); // never a policy with a file missing
/// ```
#[derive(Clone, Debug, Default)]
pub struct Sources {
    read: Vec<Source>,
    problems: Vec<Diagnostic>,
    bytes: usize,
    full: bool,
    own_files: Vec<String>,
}

impl Sources {
    /// Reads `files`, each a file or a directory whose `*.toml` files are taken in byte order of their names.
    ///
    /// Never fails as a whole: what cannot be read becomes one of the [`problems`](Self::problems).
    pub fn read(files: &[PolicyFile]) -> Self {
        let mut sources = Self::default();
        if files.is_empty() {
            sources.problems.push(Diagnostic::about_file(
                "no-policy-found",
                "",
                "no policy file was given",
                Some("name a file or a directory that holds `*.toml` files".to_owned()),
            ));
        }
        for file in files {
            sources.read_path(file);
        }
        sources
    }

    /// Returns what was read of `files`, each one file, after the `problems` of finding them; the policy keeps `own_files`.
    pub(crate) fn read_found(
        files: &[PolicyFile],
        problems: Vec<Diagnostic>,
        own_files: Vec<String>,
    ) -> Self {
        let mut sources = Self {
            problems,
            own_files,
            ..Self::default()
        };
        for file in files {
            sources.read_file(file);
        }
        sources
    }

    /// Returns the text of the file that diagnostics call `name`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.read
            .iter()
            .find(|read| read.name() == name)
            .map(Source::text)
    }

    /// Returns what could not be read, in order of the files.
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// Returns the same, for a policy that keeps `own_files`.
    pub(crate) fn keeping(self, own_files: Vec<String>) -> Self {
        Self { own_files, ..self }
    }

    /// Returns texts that were read before, as if they had been read now.
    pub(crate) fn kept(read: Vec<Source>, own_files: Vec<String>) -> Self {
        Self {
            read,
            own_files,
            ..Self::default()
        }
    }

    /// Returns the texts, each with its name and layer.
    pub(crate) fn texts(&self) -> &[Source] {
        &self.read
    }

    /// Returns the directories whose project files these files trust, links followed.
    pub(crate) fn trusted(&self, places: &Places) -> BTreeSet<PathBuf> {
        self.read
            .iter()
            .flat_map(Source::trusted_directories)
            .filter_map(|listed| places.expand(&listed)?.canonicalize().ok())
            .collect()
    }

    /// Returns the one policy that all files make.
    ///
    /// # Errors
    ///
    /// The [`problems`](Self::problems), then every problem of the files that could be read.
    pub fn build(&self) -> Result<Policy, PolicyError> {
        let mut diagnostics = self.problems.clone();
        if self.read.is_empty() && !diagnostics.is_empty() {
            return Err(PolicyError::from_diagnostics(diagnostics));
        }
        match self
            .read
            .iter()
            .cloned()
            .fold(Policy::builder(), PolicyBuilder::source)
            .own_files(self.own_files.iter().cloned())
            .build()
        {
            Ok(policy) if diagnostics.is_empty() => Ok(policy),
            Ok(_) => Err(PolicyError::from_diagnostics(diagnostics)),
            Err(error) => {
                diagnostics.extend_from_slice(error.diagnostics());
                Err(PolicyError::from_diagnostics(diagnostics))
            }
        }
    }

    fn read_path(&mut self, file: &PolicyFile) {
        if !file.path().is_dir() {
            return self.read_file(file);
        }
        match members(file) {
            Ok(members) if members.is_empty() => self.problems.push(Diagnostic::about_file(
                "no-policy-found",
                name_of(file.path()),
                format!("the directory `{}` holds no policy", name_of(file.path())),
                Some("a policy file's name ends in `.toml`".to_owned()),
            )),
            Ok(members) => {
                for member in &members {
                    self.read_file(member);
                }
            }
            Err(error) => self.problems.push(unreadable(file.path(), &reason(&error))),
        }
    }

    fn read_file(&mut self, file: &PolicyFile) {
        if self.full {
            return;
        }
        if self.read.len() >= MAX_FILES {
            return self.stop(file, &format!("a policy has at most {MAX_FILES} files"));
        }
        match read_bounded(file) {
            Ok(text) if text.len() > MAX_TOTAL_BYTES - self.bytes => {
                self.stop(
                    file,
                    &format!("the files of a policy hold at most {MAX_TOTAL_BYTES} bytes"),
                );
            }
            Ok(text) => {
                self.bytes += text.len();
                self.read.push(
                    Source::new(name_of(file.path()), file.layer(), text)
                        .trusted(file.is_trusted()),
                );
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Reads nothing more from `file` on.
    fn stop(&mut self, file: &PolicyFile, why: &str) {
        self.full = true;
        self.problems.push(unreadable(
            file.path(),
            &format!("{why}; this file and what follows were not read"),
        ));
    }
}

/// Returns the `*.toml` files of a directory in byte order of their names; hidden ones are not taken.
pub(crate) fn members(directory: &PolicyFile) -> io::Result<Vec<PolicyFile>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory.path())? {
        let name = entry?.file_name();
        let bytes = name.as_encoded_bytes();
        if bytes.ends_with(b".toml") && !bytes.starts_with(b".") {
            names.push(name);
        }
    }
    names.sort_by(|a, b| a.as_encoded_bytes().cmp(b.as_encoded_bytes()));
    Ok(names
        .into_iter()
        .map(|name| directory.member(directory.path().join(name)))
        .collect())
}

/// Returns the diagnostic of a file or directory that cannot be read.
pub(crate) fn unreadable(path: &Path, why: &str) -> Diagnostic {
    let name = name_of(path);
    Diagnostic::about_file(
        "unreadable-file",
        name.clone(),
        format!("cannot read `{name}`: {why}"),
        None,
    )
}

/// Returns what went wrong, in lower case and without a number.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or directory".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "it is a directory".to_owned(),
        ErrorKind::NotADirectory => "a part of the path is not a directory".to_owned(),
        _ => error.to_string(),
    }
}

fn name_of(path: &Path) -> String {
    path.display().to_string()
}

fn read_bounded(file: &PolicyFile) -> Result<String, Diagnostic> {
    let path = real_path(file)?;
    let failed = |error: io::Error| unreadable(file.path(), &reason(&error));
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_FILE_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    File::open(path)
        .map_err(failed)?
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > MAX_FILE_BYTES {
        // As the core says it of a text.
        return Err(Diagnostic {
            code: "too-large",
            message: format!("the file is longer than {MAX_FILE_BYTES} bytes"),
            line: 1,
            column: 1,
            hint: Some("split it into several files".to_owned()),
            ..unreadable(file.path(), "")
        });
    }
    String::from_utf8(bytes).map_err(|error| {
        not_utf8(
            file.path(),
            error.as_bytes(),
            error.utf8_error().valid_up_to(),
        )
    })
}

/// Returns the path to open: as given, or where it leads to when the file must stay below a directory.
fn real_path(file: &PolicyFile) -> Result<Cow<'_, Path>, Diagnostic> {
    let failed = |error: io::Error| unreadable(file.path(), &reason(&error));
    let path = match file.bound() {
        Some(root) => {
            let real = file.path().canonicalize().map_err(failed)?;
            if !real.starts_with(root) {
                return Err(unreadable(
                    file.path(),
                    "it is a link that leads out of the repository",
                ));
            }
            Cow::Owned(real)
        }
        None => Cow::Borrowed(file.path()),
    };
    if file.is_listed() && !path.metadata().map_err(failed)?.is_file() {
        return Err(unreadable(file.path(), "it is not a regular file"));
    }
    Ok(path)
}

fn not_utf8(path: &Path, bytes: &[u8], valid: usize) -> Diagnostic {
    let before = String::from_utf8_lossy(bytes.get(..valid).unwrap_or_default());
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    Diagnostic {
        severity: Severity::Error,
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
        span: valid..valid,
        hint: Some("save the file as UTF-8".to_owned()),
        ..unreadable(path, &format!("byte {valid} is not UTF-8"))
    }
}
