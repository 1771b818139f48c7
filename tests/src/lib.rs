//! What Doorward's own tests share: the vectors that every door runs, the doors, a naive evaluator and a generator of requests.

pub mod doors;
pub mod files;
pub mod generate;
pub mod oracle;
pub mod referee;
pub mod reference;
pub mod vectors;

/// The README's Rust is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
