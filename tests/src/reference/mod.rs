//! The reference of the policy format, generated from the core's vocabulary: a JSON Schema for editors and a page for people.

mod frame;
mod page;
mod schema;
mod validate;

pub use frame::{frame, toml_blocks};
pub use page::page;
pub use schema::schema;
pub use validate::{Misfit, as_json, validate};

use std::path::PathBuf;

/// A generated file: its path from the root of the repository, and its text.
#[derive(Debug)]
pub struct Generated {
    /// Where it stands, from the root of the repository.
    pub path: &'static str,
    /// What it holds.
    pub text: String,
}

impl Generated {
    /// Returns the file's full path in this checkout.
    #[must_use]
    pub fn full_path(&self) -> PathBuf {
        root().join(self.path)
    }

    /// Whether the file in this checkout holds just this text.
    #[must_use]
    pub fn is_current(&self) -> bool {
        std::fs::read_to_string(self.full_path()).is_ok_and(|text| text == self.text)
    }
}

/// Returns every generated file as it should be.
#[must_use]
pub fn generated() -> Vec<Generated> {
    vec![
        Generated {
            path: "core/data/policy.schema.json",
            text: schema::text(),
        },
        Generated {
            path: "core/docs/format.md",
            text: page(),
        },
    ]
}

/// Returns the root of this checkout.
#[must_use]
pub fn root() -> PathBuf {
    let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    tests.parent().map(PathBuf::from).unwrap_or(tests)
}
