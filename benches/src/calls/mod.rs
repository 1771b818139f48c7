//! A workload that every engine can be given: rules and requests in neutral terms.
//!
//! Two fifths of the rules are about the beginning of a command, the others about regular expressions on commands, globs
//! on paths, hosts, and equal values alone. Half of the requests meet a rule, a third none, a fifth miss one rule by one
//! thing; a few are 2 KB long. It is made from a seed ([`Calls::generate`]) or read from a folder ([`Calls::read`]).
//!
//! Semantics: a rule matches when all of its conditions hold, and what a request does not have is the empty text. `regex`
//! finds its pattern anywhere; in a `glob`, `**` is any text, `*` any without `/`, `?` one character that is none. Deny
//! overrides ask overrides allow, and what no rule matches asks.

pub mod floor;
mod generate;
mod long;
pub mod plain;
mod words;

use std::fmt::Write;
use std::path::Path;

use doorward::{Effect, Policy, PolicyError, Request, RequestError};
use serde_json::Value;

use crate::arguments::Arguments;

/// The fields of a request, in the order of [`Call::values`].
pub const FIELDS: [&str; 10] = [
    "tool",
    "command",
    "path",
    "host",
    "resource_type",
    "action",
    "role",
    "cwd",
    "actor",
    "resource_owner",
];

/// How a condition compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Op {
    /// Equal to one of the values.
    In,
    /// Begins with the value.
    Prefix,
    /// Ends with the value.
    Suffix,
    /// Holds the value.
    Contains,
    /// Holds something that the value describes.
    Regex,
    /// Is what the value describes.
    Glob,
}

/// One condition of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Condition {
    /// A position in [`FIELDS`].
    pub field: usize,
    /// How it compares.
    pub op: Op,
    /// With what: one value, or several for [`Op::In`].
    pub values: Vec<String>,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its effect.
    pub effect: Effect,
    /// What must hold.
    pub when: Vec<Condition>,
}

/// One request.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// The values of [`FIELDS`]; empty where there is none.
    pub values: [String; 10],
}

/// Returns the position of a field.
fn at(name: &str) -> usize {
    FIELDS
        .iter()
        .position(|field| *field == name)
        .unwrap_or_default()
}

/// Rules, and requests for them.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    /// The rules.
    pub rules: Vec<Rule>,
    /// The requests.
    pub requests: Vec<Call>,
}

impl Condition {
    /// Returns the pattern as a regular expression that is found anywhere in a text; `None` for other comparisons.
    pub fn searched(&self) -> Option<String> {
        let pattern = self.values.first()?;
        match self.op {
            Op::Regex => Some(pattern.clone()),
            Op::Glob => Some(format!("^(?:{})$", glob(pattern))),
            _ => None,
        }
    }

    /// Returns the pattern as a regular expression on the whole of a text.
    fn whole(&self) -> Option<String> {
        let pattern = self.values.first()?;
        match self.op {
            Op::Regex => Some(format!(".*(?:{pattern}).*")),
            Op::Glob => Some(glob(pattern)),
            _ => None,
        }
    }

    /// Returns the condition as policies write it.
    fn written(&self) -> String {
        let quoted = |text: &String| Value::from(text.as_str()).to_string();
        let name = FIELDS.get(self.field).copied().unwrap_or_default();
        let first = self.values.first().map(quoted).unwrap_or_default();
        let operator = match self.op {
            Op::In => {
                let all: Vec<String> = self.values.iter().map(quoted).collect();
                format!("[{}]", all.join(", "))
            }
            Op::Prefix => format!("{{ prefix = {first} }}"),
            Op::Suffix => format!("{{ suffix = {first} }}"),
            Op::Contains => format!("{{ contains = {first} }}"),
            Op::Regex | Op::Glob => {
                let pattern = self.whole().as_ref().map(quoted).unwrap_or_default();
                format!("{{ regex = {pattern} }}")
            }
        };
        format!("when.input.{name} = {operator}\n")
    }
}

/// Translates a glob of the workload.
fn glob(glob: &str) -> String {
    let mut out = String::new();
    let mut rest = glob.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '*' if rest.next_if_eq(&'*').is_some() => out.push_str(r"[\s\S]*"),
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            c if c.is_ascii_punctuation() && !matches!(c, '/' | '_' | '-') => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

impl Call {
    fn set(mut self, field: &str, value: impl Into<String>) -> Self {
        if let Some(slot) = self.values.get_mut(at(field)) {
            *slot = value.into();
        }
        self
    }

    /// Returns the same request with a number at the end of every text that is not one of a few: with a number that was not
    /// there before, strings that nobody has seen.
    #[must_use]
    pub fn renewed(&self, number: usize) -> Self {
        let mut call = self.clone();
        for (name, value) in FIELDS.iter().zip(&mut call.values) {
            if matches!(*name, "command" | "path" | "host" | "cwd") && !value.is_empty() {
                // Writing to a text cannot fail.
                let _ = write!(value, "{number}");
            }
        }
        call
    }

    /// Reads the request.
    ///
    /// # Errors
    ///
    /// When it is larger than requests may be.
    pub fn read(&self) -> Result<Request, RequestError> {
        Request::from_json(self.to_json().as_bytes())
    }

    /// Returns the request's JSON.
    pub fn to_json(&self) -> String {
        let input: serde_json::Map<String, Value> = FIELDS
            .iter()
            .zip(&self.values)
            .map(|(name, value)| (String::from(*name), value.as_str().into()))
            .collect();
        serde_json::json!({ "action": "call", "input": input }).to_string()
    }
}

impl Calls {
    /// Returns the workload of a size: read from the folder that the command line names, else made. `None` when the folder
    /// cannot be read.
    pub fn of_size(rule_count: usize, arguments: &Arguments) -> Option<Self> {
        match arguments.folder(rule_count) {
            Some(folder) => Self::read(&folder),
            None => Some(Self::generate(rule_count, 2000, 1)),
        }
    }

    /// Makes rules and requests from a seed.
    pub fn generate(rule_count: usize, request_count: usize, seed: u64) -> Self {
        generate::calls(rule_count, request_count, seed)
    }

    /// Reads `rules.json` and `requests.jsonl` from a folder; `None` when they are not there or of another form.
    ///
    /// ```text
    /// rules.json      {"rules": [{"effect": "deny", "when": [{"field": "tool", "op": "eq", "value": "Bash"}, ..]}, ..]}
    /// requests.jsonl  one request a line: {"tool": "Bash", "command": "ls -l", "role": "admin", ..}
    /// ```
    ///
    /// A field is one of [`FIELDS`]; `op` is `eq`, `in` (with a list), `prefix`, `suffix`, `contains`, `regex` or `glob`.
    /// Whatever else stands there is ignored.
    pub fn read(folder: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(folder.join("rules.json")).ok()?;
        let file: Value = serde_json::from_str(&text).ok()?;
        let rules = file.get("rules")?.as_array()?.iter().map(rule);
        let text = std::fs::read_to_string(folder.join("requests.jsonl")).ok()?;
        let requests = text.lines().map(|line| {
            let value: Value = serde_json::from_str(line).ok()?;
            let field = |name| value.get(name).and_then(Value::as_str);
            Some(Call {
                values: FIELDS.map(|name| field(name).unwrap_or_default().into()),
            })
        });
        Some(Self {
            rules: rules.collect::<Option<_>>()?,
            requests: requests.collect::<Option<_>>()?,
        })
    }

    /// Returns the same requests with the rules that `keep` holds for.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&Rule) -> bool) -> Self {
        Self {
            rules: self
                .rules
                .iter()
                .filter(|rule| keep(rule))
                .cloned()
                .collect(),
            requests: self.requests.clone(),
        }
    }

    /// Returns the rules as policy files of at most 4 MB each.
    pub fn policy_texts(&self) -> Vec<String> {
        let fields: Vec<String> = FIELDS
            .iter()
            .map(|name| format!("\"input.{name}\" = \"text\""))
            .collect();
        let mut texts = vec![format!(
            "doorward = 1\n\n[defaults]\n\"*\" = \"ask\"\n\n[actions.call]\nfields = {{ {} }}\n",
            fields.join(", ")
        )];
        for (index, rule) in self.rules.iter().enumerate() {
            if texts.last().is_none_or(|text| text.len() > 3_900_000) {
                texts.push("doorward = 1\n".into());
            }
            let Some(text) = texts.last_mut() else {
                continue;
            };
            // Writing to a text cannot fail.
            let _ = write!(
                text,
                "\n[[rule]]\nname = \"rule-{index:06}\"\neffect = \"{}\"\nwhen.action = \"call\"\n",
                rule.effect
            );
            rule.when
                .iter()
                .for_each(|condition| text.push_str(&condition.written()));
        }
        texts
    }

    /// Loads the rules.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with them.
    pub fn policy(&self) -> Result<Policy, PolicyError> {
        let mut builder = Policy::builder();
        for (index, text) in self.policy_texts().into_iter().enumerate() {
            let name = format!("calls-{index}");
            builder = builder.source(doorward::Source::new(name, doorward::Layer::User, text));
        }
        builder.build()
    }

    /// Reads every request.
    ///
    /// # Errors
    ///
    /// When one is larger than requests may be.
    pub fn read_requests(&self) -> Result<Vec<Request>, RequestError> {
        self.requests.iter().map(Call::read).collect()
    }
}

fn rule(value: &Value) -> Option<Rule> {
    let condition = |value: &Value| {
        let name = value.get("field")?.as_str()?;
        let op = match value.get("op")?.as_str()? {
            "eq" | "in" => Op::In,
            "prefix" => Op::Prefix,
            "suffix" => Op::Suffix,
            "contains" => Op::Contains,
            "regex" => Op::Regex,
            "glob" => Op::Glob,
            _ => return None,
        };
        let values = match value.get("value")? {
            Value::String(text) => vec![text.clone()],
            Value::Array(texts) => texts
                .iter()
                .map(|text| text.as_str().map(Into::into))
                .collect::<Option<_>>()?,
            _ => return None,
        };
        Some(Condition {
            field: FIELDS.iter().position(|field| *field == name)?,
            op,
            values,
        })
    };
    let effect = match value.get("effect")?.as_str()? {
        "allow" => Effect::Allow,
        "deny" => Effect::Deny,
        "ask" => Effect::Ask,
        _ => return None,
    };
    Some(Rule {
        effect,
        when: value
            .get("when")?
            .as_array()?
            .iter()
            .map(condition)
            .collect::<Option<_>>()?,
    })
}
