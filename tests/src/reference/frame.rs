//! Whole policies around the examples of the vocabulary and of pages.

/// Returns a policy that loads exactly when `example` is right in `table` of the vocabulary.
#[must_use]
pub fn frame(table: &str, key: &str, example: &str) -> String {
    let sets = "[sets]\nteam = [\"ana\"]\ncouncil = [\"dora\"]\nprivate-places = [\"~/.ssh\"]\n";
    let facts = "[actions.\"*\"]\nfields = { \"facts.llm.score\" = \"integer\" }\n";
    let action = "[actions.\"page.edit\"]\nfields = { \"input.text\" = \"text\", \"input.size\" = \"integer\", \"input.tags\" = \"list\", \"input.weight\" = \"integer\", \"resource.diff\" = \"text\" }\n";
    let rule = |effect: &str, body: &str| {
        format!(
            "doorward = 1\n{sets}{facts}{action}\n[[rule]]\nname = \"framed\"\neffect = \"{effect}\"\n{body}\n"
        )
    };
    let condition = |body: &str| rule("deny", &format!("when.action = \"page.edit\"\n{body}"));
    let allow = |body: &str| rule("allow", &format!("when.action = \"page.edit\"\n{body}"));
    match table {
        "policy" => match key {
            "doorward" => example.to_owned(),
            "rule" => "doorward = 1\n[[rule]]\nname = \"framed\"\neffect = \"deny\"\n".to_owned(),
            "test" => {
                "doorward = 1\n[[test]]\nrequest = {}\nexpect = { effect = \"deny\" }\n".to_owned()
            }
            _ => format!("doorward = 1\n{example}\n"),
        },
        "rule" => match key {
            "name" => format!(
                "doorward = 1\n[[rule]]\n{example}\neffect = \"deny\"\nwhen.action = \"Bash\"\n"
            ),
            "effect" => format!(
                "doorward = 1\n[[rule]]\nname = \"framed\"\n{example}\nwhen.action = \"Bash\"\n"
            ),
            "when" => rule("deny", example),
            "require" => allow(example),
            "examples" => rule("deny", &format!("when.command = \"git push\"\n{example}")),
            _ => condition(example),
        },
        "builtin" => format!("doorward = 1\n[builtin]\n{example}\n"),
        "condition" if key == "action" => rule("deny", &format!("when.{example}")),
        "condition" => rule("deny", &format!("when.{example}")),
        "actor" => condition(&format!("when.actor.{example}")),
        "operator" => {
            let field = match key {
                "min" | "max" | "over" | "below" => "size",
                "has" => "tags",
                _ => "text",
            };
            condition(&format!("when.input.{field} = {{ {example} }}"))
        }
        "role" => condition(&format!("when.actor.role = {{ {example} }}")),
        "op" | "command" | "path" | "url" => {
            rule("deny", &format!("when.{table} = {{ {example} }}"))
        }
        "usage" if key == "max" => allow(&format!("require.usage = {{ {example} }}")),
        "usage" => condition(&format!("when.usage = {{ {example} }}")),
        "approvals" | "auth" | "session" | "time" | "delegated" => {
            allow(&format!("require.{table} = {{ {example} }}"))
        }
        "examples" => rule(
            "deny",
            &format!("when.command = \"git push\"\nexamples.{example}"),
        ),
        "provenance" => condition(&format!("provenance.{example}")),
        "action" => format!(
            "doorward = 1\n[actions.\"page.run\"]\n{}\n",
            example.replace("}, ", "}\n")
        ),
        "program" => format!("doorward = 1\n[programs.mytool]\n{example}\n"),
        "does" => format!(
            "doorward = 1\n[actions.\"page.run\"]\nfields = {{ \"input.command\" = \"command\", \"input.path\" = \"path\", \"input.url\" = \"url\" }}\ndoes = {{ {example} }}\n"
        ),
        "test" => {
            let request = "request = { action = \"Bash\", input = { command = \"git push\" } }";
            let expect = "expect = { effect = \"deny\" }";
            let rest: Vec<&str> = [("request", request), ("expect", expect)]
                .iter()
                .filter(|(name, _)| *name != key)
                .map(|(_, text)| *text)
                .collect();
            format!("doorward = 1\n[[test]]\n{example}\n{}\n", rest.join("\n"))
        }
        "expect" => format!("doorward = 1\n[[test]]\nrequest = {{}}\nexpect = {{ {example} }}\n"),
        table => format!("# no frame for `{table}`\n"),
    }
}

/// Returns the TOML code blocks of a page, each with the line it begins on and the words after `toml` in its fence.
#[must_use]
pub fn toml_blocks(page: &str) -> Vec<(usize, String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String, String)> = None;
    for (index, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) if info.starts_with("toml") => {
                open = Some((
                    index + 2,
                    info.trim_start_matches("toml").to_owned(),
                    String::new(),
                ));
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, _, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, _) => {}
        }
    }
    blocks
}
