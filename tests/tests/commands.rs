//! The pages on command lines and URLs: every line in their `console` blocks decides as the page shows.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use doorward::{Decision, Policy, Request};
use doorward_tests::reference::{root, toml_blocks};
use std::fmt::Write;

/// The pages, and how many examples each has at least.
const PAGES: [(&str, usize); 2] = [("core/docs/commands.md", 20), ("core/docs/urls.md", 15)];

/// One line of shell on the page, and what stands below it.
struct Shown {
    at: usize,
    line: String,
    answer: String,
}

/// Returns the examples of a page: a line behind `$ `, goes on behind `> `, and is answered up to the next.
fn examples(page: &str) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut inside = false;
    for (index, text) in page.lines().enumerate() {
        if text.starts_with("```") {
            inside = text == "```console";
        } else if inside && let Some(line) = text.strip_prefix("$ ") {
            shown.push(Shown {
                at: index + 1,
                line: line.to_owned(),
                answer: String::new(),
            });
        } else if inside && let Some(last) = shown.last_mut() {
            match text.strip_prefix("> ") {
                Some(more) if last.answer.is_empty() => last.line += &format!("\n{more}"),
                _ => last.answer += &format!("{text}\n"),
            }
        }
    }
    shown
}

/// Writes a decision as the page does.
fn write(decision: &Decision) -> String {
    let mut out = String::new();
    for leaf in decision.leaves() {
        let effect = leaf.effect.map_or("-", |effect| effect.as_str());
        let text = leaf.text.replace('\n', "\n> ");
        let place = leaf.cwd.as_ref().map(|cwd| format!("   in {cwd}"));
        let via = match leaf.via.as_slice() {
            [] => String::new(),
            via => format!("   by {}", via.join(" ")),
        };
        let place = place.unwrap_or_default();
        writeln!(out, "{effect:<6} {text}{place}{via}").expect("a text takes everything");
    }
    let basis = decision.basis().rule().unwrap_or("gap");
    writeln!(out, "= {}: {basis}", decision.effect()).expect("a text takes everything");
    out
}

#[test]
fn every_line_on_a_page_decides_as_it_shows() {
    for (page, least) in PAGES {
        let text = std::fs::read_to_string(root().join(page)).expect(page);
        let blocks = toml_blocks(&text);
        let (_, _, policy) = blocks.first().expect("a policy on the page");
        let policy = Policy::from_toml(policy).unwrap_or_else(|error| panic!("{error}"));
        let facts =
            r#"{"cwd":"/home/user/project","home":"/home/user","project":"/home/user/project"}"#;
        let examples = examples(&text);
        for shown in &examples {
            let line = serde_json::to_string(&shown.line).expect("a text is JSON");
            let request =
                format!(r#"{{"action":"Bash","input":{{"command":{line}}},"facts":{facts}}}"#);
            let request = Request::from_json(request.as_bytes()).expect("a request");
            let answer = write(&policy.decide(&request));
            assert_eq!(answer, shown.answer, "{page}:{}: {}", shown.at, shown.line);
        }
        assert!(examples.len() > least, "{page}: no example was tried");
    }
}
