//! The Rust crate as a door.

use std::panic::{AssertUnwindSafe, catch_unwind};

use doorward::{Layer, Policy, PolicyError, Source, wire};

use super::Answer;
use crate::vectors::{Case, SourceText};

/// The Rust door; it keeps the last policy, since consecutive cases often share one.
#[derive(Debug, Default)]
pub struct RustDoor {
    last: Option<(Vec<SourceText>, Result<Policy, PolicyError>)>,
}

impl RustDoor {
    /// Returns the answer to one case.
    ///
    /// A panic of the core becomes the answer `panic: ..`, which no expectation fits, so that the other cases still run.
    pub fn answer(&mut self, case: &Case) -> Answer {
        let request = match case.request_bytes() {
            Ok(request) => request,
            Err(problem) => {
                return Answer {
                    name: case.name.clone(),
                    output: None,
                    skipped: Some(problem),
                };
            }
        };
        let output = catch_unwind(AssertUnwindSafe(|| {
            self.output(&case.sources, request.as_deref())
        }));
        Answer::new(
            &case.name,
            output.unwrap_or_else(|panic| format!("panic: {}", panic_text(panic.as_ref()))),
        )
    }

    fn output(&mut self, sources: &[SourceText], request: Option<&[u8]>) -> String {
        if self.last.as_ref().is_none_or(|(last, _)| last != sources) {
            self.last = None;
            self.last = Some((sources.to_vec(), build(sources)));
        }
        match (&self.last, request) {
            (Some((_, Err(error))), _) => wire::diagnostics_json(error.diagnostics()),
            (Some((_, Ok(policy))), Some(request)) => {
                wire::decide_json(policy, request).unwrap_or_else(|error| wire::error_json(&error))
            }
            (Some((_, Ok(policy))), None) => wire::diagnostics_json(policy.warnings()),
            (None, _) => String::new(),
        }
    }
}

/// Returns the policy of `sources`.
///
/// # Errors
///
/// [`PolicyError`] with every diagnostic.
pub fn build(sources: &[SourceText]) -> Result<Policy, PolicyError> {
    let mut builder = Policy::builder();
    for source in sources {
        let layer = source.layer.parse().unwrap_or(Layer::User);
        builder = builder.source(
            Source::new(source.name.as_str(), layer, source.text.as_str()).trusted(source.trusted),
        );
    }
    builder.build()
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
