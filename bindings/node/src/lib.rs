//! The native half of the npm package `doorward`: text in, canonical text out.
//!
//! The JavaScript beside it (`lib/`) gives the decision its names and the errors their classes. Nothing here or there
//! knows a rule, a default or a message; all of them come from the crates `doorward` and `doorward-host`.
//!
//! What the core refuses is *returned* as data ([`Refusal`], [`Rejection`]), never thrown: JavaScript then builds the
//! one error the caller sees, with the stack of the call. Only a panic is thrown, as a plain `Error`.
//!
//! A decision crosses as its canonical JSON, not as a native object. An object for each decision costs more than the
//! text does, and Node frees such objects only between two turns of its event loop, so a long loop would pile them up.

mod hook;
mod policy;
mod refusal;

use napi_derive::napi;

pub use hook::hook_objection;
pub use policy::{Policy, SourceText, TestOutcome};
pub use refusal::{Refusal, Rejection, refusal};

/// Returns the version this addon was built from; the loader compares it with the package's.
#[napi(catch_unwind)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
