//! URLs: read once, in one spelling, and what is ambiguous in them said.
//!
//! Programs disagree on where a URL leads. `https://ok.org\@evil.org/` is `ok.org` to a browser and `evil.org` to others,
//! `https:evil.org` has a host or none, `0177.0.0.1` is an address in octal or in decimal, `/a/..;/b` is below `/a` to one
//! server and not to the next. A rule that took one side could be talked around by whoever takes the other. So
//!
//! - what has one meaning is read as the WHATWG has it (the `url` crate) and put into one spelling: the host in lower case,
//!   in punycode, without the dot that may end it, an address in its plain form, an IPv4 address inside an IPv6 one as that
//!   address ([`host`]);
//! - what has a few meanings keeps all of them: a rule that restricts matches if any does, one that permits if all do
//!   ([`host`] for addresses, [`route`] for paths);
//! - what has no meaning that all agree on is no URL, of which every condition is unknown: it is never allowed, and a deny
//!   on any URL holds. That is a login or password for the web, a backslash, spaces and what nobody sees, a missing slash
//!   or host, a port that is none, escapes in a host, letters that become other letters, empty labels ([`address`]).
//!
//! A URL without a host (`data:`, `view-source:`) has only a scheme that is known: what it leads to is somewhere inside. Of a
//! scheme that nobody knows what stands like a host may be one: a deny on it holds, an allow only if it names the scheme.

mod address;
mod host;
mod network;
mod route;

pub(crate) use address::{Address, Hosts, has_scheme, is_scheme, transport};
pub(crate) use network::{Cidr, CidrError, NetworkClass};
pub(crate) use route::shape;
