//! Cedar: a policy for each rule, the tool as the action, the other fields in the context.
//!
//! An `ask` is a `forbid` too; which policies were the reason tells it from a deny. `like` knows one wildcard, any text, so
//! regular expressions and most globs with a single `*` or `?` cannot be said ([`can_say`]): compare with a policy of the
//! other rules.

use std::collections::HashMap;

use cedar_policy::{
    Authorizer, Context, Entities, EntityId, EntityTypeName, EntityUid, Policy, PolicyId,
    PolicySet, Request, RestrictedExpression,
};
use doorward::Effect;

use super::{Peer, quoted};
use crate::calls::{Call, Calls, Condition, FIELDS, Op, Rule};

/// Rules as Cedar policies.
#[derive(Debug)]
pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    effects: HashMap<PolicyId, Effect>,
    requests: Vec<Request>,
}

/// Whether Cedar can say what a rule says.
pub fn can_say(rule: &Rule) -> bool {
    policy(0, rule).is_some()
}

impl Cedar {
    /// Compiles the rules, all of which it [can say](can_say).
    pub fn new(calls: &Calls) -> Self {
        let mut policies = PolicySet::new();
        let mut effects = HashMap::new();
        for (index, rule) in calls.rules.iter().enumerate() {
            let id = PolicyId::new(format!("rule-{index}"));
            let text = policy(index, rule).expect("Cedar can say it");
            let policy = Policy::parse(Some(id.clone()), text).expect("it is a policy");
            policies.add(policy).expect("it is there once");
            effects.insert(id, rule.effect);
        }
        Self {
            authorizer: Authorizer::new(),
            policies,
            entities: Entities::empty(),
            effects,
            requests: Vec::new(),
        }
    }
}

impl Peer for Cedar {
    fn prepare(&mut self, requests: &[Call]) {
        self.requests = requests.iter().map(request).collect();
    }

    fn judge(&mut self, index: usize) -> Effect {
        let response =
            self.authorizer
                .is_authorized(&self.requests[index], &self.policies, &self.entities);
        let reasons = response.diagnostics().reason();
        let effects = reasons.filter_map(|policy| self.effects.get(policy));
        effects.max().copied().unwrap_or(Effect::Ask)
    }
}

fn request(call: &Call) -> Request {
    let entity = |kind: &str, id: &str| {
        let kind: EntityTypeName = kind.parse().expect("it is a name");
        EntityUid::from_type_name_and_id(kind, EntityId::new(id))
    };
    let fields = FIELDS.iter().zip(&call.values).skip(1);
    let fields = fields.map(|(name, value)| {
        let value = RestrictedExpression::new_string(value.clone());
        (String::from(*name), value)
    });
    let value = |index: usize| call.values.get(index).map_or("", String::as_str);
    Request::new(
        entity("User", value(8)),
        entity("Action", value(0)),
        entity("Resource", value(4)),
        Context::from_pairs(fields).expect("each is there once"),
        None,
    )
    .expect("no schema, no objection")
}

fn policy(index: usize, rule: &Rule) -> Option<String> {
    let mut action = String::from("action");
    let mut when = Vec::new();
    for condition in &rule.when {
        if condition.field == 0 {
            let actions = condition.values.iter();
            let actions: Vec<String> = actions
                .map(|tool| format!("Action::{}", quoted(tool)))
                .collect();
            action = format!("action in [{}]", actions.join(", "));
        } else {
            when.push(test(condition)?);
        }
    }
    let effect = match rule.effect {
        Effect::Allow => "permit",
        _ => "forbid",
    };
    let when = match &*when {
        [] => String::new(),
        when => format!(" when {{ {} }}", when.join(" && ")),
    };
    Some(format!(
        "@id(\"rule-{index}\") {effect}(principal, {action}, resource){when};"
    ))
}

fn test(condition: &Condition) -> Option<String> {
    let field = format!("context.{}", FIELDS.get(condition.field)?);
    let text = condition.values.first()?;
    Some(match condition.op {
        Op::In if condition.values.len() == 1 => format!("{field} == {}", quoted(text)),
        Op::In => {
            let values: Vec<String> = condition.values.iter().map(|text| quoted(text)).collect();
            format!("[{}].contains({field})", values.join(", "))
        }
        Op::Prefix => format!("{field} like \"{}*\"", literal(text)),
        Op::Suffix => format!("{field} like \"*{}\"", literal(text)),
        Op::Contains => format!("{field} like \"*{}*\"", literal(text)),
        Op::Glob => format!("{field} like \"{}\"", glob(text)?),
        Op::Regex => return None,
    })
}

/// Returns a text as `like` takes it literally.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('*', "\\*")
}

/// Returns a glob as `like` says it.
fn glob(glob: &str) -> Option<String> {
    if glob.contains('?') {
        return None;
    }
    let parts: Vec<&str> = glob.split("**").collect();
    let mut out = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        // What `**/*tail` leaves open holds any slash there is, when the tail holds none.
        let is_end = index > 0 && index + 1 == parts.len();
        match part.strip_prefix("/*") {
            Some(tail) if is_end && !tail.contains(['/', '*']) => {
                out.push(format!("/*{}", literal(tail)));
            }
            _ if part.contains('*') => return None,
            _ => out.push(literal(part)),
        }
    }
    Some(out.join("*"))
}
