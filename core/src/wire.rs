//! JSON in and out: the surface that every binding calls.

use alloc::string::{String, ToString};

use serde::Serialize;

use crate::error::{Diagnostic, RequestError};
use crate::policy::Policy;
use crate::request::{Request, digest};
use crate::value::canonical_json;

/// Decides a request given as JSON text and returns the decision's canonical JSON.
///
/// # Errors
///
/// As [`Request::from_json`].
pub fn decide_json(policy: &Policy, request: &[u8]) -> Result<String, RequestError> {
    Ok(policy
        .decide(&Request::from_json_with(request, policy.limits())?)
        .to_json())
}

/// Decides one line of JSON Lines. A malformed one answers `{"error":{"code":..,"message":..}}`, never an allow.
pub fn decide_line(policy: &Policy, line: &[u8]) -> String {
    decide_json(policy, line).unwrap_or_else(|error| error_json(&error))
}

/// Returns the [`digest`] of a request given as JSON text over some of its fields; `None` when there is none.
///
/// # Errors
///
/// As [`Request::from_json`].
pub fn digest_json(request: &[u8], fields: &[&str]) -> Result<Option<String>, RequestError> {
    Ok(digest(&Request::from_json(request)?, fields))
}

/// Returns `{"error":{"code":..,"message":..}}`.
pub fn error_json(error: &RequestError) -> String {
    #[derive(Serialize)]
    struct Outer {
        error: Inner,
    }
    #[derive(Serialize)]
    struct Inner {
        code: &'static str,
        message: String,
    }
    canonical_json(&Outer {
        error: Inner {
            code: error.code(),
            message: error.to_string(),
        },
    })
}

/// Returns `{"diagnostics":[..]}`.
pub fn diagnostics_json(diagnostics: &[Diagnostic]) -> String {
    #[derive(Serialize)]
    struct Outer<'d> {
        diagnostics: &'d [Diagnostic],
    }
    canonical_json(&Outer { diagnostics })
}
