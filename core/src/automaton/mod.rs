//! Automata over the text of a request.
//!
//! [`witness`] explains one pattern: how near a text comes to it, and which text would fit.

pub(crate) mod witness;
