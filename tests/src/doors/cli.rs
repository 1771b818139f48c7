//! The `doorward` command as a door.
//!
//! The sources of a case are written into a folder of their own, which is the command's working directory: the file names given are
//! then the sources' names. Consecutive cases with the same sources go through one `doorward decide` as JSON Lines; a request that
//! can not be one line goes through `--request-file`. Load cases go through `doorward check --json`, whose counts after the
//! diagnostics are cut off.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, process, thread};

use super::Answer;
use crate::vectors::{Case, SourceText};

/// A file of one request beside the policy files.
const REQUEST_FILE: &str = ".request.json";

/// Returns the answers of the command at `binary`, in order.
///
/// # Errors
///
/// A text that says which process could not be started or which folder could not be written. What a process answers, be it
/// nothing at all, is an answer and not an error.
pub fn run(binary: &Path, cases: &[Case]) -> Result<Vec<Answer>, String> {
    let binary = binary
        .canonicalize()
        .map_err(|error| format!("{}: {error}", binary.display()))?;
    let mut answers = Vec::with_capacity(cases.len());
    for group in cases.chunk_by(|one, next| one.sources == next.sources) {
        let Some(first) = group.first() else { continue };
        let folder = Folder::new(&first.sources)?;
        let door = Door {
            binary: &binary,
            folder: &folder.path,
            sources: &first.sources,
        };
        door.answer_group(group, &mut answers)?;
    }
    Ok(answers)
}

/// One policy's folder, removed when dropped.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new(sources: &[SourceText]) -> Result<Self, String> {
        let path = env::temp_dir().join(format!("doorward-conformance-{}", process::id()));
        let folder = Self { path };
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(&folder.path)?;
            for source in sources {
                let file = folder.path.join(&source.name);
                if let Some(parent) = file.parent() {
                    fs::create_dir_all(parent)?;
                }
                fs::write(file, &source.text)?;
            }
            Ok(())
        };
        write().map_err(|error| format!("{}: {error}", folder.path.display()))?;
        Ok(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// The command over one policy.
struct Door<'a> {
    binary: &'a Path,
    folder: &'a Path,
    sources: &'a [SourceText],
}

impl Door<'_> {
    /// Answers cases that share their sources, in order.
    fn answer_group(&self, group: &[Case], answers: &mut Vec<Answer>) -> Result<(), String> {
        let mut waiting: Vec<(&Case, Vec<u8>)> = Vec::new();
        for case in group {
            match case.request_bytes() {
                Ok(Some(request)) if is_one_line(&request) => waiting.push((case, request)),
                other => {
                    self.answer_lines(&mut waiting, answers)?;
                    answers.push(match other {
                        Ok(Some(request)) => self.answer_file(case, &request)?,
                        Ok(None) => Answer::new(&case.name, self.diagnostics()?),
                        Err(problem) => Answer {
                            name: case.name.clone(),
                            output: None,
                            skipped: Some(problem),
                        },
                    });
                }
            }
        }
        self.answer_lines(&mut waiting, answers)
    }

    /// Answers the waiting cases with one process that reads JSON Lines.
    fn answer_lines(
        &self,
        waiting: &mut Vec<(&Case, Vec<u8>)>,
        answers: &mut Vec<Answer>,
    ) -> Result<(), String> {
        if waiting.is_empty() {
            return Ok(());
        }
        let mut input = Vec::new();
        for (_, request) in waiting.iter() {
            input.extend_from_slice(request);
            input.push(b'\n');
        }
        let ran = self.run("decide", &[], input)?;
        let mut lines = ran.out.lines();
        for (case, _) in waiting.drain(..) {
            let output = match lines.next() {
                Some(line) => line.to_owned(),
                None => self.instead_of_a_decision(&ran)?,
            };
            answers.push(Answer::new(&case.name, output));
        }
        match lines.next() {
            None => Ok(()),
            Some(line) => Err(format!(
                "`doorward decide` wrote more lines than it read; the first is {line}"
            )),
        }
    }

    /// Answers one case whose request is no line.
    fn answer_file(&self, case: &Case, request: &[u8]) -> Result<Answer, String> {
        let file = self.folder.join(REQUEST_FILE);
        fs::write(&file, request).map_err(|error| format!("{}: {error}", file.display()))?;
        let ran = self.run("decide", &["--request-file", REQUEST_FILE], Vec::new())?;
        let output = match ran.out.strip_suffix('\n').unwrap_or(&ran.out) {
            "" => self.instead_of_a_decision(&ran)?,
            line => line.to_owned(),
        };
        Ok(Answer::new(&case.name, output))
    }

    /// Returns what `doorward check --json` prints.
    fn diagnostics(&self) -> Result<String, String> {
        let ran = self.run("check", &["--json"], Vec::new())?;
        // In JSON a quote inside a text is escaped, so that this can only be the key.
        Ok(match ran.out.rsplit_once(",\"rules\":") {
            Some((diagnostics, _)) => format!("{diagnostics}}}"),
            None => ran.failure(),
        })
    }

    /// Returns the diagnostics when `decide` answered nothing because the policy does not load, else what it said instead.
    fn instead_of_a_decision(&self, ran: &Ran) -> Result<String, String> {
        let diagnostics = self.diagnostics()?;
        Ok(if diagnostics.contains("\"severity\":\"error\"") {
            diagnostics
        } else {
            ran.failure()
        })
    }

    /// Runs one verb over the sources.
    fn run(&self, verb: &str, more: &[&str], input: Vec<u8>) -> Result<Ran, String> {
        let mut command = Command::new(self.binary);
        command.arg(verb).args(more).current_dir(self.folder);
        for source in self.sources {
            let layer = if source.trusted && source.layer == "project" {
                "trusted"
            } else {
                &source.layer
            };
            if verb == "decide" {
                command.arg("--policy");
            }
            command.arg(format!("{layer}={}", source.name));
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let failed = |error: std::io::Error| format!("{}: {error}", self.binary.display());
        let mut child = command.spawn().map_err(failed)?;
        // The input is written beside the reading, so that neither side waits for a full pipe. A process that stops reading is
        // no error here: what it answered is compared.
        let writer = child
            .stdin
            .take()
            .map(|mut stdin| thread::spawn(move || drop(stdin.write_all(&input))));
        let output = child.wait_with_output().map_err(failed)?;
        if let Some(writer) = writer {
            drop(writer.join());
        }
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(Ran {
            out: text(output.stdout),
            err: text(output.stderr),
            status: output.status.to_string(),
        })
    }
}

/// What one process said.
struct Ran {
    out: String,
    err: String,
    status: String,
}

impl Ran {
    /// Returns a text that no expectation fits.
    fn failure(&self) -> String {
        let err: String = self.err.chars().take(400).collect();
        format!("no answer, {}: {}", self.status, err.trim())
    }
}

/// A request that can be one line of JSON Lines: valid UTF-8 without a line's end, and not blank.
fn is_one_line(request: &[u8]) -> bool {
    str::from_utf8(request)
        .is_ok_and(|text| !text.contains(['\n', '\r']) && !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::is_one_line;

    #[test]
    fn what_can_not_be_one_line_goes_through_a_file() {
        assert!(is_one_line(b"{}"));
        assert!(is_one_line(b"{\"a\":\"\x00"));
        for request in [&b""[..], b"  ", b"{\n}", b"{}\r", b"\xff"] {
            assert!(!is_one_line(request), "{request:?}");
        }
    }
}
