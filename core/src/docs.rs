//! The pages of the manual, rendered here so that their links and examples are checked.
//!
//! They are files in `core/docs/` of the repository. [`terms`] explains the words, [`format`](mod@format) how a policy is
//! written, [`commands`] what is understood of a command line, [`paths`] how a path is judged, [`urls`] how a URL is,
//! [`near_miss`] what a decision says was missing, [`hooks`] how coding agents ask before they act.

// A link is defined twice: here for these pages, and at the end of each file for readers of the files. The first one counts.

#[doc = "[format]: mod@crate::docs::format"]
#[doc = ""]
#[doc = include_str!("../docs/terms.md")]
pub mod terms {}

#[doc = "[terms]: crate::docs::terms"]
#[doc = ""]
#[doc = include_str!("../docs/format.md")]
pub mod format {}

#[doc = "[terms]: crate::docs::terms"]
#[doc = "[format]: mod@crate::docs::format"]
#[doc = "[urls]: crate::docs::urls"]
#[doc = ""]
#[doc = include_str!("../docs/commands.md")]
pub mod commands {}

#[doc = "[terms]: crate::docs::terms"]
#[doc = "[format]: mod@crate::docs::format"]
#[doc = "[commands]: crate::docs::commands"]
#[doc = ""]
#[doc = include_str!("../docs/paths.md")]
pub mod paths {}

#[doc = "[terms]: crate::docs::terms"]
#[doc = "[format]: mod@crate::docs::format"]
#[doc = "[commands]: crate::docs::commands"]
#[doc = ""]
#[doc = include_str!("../docs/urls.md")]
pub mod urls {}

#[doc = "[terms]: crate::docs::terms"]
#[doc = "[format]: mod@crate::docs::format"]
#[doc = ""]
#[doc = include_str!("../docs/near-miss.md")]
pub mod near_miss {}

#[doc = "[format]: mod@crate::docs::format"]
#[doc = "[paths]: crate::docs::paths"]
#[doc = ""]
#[doc = include_str!("../docs/hooks.md")]
pub mod hooks {}
