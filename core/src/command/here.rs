//! Reads the bodies of here-documents.

use alloc::string::String;
use alloc::vec::Vec;

use super::reader::{Pending, Read, Reader};
use super::text::Text;

impl Reader<'_, '_, '_> {
    /// Reads the bodies of here-documents, which begin at the cursor.
    pub(super) fn here_documents(&mut self) -> Read<()> {
        for pending in core::mem::take(&mut self.pending) {
            self.here_document(&pending)?;
        }
        Ok(())
    }

    /// Returns what a text becomes when it is expanded as a here-document is.
    fn expanded(&mut self, text: &str, start: usize) -> Read<Text> {
        let mut pieces = Vec::new();
        self.subshell(|reader| {
            reader.inner(text, start, None, |inner| {
                inner.double_quoted(&mut pieces, None)
            })
        })?;
        Ok(self.join(pieces))
    }

    fn here_document(&mut self, pending: &Pending) -> Read<()> {
        let start = self.start(self.at);
        let mut body = String::new();
        while self.at < self.text.len() {
            let rest = self.rest();
            let (line, taken) = match rest.find('\n') {
                Some(end) => (rest.get(..end).unwrap_or_default(), end + 1),
                None => (rest, rest.len()),
            };
            let line = if pending.strips_tabs {
                line.trim_start_matches('\t')
            } else {
                line
            };
            self.at += taken;
            if line == pending.delimiter {
                break;
            }
            body.push_str(line);
            body.push('\n');
        }
        if pending.is_script {
            let script = if pending.quoted {
                Text::Exact(body.into())
            } else {
                self.expanded(&body, start)?
            };
            return match script {
                Text::Exact(script) => {
                    let before = core::mem::replace(&mut self.via, pending.via.clone());
                    let result = self.subshell(|reader| {
                        reader.another_shell();
                        reader.inner(&script, start, None, |inner| inner.script())
                    });
                    self.via = before;
                    result
                }
                _ => {
                    self.opaque(
                        "a here-document",
                        "a shell runs a script that is not known from the line",
                        start,
                    );
                    Ok(())
                }
            };
        }
        if pending.quoted {
            return self.perhaps_evaluated(&body, start);
        }
        if self.shared.known.arithmetic {
            self.perhaps_evaluated(&body.replace("\\$", "$").replace("\\`", "`"), start)?;
        }
        self.evaluated(&body, start)
    }
}
