//! URLs.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use url::Url;

use super::super::gates::TYPO;
use super::super::miss::Missing;
use super::super::text::{Comparison, Words};
use super::{Change, Found, Place, seen_text};
use crate::automaton::witness::{Tail, Witness, cost};
use crate::condition::web::{HostPattern, UrlCondition, UrlTest};
use crate::request::leaf::Subject;
use crate::shown::Shown;
use crate::url::Address;

/// A part of a URL, held against what a rule wants there.
struct Part {
    witness: Witness,
    text: String,
    skip: usize,
    words: Words,
    /// Where the text begins in the URL.
    start: usize,
    /// Whether the first component is near enough to compare at all.
    comparable: bool,
}

impl Place<'_> {
    pub(super) fn describe_url(&self, condition: &UrlCondition, missing: Missing) -> Found {
        let Subject::Known(url) = &self.scene.leaf.url else {
            return Found {
                missing,
                close: false,
            };
        };
        let mut missing = Missing {
            seen: Some(seen_text(&url.shown())),
            ..missing
        };
        let mut close = true;
        for test in condition
            .tests
            .iter()
            .filter(|test| condition.fails(test, url))
        {
            let parts = parts(test, url.url());
            if parts.is_empty() {
                // A scheme, a port, a kind of address: the URL has one, and it is another.
                continue;
            }
            let compared = parts
                .iter()
                .filter(|part| part.comparable)
                .filter_map(|part| {
                    let compared =
                        Comparison::new(&part.witness, &part.text, part.skip, part.words)?;
                    Some((part, compared))
                });
            let best = compared.max_by_key(|(_, compared)| compared.closeness());
            close = close
                && best
                    .as_ref()
                    .is_some_and(|(_, compared)| compared.is_close(self.corrections));
            if let Some((part, compared)) = best {
                // Where the URL was sent as it is judged, up to the slash that a bare host gets.
                let same = |(_, text): &(_, &str)| url.url().as_str().starts_with(text);
                missing.at = self
                    .source()
                    .filter(same)
                    .map(|_| part.start + compared.at());
                missing.expected = Some(compared.expected());
                missing.closeness = Some(compared.closeness());
            }
        }
        Found { missing, close }
    }

    pub(super) fn mend_url(&self, condition: &UrlCondition) -> Vec<Change> {
        let (Subject::Known(url), Some((field, _))) = (&self.scene.leaf.url, self.source()) else {
            return Vec::new();
        };
        let mut mended = url.url().clone();
        for test in condition
            .tests
            .iter()
            .filter(|test| condition.fails(test, url))
        {
            match mend(test, &mended) {
                Some(url) => mended = url,
                None => return Vec::new(),
            }
        }
        alloc::vec![(field.clone(), Shown::Text(mended.to_string()))]
    }
}

/// Returns the parts of a URL that a test reads as text, one for each text that would do.
fn parts(test: &UrlTest, url: &Url) -> Vec<Part> {
    let text = url.as_str();
    let after_scheme = text.find("://").map_or(0, |at| at + 3);
    let host_text = url.host_str().unwrap_or_default();
    let host_at = text
        .get(after_scheme..)
        .and_then(|rest| rest.find(host_text))
        .map_or(after_scheme, |at| after_scheme + at);
    let first = |path: &str| {
        String::from(
            path.trim_start_matches('/')
                .split('/')
                .next()
                .unwrap_or_default(),
        )
    };
    let is_near =
        |a: &str, b: &str| cost(a.as_bytes(), b.as_bytes()).is_some_and(|cost| cost <= TYPO);
    match test {
        UrlTest::Host(patterns) => patterns
            .iter()
            .map(|pattern| {
                let witness = match pattern {
                    HostPattern::Exact(name) => {
                        Witness::of_literal(name.as_bytes(), false, Tail::End)
                    }
                    HostPattern::Below(name) => {
                        Witness::of_literal(format!(".{name}").as_bytes(), true, Tail::End)
                    }
                };
                let comparable = witness.nearest(host_text.as_bytes(), TYPO, false).is_some();
                Part {
                    witness,
                    text: host_text.into(),
                    skip: 0,
                    words: Words::Host,
                    start: host_at,
                    comparable,
                }
            })
            .collect(),
        UrlTest::Under(shapes) => shapes
            .iter()
            .map(|shape: &Address| {
                let literal = shape.url().as_str().trim_end_matches('/');
                let skip = if shape.url().scheme() == url.scheme() {
                    after_scheme
                } else {
                    0
                };
                let same_scheme = skip > 0;
                Part {
                    witness: Witness::of_literal(literal.as_bytes(), false, Tail::Below(b'/')),
                    text: text.into(),
                    skip,
                    words: Words::Line,
                    start: 0,
                    comparable: same_scheme && is_near(host_text, shape.host().unwrap_or_default()),
                }
            })
            .collect(),
        UrlTest::Path(shapes) => {
            let path_at = text
                .get(host_at..)
                .and_then(|rest| rest.find(url.path()))
                .map_or(host_at, |at| host_at + at);
            let part = |shape: &String| Part {
                witness: Witness::of_literal(
                    shape.trim_end_matches('/').as_bytes(),
                    false,
                    Tail::Below(b'/'),
                ),
                text: url.path().into(),
                skip: usize::from(shape.len() > 1),
                words: Words::Line,
                start: path_at,
                comparable: is_near(&first(url.path()), &first(shape)),
            };
            shapes.iter().map(part).collect()
        }
        UrlTest::Scheme(_) | UrlTest::Port(_) | UrlTest::Class(_) | UrlTest::Cidr(_) => Vec::new(),
    }
}

/// Returns a URL changed so that a test holds.
fn mend(test: &UrlTest, url: &Url) -> Option<Url> {
    let mut mended = url.clone();
    match test {
        UrlTest::Scheme(schemes) => mended.set_scheme(schemes.first()?).ok()?,
        UrlTest::Port(ports) => {
            let from = url.port_or_known_default().unwrap_or(0);
            let port = ports.iter().min_by_key(|port| port.abs_diff(from))?;
            mended.set_port(Some(*port)).ok()?;
        }
        UrlTest::Class(_) | UrlTest::Cidr(_) => return None,
        UrlTest::Host(_) | UrlTest::Under(_) | UrlTest::Path(_) => {
            let parts = parts(test, url);
            let compared = parts.iter().filter_map(|part| {
                let compared = Comparison::new(&part.witness, &part.text, part.skip, part.words)?;
                Some((compared.closeness(), compared.mended(false)?))
            });
            let (_, text) = compared.max_by_key(|(closeness, _)| *closeness)?;
            match test {
                UrlTest::Host(_) => mended.set_host(Some(&text)).ok()?,
                UrlTest::Path(_) => mended.set_path(&text),
                _ => return Url::parse(&text).ok(),
            }
        }
    }
    Some(mended)
}
