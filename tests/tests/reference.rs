//! The generated schema and the reference page against the loader.

use doorward::Policy;
use doorward::vocabulary::{CODES, CodeKind, WORDS, words_of};
use doorward_tests::generate;
use doorward_tests::reference::{
    Misfit, as_json, frame, generated, root, schema, toml_blocks, validate,
};
use doorward_tests::vectors::{Corpus, Load, folder};

/// Codes that a schema can see; of all others it cannot know without the declarations of every file.
const SEEN_BY_SCHEMA: [&str; 2] = ["unknown-key", "wrong-type"];

/// Whether a policy's text fits the generated schema.
fn fits(text: &str) -> Result<(), Misfit> {
    let table: toml::Table = text.parse().map_err(|_| Misfit {
        at: String::new(),
        keyword: "toml".to_owned(),
    })?;
    validate(&schema(), &as_json(&toml::Value::Table(table)))
}

#[test]
fn generated_files_are_current() {
    for file in generated() {
        assert!(
            file.is_current(),
            "{}: run `cargo run -p doorward-tests --bin generate`",
            file.path
        );
    }
}

#[test]
fn every_example_of_the_vocabulary_loads_and_fits_the_schema() {
    for word in WORDS {
        let text = frame(word.table, word.key, word.example);
        if let Err(error) = Policy::from_toml(&text) {
            panic!("{}.{}:\n{text}\n{error}", word.table, word.key);
        }
        if let Err(misfit) = fits(&text) {
            panic!("{}.{}: {misfit}\n{text}", word.table, word.key);
        }
    }
}

#[test]
fn the_loader_knows_the_keys_of_the_vocabulary_and_no_others() {
    let tables = [
        "policy",
        "rule",
        "role",
        "op",
        "command",
        "path",
        "url",
        "approvals",
        "auth",
        "session",
        "usage",
        "time",
        "delegated",
        "examples",
        "provenance",
        "action",
        "does",
        "test",
        "expect",
    ];
    for table in tables {
        let example = words_of(table)
            .next()
            .map(|word| word.example)
            .unwrap_or_default();
        let text = match table {
            "policy" => "doorward = 1\nzzzzzzzz = 1\n".to_owned(),
            "rule" | "test" | "action" | "provenance" | "examples" => {
                let nested = matches!(table, "provenance" | "examples");
                let key = if nested {
                    format!("{example}\n{table}.zzzzzzzz = 1")
                } else {
                    format!("{example}\nzzzzzzzz = 1")
                };
                frame(
                    table,
                    words_of(table)
                        .next()
                        .map(|word| word.key)
                        .unwrap_or_default(),
                    &key,
                )
            }
            _ => frame(table, "", "zzzzzzzz = 1"),
        };
        let error = Policy::from_toml(&text).expect_err(&text);
        let hint = error
            .diagnostics()
            .iter()
            .find(|found| found.code == "unknown-key" && found.message.contains("zzzzzzzz"))
            .and_then(|found| found.hint.clone())
            .unwrap_or_else(|| panic!("{table}: no unknown key\n{text}\n{error}"));
        let keys: Vec<&str> = words_of(table).map(|word| word.key).collect();
        assert_eq!(
            hint,
            format!("known keys: `{}`", keys.join("`, `")),
            "{table}"
        );
    }
}

#[test]
fn the_schema_accepts_every_policy_that_loads() {
    let mut ran = 0;
    let mut problems = Vec::new();
    let corpus = Corpus::read(&folder()).expect("the vector files are right");
    let vectors = corpus
        .vectors
        .iter()
        .map(|vector| (&vector.name, &vector.sources));
    let loads = corpus
        .loads
        .iter()
        .filter(|load| load.errors.is_empty())
        .map(|load| (&load.name, &load.sources));
    for (name, sources) in vectors.chain(loads) {
        for source in sources {
            ran += 1;
            if let Err(misfit) = fits(&source.text) {
                problems.push(format!("{name}: {misfit}"));
            }
        }
    }
    for seed in 0..300 {
        let text = generate::policy(seed);
        if let Err(misfit) = fits(&text) {
            problems.push(format!("generated policy {seed}: {misfit}\n{text}"));
        }
    }
    let starters = [
        "bindings/host/policies/starter.toml",
        "tests/examples/readme.toml",
    ];
    for path in starters {
        let text = std::fs::read_to_string(root().join(path)).expect(path);
        if let Err(misfit) = fits(&text) {
            problems.push(format!("{path}: {misfit}"));
        }
    }
    assert!(ran > 0, "no policy was tried");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_schema_refuses_most_unknown_keys_and_wrong_types() {
    let seen = |load: &&Load| {
        load.errors.iter().any(|error| {
            error
                .code
                .as_deref()
                .is_some_and(|code| SEEN_BY_SCHEMA.contains(&code))
        })
    };
    let mut refused = 0;
    let mut accepted = Vec::new();
    let corpus = Corpus::read(&folder()).expect("the vector files are right");
    for load in corpus.loads.iter().filter(seen) {
        let misfit = load.sources.iter().any(|source| {
            source.text.parse::<toml::Table>().is_ok() && fits(&source.text).is_err()
        });
        if misfit {
            refused += 1;
        } else {
            accepted.push(load.name.clone());
        }
    }
    println!("refused {refused}, accepted {accepted:?}");
    assert!(
        refused >= 4 * accepted.len(),
        "refused {refused}, accepted {accepted:?}"
    );
}

#[test]
fn the_schema_and_the_loader_agree_on_urls() {
    for (url, right) in [
        ("{ port = 443 }", true),
        ("{ port = [1, 65535] }", true),
        ("{ port = 0 }", false),
        ("{ port = 65536 }", false),
        ("{ port = '443' }", false),
        ("{ scheme = ['https', 'git+ssh'] }", true),
        ("{ scheme = 'https:' }", false),
        ("{ class = 'private' }", true),
        ("{ class = 'local' }", false),
        (
            "{ cidr = ['10.0.0.0/8', 'fd00::/8', '::ffff:10.0.0.0/104'] }",
            true,
        ),
        ("{ cidr = '10.0.0.1' }", false),
        ("{ cidr = '10.0.0.0/x' }", false),
        (
            "{ host = ['x.org', '*.x.org', '10.0.0.1', '[::1]', '::1', 'bücher.test'] }",
            true,
        ),
        ("{ host = 'https://x.org' }", false),
        ("{ host = 'x.org/a' }", false),
        ("{ host = 'x*.org' }", false),
        ("{ host = 'me@x.org' }", false),
        ("{ path = '/a b' }", true),
        ("{ path = 'a' }", false),
        ("{ path = '/a*' }", false),
        ("{ path = '/a?b' }", false),
    ] {
        let text =
            format!("doorward = 1\n[[rule]]\nname = 'a'\neffect = 'deny'\nwhen.url = {url}\n");
        assert_eq!(Policy::from_toml(&text).is_ok(), right, "{url}");
        assert_eq!(fits(&text).is_ok(), right, "{url}");
    }
}

#[test]
fn a_schema_line_is_a_comment_to_the_loader() {
    let text = "#:schema ./policy.schema.json\n\ndoorward = 1\n";
    assert!(Policy::from_toml(text).is_ok());
}

#[test]
fn every_toml_example_on_a_page_does_what_its_fence_says() {
    let mut ran = 0;
    let pages = [
        "core/docs/format.md",
        "core/docs/terms.md",
        "core/docs/commands.md",
        "core/docs/urls.md",
    ];
    for page in pages {
        let text = std::fs::read_to_string(root().join(page)).expect(page);
        assert!(
            !text.contains("<!-- keys"),
            "{page}: a marker was not filled in"
        );
        for (line, info, block) in toml_blocks(&text) {
            ran += 1;
            let wanted = info.trim();
            match (Policy::from_toml(&block), wanted) {
                (Ok(policy), "") => {
                    assert_eq!(policy.warnings(), [], "{page}:{line}");
                    assert_eq!(policy.run_tests().failures, [], "{page}:{line}");
                    if let Err(misfit) = fits(&block) {
                        panic!("{page}:{line}: {misfit}");
                    }
                }
                (Ok(_), wanted) => panic!("{page}:{line}: it loads, and `{wanted}` is said"),
                (Err(error), wanted) => assert_eq!(error.code(), wanted, "{page}:{line}: {error}"),
            }
        }
    }
    assert!(ran > 0, "no example was tried");
}

#[test]
fn the_page_has_every_code_and_every_key() {
    let page = std::fs::read_to_string(root().join("core/docs/format.md")).expect("the page");
    for code in CODES {
        let mark = if code.kind == CodeKind::LoadError {
            format!("| <a id=\"{}\"></a>`{}` |", code.name, code.name)
        } else {
            format!("| `{}` |", code.name)
        };
        assert!(page.contains(&mark), "{}", code.name);
    }
    for word in WORDS {
        // `actor.role` is told where conditions are.
        let row = format!("| `{}` | {} |", word.key, word.shape);
        assert!(
            word.table == "actor" || page.contains(&row),
            "{}.{}",
            word.table,
            word.key
        );
    }
}
