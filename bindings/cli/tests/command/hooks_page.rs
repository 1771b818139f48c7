//! The page on hooks: what it shows is what the command writes and answers.

use std::path::Path;

use serde_json::Value;

use crate::support::Folder;

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/docs/hooks.md");
    std::fs::read_to_string(path).unwrap()
}

/// Returns the block fenced as `what`.
fn block(page: &str, what: &str) -> String {
    let (_, rest) = page.split_once(&format!("```{what}\n")).unwrap();
    rest.split("```").next().unwrap().to_owned()
}

#[test]
fn what_the_page_shows_is_what_the_command_does() {
    let page = page();
    let folder = Folder::new();
    assert_eq!(folder.run(["init", "--template", "claude"]).code, 0);
    for (host, language) in [
        ("claude", "json"),
        ("codex", "json"),
        ("gemini", "json"),
        ("cursor", "json"),
        ("opencode", "js"),
    ] {
        let ended = folder.run(["init", "--host", host, "--json"]);
        let done: Value = serde_json::from_str(&ended.out).unwrap();
        let text = done["hosts"][0]["text"].as_str().unwrap();
        let shown = text.replace(env!("CARGO_BIN_EXE_doorward"), "/usr/local/bin/doorward");
        assert_eq!(
            block(&page, &format!("{language} registration {host}")),
            shown,
            "{host}"
        );
        if language == "json" {
            let payload = block(&page, &format!("json payload {host}"));
            let ended = folder.feed(["hook", "--host", host], payload.trim().as_bytes());
            assert_eq!(
                (ended.code, ended.out),
                (0, block(&page, &format!("json answer {host}"))),
                "{host}"
            );
        }
    }
}
