//! The path of a URL: what a server may take it for.
//!
//! The parser resolves `.` and `..`, also where they are escaped. Servers do more, each something else: decode `%2f` or
//! `%252f`, take a backslash for a slash and two slashes for one, cut off what follows `;`. Where a path has any of these it
//! is read in all of these ways.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A path is decoded so many times; one that still has escapes of escapes is unknown.
const MOST_ROUNDS: usize = 3;

/// Characters that say where a part of a path ends, and the one that begins an escape.
const MEANING: [char; 6] = ['/', '\\', ';', '?', '#', '%'];

/// Returns what a server may take a path for, the likeliest first; nothing where nobody can say.
pub(super) fn readings(path: &str) -> Vec<String> {
    let mut readings: Vec<String> = Vec::new();
    let mut add = |reading: String| {
        if !readings.contains(&reading) {
            readings.push(reading);
        }
    };
    let mut path = plain(path);
    for _ in 0..=MOST_ROUNDS {
        if has_control(&path) {
            return Vec::new();
        }
        add(path.clone());
        if path.contains([';', '\\', '?', '#']) || path.contains("//") || path.contains("/.") {
            add(tidy(&path));
        }
        let next = plain(&decoded_once(&path));
        if next == path {
            return readings;
        }
        path = next;
    }
    Vec::new()
}

/// Returns the path of a rule in the spelling in which paths are compared.
pub(crate) fn shape(path: &str) -> String {
    plain(path)
}

/// Returns a path without the escapes of characters that mean nothing; the hexadecimal digits of the others are capitals.
fn plain(path: &str) -> String {
    if !path.contains('%') {
        return path.to_string();
    }
    replaced(path, |c| c.is_ascii_graphic() && !MEANING.contains(&c))
}

/// Returns a path with the escapes of characters that mean something decoded, once.
fn decoded_once(path: &str) -> String {
    replaced(path, |c| MEANING.contains(&c))
}

/// Replaces the escapes of bytes that `wanted` takes.
fn replaced(path: &str, wanted: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, behind)) = rest.split_once('%') {
        out.push_str(before);
        let digits = behind.get(..2).filter(|digits| is_hex(digits));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                match char::from(byte) {
                    c if wanted(c) => out.push(c),
                    _ => {
                        out.push('%');
                        out.push_str(&behind.get(..2).unwrap_or_default().to_ascii_uppercase());
                    }
                }
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                out.push('%');
                rest = behind;
            }
        }
    }
    out + rest
}

fn is_hex(digits: &str) -> bool {
    digits.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether a path has an escape of a control character: to some it ends there.
fn has_control(path: &str) -> bool {
    path.split('%').skip(1).any(|behind| {
        let digits = behind.get(..2).filter(|digits| is_hex(digits));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        byte.is_some_and(|byte| byte.is_ascii_control())
    })
}

/// Returns a path as the server has it that does most to it.
fn tidy(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    for part in path.split(['/', '\\']) {
        match part.split(';').next().unwrap_or_default() {
            "" | "." => {}
            ".." => drop(kept.pop()),
            part => kept.push(part),
        }
    }
    kept.iter()
        .fold(String::new(), |path, part| path + "/" + part)
}

/// Returns a path with all of its escapes decoded, if that is a text.
pub(super) fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, behind)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let digits = behind.get(..2).filter(|digits| is_hex(digits));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(b'%');
                rest = behind;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}
