//! Policy files as text: a tree with places, and the remarks made about it.

mod canonical;
mod problems;
mod tree;

pub(crate) use canonical::Content;
pub(crate) use problems::Problems;
pub(crate) use tree::{Entry, Kind, Node, Table, get, parse};
