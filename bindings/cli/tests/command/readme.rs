//! The README: its policy is the file it speaks of, and its commands print what it shows.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// Returns the blocks fenced as `language`.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    text.split(&opening)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn the_policy_in_the_readme_is_the_file_that_its_examples_load() {
    let file = std::fs::read_to_string(root().join("tests/examples/readme.toml")).unwrap();
    assert_eq!(blocks(&readme(), "toml"), [file]);
}

#[test]
fn commands_in_the_readme_print_what_it_shows() {
    let program = Path::new(env!("CARGO_BIN_EXE_doorward"));
    let mut path = vec![program.parent().unwrap().to_owned()];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap()));
    let mut ran = 0;
    for block in blocks(&readme(), "console") {
        let (line, shown) = block.split_once('\n').unwrap();
        let line = line
            .strip_prefix("$ ")
            .unwrap()
            .replace("cargo run -q -p doorward-cli --", "doorward");
        let output = Command::new("sh")
            .args(["-c", &line])
            .current_dir(root())
            .env("PATH", env::join_paths(&path).unwrap())
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), shown, "{line}");
        ran += 1;
    }
    assert_eq!(ran, 3, "the README has lost a command");
}
