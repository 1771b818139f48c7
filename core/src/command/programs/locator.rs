//! Texts that say where something is: paths and URLs, as programs write them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::command::Text;
use crate::path::is_file_url;
use crate::spelling;

/// Whether a text looks like a path wherever it stands.
pub(super) fn is_path(text: &str) -> bool {
    text.starts_with(['/', '\\'])
        || text.starts_with("~/")
        || text.starts_with("./")
        || text.starts_with("../")
        || text.contains("/../")
}

/// Returns the URL in a text: `https://..`, `git+https://..`, `name @ https://..`, `host:path`, `github:who/what`.
pub(super) fn url_in(text: &str) -> Option<String> {
    for (short, host) in [
        ("github:", "https://github.com/"),
        ("gh:", "https://github.com/"),
        ("gitlab:", "https://gitlab.com/"),
        ("bitbucket:", "https://bitbucket.org/"),
    ] {
        if let Some(rest) = text.strip_prefix(short) {
            return Some(format!("{host}{rest}"));
        }
    }
    if let Some(at) = text.find("://") {
        let before = text.get(..at)?;
        let scheme = before
            .rsplit(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or(before);
        let rest = text.get(at..)?;
        return (!scheme.is_empty() && scheme != "file").then(|| format!("{scheme}{rest}"));
    }
    let (host, path) = text.split_once(':')?;
    // A slash before the colon makes it a path.
    let is_host = !host.is_empty() && !host.contains('/') && !host.starts_with(['.', '-', '@']);
    if !is_host || host == "file" || host == "npm" || host == "workspace" {
        return None;
    }
    let (scheme, path) = match path.strip_prefix(':') {
        Some(module) => ("rsync", module),
        None => ("ssh", path),
    };
    Some(format!(
        "{scheme}://{host}/{}",
        path.trim_start_matches('/')
    ))
}

/// Returns the path that a `file:` URL names; unknown where `curl` would make several of it.
pub(super) fn file_in(url: &str) -> Text {
    let plain = !url.contains(['{', '[']);
    let path = plain.then(|| spelling::file_of(url)).flatten();
    path.map_or(Text::Unknown, Text::Exact)
}

/// Returns the paths that a text names as `file:` URLs.
pub(super) fn files_in(text: &Text) -> Vec<Text> {
    match text {
        Text::OneOf(texts) => {
            let urls = texts.iter().filter(|text| is_file_url(text));
            urls.map(|url| file_in(url)).collect()
        }
        Text::Exact(url) if is_file_url(url) => alloc::vec![file_in(url)],
        Text::Begins(begins) if is_file_url(begins) => alloc::vec![Text::Unknown],
        _ => Vec::new(),
    }
}
