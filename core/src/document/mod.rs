//! Policy files as text: a tree with places, and the remarks made about it.

mod problems;
mod tree;

pub(crate) use problems::Problems;
pub(crate) use tree::{Entry, Kind, Node, Table, get, parse, to_map};
