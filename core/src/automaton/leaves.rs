//! Rules by what a leaf does: its operation, its program and words, its path, its host.
//!
//! A rule about a command is filed under the program's file name and, where its text goes on, under one of the words that
//! follow, so `git push` is found by `push` among the words of a `git` command, wherever options stand between them. A
//! path is looked up below each of the places that rules begin at: the root, the home, the project. A host is read from
//! its end, label by label.
//!
//! Where the leaf leaves something open, such as a program that cannot be known, a tree, or a path without a directory,
//! every rule about such things is a candidate: evaluation says what follows.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::access::SCAN;
use super::exact::Exact;
use super::literal::Choice;
use super::near::{TOUCHED, TYPO};
use super::scan::{Marks, Needle, Scan};
use super::scratch::Room;
use super::trie::{Direction, Trie};
use crate::command::programs::base_name;
use crate::command::{CommandPattern, Word};
use crate::condition::place::{Anchor, Anchored, PathGlob, PlaceCondition, PlaceTest};
use crate::condition::web::{HostPattern, UrlTest};
use crate::condition::{Condition, Scene};
use crate::hash::{hash_of, join};
use crate::path::normalize;
use crate::request::leaf::{LeafPath, Op, Subject};
use crate::url::Hosts;

/// So many words of a command are compared with those of rules that it may have misspelled.
const MOST_SPELLED: usize = 64;

/// One way in which a leaf leads to a rule.
#[derive(Clone, Debug)]
pub(super) enum LeafKey<'r> {
    Op(Op),
    /// The file name of a program.
    Program(&'r str),
    /// The file name of a program, and a word that follows it.
    Word(&'r str, &'r str),
    /// Any command.
    Command,
    /// Below this place, from an anchor on.
    Below(Anchor, String),
    /// A path, from an anchor on, with one of these literals.
    Glob(Anchor, Choice),
    /// Any path.
    Path,
    /// A host that ends in this text.
    Host(String),
    /// Any URL.
    Url,
}

impl LeafKey<'_> {
    pub(super) fn hash(&self) -> u64 {
        let of = |kind: u64, text: &str| join(kind, hash_of(text.as_bytes()));
        match self {
            Self::Op(op) => of(20, op.as_str()),
            Self::Program(program) => of(21, program),
            Self::Word(program, word) => join(of(22, program), hash_of(word.as_bytes())),
            Self::Command => 23,
            Self::Below(anchor, place) => of(24 + u64::from(*anchor as u8), place),
            Self::Glob(_, literals) => literals
                .iter()
                .map(|literal| join(28, hash_of(&literal.bytes)))
                .fold(0, u64::max),
            Self::Path => 29,
            Self::Host(host) => of(30, host),
            Self::Url => 31,
        }
    }

    /// Returns how much it costs to look for it, on the scale of [`super::access`].
    pub(super) fn cost(&self) -> u8 {
        match self {
            Self::Program(_) | Self::Word(..) => 1,
            Self::Below(..) | Self::Host(_) => 2,
            Self::Glob(..) => SCAN,
            Self::Op(_) => 8,
            Self::Command | Self::Path | Self::Url => 9,
        }
    }
}

/// Calls `offer` with each way in which a condition on a leaf leads to its rule.
pub(super) fn offers<'r>(condition: &'r Condition, offer: &mut impl FnMut(Vec<LeafKey<'r>>)) {
    match condition {
        Condition::Op(ops) => offer(ops.iter().map(|op| LeafKey::Op(*op)).collect()),
        Condition::Command(command) => {
            let patterns = command.texts();
            if patterns.is_empty() {
                offer(alloc::vec![LeafKey::Command]);
            } else {
                offer(patterns.iter().map(command_key).collect());
            }
        }
        Condition::Path(place) => offer_places(place, offer),
        Condition::Url(url) => {
            let keys = url.tests.iter().find_map(|test| match test {
                UrlTest::Host(patterns) => Some(patterns.iter().map(host_key).collect()),
                UrlTest::Under(urls) => urls
                    .iter()
                    .map(|url| url.host().map(|host| LeafKey::Host(host.to_string())))
                    .collect(),
                _ => None,
            });
            offer(keys.unwrap_or_else(|| alloc::vec![LeafKey::Url]));
        }
        _ => {}
    }
}

/// Files a command text under its program and the last of the words that follow before any option: a word behind an
/// option may be that option's value, which can be spelled in other ways.
fn command_key(pattern: &CommandPattern) -> LeafKey<'_> {
    let mut words = pattern.words().iter().map(String::as_str);
    let program = base_name(words.next().unwrap_or_default());
    let plain = words.take_while(|word| !word.starts_with('-') && !word.is_empty());
    match plain.last() {
        Some(word) => LeafKey::Word(program, word),
        None => LeafKey::Program(program),
    }
}

fn host_key<'r>(pattern: &HostPattern) -> LeafKey<'r> {
    LeafKey::Host(match pattern {
        HostPattern::Exact(name) => name.clone(),
        HostPattern::Below(name) => alloc::format!(".{name}"),
    })
}

fn offer_places<'r>(place: &'r PlaceCondition, offer: &mut impl FnMut(Vec<LeafKey<'r>>)) {
    let mut offered = false;
    for test in place.tests.iter().filter(|_| !place.fold) {
        match test {
            PlaceTest::Under(shapes) | PlaceTest::Is(shapes) => {
                offer(shapes.iter().map(place_key).collect());
            }
            PlaceTest::Glob(globs) => offer(globs.iter().map(glob_key).collect()),
            PlaceTest::Not(_) => continue,
        }
        offered = true;
    }
    if !offered {
        offer(alloc::vec![LeafKey::Path]);
    }
}

fn place_key<'r>(shape: &Anchored<String>) -> LeafKey<'r> {
    below(shape.anchor, &shape.rest)
}

fn below<'r>(anchor: Anchor, rest: &str) -> LeafKey<'r> {
    let mut place = normalize(rest);
    if place == "/" {
        place.clear();
    }
    LeafKey::Below(anchor, place)
}

fn glob_key(glob: &Anchored<PathGlob>) -> LeafKey<'_> {
    if !glob.rest.stem.is_empty() {
        return below(glob.anchor, &glob.rest.stem);
    }
    let longest = |choice: &Choice| choice.iter().map(|literal| literal.bytes.len()).min();
    match glob
        .rest
        .pattern
        .required()
        .iter()
        .max_by_key(|choice| longest(choice))
    {
        Some(choice) => LeafKey::Glob(glob.anchor, choice.clone()),
        None => below(glob.anchor, ""),
    }
}

/// The tables over what leaves do.
#[derive(Debug, Default)]
pub(super) struct Leaves {
    by_op: [Vec<u32>; 5],
    all_ops: Vec<u32>,
    programs: Exact,
    /// By a program and a word.
    words: Exact,
    /// Every rule about a program, with a word or without.
    whole_programs: Exact,
    /// Programs by name, each with the words that follow it, empty for none, and their rules.
    spelled: BTreeMap<String, BTreeMap<String, Vec<u32>>>,
    any_command: Vec<u32>,
    all_commands: Vec<u32>,
    /// From each anchor on.
    places: [Trie; 3],
    whole_anchors: [Vec<u32>; 3],
    globs: Scan,
    glob_rules: Vec<u32>,
    any_path: Vec<u32>,
    all_paths: Vec<u32>,
    hosts: Trie,
    any_url: Vec<u32>,
    all_urls: Vec<u32>,
}

impl Leaves {
    pub(super) fn warm(&self) {
        self.globs.warm();
    }

    /// Calls `found` with each rule that can hold on a leaf; with some more than once.
    pub(super) fn find(
        &self,
        scene: &Scene<'_>,
        marks: &mut Marks,
        long: &mut LongCommand,
        mut found: impl FnMut(u32),
    ) {
        let leaf = scene.leaf;
        let mut add = |rules: &[u32]| rules.iter().copied().for_each(&mut found);
        if leaf.anything {
            // A rule that restricts looks at what the command may do.
            add(&self.all_ops);
            add(&self.all_paths);
            add(&self.all_urls);
        }
        match &leaf.op {
            Subject::None => {}
            Subject::Known(op) if !leaf.unread => {
                add(self.by_op.get(*op as usize).map_or(&[], Vec::as_slice));
            }
            Subject::Known(_) | Subject::Unknown(_) => add(&self.all_ops),
        }
        // Where there are no rules about something, a leaf need not be looked at for it.
        match &leaf.command {
            _ if self.all_commands.is_empty() => {}
            Subject::None => {}
            Subject::Unknown(_) => add(&self.all_commands),
            // What the program runs is not known, so nothing about the command is.
            Subject::Known(_) if leaf.opaque.is_some() => add(&self.all_commands),
            Subject::Known(words) => match &leaf.call {
                // What a command touches leads to the rules about the command too, each time the same.
                Some(_) if words.len() > LONG && long.is(words) => add(&long.rules),
                Some(call) if words.len() > LONG => {
                    long.words = Some(Arc::clone(words));
                    long.rules.clear();
                    let rules = &mut long.rules;
                    self.command(words, call.is_loose(), &mut |found| rules.extend(found));
                    rules.sort_unstable();
                    rules.dedup();
                    add(rules);
                }
                Some(call) => self.command(words, call.is_loose(), &mut add),
                None => add(&self.all_commands),
            },
        }
        match &leaf.path {
            _ if self.all_paths.is_empty() => {}
            Subject::None => {}
            Subject::Unknown(_) => add(&self.all_paths),
            Subject::Known(path) => self.path(path, scene, marks, &mut add),
        }
        match &leaf.url {
            Subject::None => {}
            Subject::Unknown(_) => add(&self.all_urls),
            // What follows a scheme that nobody knows is a host or none: to a rule that permits, it is unknown.
            Subject::Known(url) if *url.hosts() == Hosts::Anywhere || url.is_strange() => {
                add(&self.all_urls);
            }
            Subject::Known(url) => {
                add(&self.any_url);
                for host in url.known_hosts() {
                    let name = host.name.as_bytes();
                    self.hosts
                        .walk(name, Direction::Backward, |rule| add(&[rule]));
                }
            }
        }
    }

    /// Calls `found` with rules that hang off a place or a host which the leaf is nearly in, or a program or word that the
    /// leaf nearly names.
    pub(super) fn touched(&self, scene: &Scene<'_>, room: &mut Room, mut found: impl FnMut(u32)) {
        let leaf = scene.leaf;
        if let Subject::Known(path) = &leaf.path {
            for (trie, directory) in self.places.iter().zip(directories(scene)) {
                let Some(directory) = directory else {
                    continue;
                };
                for reading in &path.readings {
                    if let Some(rest) = reading.strip_prefix(directory) {
                        let rest = rest.as_bytes();
                        trie.touched(rest, Direction::Forward, TOUCHED, &mut room.way, &mut found);
                    }
                }
            }
        }
        if let Subject::Known(url) = &leaf.url
            && let Some(host) = url.host()
        {
            let host = host.as_bytes();
            self.hosts.touched(
                host,
                Direction::Backward,
                TOUCHED,
                &mut room.way,
                &mut found,
            );
        }
        if let Subject::Known(words) = &leaf.command {
            self.misspelled(words, &mut found);
        }
    }

    /// Calls `found` with the rules about programs and words that those of a command may be misspellings of.
    fn misspelled(&self, words: &[Word], found: &mut impl FnMut(u32)) {
        let Some(program) = words.first().and_then(Word::as_exact).map(base_name) else {
            return;
        };
        // A long list of operands is no reason to look at all of them again for each.
        let words = words.get(..MOST_SPELLED).unwrap_or(words);
        for (name, following) in &self.spelled {
            if !is_like(program, name) {
                continue;
            }
            for (word, rules) in following {
                let mut others = words.iter().skip(1).filter_map(Word::as_exact);
                if word.is_empty() || others.any(|other| is_like(other, word)) {
                    rules.iter().copied().for_each(&mut *found);
                }
            }
        }
    }

    /// Calls `found` with every rule that hangs off what a leaf does; with some more than once.
    pub(super) fn all(&self, found: &mut impl FnMut(u32)) {
        for rules in [
            &self.all_ops,
            &self.all_commands,
            &self.all_paths,
            &self.all_urls,
        ] {
            rules.iter().copied().for_each(&mut *found);
        }
    }

    /// `loose` where an operand may stand for any number of others.
    fn command(&self, words: &[Word], loose: bool, add: &mut impl FnMut(&[u32])) {
        let Some((program, words)) = words
            .split_first()
            .and_then(|(first, rest)| Some((first.as_exact()?, rest)))
        else {
            add(&self.all_commands);
            return;
        };
        add(&self.any_command);
        let program = hash_of(base_name(program).as_bytes());
        let whole = self.whole_programs.get(program);
        if whole.is_empty() {
            return;
        }
        if loose || words.iter().any(|word| word.as_exact().is_none()) {
            add(whole);
            return;
        }
        add(self.programs.get(program));
        for word in words.iter().filter_map(Word::as_exact) {
            add(self.words.get(join(program, hash_of(word.as_bytes()))));
        }
    }

    fn path(
        &self,
        path: &LeafPath,
        scene: &Scene<'_>,
        marks: &mut Marks,
        add: &mut impl FnMut(&[u32]),
    ) {
        let vague = path.tree || !path.globs.is_empty();
        if vague
            || path
                .readings
                .iter()
                .any(|reading| !reading.starts_with('/'))
        {
            add(&self.all_paths);
            return;
        }
        add(&self.any_path);
        let tries = self.places.iter().zip(&self.whole_anchors);
        for ((trie, whole), directory) in tries.zip(directories(scene)) {
            let Some(directory) = directory else {
                // Nobody knows where it is, so it may be anywhere.
                add(whole);
                continue;
            };
            for reading in path.readings.iter().chain(&path.aliases) {
                if let Some(rest) = reading.strip_prefix(directory) {
                    trie.walk(rest.as_bytes(), Direction::Forward, |rule| add(&[rule]));
                }
            }
        }
        for reading in path.readings.iter().chain(&path.aliases) {
            self.globs.run(reading, marks, |needle| {
                if let Some(rule) = self.glob_rules.get(needle as usize) {
                    add(&[*rule]);
                }
            });
        }
    }
}

/// A command of more words is kept in mind from one leaf to the next.
const LONG: usize = 64;

/// The last long command, and the rules that it leads to.
#[derive(Debug, Default)]
pub(super) struct LongCommand {
    words: Option<Arc<Vec<Word>>>,
    rules: Vec<u32>,
}

impl LongCommand {
    pub(super) fn forget(&mut self) {
        self.words = None;
    }

    fn is(&self, words: &Arc<Vec<Word>>) -> bool {
        self.words
            .as_ref()
            .is_some_and(|own| Arc::ptr_eq(own, words))
    }
}

/// Returns the places that rules begin at, as they begin a path; `None` where nobody stated it.
fn directories<'a>(scene: &Scene<'a>) -> [Option<&'a str>; 3] {
    let stated = scene.request.stated();
    let begin = |path: Option<&'a str>| path.map(|path| path.trim_end_matches('/'));
    [
        Some(""),
        begin(scene.anchors.home.and(stated.home_path.as_deref())),
        begin(scene.anchors.project.and(stated.project_path.as_deref())),
    ]
}

/// Whether two words may be spellings of one: of about the same length, and with most letters in common.
fn is_like(one: &str, other: &str) -> bool {
    let letters = |text: &str| {
        text.bytes()
            .fold(0_u64, |letters, byte| letters | 1 << (byte & 63))
    };
    one == other
        || one.len().abs_diff(other.len()) <= TYPO && {
            let (one, other) = (letters(one), letters(other));
            // An edit takes one letter away, or brings one in, or both.
            (one & !other).count_ones() <= 2 && (other & !one).count_ones() <= 2
        }
}

/// Gathers the rules about leaves before their tables are built.
#[derive(Default)]
pub(super) struct Builder {
    built: Leaves,
    programs: Vec<(u64, u32)>,
    words: Vec<(u64, u32)>,
    whole_programs: Vec<(u64, u32)>,
    places: [Vec<(Vec<u8>, u32)>; 3],
    globs: Vec<(Needle, Choice)>,
    hosts: Vec<(Vec<u8>, u32)>,
}

impl Builder {
    /// Files a rule under one key.
    pub(super) fn add(&mut self, key: LeafKey<'_>, rule: u32) {
        let built = &mut self.built;
        match key {
            LeafKey::Op(op) => {
                if let Some(rules) = built.by_op.get_mut(op as usize) {
                    rules.push(rule);
                }
                push_once(&mut built.all_ops, rule);
            }
            LeafKey::Program(program) => {
                spell(&mut built.spelled, program, "", rule);
                let program = hash_of(program.as_bytes());
                self.programs.push((program, rule));
                self.whole_programs.push((program, rule));
                push_once(&mut built.all_commands, rule);
            }
            LeafKey::Word(program, word) => {
                spell(&mut built.spelled, program, word, rule);
                let program = hash_of(program.as_bytes());
                self.words
                    .push((join(program, hash_of(word.as_bytes())), rule));
                self.whole_programs.push((program, rule));
                push_once(&mut built.all_commands, rule);
            }
            LeafKey::Command => {
                built.any_command.push(rule);
                push_once(&mut built.all_commands, rule);
            }
            LeafKey::Below(anchor, place) => {
                let at = anchor as usize;
                if let Some(places) = self.places.get_mut(at) {
                    places.push((place.into_bytes(), rule));
                }
                if let Some(whole) = built.whole_anchors.get_mut(at) {
                    push_once(whole, rule);
                }
                push_once(&mut built.all_paths, rule);
            }
            LeafKey::Glob(anchor, choice) => {
                // The literal stands in what follows the anchor, and the anchor is not known here.
                let anywhere = choice.into_iter().map(|literal| super::literal::Literal {
                    before: None,
                    ..literal
                });
                self.globs.push((Needle::Literal, anywhere.collect()));
                built.glob_rules.push(rule);
                if let Some(whole) = built.whole_anchors.get_mut(anchor as usize) {
                    push_once(whole, rule);
                }
                push_once(&mut built.all_paths, rule);
            }
            LeafKey::Path => {
                built.any_path.push(rule);
                push_once(&mut built.all_paths, rule);
            }
            LeafKey::Host(host) => {
                self.hosts.push((host.into_bytes(), rule));
                push_once(&mut built.all_urls, rule);
            }
            LeafKey::Url => {
                built.any_url.push(rule);
                push_once(&mut built.all_urls, rule);
            }
        }
    }

    pub(super) fn build(self) -> Leaves {
        Leaves {
            programs: Exact::build(self.programs, false),
            words: Exact::build(self.words, false),
            whole_programs: Exact::build(self.whole_programs, false),
            places: self
                .places
                .map(|keys| Trie::build(keys, Direction::Forward)),
            globs: Scan::build(self.globs),
            hosts: Trie::build(self.hosts, Direction::Backward),
            ..self.built
        }
    }
}

/// Notes how a program and the word that follows it are spelled in a rule.
fn spell(
    spelled: &mut BTreeMap<String, BTreeMap<String, Vec<u32>>>,
    program: &str,
    word: &str,
    rule: u32,
) {
    let words = spelled.entry(program.into()).or_default();
    push_once(words.entry(word.into()).or_default(), rule);
}

/// Adds a rule to a list that is filled rule by rule.
fn push_once(rules: &mut Vec<u32>, rule: u32) {
    if rules.last() != Some(&rule) {
        rules.push(rule);
    }
}
