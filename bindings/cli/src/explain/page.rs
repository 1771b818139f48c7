//! A decision as a person reads it: what, why, what of it, and what to do.

use std::fmt::{self, Write};

use clap::builder::styling::{AnsiColor, Effects, Style};
use doorward::{Basis, Decision, Effect, LeafDecision, Request, RuleBasis};

use super::near;
use crate::terminal::printable;

/// The most leaves that are listed; `--json` has them all.
const LEAVES: usize = 40;
/// The most characters of one text that are shown.
const CHARACTERS: usize = 240;
/// How wide the labels on the left are.
const LABEL: usize = 10;

/// Returns the decision on what was `asked` about, with colour; nothing in it can steer a terminal.
pub(crate) fn page(asked: &str, request: &Request, decision: &Decision) -> String {
    let mut page = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut page, asked, request, decision);
    page
}

fn write(page: &mut String, asked: &str, request: &Request, decision: &Decision) -> fmt::Result {
    writeln!(
        page,
        "{}  {}\n",
        styled(decision.effect()),
        bold(&short(asked))
    )?;
    basis(page, decision)?;
    leaves(page, decision)?;
    also(page, decision)?;
    unknown(page, decision)?;
    near::near(page, request, decision.near())?;
    near::close_calls(page, request, decision.close_calls())?;
    next(page, decision)
}

fn basis(page: &mut String, decision: &Decision) -> fmt::Result {
    let about = match decisive(decision) {
        Some(text) => format!("`{}`", short(text)),
        None => "it".to_owned(),
    };
    match decision.basis() {
        Basis::Rule(rule) if is_uncertain(decision, rule) => {
            let rules = decision.matched().iter().filter(|matched| !matched.certain);
            let names: Vec<String> = rules.map(|matched| bold(&short(&matched.rule))).collect();
            row(
                page,
                "because",
                &format!(
                    "something about {about} is unknown, so it may be a case for {}",
                    names.join(", ")
                ),
            )?;
            row(page, "where", &place(rule))
        }
        Basis::Rule(rule) => {
            let verb = match decision.effect() {
                Effect::Deny => "denies",
                Effect::Ask => "asks about",
                Effect::Allow => "allows",
                Effect::Pass => "passes on",
            };
            row(
                page,
                "because",
                &format!("{} {verb} {about}", bold(&short(&rule.rule))),
            )?;
            if let Some(why) = &rule.why {
                row(page, "why", &short(why))?;
            }
            if let Some(remedy) = &rule.remedy {
                row(page, "remedy", &short(remedy))?;
            }
            row(page, "where", &place(rule))
        }
        Basis::Gap { gap } => {
            let effect = decision.effect().as_str();
            let default = default_of(gap);
            row(
                page,
                "because",
                &format!("no rule is about {about}: a gap, so {default} decides: {effect}"),
            )
        }
    }
}

/// Returns whether the rule fired only because something is unknown.
fn is_uncertain(decision: &Decision, rule: &RuleBasis) -> bool {
    decision
        .matched()
        .iter()
        .any(|matched| matched.rule == rule.rule && !matched.certain)
}

fn place(rule: &RuleBasis) -> String {
    format!("{} (layer {})", short(&rule.origin), rule.layer)
}

/// Returns how to call the default that fills a gap.
fn default_of(action: &str) -> String {
    if action.is_empty() {
        "the default".to_owned()
    } else {
        format!("the default for `{}`", short(action))
    }
}

/// Returns the text of the leaf that gave the decision, when there are several.
fn decisive(decision: &Decision) -> Option<&str> {
    let leaf = decision.leaves().iter().find(|leaf| {
        leaf.effect == Some(decision.effect()) && leaf.basis.as_ref() == Some(decision.basis())
    });
    leaf.map(|leaf| leaf.text.as_str())
}

/// Draws the leaves as a tree: what a command reads and writes hangs below it.
fn leaves(page: &mut String, decision: &Decision) -> fmt::Result {
    let leaves = decision.leaves();
    let depths = depths(leaves);
    let branches: Vec<String> = (0..leaves.len().min(LEAVES))
        .map(|at| branch(&depths, at))
        .collect();
    let texts: Vec<String> = leaves.iter().take(LEAVES).map(described).collect();
    let count = |text: &String| text.chars().count();
    let widths = branches
        .iter()
        .zip(&texts)
        .map(|(branch, text)| count(branch) + count(text));
    let width = widths.max().unwrap_or(0).min(52);
    for (index, ((leaf, branch), text)) in leaves.iter().zip(&branches).zip(&texts).enumerate() {
        let label = if index == 0 { "leaves" } else { "" };
        let name = leaf.effect.map_or("-", Effect::as_str);
        let effect = leaf.effect.map_or_else(Style::new, style);
        let by = match &leaf.basis {
            Some(Basis::Rule(rule)) => short(&rule.rule),
            Some(Basis::Gap { .. }) => "no rule: a gap".to_owned(),
            None => "nothing is against it".to_owned(),
        };
        let mut notes = vec![by];
        notes.extend(
            (!leaf.via.is_empty()).then(|| format!("through {}", short(&leaf.via.join(", ")))),
        );
        notes.extend(leaf.cwd.as_ref().map(|cwd| format!("in {}", short(cwd))));
        notes.extend(leaf.opaque.map(|why| format!("opaque: {why}")));
        let pad = " ".repeat(width.saturating_sub(count(branch) + count(text)));
        let line = format!(
            "{branch}{effect}{name:<5}{effect:#}  {text}{pad}  {}",
            dim(&notes.join("; "))
        );
        row(page, label, &line)?;
    }
    match leaves.len().checked_sub(LEAVES) {
        Some(more) if more > 0 => row(page, "", &format!("and {more} more; --json lists them all")),
        _ => Ok(()),
    }
}

/// Says what a leaf does and to what.
fn described(leaf: &LeafDecision) -> String {
    let verb = match leaf.op {
        Some("file.read") => "reads ",
        Some("file.write") => "writes ",
        Some("file.delete") => "deletes ",
        Some("net.fetch") => "fetches ",
        _ => "",
    };
    format!("{verb}{}", short(&leaf.text))
}

/// Returns how deep each leaf hangs: what a command touches hangs below it.
fn depths(leaves: &[LeafDecision]) -> Vec<usize> {
    let mut below = 0;
    leaves
        .iter()
        .map(|leaf| match leaf.op {
            Some("file.read" | "file.write" | "file.delete" | "net.fetch") => below,
            _ => {
                below = 1;
                0
            }
        })
        .collect()
}

/// Draws the lines that lead to a leaf.
fn branch(depths: &[usize], at: usize) -> String {
    let own = depths.get(at).copied().unwrap_or(0);
    // Whether another leaf follows at `depth`, before the tree leaves it.
    let more = |depth: usize| {
        let rest = depths.get(at + 1..).unwrap_or_default();
        rest.iter()
            .take_while(|later| **later >= depth)
            .any(|later| *later == depth)
    };
    let mut lines = String::new();
    for depth in 0..own {
        lines.push_str(if more(depth) { "│ " } else { "  " });
    }
    lines.push_str(if more(own) { "├ " } else { "└ " });
    lines
}

/// Rules that fired for certain besides those shown above, and rules in shadow mode.
fn also(page: &mut String, decision: &Decision) -> fmt::Result {
    let bases = decision
        .leaves()
        .iter()
        .filter_map(|leaf| leaf.basis.as_ref())
        .chain([decision.basis()]);
    let shown: Vec<&str> = bases.filter_map(Basis::rule).collect();
    let others = decision
        .matched()
        .iter()
        .filter(|matched| matched.certain && !shown.contains(&&*matched.rule));
    let others: Vec<String> = others
        .map(|matched| format!("{} ({})", short(&matched.rule), matched.effect.as_str()))
        .collect();
    if !others.is_empty() {
        row(page, "also", &others.join(", "))?;
    }
    let shadow: Vec<String> = decision
        .shadow()
        .iter()
        .map(|matched| {
            format!(
                "{} (would {})",
                short(&matched.rule),
                matched.effect.as_str()
            )
        })
        .collect();
    if shadow.is_empty() {
        Ok(())
    } else {
        row(page, "shadow", &shadow.join(", "))
    }
}

fn unknown(page: &mut String, decision: &Decision) -> fmt::Result {
    let is_opaque = |leaf: &LeafDecision| leaf.opaque.is_some();
    for (index, field) in decision.unknown().iter().enumerate() {
        let why = match field.as_str() {
            "command" if decision.leaves().iter().any(is_opaque) => {
                "part of what it runs is opaque, as said above"
            }
            "command" => {
                "it has words or a script that cannot be known from the line, such as `$X`"
            }
            "path" | "cwd" | "url" | "op" => "not sent, or cannot be told from the text",
            _ => "not sent, or not of the type that a rule expects",
        };
        row(
            page,
            if index == 0 { "unknown" } else { "" },
            &format!("{}: {why}", short(field)),
        )?;
    }
    Ok(())
}

fn next(page: &mut String, decision: &Decision) -> fmt::Result {
    let opaque = decision.unknown().iter().any(|field| field == "command");
    let advice = match (decision.effect(), decision.basis()) {
        (Effect::Allow, _) => "go ahead".to_owned(),
        _ if decision.can_wait() => "get what is missing above, and ask again".to_owned(),
        (Effect::Pass, _) => "the host's own check decides".to_owned(),
        (Effect::Ask, _) if opaque => {
            "a person decides; with all of it written out, rules can judge the command".to_owned()
        }
        (Effect::Ask, Basis::Rule(_)) => "a person decides".to_owned(),
        (Effect::Ask, Basis::Gap { .. }) => {
            "a person decides; to settle it for good, write a rule that is about it".to_owned()
        }
        (Effect::Deny, Basis::Gap { gap }) => {
            format!(
                "write an allow rule that is about it, or change {}",
                default_of(gap)
            )
        }
        (Effect::Deny, Basis::Rule(rule)) if is_uncertain(decision, rule) => {
            "send what is unknown".to_owned()
        }
        (Effect::Deny, Basis::Rule(rule)) if rule.remedy.is_some() => return Ok(()),
        (Effect::Deny, Basis::Rule(_)) => "do it another way, or change the rule".to_owned(),
    };
    row(page, "next", &advice)
}

pub(super) fn row(page: &mut String, label: &str, text: &str) -> fmt::Result {
    writeln!(page, "{}{text}", dim(&format!("{label:<LABEL$}")))
}

/// Returns `text` without anything that steers a terminal, cut when it is long.
pub(super) fn short(text: &str) -> String {
    let mut cut: String = text.chars().take(CHARACTERS).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    printable(&cut)
}

fn style(effect: Effect) -> Style {
    let color = match effect {
        Effect::Deny => AnsiColor::Red,
        Effect::Ask => AnsiColor::Yellow,
        Effect::Allow => AnsiColor::Green,
        Effect::Pass => AnsiColor::Cyan,
    };
    color.on_default().effects(Effects::BOLD)
}

fn styled(effect: Effect) -> String {
    let style = style(effect);
    format!("{style}{}{style:#}", effect.as_str())
}

pub(super) fn bold(text: &str) -> String {
    let style = Style::new().bold();
    format!("{style}{text}{style:#}")
}

pub(super) fn dim(text: &str) -> String {
    let style = Style::new().dimmed();
    format!("{style}{text}{style:#}")
}
