//! `rable` in a process of its own.

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long one script may take before there is no opinion on it.
const LONGEST: Duration = Duration::from_secs(10);

/// What `rable` says of a script.
pub(crate) enum Opinion {
    Error,
    Script {
        commands: Vec<Vec<String>>,
        functions: Vec<String>,
    },
    /// It died or took too long.
    None,
}

/// The process in which `rable` runs; another one after each death.
pub(crate) struct Rable {
    child: Child,
    input: ChildStdin,
    answers: Receiver<String>,
}

impl Rable {
    pub(crate) fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rable"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("rable starts");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            input,
            answers,
        }
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub(crate) fn opinion(&mut self, script: &str) -> Opinion {
        let line = format!("{}\n", Value::from(script));
        // A child that is gone answers nothing, whatever it was sent.
        let _ = self.input.write_all(line.as_bytes());
        let answer = match self.answers.recv_timeout(LONGEST) {
            Ok(answer) => answer,
            Err(_) => {
                self.end();
                *self = Self::start();
                return Opinion::None;
            }
        };
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        if answer.get("error").is_some() {
            return Opinion::Error;
        }
        let part = |name: &str| answer.get(name).cloned().expect("a part of the answer");
        Opinion::Script {
            commands: serde_json::from_value(part("commands")).expect("lists of words"),
            functions: serde_json::from_value(part("functions")).expect("names"),
        }
    }
}

impl Drop for Rable {
    fn drop(&mut self) {
        self.end();
    }
}
