//! Brace expansion: `{a,b}` and `{1..3}`.

use alloc::vec::Vec;
use core::ops::Range;

use compact_str::format_compact;

use super::reader::{Fault, MOST_DEPTH, MOST_WORDS, Read};
use super::word::Piece;

/// Returns the words that a word's braces make of it; itself when it has none.
pub(super) fn expand(pieces: Vec<Piece>, budget: &mut usize) -> Read<Vec<Vec<Piece>>> {
    if !pieces.contains(&Piece::Brace('{')) {
        return Ok(alloc::vec![pieces]);
    }
    let groups = groups(&pieces);
    expand_range(&pieces, &groups, 0..pieces.len(), 0, budget)
}

/// Takes what a word is made of off the budget.
fn spend<'p>(pieces: impl Iterator<Item = &'p Piece>, budget: &mut usize) -> Read<()> {
    let bytes: usize = pieces.map(|piece| 1 + piece.len()).sum();
    *budget = budget.checked_sub(bytes).ok_or(Fault::TooMany)?;
    Ok(())
}

/// Returns, for each piece that opens a group, where the group ends.
fn groups(pieces: &[Piece]) -> Vec<Option<usize>> {
    let mut ends = alloc::vec![None; pieces.len()];
    let mut open = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Brace('{') => open.push(at),
            Piece::Brace('}') => {
                if let Some(slot) = open.pop().and_then(|start: usize| ends.get_mut(start)) {
                    *slot = Some(at);
                }
            }
            _ => {}
        }
    }
    ends
}

fn expand_range(
    pieces: &[Piece],
    ends: &[Option<usize>],
    range: Range<usize>,
    depth: usize,
    budget: &mut usize,
) -> Read<Vec<Vec<Piece>>> {
    if depth > MOST_DEPTH {
        return Err(Fault::TooDeep);
    }
    let mut words: Vec<Vec<Piece>> = alloc::vec![Vec::new()];
    let (mut at, to) = (range.start, range.end);
    while at < to {
        let piece = pieces.get(at).ok_or(Fault::Syntax)?;
        let end = ends.get(at).copied().flatten().filter(|end| *end < to);
        let alternatives = match end {
            Some(end) => alternatives(pieces, ends, at + 1..end, depth, budget)?,
            None => None,
        };
        match (alternatives, end) {
            (Some(alternatives), Some(end)) => {
                if words.len().saturating_mul(alternatives.len()) > MOST_WORDS {
                    return Err(Fault::TooMany);
                }
                let mut next = Vec::with_capacity(words.len() * alternatives.len());
                for word in &words {
                    for alternative in &alternatives {
                        spend(word.iter().chain(alternative), budget)?;
                        let mut word = word.clone();
                        word.extend(alternative.iter().cloned());
                        next.push(word);
                    }
                }
                words = next;
                at = end + 1;
            }
            _ => {
                // A brace that groups nothing is text.
                let piece = match piece {
                    Piece::Brace(c) => Piece::Plain(format_compact!("{c}")),
                    piece => piece.clone(),
                };
                for word in &mut words {
                    spend(core::iter::once(&piece), budget)?;
                    word.push(piece.clone());
                }
                at += 1;
            }
        }
    }
    Ok(words)
}

/// Returns what stands between two braces, if they make a group: parts between commas, or a sequence.
fn alternatives(
    pieces: &[Piece],
    ends: &[Option<usize>],
    range: Range<usize>,
    depth: usize,
    budget: &mut usize,
) -> Read<Option<Vec<Vec<Piece>>>> {
    let (from, to) = (range.start, range.end);
    let mut commas = Vec::new();
    let mut at = from;
    while at < to {
        match (pieces.get(at), ends.get(at).copied().flatten()) {
            // A group inside keeps its commas to itself.
            (_, Some(end)) if end < to => at = end,
            (Some(Piece::Brace(',')), _) => commas.push(at),
            _ => {}
        }
        at += 1;
    }
    if commas.is_empty() {
        return Ok(match pieces.get(from..to) {
            Some([Piece::Plain(text)]) => sequence(text)?,
            _ => None,
        });
    }
    let mut all = Vec::new();
    let mut start = from;
    for comma in commas.into_iter().chain(core::iter::once(to)) {
        all.extend(expand_range(pieces, ends, start..comma, depth + 1, budget)?);
        if all.len() > MOST_WORDS {
            return Err(Fault::TooMany);
        }
        start = comma + 1;
    }
    Ok(Some(all))
}

/// Returns `1..5`, `5..1..2` or `a..e` in full.
fn sequence(text: &str) -> Read<Option<Vec<Vec<Piece>>>> {
    let parts: Vec<&str> = text.split("..").collect();
    let (first, last, step) = match parts.as_slice() {
        [first, last] => (*first, *last, "1"),
        [first, last, step] => (*first, *last, *step),
        _ => return Ok(None),
    };
    let Ok(step) = step.parse::<i64>() else {
        return Ok(None);
    };
    let letter = |text: &str| match text.as_bytes() {
        [byte] if byte.is_ascii_alphabetic() => Some(i64::from(*byte)),
        _ => None,
    };
    let (from, to, letters) = match (
        first.parse::<i64>(),
        last.parse::<i64>(),
        letter(first),
        letter(last),
    ) {
        (Ok(from), Ok(to), ..) => (from, to, false),
        (_, _, Some(from), Some(to)) => (from, to, true),
        _ => return Ok(None),
    };
    let padded = |text: &str| {
        text.trim_start_matches('-').len() > 1 && text.trim_start_matches('-').starts_with('0')
    };
    let width = if padded(first) || padded(last) {
        first.len().max(last.len())
    } else {
        0
    };
    let step = step.unsigned_abs().max(1);
    let count = from.abs_diff(to) / step;
    if count >= MOST_WORDS as u64 {
        return Err(Fault::TooMany);
    }
    let mut words = Vec::new();
    for index in 0..=count {
        let offset = i64::try_from(index * step).map_err(|_| Fault::TooMany)?;
        let value = if from <= to {
            from + offset
        } else {
            from - offset
        };
        let text = if letters {
            u8::try_from(value)
                .map(char::from)
                .map(|c| format_compact!("{c}"))
                .unwrap_or_default()
        } else {
            format_compact!("{value:0width$}")
        };
        words.push(alloc::vec![Piece::Plain(text)]);
    }
    Ok(Some(words))
}
