//! Casbin: a row for each rule and a column for each field, equality first; its matcher functions keep their patterns.
//!
//! Casbin's effect has two values, so a row that asks is stored as one that denies.

use std::cell::RefCell;
use std::collections::HashMap;

use casbin::function_map::OperatorFunction;
use casbin::rhai::{Dynamic, ImmutableString};
use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};
use doorward::Effect;
use regex::Regex;

use super::Peer;
use super::frame::pattern;
use crate::calls::{Call, Calls, Condition, FIELDS, Op, Rule};

const MODEL: &str = "
[request_definition]
r = tool, command, path, host, kind, act, role, cwd, actor, owner
[policy_definition]
p = tool, command_op, command, path_op, path, host_op, host, kind, act, role, cwd_op, cwd, actor, owner, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = among(r.tool, p.tool) && among(r.kind, p.kind) && among(r.act, p.act) && among(r.role, p.role) && among(r.actor, p.actor) && among(r.owner, p.owner) && test(r.command, p.command_op, p.command) && test(r.path, p.path_op, p.path) && test(r.host, p.host_op, p.host) && test(r.cwd, p.cwd_op, p.cwd)
";

/// The column of each field; before that of a text stands how it compares.
const COLUMNS: [usize; FIELDS.len()] = [0, 2, 4, 6, 7, 8, 9, 11, 12, 13];
const TEXTS: [&str; 4] = ["command", "path", "host", "cwd"];
const EFFECT: usize = 14;
const ANY: &str = "*";

thread_local! {
    static PATTERNS: RefCell<HashMap<String, Regex>> = RefCell::new(HashMap::new());
}

/// Rules as rows.
pub struct Casbin {
    enforcer: Enforcer,
    requests: Vec<Vec<String>>,
}

impl std::fmt::Debug for Casbin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Casbin").finish_non_exhaustive()
    }
}

impl Casbin {
    /// Loads the rules, each of which has one condition a field at most.
    pub fn new(calls: &Calls) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let rows = calls.rules.iter().map(row).collect();
        let enforcer = runtime.expect("it starts").block_on(async {
            let model = DefaultModel::from_str(MODEL).await.expect("it is a model");
            let mut enforcer = Enforcer::new(model, MemoryAdapter::default())
                .await
                .expect("it starts");
            enforcer.add_function("among", OperatorFunction::Arg2(among));
            enforcer.add_function("test", OperatorFunction::Arg3(test));
            enforcer.enable_auto_build_role_links(false);
            enforcer.add_policies(rows).await.expect("they are rows");
            enforcer
        });
        Self {
            enforcer,
            requests: Vec::new(),
        }
    }
}

impl Peer for Casbin {
    fn prepare(&mut self, requests: &[Call]) {
        let values = requests.iter().map(|call| call.values.to_vec());
        self.requests = values.collect();
    }

    fn judge(&mut self, index: usize) -> Effect {
        let request = self.requests[index].clone();
        match self.enforcer.enforce(request).expect("it answers") {
            true => Effect::Allow,
            false => Effect::Deny,
        }
    }

    fn tells_ask(&self) -> bool {
        false
    }
}

fn row(rule: &Rule) -> Vec<String> {
    let mut row = vec![String::from(ANY); EFFECT + 1];
    for condition in &rule.when {
        let column = COLUMNS[condition.field];
        assert_eq!(row[column], ANY, "one condition a field");
        if TEXTS.contains(&FIELDS[condition.field]) {
            let (op, value) = written(condition);
            row[column - 1] = op.into();
            row[column] = value;
        } else {
            assert_eq!(condition.op, Op::In, "no pattern on a value of a few");
            row[column] = condition.values.join("|");
        }
    }
    let effect = match rule.effect {
        Effect::Allow => "allow",
        _ => "deny",
    };
    row[EFFECT] = effect.into();
    row
}

/// Returns how a text compares, and with what.
fn written(condition: &Condition) -> (&'static str, String) {
    let first = || condition.values.first().cloned().unwrap_or_default();
    match condition.op {
        Op::In => ("in", condition.values.join("|")),
        Op::Prefix => ("prefix", first()),
        Op::Suffix => ("suffix", first()),
        Op::Contains => ("contains", first()),
        Op::Regex | Op::Glob => ("regex", pattern(condition)),
    }
}

fn text(value: Dynamic) -> ImmutableString {
    value
        .into_immutable_string()
        .expect("every value is a text")
}

fn is_among(value: &str, list: &str) -> bool {
    list == ANY || list.split('|').any(|one| one == value)
}

fn among(value: Dynamic, list: Dynamic) -> Dynamic {
    is_among(&text(value), &text(list)).into()
}

fn test(value: Dynamic, op: Dynamic, wanted: Dynamic) -> Dynamic {
    let (value, op, wanted) = (text(value), text(op), text(wanted));
    let (value, wanted) = (value.as_str(), wanted.as_str());
    let holds = match op.as_str() {
        ANY => true,
        "in" => is_among(value, wanted),
        "prefix" => value.starts_with(wanted),
        "suffix" => value.ends_with(wanted),
        "contains" => value.contains(wanted),
        _ => PATTERNS.with_borrow_mut(|patterns| {
            if let Some(pattern) = patterns.get(wanted) {
                return pattern.is_match(value);
            }
            let pattern = Regex::new(wanted).expect("it is a regular expression");
            let holds = pattern.is_match(value);
            patterns.insert(wanted.into(), pattern);
            holds
        }),
    };
    holds.into()
}
