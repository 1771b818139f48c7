//! What is asked about: a request, or a Bash command.

use std::ffi::{OsStr, OsString};

use doorward::{Request, RequestBuilder, RequestError, RequestErrorKind};

/// A request, and how to call it in a headline.
#[derive(Debug)]
pub(crate) struct Subject {
    /// The request as sent, nothing added.
    pub(crate) request: Request,
    /// The command, or the request's text.
    pub(crate) shown: String,
}

impl Subject {
    /// Reads one argument that begins with `{"` as a request, anything else as a Bash command: in a group such as
    /// `{ ls; }` and a brace expansion such as `{a,b}` no quote follows. Of several words each is
    /// one word of the command, quoted where a shell would need it: the shell that gave them to us took the quotes off.
    ///
    /// # Errors
    ///
    /// When the request is malformed or the command is not UTF-8.
    pub(crate) fn read(words: &[OsString]) -> Result<Self, RequestError> {
        let command = match words {
            [only] if is_request(only) => {
                let request = Request::from_json(only.as_encoded_bytes())?;
                return Ok(Self {
                    request,
                    shown: only.to_string_lossy().trim().to_owned(),
                });
            }
            [only] => utf8(only)?.to_owned(),
            several => several
                .iter()
                .map(|word| utf8(word).map(quoted))
                .collect::<Result<Vec<_>, _>>()?
                .join(" "),
        };
        Ok(Self {
            request: bash(&command)?,
            shown: command,
        })
    }
}

fn is_request(argument: &OsStr) -> bool {
    let after = argument
        .as_encoded_bytes()
        .trim_ascii_start()
        .strip_prefix(b"{")
        .map(<[u8]>::trim_ascii_start);
    after.is_some_and(|after| matches!(after.first(), None | Some(b'"' | b'}')))
}

fn utf8(word: &OsString) -> Result<&str, RequestError> {
    word.to_str()
        .ok_or_else(|| RequestError::new(RequestErrorKind::InvalidUtf8))
}

fn bash(command: &str) -> Result<Request, RequestError> {
    let mut builder = RequestBuilder::new();
    builder.begin_table()?;
    builder.key("action")?;
    builder.text("Bash")?;
    builder.key("input")?;
    builder.begin_table()?;
    builder.key("command")?;
    builder.text(command)?;
    builder.end_table()?;
    builder.end_table()?;
    builder.finish()
}

/// Returns `word` in single quotes unless a shell reads it as itself.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:=,+@%^".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Subject {
        Subject::read(&words.iter().map(OsString::from).collect::<Vec<_>>()).unwrap()
    }

    fn request(json: &str) -> Request {
        Request::from_json(json.as_bytes()).unwrap()
    }

    #[test]
    fn one_argument_is_the_command_as_typed() {
        let subject = read(&["git log | head"]);
        assert_eq!(subject.shown, "git log | head");
        assert_eq!(
            subject.request,
            request(r#"{"action":"Bash","input":{"command":"git log | head"}}"#)
        );
    }

    #[test]
    fn several_words_stay_the_words_they_are() {
        let words = ["git", "commit", "-m", "it's done", "", "&&", "a=b"];
        assert_eq!(
            read(&words).shown,
            r"git commit -m 'it'\''s done' '' '&&' a=b"
        );
    }

    #[test]
    fn an_argument_that_begins_with_a_brace_and_a_quote_is_a_request() {
        assert_eq!(
            read(&[" {\"action\":\"Read\"}"]).request,
            request(r#"{"action":"Read"}"#)
        );
        assert!(Subject::read(&[OsString::from("{ \"ls\"; }")]).is_err());
        assert!(Subject::read(&[OsString::from("{ ls; }")]).is_ok());
    }
}
