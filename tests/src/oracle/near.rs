//! Which rules are near misses: a naive reading of section 5, before anything is verified or cut.
//!
//! It says who misses, how, and by which fields; not what a fix would be. How near a text comes to a glob, a regular
//! expression, a path, a URL or a command it does not measure: such a near miss it calls unsure.

use super::decide::decide;
use super::evaluate::Scene;
use super::fields::catalogue_name;
use super::governance;
use super::leaves::{Op, Part, leaves};
use super::paths::{Anchors, PathTest};
use super::policy::{CommandTest, Condition, Policy};
use super::request::Request;
use super::truth::Truth;
use super::urls::UrlTest;
use super::values::{Lookup, Test};
use super::{Answer, Basis};
use serde_json::Value;
use std::collections::BTreeMap;

/// A rule that misses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Near {
    /// Its name.
    pub rule: String,
    /// `pending`, `near` or `exempt`.
    pub status: &'static str,
    /// The fields of the conditions that fail, sorted.
    pub fields: Vec<String>,
    /// Whether it is one depends on how near some text comes, which is not measured here.
    pub unsure: bool,
}

/// A condition that fails, or one key of its table.
#[derive(Debug, Clone)]
struct Unmet {
    field: String,
    /// `None`: it depends on how near a text comes.
    close: Option<bool>,
}

/// Returns the near misses of a request that is not allowed.
pub(super) fn near(policy: &Policy, request: &Value, max_missing: usize) -> Vec<Near> {
    let answer = decide(policy, request);
    let mut found = Vec::new();
    if answer.effect == "allow" {
        return found;
    }
    on_leaves(policy, request, |scene, index, all| {
        let effect = match answer.leaves.get(index) {
            Some(leaf) => leaf.effect.clone(),
            None if all == 1 => Some(answer.effect.clone()),
            None => None,
        };
        // Only what is as strict as the whole keeps it from being better.
        if effect.as_deref() != Some(answer.effect.as_str()) {
            return;
        }
        let better = rank(&scene.rule.effect) < rank(&answer.effect);
        if better && (scene.leaf.full || rank(&scene.rule.effect) > 1) {
            found.extend(miss(scene, max_missing));
        }
        found.extend(exempt(scene, &answer, index, all));
    });
    found.sort();
    found.dedup();
    found
}

/// Returns the close calls of a request that is allowed.
pub(super) fn close_calls(policy: &Policy, request: &Value, max_missing: usize) -> Vec<Near> {
    let mut found = Vec::new();
    if decide(policy, request).effect != "allow" {
        return found;
    }
    on_leaves(policy, request, |scene, _, _| {
        if rank(&scene.rule.effect) > 1 {
            found.extend(miss(scene, max_missing));
        }
    });
    found.sort();
    found.dedup();
    found
}

/// Looks at every rule in force, and that may be shown, on every leaf.
fn on_leaves(policy: &Policy, request: &Value, mut look: impl FnMut(&Scene<'_>, usize, usize)) {
    let request = Request(request);
    let action = catalogue_name(request.text("action").unwrap_or_default());
    let anchors = Anchors::of(request, policy.bounds.path);
    let leaves = leaves(request, action, &policy.catalogue, &anchors, policy.bounds);
    for (index, leaf) in leaves.iter().enumerate() {
        for rule in policy.rules.iter().filter(|rule| !rule.shadow && rule.near) {
            let scene = Scene {
                request,
                action,
                policy,
                anchors: &anchors,
                rule,
                leaf,
            };
            look(&scene, index, leaves.len());
        }
    }
}

/// How strict an effect is over a whole request.
fn rank(effect: &str) -> usize {
    ["allow", "pass", "ask", "deny"]
        .iter()
        .position(|one| *one == effect)
        .unwrap_or(0)
}

fn named(scene: &Scene<'_>, status: &'static str, unmet: &[Unmet], unsure: bool) -> Near {
    let mut fields: Vec<String> = unmet.iter().map(|one| one.field.clone()).collect();
    fields.sort();
    Near {
        rule: scene.rule.name.clone(),
        status,
        fields,
        unsure,
    }
}

/// `pending` or `near`.
fn miss(scene: &Scene<'_>, max_missing: usize) -> Option<Near> {
    let rule = scene.rule;
    if !rule
        .when
        .iter()
        .all(|condition| gate_holds(scene, condition))
    {
        return None;
    }
    let unless = rule.unless.as_ref();
    if unless.is_some_and(|unless| scene.all(unless, true) != Truth::False) {
        return None;
    }
    let groups: Vec<Vec<Unmet>> = rule
        .when
        .iter()
        .flat_map(|condition| unmet(scene, condition, false))
        .collect();
    let required: Vec<Unmet> = rule
        .require
        .iter()
        .flat_map(|condition| unmet(scene, condition, false))
        .flatten()
        .collect();
    let wrong_command = groups.iter().flatten().any(|one| one.field == "command");
    let uncovered = scene.uses_an_option_it_does_not_name() || scene.runs_elsewhere();
    if rule.effect == "allow" && uncovered && !wrong_command {
        return None;
    }
    let failing: Vec<Unmet> = groups.iter().flatten().cloned().collect();
    let everything: Vec<Unmet> = failing.iter().chain(&required).cloned().collect();
    if scene.is_off() {
        let mut lacks = everything;
        lacks.push(Unmet {
            field: "expires".to_owned(),
            close: None,
        });
        return groups
            .is_empty()
            .then(|| named(scene, "near", &lacks, false));
    }
    if groups.is_empty() {
        return (!required.is_empty()).then(|| named(scene, "pending", &required, false));
    }
    let some_hold = rule.when.iter().any(is_gate) || rule.when.len() > groups.len();
    if groups.len() > max_missing || !some_hold {
        return None;
    }
    if failing.iter().any(|one| one.close == Some(false)) {
        return None;
    }
    let unsure = failing.iter().any(|one| one.close.is_none());
    Some(named(scene, "near", &everything, unsure))
}

/// `exempt`: the rule that is the basis, with what is known to be against it and would switch it off.
fn exempt(scene: &Scene<'_>, answer: &Answer, index: usize, all: usize) -> Option<Near> {
    let is_basis = answer.basis == Basis::Rule(scene.rule.name.clone());
    let first = answer.leaves.iter().position(|leaf| {
        leaf.basis.as_ref() == Some(&answer.basis)
            && leaf.effect.as_deref() == Some(answer.effect.as_str())
    });
    if !is_basis || rank(&scene.rule.effect) < 2 || (all > 1 && first != Some(index)) {
        return None;
    }
    let mut lacks: Vec<Unmet> = Vec::new();
    for condition in scene.rule.unless.iter().flatten() {
        if scene.condition(condition, true) == Truth::False {
            lacks.extend(unmet(scene, condition, true).into_iter().flatten());
        }
    }
    for condition in &scene.rule.when {
        if let Condition::Governance(one) = condition
            && ["usage", "time"].contains(&one.key())
            && scene.condition(condition, false) == Truth::True
        {
            lacks.push(Unmet {
                field: one.key().to_owned(),
                close: None,
            });
        }
    }
    (!lacks.is_empty()).then(|| named(scene, "exempt", &lacks, false))
}

fn is_gate(condition: &Condition) -> bool {
    match condition {
        Condition::Field(path, _) => path == "action" || path == "resource.type",
        Condition::Op(_) | Condition::Command(_) => true,
        _ => false,
    }
}

fn gate_holds(scene: &Scene<'_>, condition: &Condition) -> bool {
    match condition {
        Condition::Command(test) => runs_nearly(scene, test),
        gate if is_gate(gate) => scene.condition(gate, false) == Truth::True,
        _ => true,
    }
}

/// Whether the leaf runs the program and subcommand of one of the texts, up to a typo.
fn runs_nearly(scene: &Scene<'_>, test: &CommandTest) -> bool {
    let Part::Known(commands) = &scene.leaf.command else {
        return false;
    };
    let strict = rank(&scene.rule.effect) > 1;
    let runs = scene.leaf.op == Op::Known("proc.exec") || scene.leaf.op == Op::Unknown;
    if !strict && (scene.leaf.carried || !runs) {
        return false;
    }
    let texts: Vec<&Vec<String>> = test.run.iter().chain(&test.exact).flatten().collect();
    texts.is_empty()
        || texts.iter().any(|text| {
            commands.iter().any(|words| {
                let mut words = words.clone();
                if strict && let Some(first) = words.first_mut() {
                    *first = first.rsplit('/').next().unwrap_or_default().to_owned();
                }
                named_nearly(text, &words)
            })
        })
}

fn named_nearly(text: &[String], words: &[String]) -> bool {
    let (Some(wanted), Some(program)) = (text.first(), words.first()) else {
        return false;
    };
    let Some(spent) = slip(program, wanted) else {
        return false;
    };
    let Some(subcommand) = text.get(1).filter(|word| !word.starts_with('-')) else {
        return true;
    };
    // The first word that is no option; the word behind an option may be its value.
    let mut value = false;
    for word in words.iter().skip(1) {
        if word.starts_with('-') {
            value = true;
        } else if slip(word, subcommand).is_some_and(|cost| spent + cost <= 4) {
            return true;
        } else if !value {
            return false;
        } else {
            value = false;
        }
    }
    false
}

/// What a typo costs in half edits, if it is one: at most two edits, and in a word of fewer than five bytes one slip.
fn slip(from: &str, to: &str) -> Option<usize> {
    let cost = distance(from, to);
    let swapped = (0..from.len().saturating_sub(1)).any(|at| {
        let mut bytes = from.as_bytes().to_vec();
        bytes.swap(at, at + 1);
        from.len() == to.len() && bytes == to.as_bytes()
    });
    (cost <= 4 && (cost <= 2 || to.len() >= 5 || swapped)).then_some(cost)
}

/// The weighted edit distance of section 5, in half edits: at each place all that can be done is tried.
fn distance(from: &str, to: &str) -> usize {
    fn try_all(from: &[u8], to: &[u8], known: &mut BTreeMap<(usize, usize), usize>) -> usize {
        let separator = |byte: u8| b" \t/.|;&".contains(&byte);
        let single = |byte: u8| if separator(byte) { 5 } else { 2 };
        if let Some(cost) = known.get(&(from.len(), to.len())) {
            return *cost;
        }
        let cost = match (from.split_first(), to.split_first()) {
            (None, None) => 0,
            (Some((a, from)), None) => single(*a) + try_all(from, &[], known),
            (None, Some((b, to))) => single(*b) + try_all(&[], to, known),
            (Some((a, less)), Some((b, rest))) => {
                let out = single(*a) + try_all(less, to, known);
                let put_in = single(*b) + try_all(from, rest, known);
                let replaced = if a == b {
                    0
                } else if a.eq_ignore_ascii_case(b) {
                    1
                } else if separator(*a) || separator(*b) {
                    return *known
                        .entry((from.len(), to.len()))
                        .or_insert(out.min(put_in));
                } else {
                    2
                };
                out.min(put_in).min(replaced + try_all(less, rest, known))
            }
        };
        known.insert((from.len(), to.len()), cost);
        cost
    }
    try_all(from.as_bytes(), to.as_bytes(), &mut BTreeMap::new())
}

/// What fails of a condition: each key of a table by itself, of an `any_of` all that fails in its closest branch.
fn unmet(scene: &Scene<'_>, condition: &Condition, in_unless: bool) -> Vec<Vec<Unmet>> {
    let holds = |condition: &Condition| scene.condition(condition, in_unless) == Truth::True;
    if holds(condition) {
        return Vec::new();
    }
    let one = |field: &str, close: Option<bool>| {
        vec![Unmet {
            field: field.to_owned(),
            close,
        }]
    };
    let has = |path: &str| Some(scene.request.get(path).is_some());
    match condition {
        Condition::AnyOf(branches) => {
            let mut closest: Option<Vec<Unmet>> = None;
            for branch in branches {
                let lacks: Vec<Unmet> = branch
                    .iter()
                    .flat_map(|condition| unmet(scene, condition, in_unless))
                    .flatten()
                    .collect();
                if closest.as_ref().is_none_or(|best| lacks.len() < best.len()) {
                    closest = Some(lacks);
                }
            }
            closest.into_iter().collect()
        }
        // A gate inside a branch: nothing close stands for it.
        Condition::Field(path, _) if is_gate(condition) => vec![one(path, Some(false))],
        Condition::Op(_) => vec![one("op", Some(false))],
        Condition::Field(path, test) => vec![one(path, field_is_close(scene, path, test))],
        Condition::Role(_) => vec![one("actor.role", has("actor.roles"))],
        Condition::Governance(governance) => {
            let close = match governance.key() {
                "usage" => Some(
                    governance
                        .spent(scene)
                        .is_some_and(|(total, bound)| (total - bound).abs() * 5 <= bound.abs()),
                ),
                "approvals" => has("facts.approvals"),
                "auth" => has("actor.auth"),
                "session" => has("actor.session"),
                "time" => Some(scene.request.integer("facts.now").is_some()),
                _ => has("facts.grants"),
            };
            vec![one(governance.key(), close)]
        }
        Condition::Command(test) => {
            let parts = command_parts(test);
            let failing: Vec<&(Condition, bool)> =
                parts.iter().filter(|(part, _)| !holds(part)).collect();
            let known = matches!(scene.leaf.command, Part::Known(_));
            let close = |flag: bool| {
                if !known {
                    Some(false)
                } else {
                    flag.then_some(true)
                }
            };
            if failing.is_empty() {
                return vec![one("command", Some(false))];
            }
            failing
                .iter()
                .map(|(_, flag)| one("command", close(*flag)))
                .collect()
        }
        Condition::Path(test) => {
            let known = matches!(scene.leaf.path, Part::Known(_));
            place_parts(test)
                .into_iter()
                .map(Condition::Path)
                .filter(|part| !holds(part))
                .map(|_| one("path", if known { None } else { Some(false) }))
                .collect()
        }
        Condition::Cwd(test) => place_parts(test)
            .into_iter()
            .map(Condition::Cwd)
            .filter(|part| !holds(part))
            .map(|_| one("cwd", scene.anchors.cwd.is_none().then_some(false)))
            .collect(),
        Condition::Url(test) => {
            let known = matches!(scene.leaf.url, Part::Known(_));
            url_parts(test)
                .into_iter()
                .map(Condition::Url)
                .filter(|part| !holds(part))
                .map(|_| one("url", if known { None } else { Some(false) }))
                .collect()
        }
    }
}

/// Each key by itself, and whether it is about options.
fn command_parts(test: &CommandTest) -> Vec<(Condition, bool)> {
    let blank = CommandTest::default;
    let parts = [
        (
            CommandTest {
                run: test.run.clone(),
                ..blank()
            },
            false,
            test.run.is_some(),
        ),
        (
            CommandTest {
                exact: test.exact.clone(),
                ..blank()
            },
            false,
            test.exact.is_some(),
        ),
        (
            CommandTest {
                any_flag: test.any_flag.clone(),
                ..blank()
            },
            true,
            test.any_flag.is_some(),
        ),
        (
            CommandTest {
                all_flags: test.all_flags.clone(),
                ..blank()
            },
            true,
            test.all_flags.is_some(),
        ),
        (
            CommandTest {
                no_flag: test.no_flag.clone(),
                ..blank()
            },
            true,
            test.no_flag.is_some(),
        ),
    ];
    parts
        .into_iter()
        .filter(|(_, _, given)| *given)
        .map(|(test, flag, _)| (Condition::Command(test), flag))
        .collect()
}

fn place_parts(test: &PathTest) -> Vec<PathTest> {
    match test {
        PathTest::All(tests) => tests.clone(),
        PathTest::Fold(inner) => place_parts(inner)
            .into_iter()
            .map(|part| PathTest::Fold(Box::new(part)))
            .collect(),
        one => vec![one.clone()],
    }
}

fn url_parts(test: &UrlTest) -> Vec<UrlTest> {
    match test {
        UrlTest::All(tests) => tests.clone(),
        one => vec![one.clone()],
    }
}

/// Whether a field fails by little: every test that fails is close.
fn field_is_close(scene: &Scene<'_>, path: &str, test: &Test) -> Option<bool> {
    let tests = match test {
        Test::All(tests) => tests.clone(),
        one => vec![one.clone()],
    };
    let value = scene.request.get(path);
    let mut unsure = false;
    for test in tests {
        if test.eval(scene.find(path), scene) == Truth::True {
            continue;
        }
        let text = value
            .and_then(Value::as_str)
            .filter(|text| text.len() <= scene.longest());
        let number = value.and_then(Value::as_i64).map(i128::from);
        let within = |bound: i64| {
            let bound = i128::from(bound);
            Some(number.is_some_and(|number| (number - bound).abs() * 5 <= bound.abs()))
        };
        let close = match &test {
            Test::Prefix(wanted) => {
                Some(text.is_some_and(|text| literal(wanted, text, true, false)))
            }
            Test::Suffix(wanted) => {
                Some(text.is_some_and(|text| literal(wanted, text, false, true)))
            }
            Test::Contains(wanted) => {
                Some(text.is_some_and(|text| literal(wanted, text, false, false)))
            }
            Test::Glob(_) | Test::Regex(_) => text.is_none().then_some(false),
            Test::Min(bound) | Test::Max(bound) | Test::Over(bound) | Test::Below(bound) => {
                within(*bound)
            }
            _ => Some(value.is_some()),
        };
        match close {
            Some(false) => return Some(false),
            Some(true) => {}
            None => unsure = true,
        }
    }
    (!unsure).then_some(true)
}

/// Whether a text comes near to one that begins with, ends in or contains a literal text.
fn literal(wanted: &[String], text: &str, at_start: bool, at_end: bool) -> bool {
    let [wanted] = wanted else { return false };
    // Half of it is there: at the start of the text, or anywhere in it.
    let half = |rest: &str| {
        let had = wanted.bytes().zip(rest.bytes()).take_while(|(a, b)| a == b);
        had.count() * 2 >= wanted.len()
    };
    let starts = || (0..=text.len()).filter(|at| text.is_char_boundary(*at));
    if starts()
        .filter(|at| !at_start || *at == 0)
        .any(|at| text.get(at..).is_some_and(half))
    {
        return true;
    }
    // Or a small correction of some part of it is that text.
    let most = (2 * wanted.len() / 3).max(4);
    starts().filter(|from| !at_start || *from == 0).any(|from| {
        starts()
            .filter(|to| *to >= from && (!at_end || *to == text.len()))
            .filter_map(|to| text.get(from..to))
            .any(|part| distance(part, wanted) <= most || part.eq_ignore_ascii_case(wanted))
    })
}

impl governance::Condition {
    /// The condition's key.
    fn key(&self) -> &'static str {
        match self {
            governance::Condition::Approvals { .. } => "approvals",
            governance::Condition::Auth { .. } => "auth",
            governance::Condition::Session { .. } => "session",
            governance::Condition::Usage { .. } => "usage",
            governance::Condition::Time { .. } => "time",
            governance::Condition::Delegated { .. } => "delegated",
        }
    }
}
