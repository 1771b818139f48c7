//! One rule on one leaf: each condition evaluated, then joined.

use super::fields::Found;
use super::leaves::{Leaf, Op, Part};
use super::paths::{Anchors, Place, Subject, as_judged, place};
use super::policy::{CommandTest, Condition, Policy, Rule};
use super::request::{Request, texts};
use super::truth::Truth;
use super::urls::Join;
use super::values::{Lookup, Test};
use serde_json::Value;
use std::collections::BTreeSet;

/// All that a condition can look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) request: Request<'a>,
    pub(super) action: &'a str,
    pub(super) policy: &'a Policy,
    pub(super) anchors: &'a Anchors,
    pub(super) rule: &'a Rule,
    pub(super) leaf: &'a Leaf,
}

/// How a rule came out on a leaf.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    /// The effect it fired as, and whether for certain.
    pub(super) fired: Option<(String, bool)>,
    /// The conditions that are unknown, if the outcome is.
    pub(super) unknown: BTreeSet<String>,
}

impl Scene<'_> {
    /// Judges the leaf by the rule.
    pub(super) fn outcome(&self) -> Outcome {
        let strict = self.strict();
        let nothing = Outcome {
            fired: None,
            unknown: BTreeSet::new(),
        };
        if self.is_off() || (!strict && !self.leaf.full) {
            return nothing;
        }
        let uncovered = self.uses_an_option_it_does_not_name() || self.runs_elsewhere();
        if self.rule.effect == "allow" && uncovered {
            return nothing;
        }
        // Reading 21: what a rule skips is listed all the same.
        let mut as_it_is = self.rule.clone();
        as_it_is.skip_unknown = false;
        let plain = Scene {
            rule: &as_it_is,
            ..*self
        };
        let unknown = match plain.whole() {
            Truth::Unknown(doubt) => doubt.fields,
            _ => BTreeSet::new(),
        };
        let effect = self.rule.effect.clone();
        let fired = match self.whole() {
            Truth::False if strict => {
                return match self.leaf.as_anything() {
                    Some(leaf) => Scene {
                        leaf: &leaf,
                        ..*self
                    }
                    .outcome(),
                    None => Outcome {
                        fired: None,
                        unknown,
                    },
                };
            }
            Truth::False => None,
            // A deny that fits a leaf of unknown `op` asks.
            Truth::True if effect == "deny" && self.leaf.op == Op::Unknown => {
                Some(("ask".to_owned(), false))
            }
            Truth::True => Some((effect, true)),
            Truth::Unknown(doubt) => {
                let asks = doubt.unresolved || self.leaf.op == Op::Unknown;
                let effect = if asks { "ask".to_owned() } else { effect };
                strict.then_some((effect, false))
            }
        };
        Outcome { fired, unknown }
    }

    /// The rule's `when`, `require` and `unless` together.
    fn whole(&self) -> Truth {
        let unless = self
            .rule
            .unless
            .as_ref()
            .map_or(Truth::False, |conditions| self.all(conditions, true));
        Truth::all([
            self.all(&self.rule.when, false),
            self.all(&self.rule.require, false),
            unless.negate(),
        ])
    }

    /// Deny and ask.
    fn strict(&self) -> bool {
        matches!(self.rule.effect.as_str(), "deny" | "ask")
    }

    /// Expired; without a clock an allow that can expire is off and a deny stays.
    pub(super) fn is_off(&self) -> bool {
        match (self.rule.expires, self.request.integer("facts.now")) {
            (None, _) => false,
            (Some(_), None) => !self.strict(),
            (Some(end), Some(now)) => now >= end,
        }
    }

    pub(super) fn all(&self, conditions: &[Condition], in_unless: bool) -> Truth {
        Truth::all(
            conditions
                .iter()
                .map(|condition| self.condition(condition, in_unless)),
        )
    }

    pub(super) fn condition(&self, condition: &Condition, in_unless: bool) -> Truth {
        let (field, truth) = match condition {
            Condition::AnyOf(branches) => {
                return Truth::any(branches.iter().map(|branch| self.all(branch, in_unless)));
            }
            Condition::Field(path, test) if path == "action" => (
                "action",
                test.eval(self.action_found(&Value::from(self.action)), self),
            ),
            Condition::Field(path, test) => (path.as_str(), test.eval(self.find(path), self)),
            Condition::Role(test) => ("actor.roles", self.role(test)),
            Condition::Op(test) => ("op", self.op(test)),
            Condition::Command(test) => ("command", self.command(test, in_unless)),
            Condition::Path(test) => {
                let truth = match &self.leaf.path {
                    Part::Nothing => Truth::False,
                    Part::Missing => self.left_out(),
                    Part::Opaque => Truth::unresolved(),
                    Part::Known(place) => {
                        let restricts = self.strict() != in_unless;
                        let each = self.judged_as(place, restricts).into_iter().map(|place| {
                            test.eval(
                                self.subject(&place, self.strict() != in_unless),
                                self.anchors,
                                &|name| self.set_of(name),
                            )
                        });
                        if self.strict() == in_unless {
                            Truth::all(each)
                        } else {
                            Truth::any(each)
                        }
                    }
                };
                ("path", truth)
            }
            Condition::Cwd(test) => {
                let each = self.directories().into_iter().map(|place| {
                    let subject = Subject {
                        place: &place,
                        tree: false,
                        tree_matches: false,
                        itself: false,
                        fold: false,
                    };
                    test.eval(subject, self.anchors, &|name| self.set_of(name))
                });
                let truth = if self.strict() == in_unless {
                    Truth::all(each)
                } else {
                    Truth::any(each)
                };
                let there = match self.leaf.command {
                    Part::Missing => self.left_out(),
                    _ => Truth::unresolved(),
                };
                let truth = match (self.leaf.anywhere, self.strict() == in_unless) {
                    (false, _) => truth,
                    (true, false) => Truth::any([truth, there]),
                    (true, true) => Truth::all([truth, there]),
                };
                ("cwd", truth)
            }
            Condition::Url(test) => {
                let truth = match &self.leaf.url {
                    Part::Nothing => Truth::False,
                    Part::Missing => self.left_out(),
                    Part::Opaque if self.leaf.anywhere => Truth::unresolved(),
                    Part::Opaque => self.left_out(),
                    Part::Known(link) => {
                        let all = self.strict() == in_unless;
                        test.eval(link, Join { all, named: false }, &|name| self.set_of(name))
                    }
                };
                ("url", truth)
            }
            Condition::Governance(condition) => (condition.field(), condition.eval(self)),
        };
        let truth = if self.rule.skip_unknown {
            truth.skip_missing()
        } else {
            truth
        };
        truth.named(field)
    }

    fn action_found<'b>(&self, name: &'b Value) -> Found<'b> {
        if self.action.is_empty() {
            Found::Missing
        } else {
            Found::Value(name)
        }
    }

    /// What stands at a field of the request.
    pub(super) fn find(&self, path: &str) -> Found<'_> {
        self.policy.catalogue.find(self.request, self.action, path)
    }

    /// The texts of a set.
    pub(super) fn set_of(&self, name: &str) -> Vec<String> {
        self.set(name)
            .iter()
            .filter_map(|member| member.as_str().map(str::to_owned))
            .collect()
    }

    /// The roles and all they imply.
    pub(super) fn closed(&self, roles: &[String]) -> BTreeSet<String> {
        let mut held: BTreeSet<String> = roles.iter().cloned().collect();
        loop {
            let more: Vec<String> = held
                .iter()
                .filter_map(|role| self.policy.roles.get(role))
                .flatten()
                .cloned()
                .collect();
            let before = held.len();
            held.extend(more);
            if held.len() == before {
                return held;
            }
        }
    }

    fn role(&self, test: &Test) -> Truth {
        let Found::Value(value) = self.find("actor.roles") else {
            return Truth::missing();
        };
        let Some(roles) = texts(value) else {
            return Truth::missing();
        };
        self.some_role(test, &self.closed(&roles))
    }

    fn some_role(&self, test: &Test, held: &BTreeSet<String>) -> Truth {
        match test {
            Test::Not(test) => self.some_role(test, held).negate(),
            Test::All(tests) => Truth::all(tests.iter().map(|test| self.some_role(test, held))),
            one => Truth::any(
                held.iter()
                    .map(|role| one.eval(Found::Value(&Value::from(role.as_str())), self)),
            ),
        }
    }

    fn op(&self, test: &Test) -> Truth {
        match self.leaf.op {
            Op::None => Truth::False,
            Op::Unknown => Truth::unresolved(),
            Op::Unread => Truth::too_long(),
            Op::Known(op) => test.eval(Found::Value(&Value::from(op)), self),
        }
    }

    /// What is missing on this leaf: it was not sent, or it was too long to be read.
    fn left_out(&self) -> Truth {
        if self.leaf.over {
            Truth::too_long()
        } else {
            Truth::missing()
        }
    }

    fn command(&self, test: &CommandTest, in_unless: bool) -> Truth {
        match &self.leaf.command {
            _ if self.leaf.carried && !self.strict() && !in_unless => Truth::False,
            Part::Nothing => Truth::False,
            Part::Missing => self.left_out(),
            Part::Opaque => Truth::unresolved(),
            Part::Known(commands) => {
                let strict = self.strict() || in_unless;
                let fits = |words: &Vec<String>| self.fits(test, words, strict);
                Truth::any(commands.iter().map(fits))
            }
        }
    }

    /// An allow without a `cwd` condition covers a simple command only at or below the project, else the line's own directory.
    pub(super) fn runs_elsewhere(&self) -> bool {
        let command = self.leaf.op == Op::Known("proc.exec");
        if !command || has_cwd(&self.rule.when) || has_cwd(&self.rule.require) {
            return false;
        }
        let base = self.anchors.project.as_ref().or(self.anchors.cwd.as_ref());
        match base {
            Some(base) => !self
                .directories()
                .iter()
                .all(|place| matches!(place, Place::At(cwd) if cwd.starts_with(base))),
            None => false,
        }
    }

    /// The directory of the request, and where the host says that it leads. A place that the host cannot tell is unresolved.
    fn directories(&self) -> Vec<Place> {
        let Some(cwd) = self.anchors.cwd.clone() else {
            return vec![Place::Adrift];
        };
        let here = Place::At(cwd);
        let name = as_judged(&here).unwrap_or_default();
        let mut places = vec![here];
        if self.leaf.op != Op::None {
            places.extend(self.leads(&name).into_iter().map(|place| match place {
                Place::At(parts) => Place::At(parts),
                _ => Place::Unresolved,
            }));
        }
        places
    }

    /// An allow does not cover an exec or write option unless its command text names it.
    pub(super) fn uses_an_option_it_does_not_name(&self) -> bool {
        let Part::Known(commands) = &self.leaf.command else {
            return false;
        };
        if self.leaf.carried {
            return false;
        }
        let programs = self.policy.programs;
        let covers = |words: &Vec<String>, name: &String| {
            let tests = command_tests(&self.rule.when).chain(command_tests(&self.rule.require));
            tests
                .filter(|test| self.fits(test, words, false) == Truth::True)
                .any(|test| {
                    let texts = test.run.iter().flatten();
                    let begins =
                        |text: &&Vec<String>| self.begins(words, text, false) == Truth::True;
                    let named = |text: &Vec<String>| programs.named_by(text).contains(name);
                    let exact = test.exact.iter().flatten().any(|text| {
                        words.get(1..) == text.get(1..) && self.is_program(words, text, false)
                    });
                    let flags = test.any_flag.iter().chain(&test.all_flags).flatten();
                    let is = |flag: &String| flag == name || programs.same_flag(words, flag, name);
                    exact || texts.filter(begins).any(named) || flags.into_iter().any(is)
                })
        };
        commands.iter().any(|words| {
            let names = programs.must_name(words);
            names.iter().any(|name| !covers(words, name))
        })
    }

    /// Whether a command passes every key of a `command` condition.
    fn fits(&self, test: &CommandTest, words: &[String], strict: bool) -> Truth {
        let begins = |texts: &Vec<Vec<String>>| {
            Truth::any(texts.iter().map(|text| self.begins(words, text, strict)))
        };
        let is = |texts: &Vec<Vec<String>>| {
            Truth::any(texts.iter().map(|text| {
                let same = words.get(1..) == text.get(1..);
                Truth::of(same && self.is_program(words, text, strict))
            }))
        };
        let given = |flag: &String| {
            let known = self.policy.programs.has_flag(words, flag);
            Truth::of(known.unwrap_or_else(|| is_given(flag, words)))
        };
        let flags = |flags: &Vec<String>| Truth::any(flags.iter().map(given));
        Truth::all([
            test.run.as_ref().map_or(Truth::True, begins),
            test.exact.as_ref().map_or(Truth::True, is),
            test.any_flag.as_ref().map_or(Truth::True, flags),
            test.all_flags
                .as_ref()
                .map_or(Truth::True, |flags| Truth::all(flags.iter().map(given))),
            test.no_flag
                .as_ref()
                .map_or(Truth::True, |all| flags(all).negate()),
        ])
    }

    /// Whether a command runs the program of a text, with its operands first and its options.
    fn begins(&self, words: &[String], text: &[String], strict: bool) -> Truth {
        if !self.is_program(words, text, strict) {
            return Truth::False;
        }
        match self.policy.programs.begins(words, text, strict) {
            Some(begins) => Truth::of(begins),
            None => Truth::unresolved(),
        }
    }

    /// A deny, an ask and an exception mean the program wherever it lies; an allow where programs usually lie.
    fn is_program(&self, words: &[String], text: &[String], strict: bool) -> bool {
        let (Some(own), Some(wanted)) = (words.first(), text.first()) else {
            return false;
        };
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        if strict {
            return name(own) == name(wanted) && (own.contains('/') || !wanted.starts_with('.'));
        }
        let usual = own.rsplit_once('/').is_some_and(|(folder, name)| {
            let folders = [
                "/bin",
                "/sbin",
                "/usr/bin",
                "/usr/sbin",
                "/usr/local/bin",
                "/usr/local/sbin",
                "/opt/homebrew/bin",
                "/opt/homebrew/sbin",
            ];
            name == wanted && folders.contains(&folder)
        });
        own == wanted || usual
    }

    fn subject<'b>(&self, place: &'b Place, restricts: bool) -> Subject<'b> {
        let writes = matches!(self.leaf.op, Op::Known("file.write" | "file.delete"));
        Subject {
            place,
            tree: self.leaf.tree,
            tree_matches: restricts && writes,
            itself: restricts,
            fold: false,
        }
    }

    /// The path as written, what else its text may mean, and where the host says that these lead. Rules that restrict see
    /// the names too that the host says lead there.
    fn judged_as(&self, written: &Place, restricts: bool) -> Vec<Place> {
        let mut places = vec![written.clone()];
        places.extend(self.leaf.others.iter().cloned());
        let names: Vec<String> = places.iter().filter_map(as_judged).collect();
        for name in names.iter().chain(&self.leaf.walks) {
            places.extend(self.leads(name));
        }
        if restricts && let Some(Value::Object(map)) = self.request.get("facts.resolved") {
            let mut known_as = Vec::new();
            for (name, _) in map.iter().filter(|(name, _)| name.starts_with('/')) {
                let Place::At(from) = place(name, false, &Anchors::default()) else {
                    continue;
                };
                for end in self.leads(name) {
                    let Place::At(end) = end else { continue };
                    for at in &places {
                        let Place::At(at) = at else { continue };
                        if let Some(below) = at.strip_prefix(end.as_slice()) {
                            known_as.push(Place::At([&from[..], below].concat()));
                        } else if self.leaf.tree && end.starts_with(at) {
                            known_as.push(Place::At(from.clone()));
                        }
                    }
                }
            }
            places.extend(known_as);
        }
        places
    }

    /// Where the host says that a name leads. Reading 28: what is not a real path is a place unknown.
    fn leads(&self, name: &str) -> Vec<Place> {
        let Some(resolved) = self.request.get("facts.resolved") else {
            return Vec::new();
        };
        let reals = match resolved {
            Value::Object(map) => match map.get(name) {
                None | Some(Value::Null) => return Vec::new(),
                Some(Value::Array(reals)) => reals.iter().map(Value::as_str).collect(),
                Some(real) => vec![real.as_str()],
            },
            _ => vec![None],
        };
        let longest = self.policy.bounds.path;
        let real = |real: Option<&str>| match real {
            Some(real) if real.starts_with('/') && real.len() <= longest => {
                match place(real, false, self.anchors) {
                    Place::At(parts) => Place::At(parts),
                    _ => Place::Adrift,
                }
            }
            _ => Place::Adrift,
        };
        reals.into_iter().map(real).collect()
    }
}

impl Lookup for Scene<'_> {
    fn set(&self, name: &str) -> Vec<Value> {
        self.rule
            .sets
            .get(name)
            .cloned()
            .unwrap_or_else(|| super::bad(&format!("set `{name}`")))
    }

    fn field(&self, path: &str) -> Found<'_> {
        self.find(path)
    }

    fn longest(&self) -> usize {
        self.policy.bounds.text
    }
}

/// The command conditions anywhere in these.
fn command_tests(conditions: &[Condition]) -> Box<dyn Iterator<Item = &CommandTest> + '_> {
    Box::new(
        conditions
            .iter()
            .flat_map(|condition| -> Box<dyn Iterator<Item = &CommandTest>> {
                match condition {
                    Condition::Command(test) => Box::new(std::iter::once(test)),
                    Condition::AnyOf(branches) => {
                        Box::new(branches.iter().flat_map(|branch| command_tests(branch)))
                    }
                    _ => Box::new(std::iter::empty()),
                }
            }),
    )
}

fn has_cwd(conditions: &[Condition]) -> bool {
    conditions.iter().any(|condition| match condition {
        Condition::Cwd(_) => true,
        Condition::AnyOf(branches) => branches.iter().any(|branch| has_cwd(branch)),
        _ => false,
    })
}

/// Reading 24: an option is a word of its own, a word with `=` and a value, or, as one letter, part of a word of letters behind one dash. After
/// the word `--` nothing is an option.
fn is_given(flag: &str, words: &[String]) -> bool {
    let letters: Vec<char> = flag.chars().collect();
    for word in words.iter().skip(1) {
        if word == "--" {
            return false;
        }
        if word == flag || word.starts_with(&format!("{flag}=")) {
            return true;
        }
        if let ['-', letter] = letters.as_slice()
            && *letter != '-'
            && word.starts_with('-')
            && !word.starts_with("--")
            && word.chars().skip(1).any(|c| c == *letter)
        {
            return true;
        }
    }
    false
}
