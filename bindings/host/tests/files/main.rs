//! Files on a disk become policies, a machine's state becomes facts.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as expected"
)]

mod discovery;
mod facts;
mod loading;
mod support;
