//! What the parser `rable` says of scripts, for the second opinion on the reader of commands.
//!
//! A process of its own, because `rable` aborts on deep nesting. Each line of standard input is a script as a JSON
//! text; each line of the answer is `{"error": ".."}` or `{"commands": [["word", ..], ..], "functions": ["name", ..]}`:
//! every simple command that `rable` finds, its words as they are written, an outer command before those in its words.
//!
//! `rable` keeps some places as text: the operands of `${..}`, here-documents, arithmetic, `[[ ]]`, substitutions more
//! than two deep. They are given to it again as words, so that nothing but `rable` parses here.

use rable::{Node, NodeKind};
use serde::Serialize;
use std::io::{BufRead, Write};

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let script: String = serde_json::from_str(&line?)?;
        let answer = match rable::parse(&script, false) {
            Ok(nodes) => {
                let mut found = Found::default();
                nodes.iter().for_each(|node| found.node(node));
                serde_json::to_string(&found)?
            }
            Err(error) => serde_json::json!({ "error": error.to_string() }).to_string(),
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

/// Texts in texts deeper than that are not looked into.
const MOST_DEPTH: usize = 32;

#[derive(Default, Serialize)]
struct Found {
    commands: Vec<Vec<String>>,
    functions: Vec<String>,
    #[serde(skip)]
    depth: usize,
}

impl Found {
    fn all<'a>(&mut self, nodes: impl IntoIterator<Item = &'a Node>) {
        nodes.into_iter().for_each(|node| self.node(node));
    }

    fn node(&mut self, node: &Node) {
        use NodeKind as K;
        match &node.kind {
            K::Command {
                assignments,
                words,
                redirects,
            } => {
                let written: Vec<String> = words.iter().filter_map(word).collect();
                if !written.is_empty() {
                    self.commands.push(written);
                }
                self.all(assignments.iter().chain(words).chain(redirects));
            }
            K::Word { parts, .. } | K::ArithConcat { parts } => self.all(parts),
            K::WordLiteral { value } => self.too_deep(value),
            K::Pipeline { commands, .. } => self.all(commands),
            K::List { items } => self.all(items.iter().map(|item| &item.command)),
            K::If {
                condition,
                then_body,
                else_body,
                redirects,
            } => {
                self.all([condition, then_body].map(|node| &**node));
                self.all(else_body.as_deref());
                self.all(redirects);
            }
            K::While {
                condition,
                body,
                redirects,
            }
            | K::Until {
                condition,
                body,
                redirects,
            } => {
                self.all([condition, body].map(|node| &**node));
                self.all(redirects);
            }
            K::For {
                words,
                body,
                redirects,
                ..
            }
            | K::Select {
                words,
                body,
                redirects,
                ..
            } => {
                self.all(words.iter().flatten());
                self.node(body);
                self.all(redirects);
            }
            K::ForArith {
                init,
                cond,
                incr,
                body,
                redirects,
            } => {
                for text in [init, cond, incr] {
                    self.text(text);
                }
                self.node(body);
                self.all(redirects);
            }
            K::Case {
                word,
                patterns,
                redirects,
            } => {
                self.node(word);
                for pattern in patterns {
                    self.all(pattern.patterns.iter().chain(&pattern.body));
                }
                self.all(redirects);
            }
            K::Function { name, body } => {
                self.functions.push(name.clone());
                self.node(body);
            }
            K::Subshell { body, redirects }
            | K::BraceGroup { body, redirects }
            | K::ConditionalExpr { body, redirects } => {
                self.node(body);
                self.all(redirects);
            }
            K::Coproc { command, .. }
            | K::CommandSubstitution { command, .. }
            | K::ProcessSubstitution { command, .. } => self.node(command),
            K::Negation { pipeline } | K::Time { pipeline, .. } => self.node(pipeline),
            K::Redirect { target, .. } => self.node(target),
            K::HereDoc {
                content, quoted, ..
            } if !quoted => self.quoted(content),
            K::ParamExpansion { param, arg, .. } | K::ParamIndirect { param, arg, .. } => {
                self.text(param);
                self.text(arg.as_deref().unwrap_or_default());
            }
            K::ParamLength { param: text }
            | K::LocaleString { inner: text, .. }
            | K::ArithNumber { value: text }
            | K::ArithVar { name: text }
            | K::ArithDeprecated { expression: text }
            | K::CondTerm { value: text, .. } => self.text(text),
            K::BraceExpansion { content } => self.text(content.trim_matches(['{', '}'])),
            K::ArithmeticExpansion { expression } => self.all(expression.as_deref()),
            K::ArithmeticCommand {
                redirects,
                raw_content,
                ..
            } => {
                self.quoted(raw_content);
                self.all(redirects);
            }
            K::ArithSubscript { array, index } => {
                self.text(array);
                self.node(index);
            }
            K::ArithBinaryOp { left, right, .. }
            | K::ArithComma { left, right }
            | K::BinaryTest { left, right, .. }
            | K::CondAnd { left, right }
            | K::CondOr { left, right } => self.all([left, right].map(|node| &**node)),
            K::ArithAssign { target, value, .. } => self.all([target, value].map(|node| &**node)),
            K::ArithUnaryOp { operand: inner, .. }
            | K::ArithPreIncr { operand: inner }
            | K::ArithPostIncr { operand: inner }
            | K::ArithPreDecr { operand: inner }
            | K::ArithPostDecr { operand: inner }
            | K::UnaryTest { operand: inner, .. }
            | K::CondNot { operand: inner }
            | K::CondParen { inner } => self.node(inner),
            K::ArithTernary {
                condition,
                if_true,
                if_false,
            } => {
                self.node(condition);
                self.all(if_true.as_deref().into_iter().chain(if_false.as_deref()));
            }
            K::Array { elements } => self.all(elements),
            _ => {}
        }
    }

    /// A substitution that `rable` left as text, because it stands in two others.
    fn too_deep(&mut self, value: &str) {
        if ["$(", "<(", ">("]
            .iter()
            .any(|open| value.starts_with(open))
            && value.ends_with(')')
        {
            self.text(value);
        }
    }

    /// What stands in a text that is expanded as a word is.
    fn text(&mut self, text: &str) {
        match operands(&format!(": {text}")) {
            Some(words) => self.deeper(&words),
            None => self.quoted(text),
        }
    }

    /// What stands in a text that is expanded as between double quotes.
    fn quoted(&mut self, text: &str) {
        if let Some(words) = operands(&format!(": \"{text}\"")) {
            self.deeper(&words);
        }
    }

    fn deeper(&mut self, words: &[Node]) {
        if self.depth < MOST_DEPTH {
            self.depth += 1;
            self.all(words);
            self.depth -= 1;
        }
    }
}

fn word(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Word { value, .. } => Some(value.clone()),
        _ => None,
    }
}

/// Returns the words after the first of a script that is one simple command of nothing but words.
fn operands(script: &str) -> Option<Vec<Node>> {
    let nodes = rable::parse(script, false).ok()?;
    let [node] = nodes.as_slice() else {
        return None;
    };
    match &node.kind {
        NodeKind::Command {
            words, redirects, ..
        } if redirects.is_empty() => Some(words.iter().skip(1).cloned().collect()),
        _ => None,
    }
}
