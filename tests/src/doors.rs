//! The doors that answer a case file, and how their answers are compared.
//!
//! A door reads the lines of a case file in order and writes one [`Answer`] a line. Two doors live here: the Rust crate itself
//! ([`rust`]) and the `doorward` command ([`cli`]); Python and Node have their own small runners. [`check`] compares them all.

pub mod check;
pub mod cli;
pub mod rust;

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::vectors::Case;

/// What a door says to one case: a text, or why it can not be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The case's name.
    pub name: String,
    /// The decision, `{"error":..}` or `{"diagnostics":..}`, byte for byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Why the door can not express this case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
}

impl Answer {
    /// Returns the answer `output` to the case `name`.
    #[must_use]
    pub fn new(name: &str, output: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            output: Some(output.into()),
            skipped: None,
        }
    }
}

/// Returns the lines of a case file.
///
/// # Errors
///
/// A text that names the file, and the line that is no case.
pub fn read_cases(path: &Path) -> Result<Vec<Case>, String> {
    read_lines(path)
}

/// Returns the lines of a file of answers.
///
/// # Errors
///
/// A text that names the file, and the line that is no answer.
pub fn read_answers(path: &Path) -> Result<Vec<Answer>, String> {
    read_lines(path)
}

/// Writes a file of answers and returns the closing line of the door `door`.
///
/// # Errors
///
/// A text that names the file that can not be written.
pub fn write_answers(path: &Path, door: &str, answers: &[Answer]) -> Result<String, String> {
    write_lines(path, answers)?;
    let ran = answers
        .iter()
        .filter(|answer| answer.output.is_some())
        .count();
    Ok(format!(
        "conformance {door} ran={ran} skipped={}",
        answers.len() - ran
    ))
}

/// Writes one JSON line for each item, and makes the folder when it is not there.
///
/// # Errors
///
/// A text that names the file that can not be written.
pub fn write_lines<T: Serialize>(path: &Path, items: &[T]) -> Result<(), String> {
    let write = || -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = BufWriter::new(File::create(path)?);
        for item in items {
            serde_json::to_writer(&mut file, item)?;
            file.write_all(b"\n")?;
        }
        file.flush()
    };
    write().map_err(|error| format!("{}: {error}", path.display()))
}

fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, String> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut items = Vec::new();
    for (at, line) in BufReader::new(file).lines().enumerate() {
        let place =
            |error: &dyn std::fmt::Display| format!("{}:{}: {error}", path.display(), at + 1);
        let line = line.map_err(|error| place(&error))?;
        items.push(serde_json::from_str(&line).map_err(|error| place(&error))?);
    }
    Ok(items)
}
