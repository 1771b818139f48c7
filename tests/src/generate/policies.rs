//! A random policy that loads.

use super::conditions::{Condition, Kind, Part, Topic, condition, kinds, sets};
use super::random::Random;
use super::{Level, Parts, Source};

const EFFECTS: &[&str] = &["deny", "deny", "ask", "allow", "allow", "allow", "pass"];

/// Up to four files of one policy: the user's, and some of managed, auto and an untrusted project's.
pub(super) fn sources(r: &mut Random, level: Level) -> Vec<Source> {
    let user = policy(r, level).text();
    let mut sources = vec![Source {
        name: "user.toml",
        layer: "user",
        trusted: false,
        text: user,
    }];
    let some = |r: &mut Random, name: &str, effects: &[&str]| {
        let rules: Vec<String> = (0..1 + r.below(3))
            .map(|number| {
                let effect = r.pick(effects);
                rule(r, level, &format!("{name}-{number}"), effect)
            })
            .collect();
        rules.join("\n")
    };
    if r.chance(60) {
        let defaults = if r.chance(50) {
            "\n[defaults]\n\"*\" = \"ask\"\n\"task.*\" = \"pass\"\n"
        } else {
            ""
        };
        let text = format!("doorward = 1\n{defaults}\n{}", some(r, "managed", EFFECTS));
        sources.push(Source {
            name: "managed.toml",
            layer: "managed",
            trusted: false,
            text,
        });
    }
    if r.chance(60) {
        sources.push(Source {
            name: "auto.toml",
            layer: "auto",
            trusted: false,
            text: format!("doorward = 1\n\n{}", some(r, "auto", &["allow"])),
        });
    }
    if r.chance(60) {
        // What an untrusted file calls a set is its own.
        let rules = some(r, "tighten", &["deny", "ask"]).replace("in_set = \"", "in_set = \"our-");
        sources.push(Source {
            name: "project.toml",
            layer: "project",
            trusted: false,
            text: format!("doorward = 1\n\n{}\n{rules}", sets(r, "our-")),
        });
    }
    sources
}

/// A policy of up to ten rules.
pub(super) fn policy(r: &mut Random, level: Level) -> Parts {
    let mut parts = head(r, level);
    let count = 1 + r.below(10);
    parts.rules = rules(r, level, count);
    parts
}

/// A policy of so many rules.
pub(super) fn large_policy(r: &mut Random, level: Level, count: usize) -> Parts {
    let mut parts = head(r, level);
    parts.rules = rules(r, level, count);
    parts
}

fn rules(r: &mut Random, level: Level, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| {
            let effect = r.pick(EFFECTS);
            rule(r, level, &format!("rule-{number}"), effect)
        })
        .collect()
}

/// What stands before the rules.
fn head(r: &mut Random, level: Level) -> Parts {
    let whole = level == Level::Whole;
    let mut head = String::from("doorward = 1\n");
    if r.chance(80) {
        head.push_str("\n[defaults]\n");
        for (name, often) in [
            ("*", 60),
            ("Bash", 40),
            ("task.*", 40),
            ("task.up*", 30),
            ("Read", 30),
        ] {
            if r.chance(often) {
                head.push_str(&format!(
                    "\"{name}\" = \"{}\"\n",
                    r.pick(&["deny", "ask", "allow", "pass"])
                ));
            }
        }
    }
    head.push_str(r.pick(&[
        "\n[roles]\nadmin = [\"reviewer\"]\nreviewer = [\"user\"]\n",
        "\n[roles]\nadmin = [\"reviewer\", \"guest\"]\n",
        "\n[roles]\nreviewer = [\"user\"]\nuser = [\"guest\"]\n",
    ]));
    head.push('\n');
    head.push_str(&sets(r, ""));
    if whole {
        head.push_str(
            "\n[actions.\"*\"]\nfields = { \"facts.risk\" = \"integer\", \"facts.region\" = \"text?\" }\n\n[actions.\"note.add\"]\nfields = { \"input.priority\" = \"integer\", \"input.category\" = \"text?\", \"input.labels\" = \"list\", \"input.target\" = \"path?\" }\ndoes = { write = \"input.target\" }\n",
        );
        head.push_str(r.pick(&[
            "\n[actions.\"tree.sync\"]\nfields = { \"input.tree\" = \"tree\", \"input.copy\" = \"path?\", \"input.after\" = \"command?\", \"input.from\" = \"url?\" }\ndoes = { delete = \"input.tree\", write = [\"input.copy\", \"input.tree\"], run = \"input.after\", fetch = \"input.from\" }\n",
            "\n[actions.\"tree.sync\"]\nfields = { \"input.tree\" = \"tree?\", \"input.copy\" = \"path\", \"input.after\" = \"command\", \"input.from\" = \"url\" }\ndoes = { read = [\"input.tree\", \"input.copy\"], run = \"input.after\", fetch = \"input.from\" }\n",
            "",
        ]));
    }
    Parts {
        head,
        rules: Vec::new(),
    }
}

/// One rule. Its conditions can hold together, and no `unless` repeats what its `when` says.
pub(super) fn rule(r: &mut Random, level: Level, name: &str, effect: &str) -> String {
    let whole = level == Level::Whole;
    let topic = if whole {
        r.pick(&[
            Topic::Any,
            Topic::Any,
            Topic::Shell,
            Topic::Shell,
            Topic::File,
            Topic::Url,
            Topic::Note,
        ])
    } else {
        r.pick(&[Topic::Any, Topic::Any, Topic::Shell])
    };
    let mut text = format!("[[rule]]\nname = \"{name}\"\neffect = \"{effect}\"\n");
    let mut used: Vec<String> = Vec::new();

    let mut when = scope(r, topic, effect, whole);
    let often = if when.is_empty() { 100 } else { 45 };
    let extra = if r.chance(often) { 1 + r.below(2) } else { 0 };
    used.extend(when.iter().map(|c| c.key.clone()));
    for _ in 0..extra {
        when.extend(fresh(r, topic, Part::When, whole, &mut used));
    }
    if whole && r.chance(12) {
        when.push(usage(r, topic, Part::When, &mut used));
    }
    if r.chance(12) {
        when.push(any_of(r, topic, Part::When, whole, &mut used));
    }
    for condition in &when {
        text.push_str(&format!("when.{} = {}\n", condition.key, condition.value));
    }

    if whole && effect == "allow" && r.chance(35) {
        for _ in 0..=r.below(2) {
            if let Some(condition) = required(r, topic, &mut used) {
                text.push_str(&format!(
                    "require.{} = {}\n",
                    condition.key, condition.value
                ));
            }
        }
    }
    if r.chance(30) {
        let condition = if r.chance(25) {
            Some(any_of(r, topic, Part::Unless, whole, &mut used))
        } else {
            fresh(r, topic, Part::Unless, whole, &mut used)
        };
        if let Some(condition) = condition {
            text.push_str(&format!("unless.{} = {}\n", condition.key, condition.value));
        }
    }
    if whole {
        if r.chance(10) {
            text.push_str("mode = \"shadow\"\n");
        }
        if r.chance(10) {
            text.push_str("on_unknown = \"skip\"\n");
        }
        if r.chance(10) {
            text.push_str("expires = 2026-12-31\n");
        }
    }
    text
}

/// The conditions that say which requests and leaves the rule is about.
fn scope(r: &mut Random, topic: Topic, effect: &str, whole: bool) -> Vec<Condition> {
    let mut kinds = Vec::new();
    let strict = effect == "deny" || effect == "ask";
    match topic {
        Topic::Any => {
            if r.chance(60) {
                kinds.push(Kind::Action);
            }
        }
        Topic::Note => kinds.push(Kind::Action),
        Topic::Shell => {
            if r.chance(60) {
                kinds.push(Kind::Action);
            }
            if r.chance(80) || kinds.is_empty() {
                kinds.push(Kind::Command);
            }
            if whole && r.chance(25) {
                kinds.push(Kind::Op);
            }
            if whole && strict && r.chance(15) {
                kinds.retain(|kind| *kind != Kind::Op);
                kinds.push(Kind::Path);
            }
        }
        Topic::File => {
            if r.chance(40) {
                kinds.push(Kind::Action);
            }
            if r.chance(80) || kinds.is_empty() {
                kinds.push(Kind::Path);
            }
            if r.chance(40) {
                kinds.push(Kind::Op);
            }
        }
        Topic::Url => {
            if r.chance(40) {
                kinds.push(Kind::Action);
            }
            kinds.push(Kind::Url);
            if r.chance(30) {
                kinds.push(Kind::Op);
            }
        }
    }
    kinds
        .into_iter()
        .map(|kind| condition(r, kind, topic, Part::When, whole))
        .collect()
}

/// A condition on a field that the rule does not read yet; none after some tries.
fn fresh(
    r: &mut Random,
    topic: Topic,
    part: Part,
    whole: bool,
    used: &mut Vec<String>,
) -> Option<Condition> {
    let kinds = kinds(topic, whole);
    for _ in 0..8 {
        let kind = r.pick(&kinds);
        let one = condition(r, kind, topic, part, whole);
        if claim(used, &one.key) {
            return Some(one);
        }
    }
    None
}

/// Notes a key as used; false if it was, or if it is above or below one that was.
fn claim(used: &mut Vec<String>, key: &str) -> bool {
    let near = |other: &String| {
        other == key
            || other.starts_with(&format!("{key}."))
            || key.starts_with(&format!("{other}."))
    };
    let roles =
        key.starts_with("actor.role") && used.iter().any(|other| other.starts_with("actor.role"));
    if roles || used.iter().any(near) {
        return false;
    }
    used.push(key.to_owned());
    true
}

fn usage(r: &mut Random, topic: Topic, part: Part, used: &mut Vec<String>) -> Condition {
    used.push("usage".into());
    condition(r, Kind::Usage, topic, part, true)
}

fn required(r: &mut Random, topic: Topic, used: &mut Vec<String>) -> Option<Condition> {
    let kind = r.pick(&[
        Kind::Approvals,
        Kind::Approvals,
        Kind::Auth,
        Kind::Session,
        Kind::Usage,
        Kind::Time,
        Kind::Delegated,
        Kind::Owner,
        Kind::Role,
        Kind::Cwd,
    ]);
    if r.chance(15) && !used.iter().any(|key| key == "any_of in require") {
        used.push("any_of in require".into());
        return Some(any_of(r, topic, Part::Require, true, used));
    }
    let one = condition(r, kind, topic, Part::Require, true);
    claim(used, &one.key).then_some(one)
}

/// Two or three branches of one or two conditions; at times more of both.
fn any_of(
    r: &mut Random,
    topic: Topic,
    part: Part,
    whole: bool,
    used: &mut Vec<String>,
) -> Condition {
    let before = used.clone();
    let mut branches = Vec::new();
    let (most, deep) = if r.chance(15) { (6, 4) } else { (2, 2) };
    for _ in 0..2 + r.below(most) {
        let mut taken = before.clone();
        let mut branch: Vec<Condition> = Vec::new();
        for _ in 0..=r.below(deep) {
            branch.extend(fresh(r, topic, part, whole, &mut taken));
        }
        used.extend(branch.iter().map(|c| c.key.clone()));
        if !branch.is_empty() {
            branches.push(format!(
                "{{ {} }}",
                branch
                    .iter()
                    .map(|c| format!("{} = {}", c.key, c.value))
                    .collect::<Vec<_>>()
                    .join(", ")
            ));
        }
    }
    if branches.is_empty() {
        branches.push("{ resource.id = \"t1\" }".to_owned());
    }
    Condition {
        key: "any_of".into(),
        value: format!("[ {} ]", branches.join(", ")),
    }
}
