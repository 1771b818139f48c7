//! The private module `doorward._core`: it converts, calls, converts back.
//!
//! What a policy means, every default and every message of an error come from the crates `doorward` and
//! `doorward-host`. The package in `python/doorward` adds the types that describe a decision.

mod decision;
mod errors;
mod mapping;
mod policy;

use pyo3::prelude::*;

/// The compiled half of the package `doorward`; import that instead.
// The reader of mappings relies on the GIL for dicts that change under it, so a free-threaded interpreter turns it on.
#[pymodule(gil_used = true)]
mod _core {
    #[pymodule_export]
    use super::decision::{Decision, restore_decision};
    #[pymodule_export]
    use super::policy::{Policy, digest};

    #[expect(non_upper_case_globals, reason = "the name that Python's packages use")]
    #[pymodule_export]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
