//! What the fuzz targets check, as plain functions of bytes that panic when a property does not hold.
//!
//! Six targets, one module each: [`request`], [`policy`], [`decide`], [`command`], [`path`],
//! [`url`]. Commands, from the repository's root:
//!
//! ```text
//! cargo test --manifest-path fuzz/Cargo.toml                replay all seeds and regressions, stable toolchain
//! cargo run --manifest-path fuzz/Cargo.toml --bin request -- FILE..            check single files
//!
//! cargo install cargo-fuzz                                  once; fuzzing needs a nightly toolchain
//! mkdir -p fuzz/target/corpus/request
//! cargo +nightly fuzz run request fuzz/target/corpus/request fuzz/corpus/request -- -max_total_time=180 -timeout=10
//! cargo +nightly fuzz tmin request fuzz/artifacts/request/crash-..             shrink a finding
//! ```
//!
//! The first folder takes what the fuzzer finds, so that `fuzz/corpus/<target>/` stays the handful of seeds somebody
//! chose. A crash becomes a vector in `tests/vectors/` or a file in `fuzz/regressions/<target>/`, in the same change as
//! the fix.
#![forbid(unsafe_code)]

pub mod command;
pub mod decide;
pub mod path;
pub mod policy;
pub mod request;
pub mod url;

use doorward::{Effect, Policy, Request};
use serde_json::Value;

/// A check: panics when a property does not hold for these bytes.
pub type Check = fn(&[u8]);

/// Every target by name.
pub const TARGETS: [(&str, Check); 6] = [
    ("request", request::check),
    ("policy", policy::check),
    ("decide", decide::check),
    ("command", command::check),
    ("url", url::check),
    ("path", path::check),
];

/// Checks each file named on the command line.
///
/// # Errors
///
/// A file that cannot be read.
pub fn replay_files(check: Check) -> std::io::Result<()> {
    for path in std::env::args_os().skip(1) {
        check(&std::fs::read(&path)?);
        println!("{}: every property holds", path.display());
    }
    Ok(())
}

/// Returns a policy of these rules, and of a default for what none of them is about.
pub(crate) fn policy_of(default: &str, rules: &str) -> Policy {
    let text = format!("doorward = 1\n[defaults]\n'*' = '{default}'\n{rules}");
    Policy::from_toml(&text).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns the request that this JSON is.
pub(crate) fn request_of(json: &Value) -> Request {
    Request::from_json(json.to_string().as_bytes())
        .unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// Returns how strict an effect is over a whole request: the greater is the stricter (design section 4).
pub(crate) fn strictness(effect: Effect) -> u8 {
    match effect {
        Effect::Allow => 0,
        Effect::Pass => 1,
        Effect::Ask => 2,
        Effect::Deny => 3,
    }
}
