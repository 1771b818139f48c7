//! Byte strings with their length before them: how the stub, the launcher and the test speak to each other.

use std::io::{self, Read, Write};

/// The longest message that either side accepts, in bytes.
pub const MESSAGE_BYTES: usize = 8 << 20;

/// The launcher's first answer when the place stands.
pub const READY: &[u8] = b"ready";

/// What the launcher's first answer starts with when this system has no namespaces for us.
pub const NOT_HERE: &[u8] = b"not here: ";

/// What the launcher's last answer starts with when something is broken; no other answer does.
pub const BROKEN: &[u8] = b"broken: ";

/// Asks for a run; the script follows.
pub const RUN: u8 = b'r';

/// Asks whether the script is well-formed; the script follows.
pub const CHECK: u8 = b'n';

/// Appends `bytes` with their length before them.
pub fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len());
    out.extend_from_slice(bytes);
}

/// Appends a number. One that does not fit is written as the largest, which no reader accepts as a length.
pub fn put_number(out: &mut Vec<u8>, number: usize) {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    out.extend_from_slice(&number.to_le_bytes());
}

/// Takes the next byte string off the front of `rest`; `None` when it is cut off.
pub fn take(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let length = take_number(rest)?;
    let (bytes, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(bytes.to_vec())
}

/// Takes the next number off the front of `rest`; `None` when it is cut off.
pub fn take_number(rest: &mut &[u8]) -> Option<usize> {
    let (bytes, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    usize::try_from(u32::from_le_bytes(*bytes)).ok()
}

/// Writes one message in a single call, so that concurrent writers do not mix.
///
/// # Errors
///
/// What the writer says.
pub fn send(mut to: impl Write, message: &[u8]) -> io::Result<()> {
    let mut out = Vec::with_capacity(message.len() + 4);
    put(&mut out, message);
    to.write_all(&out)?;
    to.flush()
}

/// Reads one message; `None` at the end of the stream.
///
/// # Errors
///
/// What the reader says; `InvalidData` for a message over [`MESSAGE_BYTES`].
pub fn receive(mut from: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > MESSAGE_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a message of {length} bytes"),
        ));
    }
    let mut message = vec![0; length];
    from.read_exact(&mut message)?;
    Ok(Some(message))
}
