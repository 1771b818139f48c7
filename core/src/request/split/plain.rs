//! The leaves of a plain command line, in room that is kept from one request to the next.
//!
//! What [`super::leaves`] would give is given without allocating: the command, and a leaf for each path that it names as
//! long as that takes no more than putting it behind the directory. Whatever asks for more is left to the reader.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Splitter;
use crate::catalogue::FieldPath;
use crate::command::{Act, Mention, Place, Text, Word, plain};
use crate::condition::Why;
use crate::condition::read::Declarations;
use crate::path::Anchors;
use crate::request::Request;
use crate::request::leaf::{Leaf, LeafPath, NO_ANCHOR, Op, Subject};
use crate::value::Value;

/// A longer line is left to the reader, in bytes.
const LONGEST: usize = 4096;

/// Room for the leaves of one plain line.
#[derive(Debug, Default)]
pub(crate) struct Room {
    command: plain::Room,
    /// Those of the last line come first; the others are room.
    leaves: Vec<Leaf>,
    /// How many leaves the last line had, or had begun to get.
    begun: usize,
}

impl Room {
    /// Returns the first leaves: those of the last line, when it had that many.
    pub(crate) fn leaves(&self, count: usize) -> &[Leaf] {
        self.leaves.get(..count).unwrap_or_default()
    }

    /// Returns how many leaves a request has, which are put in front, if it runs a plain line and nothing else.
    pub(crate) fn fill(
        &mut self,
        request: &Request,
        field: &FieldPath,
        anchors: &Anchors<'_>,
        declared: &Declarations,
    ) -> Option<usize> {
        let Some(Value::Text(line)) = request.get(field) else {
            return None;
        };
        let limits = &declared.limits;
        // What the host says of links may change where a command runs, and what it touches.
        if line.len() > LONGEST.min(limits.command_bytes) || request.stated().resolves {
            return None;
        }
        let stated = &request.stated().start;
        let nowhere;
        let start = match Splitter::is_stated(request, anchors) {
            true => stated,
            false => {
                nowhere = [Place::Start].into();
                &nowhere
            }
        };
        if self.leaves.is_empty() {
            self.leaves.push(Leaf::whole());
        }
        let (own, others) = self.leaves.split_first_mut()?;
        // The words are the first leaf's; those of what the last command touched hold them too.
        let begun = core::mem::replace(&mut self.begun, 1);
        for leaf in others.iter_mut().take(begun.saturating_sub(1)) {
            (leaf.command, leaf.call) = (Subject::None, None);
        }
        let mut words = match core::mem::replace(&mut own.command, Subject::None) {
            Subject::Known(words) => words,
            _ => Arc::default(),
        };
        let mut call = own.call.take().unwrap_or_default();
        let programs = &declared.programs;
        let touches = plain::read(line, programs, &mut words, &mut call, &mut self.command);
        let plain = touches.is_some();
        if plain {
            refill(own, field, start);
            own.op = Subject::Known(Op::ProcExec);
            own.in_full = true;
            for (at, word) in words.iter().filter_map(Word::as_exact).enumerate() {
                if at > 0 {
                    own.text.push(' ');
                }
                own.text.push_str(word);
            }
        }
        own.command = Subject::Known(words);
        own.call = Some(call);
        let touches = touches?;
        let count = 1 + touches.len();
        own.touched.clear();
        own.touched.extend(1..count);
        if count == 1 {
            return Some(count);
        }
        while self.leaves.len() < count {
            self.leaves.push(Leaf::whole());
        }
        self.begun = count;
        let (own, others) = self.leaves.split_first_mut()?;
        let Subject::Known(words) = &own.command else {
            return None;
        };
        for (mention, leaf) in touches.iter().zip(others) {
            refill(leaf, field, start);
            leaf.in_full = false;
            leaf.command = Subject::Known(Arc::clone(words));
            leaf.call.clone_from(&own.call);
            touch_leaf(mention, words, start, limits.path_bytes, leaf)?;
        }
        Some(count)
    }
}

/// Makes a leaf one about a plain command, but for the command itself, what is done and to what.
fn refill(leaf: &mut Leaf, field: &FieldPath, start: &Arc<[Place]>) {
    leaf.text.clear();
    if !Arc::ptr_eq(&leaf.places, start) {
        leaf.places = Arc::clone(start);
    }
    if leaf.field.as_ref() != Some(field) {
        leaf.field = Some(field.clone());
    }
    leaf.owner = Some(0);
}

/// Makes a leaf one about what a command touches; `None` where that takes more than putting it behind the directory.
fn touch_leaf(
    mention: &Mention,
    words: &[Word],
    start: &Arc<[Place]>,
    most: usize,
    leaf: &mut Leaf,
) -> Option<()> {
    let Text::Exact(name) = mention.name.known(words) else {
        return None;
    };
    if !mention.more.is_empty() || mention.base.is_some() || !is_simple(name) {
        return None;
    }
    leaf.op = match mention.act {
        Act::Read => Subject::Known(Op::FileRead),
        Act::Write => Subject::Known(Op::FileWrite),
        Act::Delete => Subject::Known(Op::FileDelete),
        Act::Any => Subject::Unknown(Why::Unresolved),
        Act::Fetch => return None,
    };
    if !matches!(leaf.path, Subject::Known(_)) {
        leaf.path = Subject::Known(LeafPath {
            readings: alloc::vec![String::new()],
            aliases: Vec::new(),
            walks: Vec::new(),
            glob_walks: Vec::new(),
            tree: false,
            globs: Vec::new(),
        });
    }
    let Subject::Known(path) = &mut leaf.path else {
        return None;
    };
    path.tree = mention.tree;
    let reading = path.readings.first_mut()?;
    reading.clear();
    match (name.starts_with('/'), &**start) {
        (true, _) => {}
        (false, [Place::At(directory)]) if directory.len() > 1 => reading.push_str(directory),
        (false, [Place::Start]) => {
            reading.push_str(NO_ANCHOR);
            leaf.text.push_str(mention.written.text(words));
            return Some(());
        }
        _ => return None,
    }
    for part in name.split('/').filter(|part| !matches!(*part, "" | ".")) {
        reading.push('/');
        reading.push_str(part);
    }
    let doors = reading.contains("proc/") || reading.contains("dev/");
    if doors || reading.is_empty() || reading.len() > most {
        return None;
    }
    leaf.text.push_str(reading);
    Some(())
}

/// Whether a name is nothing but names of directories and a file, of letters that no reader of paths takes for more.
fn is_simple(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let part = |part: &str| {
        part == "." || part.bytes().all(plain) && !part.contains("..") && !part.ends_with('.')
    };
    !name.is_empty() && !name.contains("//") && name.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    use super::Room;
    use crate::decision::combine::Setting;
    use crate::{Policy, Request};

    const WORDS: &[&str] = &[
        "git",
        "status",
        "-s",
        "log",
        "--output=x",
        "-C",
        "ls",
        "-la",
        "src",
        "cat",
        "./a/b",
        "../up",
        "/etc/hosts",
        "/",
        ".",
        "a//b",
        "/proc/self/root/x",
        "dev/fd/3",
        "rm",
        "-rf",
        "cp",
        "tar",
        "czf",
        "x.tgz",
        "curl",
        "http://x.test/a",
        "echo",
        "printf",
        "-v",
        "true",
        "cd",
        "eval",
        "bash",
        "-c",
        "sudo",
        "xargs",
        "env",
        "A=1",
        "find",
        "-name",
        "-delete",
        "python3",
        "-",
        "make",
        "npm",
        "run",
        "kubectl",
        "exec",
        "frobnicate",
        "key=/a/path",
        "time",
        "if",
        "hash",
        "/bin/sh",
        "/usr/bin/git",
        "--",
        "user@host:path",
        "ssh",
        "sed",
        "-i",
        "s/a/b/",
        "awk",
        "docker",
        "a..b",
        "x.",
        "a./b",
        "%2e",
        "=x",
        "+x",
    ];

    #[test]
    fn the_short_cut_gives_the_leaves_that_the_reader_gives() {
        let policy = Policy::from_toml("doorward = 1\n").unwrap();
        let mut room = Room::default();
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut below = |most: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed % 1_000_003).unwrap() % most
        };
        let places = [
            r#"{"cwd":"/home/ana/work","home":"/home/ana","project":"/home/ana/work"}"#,
            r#"{"cwd":"/"}"#,
            r#"{"project":"/p"}"#,
            "{}",
        ];
        let mut taken = 0;
        for _ in 0..20_000 {
            let count = 1 + below(5);
            let words: Vec<&str> = (0..count).map(|_| WORDS[below(WORDS.len())]).collect();
            let line = words.join([" ", "  "][below(2)]);
            let facts = places[below(places.len())];
            let json =
                format!(r#"{{"action":"Bash","input":{{"command":"{line}"}},"facts":{facts}}}"#);
            let request = Request::from_json(json.as_bytes()).unwrap();
            let setting = Setting::new(&policy, &request);
            if let Some(count) = setting.split_plain(&mut room) {
                let shown = |leaves: &[crate::request::leaf::Leaf]| -> Vec<String> {
                    leaves.iter().map(|leaf| format!("{leaf:?}")).collect()
                };
                assert_eq!(
                    shown(room.leaves(count)),
                    shown(&setting.leaves()),
                    "{line} {facts}"
                );
                taken += 1;
            }
        }
        assert!(taken > 5000, "{taken}");
    }
}
