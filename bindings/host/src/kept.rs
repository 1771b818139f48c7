//! What is kept between two runs: the last policy that loaded, and the last error.
//!
//! A policy that somebody is halfway through editing must not stop every agent on the machine, and must not loosen what
//! they may do either. So the texts of the last policy that loaded are kept, one file for each place that a policy was
//! looked for from, and serve until the one on the disk loads again. The folder is among the files that an agent asks
//! before it writes to.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use doorward::{Layer, Source};
use serde_json::{Value, json};

use crate::sources::MAX_TOTAL_BYTES;
use crate::written::write_private;
use crate::{Places, Sources, repository_root};

/// The form of these files; one of another form is not read.
const FORM: i64 = 1;

/// A policy that loaded once.
pub(crate) struct Kept {
    pub(crate) texts: Vec<Source>,
    pub(crate) since: i64,
}

/// Keeps the texts of a policy that loaded, unless they are the ones kept. That it cannot be kept stops nothing.
pub(crate) fn keep(places: &Places, directories: &[&Path], sources: &Sources, policy: &str) {
    let Some(path) = path_of(places, directories) else {
        return;
    };
    let key = key_of(directories);
    if heading(&path)
        .is_some_and(|heading| says(&heading, "key", &key) && says(&heading, "policy", policy))
    {
        return;
    }
    let heading = json!({ "form": FORM, "key": key, "policy": policy, "since": now() });
    let texts: Vec<Value> = sources
        .texts()
        .iter()
        .map(|source| {
            json!({
                "name": source.name(),
                "layer": source.layer().as_str(),
                "trusted": source.is_trusted(),
                "text": source.text(),
            })
        })
        .collect();
    let _ = write_private(
        &path,
        format!("{heading}\n{}\n", Value::Array(texts)).as_bytes(),
    );
}

/// Returns the policy kept for these directories.
pub(crate) fn kept(places: &Places, directories: &[&Path]) -> Option<Kept> {
    let path = path_of(places, directories)?;
    let heading = heading(&path).filter(|heading| says(heading, "key", &key_of(directories)))?;
    // A text takes at most six bytes for one of its own.
    let limit = u64::try_from(MAX_TOTAL_BYTES).ok()?.checked_mul(7)?;
    let mut whole = String::new();
    File::open(&path)
        .ok()?
        .take(limit)
        .read_to_string(&mut whole)
        .ok()?;
    let (_, texts) = whole.split_once('\n')?;
    let texts: Value = serde_json::from_str(texts).ok()?;
    let texts = texts
        .as_array()?
        .iter()
        .map(|text| {
            let layer: Layer = text.get("layer")?.as_str()?.parse().ok()?;
            let source = Source::new(
                text.get("name")?.as_str()?,
                layer,
                text.get("text")?.as_str()?,
            );
            Some(source.trusted(text.get("trusted")?.as_bool()?))
        })
        .collect::<Option<Vec<Source>>>()?;
    Some(Kept {
        texts,
        since: heading.get("since")?.as_i64()?,
    })
}

/// Something that went wrong in a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastError {
    /// When, in seconds since 1970 UTC.
    pub at: i64,
    /// The host that asked.
    pub host: String,
    /// What went wrong.
    pub reason: String,
}

/// Returns the last error of a hook of this user, if one was kept.
pub fn last_error(places: &Places) -> Option<LastError> {
    let text = fs::read_to_string(error_path(places)?).ok()?;
    let kept: Value = serde_json::from_str(&text).ok()?;
    Some(LastError {
        at: kept.get("at")?.as_i64()?,
        host: kept.get("host")?.as_str()?.to_owned(),
        reason: kept.get("reason")?.as_str()?.to_owned(),
    })
}

/// Keeps an error. That it cannot be kept stops nothing.
pub(crate) fn keep_error(places: &Places, host: &str, reason: &str) {
    if let Some(path) = error_path(places) {
        let kept = json!({ "at": now(), "host": host, "reason": reason });
        let _ = write_private(&path, kept.to_string().as_bytes());
    }
}

fn error_path(places: &Places) -> Option<PathBuf> {
    Some(places.cache_directory()?.join("last-error.json"))
}

fn path_of(places: &Places, directories: &[&Path]) -> Option<PathBuf> {
    let name = format!(
        "last-good/{:016x}.json",
        fingerprint(key_of(directories).as_bytes())
    );
    Some(places.cache_directory()?.join(name))
}

/// Returns what tells the places apart that a policy is looked for from: the roots of their repositories.
fn key_of(directories: &[&Path]) -> String {
    let roots: Vec<String> = directories
        .iter()
        .map(|directory| {
            let root = repository_root(directory).unwrap_or(directory);
            root.to_string_lossy().into_owned()
        })
        .collect();
    Value::from(roots).to_string()
}

/// FNV-1a. Two places with the same one take turns; the key in the file keeps them apart.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn heading(path: &Path) -> Option<Value> {
    let mut line = String::new();
    BufReader::new(File::open(path).ok()?.take(1 << 20))
        .read_line(&mut line)
        .ok()?;
    let heading: Value = serde_json::from_str(&line).ok()?;
    (heading.get("form")?.as_i64()? == FORM).then_some(heading)
}

fn says(heading: &Value, key: &str, text: &str) -> bool {
    heading.get(key).and_then(Value::as_str) == Some(text)
}

fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or_default()
}
