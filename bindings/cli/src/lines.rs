//! Lines of a stream whose length nobody has promised.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};

/// Why reading and answering stopped early.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// The input cannot be read.
    Input(io::Error),
    /// The output cannot be written.
    Output(io::Error),
}

/// Lines of `R`, each kept only up to a limit.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    limit: usize,
}

impl<R: Read> Lines<R> {
    /// Returns the lines of `reader`. Of a longer line than `limit` bytes, `limit` + 1 are kept: enough to see that it is
    /// too long; the rest is read and forgotten.
    pub(crate) fn new(reader: R, limit: usize) -> Self {
        Self {
            reader: BufReader::with_capacity(64 * 1024, reader),
            line: Vec::new(),
            limit,
        }
    }

    /// Returns the next line without its end; `None` after the last.
    ///
    /// Before it waits for input, it flushes `answers`: whoever writes one line and waits for its answer gets it.
    ///
    /// # Errors
    ///
    /// [`Stopped::Input`] when the input cannot be read, [`Stopped::Output`] when the answers cannot be flushed.
    pub(crate) fn next(&mut self, answers: &mut impl Write) -> Result<Option<&[u8]>, Stopped> {
        self.line.clear();
        let mut begun = false;
        loop {
            if self.reader.buffer().is_empty() {
                answers.flush().map_err(Stopped::Output)?;
            }
            let chunk = match self.reader.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(Stopped::Input(error)),
            };
            if chunk.is_empty() {
                return Ok(begun.then_some(self.line.as_slice()));
            }
            begun = true;
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let text = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
            let room = (self.limit + 1).saturating_sub(self.line.len());
            self.line
                .extend_from_slice(text.get(..room).unwrap_or(text));
            let used = text.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                return Ok(Some(&self.line));
            }
        }
    }
}

/// Returns whether a line holds nothing but spaces, tabs and carriage returns.
pub(crate) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8], limit: usize) -> Vec<Vec<u8>> {
        let mut lines = Lines::new(text, limit);
        let mut found = Vec::new();
        while let Some(line) = lines.next(&mut io::sink()).unwrap() {
            found.push(line.to_vec());
        }
        found
    }

    #[test]
    fn the_last_line_needs_no_end_and_an_end_makes_no_line() {
        assert_eq!(
            all(b"a\n\nb", 9),
            [b"a".to_vec(), b"".to_vec(), b"b".to_vec()]
        );
        assert_eq!(all(b"a\n", 9), [b"a".to_vec()]);
        assert!(all(b"", 9).is_empty());
    }

    #[test]
    fn a_line_is_kept_up_to_one_byte_past_the_limit() {
        let text = [vec![b'x'; 200_000], vec![b'\n', b'y']].concat();
        assert_eq!(all(&text, 100), [vec![b'x'; 101], b"y".to_vec()]);
        assert_eq!(all(&text, 65_536).first().map(Vec::len), Some(65_537));
        assert_eq!(all(&text, 200_000).first().map(Vec::len), Some(200_000));
    }
}
