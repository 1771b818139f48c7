//! Globs, tried out character by character.

/// A glob against the whole text: `*` is any bytes.
pub(super) fn on_text(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'*', rest @ ..] => {
            (0..=text.len()).any(|at| on_text(rest, text.get(at..).unwrap_or_default()))
        }
        [byte, rest @ ..] => text
            .split_first()
            .is_some_and(|(first, text)| first == byte && on_text(rest, text)),
    }
}

/// Reading 25: a path glob. Braces are written out first, as a shell does.
pub(super) fn on_path(pattern: &str, path: &str) -> bool {
    let path: Vec<char> = path.chars().collect();
    written_out(pattern).iter().any(|one| {
        let pattern: Vec<char> = one.chars().collect();
        fits(&pattern, &path, true)
    })
}

/// Writes out the first brace that offers a choice, and then the next.
fn written_out(pattern: &str) -> Vec<String> {
    let chars: Vec<char> = pattern.chars().collect();
    let text = |from: usize, to: usize| -> String {
        chars.get(from..to).unwrap_or_default().iter().collect()
    };
    for start in tops(&chars, 0, '{') {
        let Some(end) = closing(&chars, start) else {
            continue;
        };
        let mut cuts = vec![start];
        cuts.extend(commas(&chars, start, end));
        if cuts.len() == 1 {
            continue;
        }
        cuts.push(end);
        let choices = cuts.windows(2).filter_map(|cut| match cut {
            [from, to] => Some(text(from + 1, *to)),
            _ => None,
        });
        return choices
            .flat_map(|choice| {
                written_out(&format!(
                    "{}{choice}{}",
                    text(0, start),
                    text(end + 1, chars.len())
                ))
            })
            .collect();
    }
    vec![pattern.to_owned()]
}

/// Where a character stands that is neither escaped nor in a class.
fn tops(chars: &[char], from: usize, wanted: char) -> Vec<usize> {
    let (mut at, mut out) = (from, Vec::new());
    while let Some(&c) = chars.get(at) {
        if c == wanted {
            out.push(at);
        }
        at = match c {
            '\\' => at + 2,
            '[' => class_end(chars, at) + 1,
            _ => at + 1,
        };
    }
    out
}

/// Where the brace that opens at `start` closes.
fn closing(chars: &[char], start: usize) -> Option<usize> {
    let (opening, closing) = (tops(chars, start, '{'), tops(chars, start, '}'));
    closing.into_iter().find(|&end| {
        let opened = opening.iter().filter(|&&at| at < end).count();
        let closed = tops(chars, start, '}')
            .into_iter()
            .filter(|&at| at <= end)
            .count();
        opened == closed
    })
}

/// The commas of the brace from `start` to `end` that are in no brace inside it.
fn commas(chars: &[char], start: usize, end: usize) -> Vec<usize> {
    let all = tops(chars, start, ',').into_iter().filter(|&at| at < end);
    let depth = |at: usize| {
        let before = |wanted| {
            tops(chars, start, wanted)
                .into_iter()
                .filter(|&one| one < at)
                .count()
        };
        before('{') - before('}')
    };
    all.filter(|&at| depth(at) == 1).collect()
}

/// Where the class that opens at `start` closes.
fn class_end(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    if matches!(chars.get(at), Some('!' | '^')) {
        at += 1;
    }
    let first = at;
    while let Some(&c) = chars.get(at) {
        match c {
            ']' if at > first => return at,
            '\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

/// A glob without braces against the whole path. `begins`: a component may begin here.
fn fits(pattern: &[char], path: &[char], begins: bool) -> bool {
    let tail = |list: &[char], from: usize| list.get(from..).unwrap_or_default().to_vec();
    match pattern {
        [] => path.is_empty(),
        // `**/` is any number of components, none too.
        ['*', '*', '/', rest @ ..] if begins => {
            let component = path.iter().position(|c| *c == '/').filter(|at| *at > 0);
            fits(rest, path, true)
                || component.is_some_and(|at| fits(pattern, &tail(path, at + 1), true))
        }
        ['*', '*', rest @ ..] => (0..=path.len()).any(|at| fits(rest, &tail(path, at), false)),
        ['*', rest @ ..] => (0..=path.len())
            .take_while(|at| !path.get(..*at).unwrap_or_default().contains(&'/'))
            .any(|at| fits(rest, &tail(path, at), false)),
        ['?', rest @ ..] => {
            matches!(path.first(), Some(c) if *c != '/') && fits(rest, &tail(path, 1), false)
        }
        ['\\', literal, rest @ ..] => {
            path.first() == Some(literal) && fits(rest, &tail(path, 1), *literal == '/')
        }
        ['[', ..] => {
            let end = class_end(pattern, 0);
            let inside = pattern.get(1..end).unwrap_or_default();
            matches!(path.first(), Some(c) if *c != '/' && in_class(inside, *c))
                && fits(&tail(pattern, end + 1), &tail(path, 1), false)
        }
        [literal, rest @ ..] => {
            path.first() == Some(literal) && fits(rest, &tail(path, 1), *literal == '/')
        }
    }
}

/// Whether a character is in a class.
fn in_class(inside: &[char], c: char) -> bool {
    match inside {
        ['!' | '^', others @ ..] => !in_class_plain(others, c),
        members => in_class_plain(members, c),
    }
}

fn in_class_plain(members: &[char], c: char) -> bool {
    // One member and the members after it.
    let one = |members: &[char]| match members {
        ['\\', one, rest @ ..] | [one, rest @ ..] => Some((*one, rest.to_vec())),
        [] => None,
    };
    let Some((low, rest)) = one(members) else {
        return false;
    };
    match rest.as_slice() {
        ['-', after @ ..] if !after.is_empty() => one(after)
            .is_some_and(|(high, rest)| (low..=high).contains(&c) || in_class_plain(&rest, c)),
        rest => low == c || in_class_plain(rest, c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_glob_reads_as_a_shell_does() {
        for (pattern, path, wanted) in [
            ("/a/*", "/a/b", true),
            ("/a/*", "/a/b/c", false),
            ("/a/**", "/a/b/c", true),
            ("/a/**/c", "/a/c", true),
            ("/a/**/c", "/a/x/y/c", true),
            ("/a/**c", "/a/x/bc", true),
            ("/a/?", "/a/\u{e9}", true),
            ("/a/?", "/a//", false),
            ("/a/[!b-d]", "/a/c", false),
            ("/a/[!b-d]", "/a/e", true),
            ("/a/[ -~]", "/a//", false),
            ("/a/{b,c/{d,e}}", "/a/c/e", true),
            ("/a/{b}", "/a/{b}", true),
            ("/{a/,b/}**/c", "/a/c", true),
            (r"/a/\*", "/a/*", true),
            (r"/a/\*", "/a/b", false),
            ("/a/[]]", "/a/]", true),
            ("/a/{b,[,}]}", "/a/}", true),
        ] {
            assert_eq!(on_path(pattern, path), wanted, "{pattern} {path}");
        }
    }
}
