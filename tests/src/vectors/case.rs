//! One line of the case file that every door reads.

use serde::{Deserialize, Serialize};

use super::expand::{base64_decode, base64_encode};

/// One policy file's text, as the doors are given it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceText {
    /// The name given at load.
    pub name: String,
    /// `managed`, `user`, `project` or `auto`.
    pub layer: String,
    /// Whether a project file is trusted.
    #[serde(default)]
    pub trusted: bool,
    /// The TOML.
    pub text: String,
}

/// One policy and, unless it is expected not to load, one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The vector's name.
    pub name: String,
    /// The policy.
    pub sources: Vec<SourceText>,
    /// The request's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The request's bytes in base64, when they are no UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_base64: Option<String>,
}

impl Case {
    /// Returns the case that decides `request` under `sources`.
    #[must_use]
    pub fn decide(name: &str, sources: &[SourceText], request: &[u8]) -> Self {
        let (text, base64) = match str::from_utf8(request) {
            Ok(text) => (Some(text.to_owned()), None),
            Err(_) => (None, Some(base64_encode(request))),
        };
        Self {
            name: name.to_owned(),
            sources: sources.to_vec(),
            request: text,
            request_base64: base64,
        }
    }

    /// Returns the case that only loads `sources`.
    #[must_use]
    pub fn load(name: &str, sources: &[SourceText]) -> Self {
        Self {
            name: name.to_owned(),
            sources: sources.to_vec(),
            request: None,
            request_base64: None,
        }
    }

    /// Returns the request's bytes, or nothing for a load case.
    ///
    /// # Errors
    ///
    /// A text that says why `request_base64` can not be read.
    pub fn request_bytes(&self) -> Result<Option<Vec<u8>>, String> {
        match (&self.request, &self.request_base64) {
            (Some(text), _) => Ok(Some(text.clone().into_bytes())),
            (None, Some(base64)) => base64_decode(base64).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// Returns this case as one line of JSON, without the line's end.
    #[must_use]
    pub fn to_line(&self) -> String {
        // INVARIANT: a struct of texts and flags always serialises.
        serde_json::to_string(self).unwrap_or_default()
    }
}
