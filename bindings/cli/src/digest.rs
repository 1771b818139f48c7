//! `doorward digest`: what an approval must be bound to.

use std::io;

use doorward::wire;

use crate::args::Digest;
use crate::exit::Exit;
use crate::terminal;

/// Prints the digest of a request over some of its fields.
///
/// # Errors
///
/// When stdout cannot be written.
pub(crate) fn run(arguments: &Digest) -> io::Result<Exit> {
    let fields: Vec<&str> = arguments.fields.iter().map(String::as_str).collect();
    match wire::digest_json(arguments.request.as_encoded_bytes(), &fields) {
        Ok(Some(digest)) => {
            terminal::print(&(digest + "\n"))?;
            Ok(Exit::Done)
        }
        Ok(None) => {
            terminal::error(
                "there is no digest over these fields",
                Some(
                    "a field begins with actor., resource., input. or facts., and its value holds no float",
                ),
            );
            Ok(Exit::Usage)
        }
        Err(error) => {
            terminal::error(&error.to_string(), Some("a request is one JSON object"));
            Ok(Exit::Usage)
        }
    }
}
