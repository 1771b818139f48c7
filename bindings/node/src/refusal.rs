//! What the core refused, as data that JavaScript makes an error of.

use doorward::{PolicyError, RequestBuilder, RequestError, RequestErrorKind, wire};
use napi_derive::napi;

/// A request that cannot be read.
#[derive(Debug)]
#[napi(object)]
pub struct Refusal {
    /// The stable name of the kind of problem.
    pub code: String,
    /// What is wrong, for people.
    pub message: String,
    /// Where in the text, in bytes from 0.
    pub offset: Option<u32>,
}

impl From<RequestError> for Refusal {
    fn from(error: RequestError) -> Self {
        Self {
            code: error.code().to_owned(),
            message: error.to_string(),
            offset: error.offset().and_then(|offset| u32::try_from(offset).ok()),
        }
    }
}

/// A policy that does not load.
#[derive(Debug)]
#[napi(object)]
pub struct Rejection {
    /// Every problem, one block each, for people.
    pub message: String,
    /// The same as JSON: `{"diagnostics":[..]}`.
    pub diagnostics: String,
}

impl From<PolicyError> for Rejection {
    fn from(error: PolicyError) -> Self {
        Self {
            message: error.to_string(),
            diagnostics: wire::diagnostics_json(error.diagnostics()),
        }
    }
}

/// Returns the core's refusal of a value that JavaScript found before any text reached the core.
///
/// `what` names the value for `unsupported-type`; `offset` is a place in the text, in bytes.
#[napi(catch_unwind)]
pub fn refusal(code: String, what: Option<String>, offset: Option<u32>) -> Refusal {
    let kind = match code.as_str() {
        "not-finite" => RequestErrorKind::NotFinite,
        "lone-surrogate" => RequestErrorKind::LoneSurrogate,
        "too-deep" => return nested_too_deep().into(),
        "too-large" => return longer_than_a_string().into(),
        _ => RequestErrorKind::UnsupportedType {
            what: what.unwrap_or_default(),
        },
    };
    match offset.and_then(|offset| usize::try_from(offset).ok()) {
        Some(offset) => RequestError::at(kind, offset),
        None => RequestError::new(kind),
    }
    .into()
}

/// A value so deep that JavaScript could not write it as text: nests until the core refuses.
fn nested_too_deep() -> RequestError {
    until_refused(RequestBuilder::begin_list)
}

/// A value whose text is longer than any JavaScript string: goes on until the core refuses.
fn longer_than_a_string() -> RequestError {
    let text = "a".repeat(1 << 20);
    until_refused(|builder| builder.text(&text))
}

/// Returns what the core says, without a place, when `event` comes again and again in a list.
fn until_refused(
    mut event: impl FnMut(&mut RequestBuilder) -> Result<(), RequestError>,
) -> RequestError {
    // More than either limit can be; were it not, the request is refused all the same.
    const EVENTS: usize = 4096;
    let mut builder = RequestBuilder::new();
    let mut outcome = builder
        .begin_table()
        .and_then(|()| builder.key("input"))
        .and_then(|()| builder.begin_list());
    for _ in 0..EVENTS {
        outcome = outcome.and_then(|()| event(&mut builder));
    }
    match outcome {
        Err(error) => RequestError::new(error.kind().clone()),
        Ok(()) => RequestError::new(RequestErrorKind::TooLarge { limit: EVENTS }),
    }
}
