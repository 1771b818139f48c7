//! What an agent and its person are told.
//!
//! An agent reads the name of the rule, its why and its remedy; never the pattern of a rule that stops it, which would
//! only tell it what to avoid spelling. What a repository that nobody trusts wrote is for people alone: it is text that an
//! agent might follow.

use std::fmt::Write as _;

use doorward::{
    Basis, Decision, Effect, Flips, Layer, Missing, MissingKind, NearMiss, RuleBasis, Status,
};

use crate::hook::payload::{Failure, places_of};
use crate::{Standing, printable};

/// The reason of an answer.
#[derive(Clone, Debug)]
pub(super) struct Reason {
    agent: String,
    person: String,
    remark: Option<String>,
}

impl Reason {
    /// Returns the reason of a decision.
    pub(super) fn new(decision: &Decision, standing: &Standing) -> Self {
        let remark = remark(standing);
        let said = |people: bool| {
            let mut text = because(decision, people);
            if let Some(remark) = &remark {
                let _ = write!(text, " ({remark})");
            }
            text
        };
        Self {
            agent: said(false),
            person: said(true),
            remark,
        }
    }

    /// Returns the reason of a call that could not be decided.
    pub(super) fn of_failure(failure: &Failure) -> Self {
        let text = format!(
            "Doorward blocks this, because it could not decide: {}.",
            printable(failure.text())
        );
        Self {
            agent: text.clone(),
            person: text,
            remark: None,
        }
    }

    /// Returns what the agent reads.
    pub(super) fn text(&self) -> String {
        self.agent.clone()
    }

    /// Returns what the person reads, where a host has a place for it.
    pub(super) fn text_for_person(&self) -> String {
        self.person.clone()
    }

    /// Returns what the agent reads where its host cannot ask: what it should ask the person.
    pub(super) fn text_to_ask(&self) -> String {
        format!(
            "{} This needs the person's yes, which cannot be asked for here: stop, and ask the person to run it or to write a rule that allows it.",
            self.agent
        )
    }

    /// Returns what a person should know about the policy, whatever the decision.
    pub(super) fn remark(&self) -> Option<String> {
        self.remark
            .as_ref()
            .map(|remark| format!("doorward: {remark}"))
    }
}

fn remark(standing: &Standing) -> Option<String> {
    match standing {
        Standing::Found => None,
        Standing::Starter => {
            Some("no policy was found: this is the built-in starter policy".to_owned())
        }
        Standing::LastGood { error, .. } => Some(printable(&format!(
            "the policy does not load, {}: the last one that did decides; `doorward status` says more",
            places_of(error)
        ))),
    }
}

/// Returns why an effect won, in a sentence or two, and which allow was only just missed.
fn because(decision: &Decision, people: bool) -> String {
    let mut text = why(decision, people);
    text.extend(nearly(decision));
    text
}

/// Returns what would make the nearest allow hold, when that was put in and decided again. What would switch off the rule
/// that stops the call is left out: an agent would only learn what to avoid.
fn nearly(decision: &Decision) -> Option<String> {
    let allows = |near: &&NearMiss| {
        near.effect == Effect::Allow
            && near.status != Status::Exempt
            && near.flips == Some(Flips::Yes)
    };
    let near = decision.near().iter().find(allows)?;
    let missing: Option<Vec<String>> = near.missing.iter().map(lacks).collect();
    Some(format!(
        " The rule `{}` would allow it with {}.",
        near.rule,
        missing?.join(" and ")
    ))
}

/// Says what one condition lacks; nothing where that is not said in a few words.
fn lacks(missing: &Missing) -> Option<String> {
    Some(match missing.kind {
        MissingKind::Approvals => {
            let more = missing.need? - missing.have.unwrap_or(0);
            let plural = if more == 1 { "" } else { "s" };
            format!("{more} more approval{plural}")
        }
        MissingKind::Auth => "a fresh sign-in".to_owned(),
        MissingKind::Session => "a fresh session".to_owned(),
        MissingKind::Time => "another time of day".to_owned(),
        MissingKind::Usage => match missing.retry_after_s {
            Some(wait) => format!("its counter {wait} seconds on"),
            None => "a counter that has room".to_owned(),
        },
        _ => {
            let fix = missing.fix.as_ref()?;
            let to = fix.to.as_text().filter(|to| to.len() <= 120)?;
            format!("`{}` as `{}`", printable(&fix.set), printable(to))
        }
    })
}

fn why(decision: &Decision, people: bool) -> String {
    let verb = match decision.effect() {
        Effect::Deny => "denies",
        Effect::Ask => "asks about",
        Effect::Allow => "allows",
        Effect::Pass => "leaves to the host",
    };
    let what = what(decision).map_or("this".to_owned(), |leaf| format!("`{}`", printable(&leaf)));
    match decision.basis() {
        Basis::Rule(rule) => {
            let unsure = decision
                .matched()
                .iter()
                .any(|matched| matched.rule == rule.rule && !matched.certain);
            let mut text = if unsure {
                format!(
                    "Doorward {verb} {what}, because it cannot tell that its rule `{}` is not about it",
                    rule.rule
                )
            } else {
                format!("Doorward's rule `{}` {verb} {what}", rule.rule)
            };
            let speaks = people || !is_from_untrusted_repository(rule);
            if let Some(why) = rule.why.as_deref().filter(|_| speaks) {
                let _ = write!(text, ": {}", printable(why));
            }
            text.push('.');
            if let Some(remedy) = rule.remedy.as_deref().filter(|_| speaks)
                && decision.effect() != Effect::Allow
            {
                let _ = write!(text, " Instead: {}.", printable(remedy));
            }
            text
        }
        Basis::Gap { gap } => {
            format!(
                "Doorward {verb} {what}: no rule is about it, so the default for `{}` decides.",
                printable(gap)
            )
        }
    }
}

/// Returns the part of a request that made the decision, where there are several.
fn what(decision: &Decision) -> Option<String> {
    let leaf = decision.leaves().iter().find(|leaf| {
        leaf.effect == Some(decision.effect()) && leaf.basis.as_ref() == Some(decision.basis())
    })?;
    let short: String = leaf.text.chars().take(200).collect();
    Some(if short.len() < leaf.text.len() {
        short + ".."
    } else {
        short
    })
}

fn is_from_untrusted_repository(rule: &RuleBasis) -> bool {
    rule.layer == Layer::Project && rule.rule.starts_with("project/")
}
