//! Regorus: every rule a body of `deny`, `ask` or `allow`, in modules of 500 that share a package.

use std::collections::BTreeMap;
use std::fmt::Write;

use doorward::Effect;
use regorus::{Engine, Value};

use super::frame::pattern;
use super::{Peer, quoted};
use crate::calls::{Call, Calls, Condition, FIELDS, Op, Rule};

const HEAD: &str = "package p
import rego.v1
default decision := \"ask\"
decision := \"deny\" if deny
else := \"ask\" if ask
else := \"allow\" if allow
default deny := false
default ask := false
default allow := false
";

/// Rules as Rego.
#[derive(Debug)]
pub struct Regorus {
    engine: Engine,
    requests: Vec<Value>,
}

impl Regorus {
    /// Loads the rules.
    pub fn new(calls: &Calls) -> Self {
        // As it comes it keeps 256 patterns, and would compile again and again.
        regorus::cache::configure(regorus::cache::Config {
            regex: 1 << 16,
            glob: 128,
        });
        let mut engine = Engine::new();
        let mut add = |name: String, text: String| {
            engine.add_policy(name, text).expect("it is a module");
        };
        add("head.rego".into(), HEAD.into());
        for (index, rules) in calls.rules.chunks(500).enumerate() {
            add(format!("rules-{index}.rego"), module(rules));
        }
        Self {
            engine,
            requests: Vec::new(),
        }
    }
}

impl Peer for Regorus {
    fn prepare(&mut self, requests: &[Call]) {
        self.requests = requests.iter().map(input).collect();
    }

    fn judge(&mut self, index: usize) -> Effect {
        self.engine.set_input(self.requests[index].clone());
        let decision = self.engine.eval_rule("data.p.decision".into());
        let decision = decision.expect("it answers");
        match &**decision.as_string().expect("it is a text") {
            "deny" => Effect::Deny,
            "allow" => Effect::Allow,
            _ => Effect::Ask,
        }
    }
}

fn input(call: &Call) -> Value {
    let fields = FIELDS.iter().zip(&call.values);
    let fields = fields.map(|(name, value)| (Value::from(*name), Value::from(value.as_str())));
    Value::from(fields.collect::<BTreeMap<Value, Value>>())
}

fn module(rules: &[Rule]) -> String {
    let mut text = String::from("package p\nimport rego.v1\n");
    for rule in rules {
        let tests: Vec<String> = rule.when.iter().map(test).collect();
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{} if {{\n  {}\n}}", rule.effect, tests.join("\n  "));
    }
    text
}

fn test(condition: &Condition) -> String {
    let field = format!("input.{}", FIELDS[condition.field]);
    let first = condition.values.first().map_or("", String::as_str);
    match condition.op {
        Op::In if condition.values.len() == 1 => format!("{field} == {}", quoted(first)),
        Op::In => {
            let values: Vec<String> = condition.values.iter().map(|text| quoted(text)).collect();
            format!("{field} in {{{}}}", values.join(", "))
        }
        Op::Prefix => format!("startswith({field}, {})", quoted(first)),
        Op::Suffix => format!("endswith({field}, {})", quoted(first)),
        Op::Contains => format!("contains({field}, {})", quoted(first)),
        Op::Regex | Op::Glob => format!("regex.match(`{}`, {field})", pattern(condition)),
    }
}
