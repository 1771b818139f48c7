//! "Did you mean": the nearest of some known names.

/// Returns the number of single-character edits (insert, delete, replace, swap of neighbours) between two names,
/// or `None` above `most`. Optimal string alignment; costs the product of the lengths.
pub(crate) fn edits(a: &str, b: &str, most: usize) -> Option<usize> {
    use alloc::vec::Vec;
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let width = b.len() + 1;
    let mut before: Vec<usize> = alloc::vec![0; width];
    let mut above: Vec<usize> = (0..width).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row: Vec<usize> = Vec::with_capacity(width);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let get = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut best = (get(&above, j) + usize::from(x != y))
                .min(get(&above, j + 1) + 1)
                .min(get(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(get(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = core::mem::replace(&mut above, row);
    }
    above.last().copied().filter(|edits| *edits <= most)
}

/// Longer names, in bytes, are not compared.
const LONGEST_NAME: usize = 80;

/// Returns the known name nearest to `name`: at most two edits away, and at most one edit in three of its letters.
/// Among equals the first. A long name gets no suggestion: comparing costs the product of the lengths.
pub(crate) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in known.into_iter().filter(|name| name.len() <= LONGEST_NAME) {
        let most = (candidate.chars().count() / 3).min(2);
        if let Some(edits) = edits(name, candidate, most)
            && best.is_none_or(|(least, _)| edits < least)
        {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, name)| name)
}
