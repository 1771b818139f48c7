//! Problems of a policy, shown like rustc's: the offending text underlined in its file.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Snippet};
use doorward::{Diagnostic, Severity};
use doorward_host::Sources;

use crate::terminal::{blank_line, printable, report};

/// Writes every diagnostic to stderr, in order, a blank line after each.
pub(crate) fn show(diagnostics: &[Diagnostic], sources: &Sources) {
    for diagnostic in diagnostics {
        report(&[group(diagnostic, sources.text(&diagnostic.file))]);
        blank_line();
    }
}

/// Returns `1 error`, `3 errors and 1 warning`.
pub(crate) fn count(diagnostics: &[Diagnostic]) -> String {
    let warnings = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Warning)
        .count();
    let errors = diagnostics.len() - warnings;
    match (errors, warnings) {
        (errors, 0) => plural(errors, "error"),
        (0, warnings) => plural(warnings, "warning"),
        (errors, warnings) => format!(
            "{} and {}",
            plural(errors, "error"),
            plural(warnings, "warning")
        ),
    }
}

/// Returns `1 rule`, `2 rules`.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn group<'a>(diagnostic: &'a Diagnostic, text: Option<&'a str>) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(
        level
            .primary_title(printable(&diagnostic.message))
            .id(diagnostic.code),
    );
    if let Some(place) = place(diagnostic, text) {
        group = group.element(place);
    }
    match &diagnostic.hint {
        Some(hint) => group.element(Level::HELP.message(printable(hint))),
        None => group,
    }
}

/// Returns the place as the lines it spans, or as `file:line:column` when there is no text to show.
fn place<'a>(diagnostic: &'a Diagnostic, text: Option<&'a str>) -> Option<Element<'a>> {
    if diagnostic.file.is_empty() {
        return None;
    }
    let file = printable(&diagnostic.file);
    let line = usize::try_from(diagnostic.line).unwrap_or(usize::MAX);
    if line == 0 {
        return Some(Origin::path(file).into());
    }
    match text.and_then(|text| lines_around(text, &diagnostic.span)) {
        Some((lines, span)) => {
            let snippet = Snippet::source(lines)
                .path(file)
                .line_start(line)
                .annotation(AnnotationKind::Primary.span(span));
            Some(snippet.into())
        }
        None => {
            let column = usize::try_from(diagnostic.column).unwrap_or(usize::MAX);
            Some(Origin::path(file).line(line).char_column(column).into())
        }
    }
}

/// Returns the whole lines that `span` touches, and the span within them; `None` when it does not fit the text.
fn lines_around<'a>(text: &'a str, span: &Range<usize>) -> Option<(&'a str, Range<usize>)> {
    let (before, inside, after) = (
        text.get(..span.start)?,
        text.get(span.clone())?,
        text.get(span.end..)?,
    );
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    // A span that ends with a newline does not touch the line after it.
    let rest = match after.find('\n') {
        _ if inside.ends_with('\n') => "",
        Some(newline) => after.get(..newline)?,
        None => after,
    };
    let end = span.end + rest.strip_suffix('\r').unwrap_or(rest).len();
    Some((text.get(start..end)?, span.start - start..span.end - start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_around_a_span_are_whole_lines() {
        let text = "one\ntwo three\nfour";
        assert_eq!(lines_around(text, &(8..13)), Some(("two three", 4..9)));
        assert_eq!(lines_around(text, &(14..18)), Some(("four", 0..4)));
        assert_eq!(lines_around(text, &(4..14)), Some(("two three\n", 0..10)));
        assert_eq!(lines_around(text, &(18..18)), Some(("four", 4..4)));
        assert_eq!(lines_around(text, &(17..19)), None);
        assert_eq!(lines_around("a = 1\r\nb", &(0..1)), Some(("a = 1", 0..1)));
    }

    #[test]
    fn counts_say_what_was_counted() {
        assert_eq!(
            (plural(0, "rule"), plural(1, "rule")),
            ("0 rules".into(), "1 rule".into())
        );
    }
}
