//! Other engines, given the same rules and requests.
//!
//! | engine | how it is told |
//! |---|---|
//! | [`vectorscan`] | every text condition a pattern, in the frame of [`frame`]; needs `HS_LIB` |
//! | [`regex_set`] | a `regex::RegexSet` for each field, in the same frame |
//! | [`cedar`] | a policy for each rule; what `like` cannot say is left out |
//! | [`casbin`] | a row for each rule, and matcher functions that keep their patterns |
//! | [`regorus`] | a body for each rule, in modules of 500 |
//!
//! Each gets its input ready before the clock starts, and each is asked for the effect alone.

pub mod casbin;
pub mod cedar;
pub mod frame;
pub mod regex_set;
pub mod regorus;
pub mod vectorscan;

use doorward::Effect;

use crate::calls::Call;

/// An engine that holds rules.
pub trait Peer {
    /// Makes its own input of requests, which it keeps.
    fn prepare(&mut self, requests: &[Call]);

    /// Judges the prepared request with a number.
    fn judge(&mut self, index: usize) -> Effect;

    /// Whether it tells `ask` from `deny`. One that does not says `deny` for both.
    fn tells_ask(&self) -> bool {
        true
    }
}

/// Writes a text as TOML's, JSON's, Rego's and Cedar's strings are written.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
