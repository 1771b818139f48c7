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

use doorward::wire;
use napi::bindgen_prelude::{Either3, Null};
use napi_derive::napi;

pub use hook::hook_objection;
pub use policy::{Link, Policy, SourceText, TestOutcome};
pub use refusal::{Refusal, Rejection, refusal};

/// Returns the digest of a request given as text over some of its fields; null when there is none.
#[napi(catch_unwind)]
pub fn digest_text(request: String, fields: Vec<String>) -> Either3<String, Null, Refusal> {
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    match wire::digest_json(request.as_bytes(), &fields) {
        Ok(Some(digest)) => Either3::A(digest),
        Ok(None) => Either3::B(Null),
        Err(error) => Either3::C(error.into()),
    }
}

/// Returns the version this addon was built from; the loader compares it with the package's.
#[napi(catch_unwind)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
