//! The leaves of a plain command line, in room that is kept from one request to the next.
//!
//! What [`super::leaves`] would give is given without allocating: the command, and a leaf for each path that it names as
//! long as that takes no more than putting it behind the directory ([`super::simple`]). Whatever asks for more is left
//! to the reader.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Splitter;
use super::simple::Around;
use crate::catalogue::FieldPath;
use crate::command::{Place, plain};
use crate::condition::read::Declarations;
use crate::path::Anchors;
use crate::request::Request;
use crate::request::leaf::{Leaf, Op, Shown, Subject};
use crate::value::Value;

/// The room of a longer line is not kept, in bytes.
const MOST_KEPT: usize = 64 << 10;

/// A line that runs in a directory of a longer name is left to the reader, in bytes.
const LONGEST_PLACE: usize = 4096;

/// So is one that touches more than that.
const MOST_TOUCHED: usize = 256;

/// Room for the leaves of one plain line.
#[derive(Debug, Default)]
pub(crate) struct Room {
    command: plain::Room,
    /// Those of the last line come first; the others are room.
    leaves: Vec<Leaf>,
    /// How many leaves the last line had, or had begun to get.
    begun: usize,
    /// The field that the leaves were read from.
    field: Option<FieldPath>,
    /// Room for paths.
    spare: Vec<String>,
    /// The last line was longer than that room is kept for.
    long: bool,
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
        let stated = request.stated();
        // What the host says of links may change where a command runs, and what it touches.
        if line.len() > limits.command_bytes || stated.resolves {
            return None;
        }
        if core::mem::replace(&mut self.long, line.len() > MOST_KEPT) {
            *self = Self {
                long: self.long,
                ..Self::default()
            };
        }
        let nowhere;
        let places = match Splitter::is_stated(request, anchors) {
            true => &stated.start,
            false => {
                nowhere = [Place::Start].into();
                &nowhere
            }
        };
        if self.field.as_ref() != Some(field) {
            self.field = Some(field.clone());
            self.leaves.clear();
        }
        let blank = |leaves: &mut Vec<Leaf>| {
            let field = Some(field.clone());
            leaves.push(Leaf {
                field,
                owner: Some(0),
                ..Leaf::whole()
            });
        };
        if self.leaves.is_empty() {
            blank(&mut self.leaves);
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
        let read = plain::read(line, programs, &mut words, &mut call, &mut self.command);
        if let Some(read) = &read {
            refill(own, places, read.start);
            own.op = Subject::Known(Op::ProcExec);
            if own.names != *read.names {
                own.names = read.names.clone();
            }
            own.shown = Shown::Command;
        }
        own.command = Subject::Known(words);
        own.call = Some(call);
        let read = read.filter(|read| read.touches.len() <= MOST_TOUCHED)?;
        let count = 1 + read.touches.len();
        own.touched.clear();
        own.touched.extend(1..count);
        if count == 1 {
            return Some(count);
        }
        while self.leaves.len() < count {
            blank(&mut self.leaves);
        }
        self.begun = count;
        let (own, others) = self.leaves.split_first_mut()?;
        let Subject::Known(words) = &own.command else {
            return None;
        };
        let around = Around {
            words,
            directory: match &**places {
                [Place::At(directory)] if directory.len() > LONGEST_PLACE => return None,
                [Place::At(directory)] => Some(directory),
                _ => None,
            },
            near_doors: stated.near_doors,
            limits,
        };
        for (mention, leaf) in read.touches.iter().zip(others) {
            refill(leaf, places, read.start);
            leaf.in_full = false;
            leaf.command = Subject::Known(Arc::clone(words));
            leaf.call.clone_from(&own.call);
            around.fill(mention, leaf, &mut self.spare)?;
        }
        Some(count)
    }
}

/// Makes a leaf one about a plain line, but for its command, what is done and to what.
fn refill(leaf: &mut Leaf, places: &Arc<[Place]>, start: usize) {
    leaf.start = start;
    if !Arc::ptr_eq(&leaf.places, places) {
        leaf.places = Arc::clone(places);
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::ToOwned;
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    use super::Room;
    use crate::decision::combine::Setting;
    use crate::{Policy, Request};

    /// What may stand in front of a command.
    const FRONTS: &[&str] = &[
        "",
        "",
        "",
        "",
        " ",
        "   ",
        "time ",
        "time  -p ",
        "time -p -- ",
        "time -v ",
        "time time ",
        "CI=1 ",
        "CI=1  LC_ALL=C ",
        "A=1 A=2 ",
        "A= ",
        "_x1=a/b:c,d ",
        "1A=x ",
        "A-B=x ",
        "A=B=C ",
        "HISTFILE=x ",
        "PAGER=ls ",
        "BASH_ENV=x ",
        "IFS=x ",
        "HOME=/x ",
        "PATH=/tmp ",
        "A=1 B=2 C=3 D=4 E=5 ",
        " time CI=1 ",
        "CI=1 time ",
    ];

    const PROGRAMS: &[&str] = &[
        "git",
        "ls",
        "cat",
        "rm",
        "cp",
        "mv",
        "tar",
        "curl",
        "wget",
        "find",
        "sed",
        "split",
        "make",
        "npm",
        "ssh",
        "scp",
        "rsync",
        "ln",
        "install",
        "unzip",
        "docker",
        "chmod",
        "tee",
        "sort",
        "grep",
        "pip",
        "frobnicate",
        "./x",
        "mkdir",
        "touch",
        "diff",
        "node",
        "exit",
        ":",
        "sqlite3",
        "zip",
    ];

    const WORDS: &[&str] = &[
        "clone",
        "-r",
        "-t",
        "-b",
        "--backup",
        "-S",
        "-i.bak",
        "-o",
        "out",
        "out/",
        "src/",
        "a/../b",
        "../../../..",
        "..",
        "...",
        "x/.",
        "/..",
        "/dev",
        "/dev/null",
        "/dev/../x",
        "proc/x",
        "dev",
        "x,y",
        "a+b",
        "k=v",
        "k=./v",
        "https://good.test/a",
        "https://good.test",
        "HTTP://Good.Test/A%20b",
        "ftp://x/y",
        "file:///etc/x",
        "file:x",
        "c:/x",
        "c:x",
        "a:b",
        "git@host:a/b.git",
        "good.test/x",
        "good.test:80/x",
        "a::b",
        "-C",
        "-T",
        "x.tar.gz",
        "s/a/b/w",
        "--",
        "-f",
        "--output",
        "-",
        "pkg@1.2.3",
        "@file",
        "+x",
        "a@b",
        "127.0.0.1",
        "-d",
        "--exclude=x",
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
            r#"{"cwd":"/dev"}"#,
            r#"{"cwd":"/home/dev/../proc/x"}"#,
            r#"{"project":"/p"}"#,
            "{}",
        ];
        let (mut taken, mut touching, mut fronted) = (0, 0, 0);
        for _ in 0..20_000 {
            let program = [PROGRAMS, WORDS][below(2)];
            let mut words = Vec::from([program[below(program.len())]]);
            words.extend((0..below(5)).map(|_| WORDS[below(WORDS.len())]));
            let front = FRONTS[below(FRONTS.len())];
            let line = front.to_owned() + &words.join([" ", "  "][below(2)]);
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
                touching += usize::from(count > 1);
                fronted += usize::from(!front.trim().is_empty());
            }
        }
        let counts = (taken, touching, fronted);
        assert!(
            taken > 8000 && touching > 2000 && fronted > 5000,
            "{counts:?}"
        );
    }
}
