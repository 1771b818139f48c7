//! One rule on one leaf: each condition evaluated, then joined.

use super::fields::Found;
use super::leaves::{Leaf, Op, Part};
use super::paths::{Anchors, Place, Subject, absolute, place};
use super::policy::{Condition, Policy, Rule};
use super::request::{Request, texts};
use super::truth::Truth;
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
        if self.rule.effect == "allow" && self.uses_an_option_it_does_not_name() {
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
    fn is_off(&self) -> bool {
        match (self.rule.expires, self.request.integer("facts.now")) {
            (None, _) => false,
            (Some(_), None) => !self.strict(),
            (Some(end), Some(now)) => now >= end,
        }
    }

    fn all(&self, conditions: &[Condition], in_unless: bool) -> Truth {
        Truth::all(
            conditions
                .iter()
                .map(|condition| self.condition(condition, in_unless)),
        )
    }

    fn condition(&self, condition: &Condition, in_unless: bool) -> Truth {
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
            Condition::Command(texts) => ("command", self.command(texts, in_unless)),
            Condition::Path(test) => {
                let truth = match &self.leaf.path {
                    Part::Nothing => Truth::False,
                    Part::Missing | Part::Opaque => Truth::missing(),
                    Part::Known(place) => {
                        let each = self.judged_as(place).into_iter().map(|place| {
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
                let truth = match &self.anchors.cwd {
                    None => Truth::missing(),
                    Some(parts) => {
                        let place = Place::At(parts.clone());
                        test.eval(
                            Subject {
                                place: &place,
                                tree: false,
                                tree_matches: false,
                                itself: false,
                                fold: false,
                            },
                            self.anchors,
                            &|name| self.set_of(name),
                        )
                    }
                };
                ("cwd", truth)
            }
            Condition::Url(test) => {
                let truth = match &self.leaf.url {
                    Part::Nothing => Truth::False,
                    Part::Missing | Part::Opaque => Truth::missing(),
                    Part::Known(url) => test.eval(url, &|name| self.set_of(name)),
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
            Op::Known(op) => test.eval(Found::Value(&Value::from(op)), self),
        }
    }

    fn command(&self, texts: &[Vec<String>], in_unless: bool) -> Truth {
        match &self.leaf.command {
            _ if self.leaf.carried && !self.strict() && !in_unless => Truth::False,
            Part::Nothing => Truth::False,
            Part::Missing => Truth::missing(),
            Part::Opaque => Truth::unresolved(),
            Part::Known(commands) => Truth::of(
                commands
                    .iter()
                    .any(|words| texts.iter().any(|text| words.starts_with(text))),
            ),
        }
    }

    /// An allow does not cover an exec or write option unless its command text names it.
    fn uses_an_option_it_does_not_name(&self) -> bool {
        let Part::Known(commands) = &self.leaf.command else {
            return false;
        };
        if self.leaf.carried {
            return false;
        }
        let mut named = BTreeSet::new();
        for text in command_texts(&self.rule.when).chain(command_texts(&self.rule.require)) {
            if commands.iter().any(|words| words.starts_with(text)) {
                named.extend(self.policy.programs.options_used(text));
            }
        }
        commands
            .iter()
            .flat_map(|words| self.policy.programs.options_used(words))
            .any(|option| !named.contains(&option))
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

    /// The path as written, and the real path that the host resolved, if it did.
    fn judged_as(&self, written: &Place) -> Vec<Place> {
        let resolved = self
            .request
            .get("facts.resolved")
            .and_then(Value::as_object);
        let real = absolute(written).and_then(|text| resolved?.get(&text)?.as_str());
        std::iter::once(written.clone())
            .chain(real.map(|text| place(text, false, self.anchors)))
            .collect()
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
}

/// The command texts anywhere in these conditions.
fn command_texts(conditions: &[Condition]) -> Box<dyn Iterator<Item = &Vec<String>> + '_> {
    Box::new(
        conditions
            .iter()
            .flat_map(|condition| -> Box<dyn Iterator<Item = &Vec<String>>> {
                match condition {
                    Condition::Command(texts) => Box::new(texts.iter()),
                    Condition::AnyOf(branches) => {
                        Box::new(branches.iter().flat_map(|branch| command_texts(branch)))
                    }
                    _ => Box::new(std::iter::empty()),
                }
            }),
    )
}
