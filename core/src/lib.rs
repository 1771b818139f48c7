//! Doorward decides whether an action may happen and, when it may not, says exactly what was missing.
//!
//! A [`Policy`] is compiled once from TOML and decides many [`Request`]s; each [`Decision`] names the rule or the gap it
//! rests on. The crate is pure: no files, clock, environment, threads, randomness or logging. Time and everything else
//! about the world arrive as facts of the request, so the same policy and request give the same decision, byte for byte,
//! in Rust, Python, Node and the command line.
//!
//! ```
//! use doorward::{Effect, Policy, Request};
//!
//! let policy = Policy::from_toml(
//!     r#"
//!     doorward = 1
//!
//!     [defaults]
//!     Bash = "ask"
//!
//!     [[rule]]
//!     name   = "no-force-push"
//!     effect = "deny"
//!     why    = "Rewriting shared history loses other people's work"
//!     when.command = ["git push --force", "git push -f"]
//!     "#,
//! )?;
//! let request = Request::from_json(br#"{"action":"Bash","input":{"command":"git fetch && git push --force"}}"#)?;
//! let decision = policy.decide(&request);
//! assert_eq!(decision.effect(), Effect::Deny);
//! assert_eq!(decision.basis().rule(), Some("no-force-push"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]
#![doc(test(attr(deny(warnings))))]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod automaton;
mod catalogue;
mod check;
mod command;
mod condition;
mod decision;
pub mod docs;
mod document;
mod error;
mod hash;
mod limits;
mod load;
mod path;
mod policy;
mod request;
mod rule;
mod shown;
mod spelling;
mod suggest;
mod url;
mod value;
pub mod vocabulary;
pub mod wire;

pub use automaton::scratch::Scratch;
pub use check::TestReport;
pub use decision::near::{
    Audience, BlockedBy, Blocker, Fix, Flips, Ignored, IgnoredWhy, Missing, MissingKind, NearMiss,
    Status,
};
pub use decision::obligation::Obligation;
pub use decision::{
    Basis, Candidate, Decision, LeafDecision, Match, RuleBasis, ShadowMatch, Verdict,
};
pub use error::{Diagnostic, PolicyError, RequestError, RequestErrorKind, Severity};
pub use limits::Limits;
pub use load::{Config, PolicyBuilder};
pub use path::component_fits;
pub use policy::Policy;
pub use request::{Request, RequestBuilder, digest};
pub use rule::{Effect, FORMAT_VERSION, Layer, Source, UnknownLayer};
pub use shown::Shown;
pub use value::Value;
