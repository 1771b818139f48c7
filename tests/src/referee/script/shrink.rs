//! Makes a failing tree small.

use super::Piece;

/// The smallest tree found that still fails, by at most `tries` questions.
pub fn shrink(piece: &Piece, tries: usize, fails: &mut impl FnMut(&Piece) -> bool) -> Piece {
    let mut best = piece.clone();
    let mut left = tries;
    'smaller: loop {
        for candidate in smaller(&best) {
            if left == 0 {
                return best;
            }
            left -= 1;
            if fails(&candidate) {
                best = candidate;
                continue 'smaller;
            }
        }
        return best;
    }
}

/// Trees that are one step simpler, the greatest steps first.
fn smaller(piece: &Piece) -> Vec<Piece> {
    let mut out = Vec::new();
    match piece {
        Piece::Nest { form, parts, seed } => {
            out.extend(parts.iter().cloned());
            for (at, part) in parts.iter().enumerate() {
                for simpler in smaller(part) {
                    let mut parts = parts.clone();
                    if let Some(place) = parts.get_mut(at) {
                        *place = simpler;
                    }
                    out.push(Piece::Nest {
                        form,
                        parts,
                        seed: *seed,
                    });
                }
            }
        }
        Piece::Call(call) => {
            if call.dress.is_some_and(|dress| !dress.keeps) {
                let mut call = call.clone();
                call.dress = None;
                out.push(Piece::Call(call));
            }
            for (at, word) in call.words.iter().enumerate() {
                let mut call = call.clone();
                if at > 0 {
                    call.words.remove(at);
                    out.push(Piece::Call(call.clone()));
                    call.words.insert(at, word.clone());
                }
                if let Some(word) = call.words.get_mut(at).filter(|word| word.form.is_some()) {
                    word.form = None;
                    out.push(Piece::Call(call));
                }
            }
        }
    }
    out
}
