//! Lists of names that a name is looked for in, once or more for every command.
//!
//! Nearly every name is in none of them, so what counts is to find that out fast: a [`Glance`] at the first byte and the
//! length rules out most names with one look into a small table, which is worked out when the crate is compiled.

/// Which lengths the names of some lists have, by their first byte.
pub(crate) struct Glance([u32; 128]);

/// A longer name counts as one of this length.
const LONGEST: usize = 31;

impl Glance {
    #[expect(
        clippy::indexing_slicing,
        reason = "an index out of range would not compile"
    )]
    pub(crate) const fn at(mut lists: &[&[&str]]) -> Self {
        let mut lengths = [0_u32; 128];
        while let Some((list, rest)) = lists.split_first() {
            let mut names: &[&str] = list;
            while let Some((name, others)) = names.split_first() {
                if let Some((first, behind)) = name.as_bytes().split_first() {
                    let length = behind.len() + 1;
                    lengths[*first as usize] |=
                        1 << if length < LONGEST { length } else { LONGEST };
                }
                names = others;
            }
            lists = rest;
        }
        Self(lengths)
    }

    /// Whether a name may be in one of the lists; the empty one is in none.
    pub(crate) fn may_hold(&self, name: &str) -> bool {
        let first = name
            .as_bytes()
            .first()
            .map_or(0, |first| usize::from(*first));
        let lengths = self.0.get(first).copied().unwrap_or(0);
        lengths >> name.len().min(LONGEST) & 1 == 1
    }
}

/// Names, and patterns of names in which one `*` stands for any text.
pub(crate) struct Patterns {
    glance: Glance,
    exact: &'static [&'static str],
    /// What stands before the `*`, and what behind it.
    wild: &'static [(&'static str, &'static str)],
}

impl Patterns {
    pub(crate) const fn new(
        exact: &'static [&'static str],
        wild: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            glance: Glance::at(&[exact]),
            exact,
            wild,
        }
    }

    /// Whether a name is one of these, or fits one.
    pub(crate) fn fit(&self, name: &str) -> bool {
        let fits = |(before, behind): &(&str, &str)| {
            name.len() >= before.len() + behind.len()
                && name.ends_with(behind)
                && name.starts_with(before)
        };
        self.glance.may_hold(name) && self.exact.contains(&name) || self.wild.iter().any(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::Patterns;

    const PATTERNS: Patterns = Patterns::new(
        &["PAGER", "A_NAME_OF_MORE_THAN_THIRTY_ONE_BYTES"],
        &[("", "_EDITOR"), ("CARGO_", "_RUNNER"), ("LC_", "")],
    );

    #[test]
    fn names_and_patterns_fit() {
        for name in [
            "PAGER",
            "A_NAME_OF_MORE_THAN_THIRTY_ONE_BYTES",
            "_EDITOR",
            "GIT_EDITOR",
            "CARGO__RUNNER",
            "CARGO_X_RUNNER",
            "LC_",
            "LC_ALL",
        ] {
            assert!(PATTERNS.fit(name), "{name}");
        }
        for name in [
            "",
            "PAGE",
            "PAGES",
            "XAGER",
            "A_NAME_OF_MORE_THAN_THIRTY_ONE_LETTERS",
            "EDITOR",
            "CARGO_RUNNER",
            "XLC_ALL",
            "\u{e9}AGER",
        ] {
            assert!(!PATTERNS.fit(name), "{name}");
        }
    }
}
