//! The core's catalogue of what must have evidence, against the vectors; and its table of codes, against the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use doorward::RequestErrorKind;
use doorward::vocabulary::{CODES, CodeKind, elsewhere, evidence};
use doorward_tests::reference::root;
use doorward_tests::vectors::{
    Corpus, CorpusError, Expectation, ExpectedDiagnostic, SourceText, folder,
};

/// One vector or load, as evidence.
struct Evidence {
    name: String,
    covers: Vec<String>,
    /// The entries of the codes that it expects.
    codes: Vec<String>,
    text: String,
}

fn all_evidence() -> Result<Vec<Evidence>, CorpusError> {
    let corpus = Corpus::read(&folder())?;
    let text = |sources: &[SourceText]| {
        let texts: Vec<&str> = sources.iter().map(|source| source.text.as_str()).collect();
        texts.join("\n")
    };
    let vectors = corpus.vectors.into_iter().map(|vector| Evidence {
        text: text(&vector.sources),
        codes: match &vector.expectation {
            Expectation::Error(code) => vec![format!("request-error:{code}")],
            _ => Vec::new(),
        },
        name: vector.name,
        covers: vector.covers,
    });
    let loads = corpus.loads.into_iter().map(|load| {
        let of = |kind: &'static str, found: &[ExpectedDiagnostic]| {
            let codes = found.iter().filter_map(|one| one.code.as_deref());
            codes
                .map(|code| format!("{kind}:{code}"))
                .collect::<Vec<_>>()
        };
        let mut codes = of("load-error", &load.errors);
        codes.extend(of("warning", load.warnings.as_deref().unwrap_or_default()));
        codes.extend(of(
            "test-failure",
            load.test_failures.as_deref().unwrap_or_default(),
        ));
        Evidence {
            text: text(&load.sources),
            codes,
            name: load.name,
            covers: load.covers,
        }
    });
    Ok(vectors.chain(loads).collect())
}

#[test]
fn every_entry_of_the_catalogue_has_evidence() {
    let all = all_evidence().expect("the vector files are right");
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in all
        .iter()
        .flat_map(|one| one.covers.iter().chain(&one.codes))
    {
        *seen.entry(entry).or_default() += 1;
    }
    let listed: BTreeSet<&str> = elsewhere().iter().map(|one| one.entry).collect();
    let entries = evidence();
    let missing: Vec<&String> = entries
        .iter()
        .filter(|entry| !seen.contains_key(entry.as_str()) && !listed.contains(entry.as_str()))
        .collect();
    println!("{} entries, {} vectors and loads", entries.len(), all.len());
    assert!(missing.is_empty(), "no vector is evidence for {missing:#?}");
    let needless: Vec<&&str> = listed
        .iter()
        .filter(|entry| seen.contains_key(**entry))
        .collect();
    assert!(needless.is_empty(), "a vector covers {needless:?}");
}

#[test]
fn covers_names_only_entries_that_exist() {
    let entries: BTreeSet<String> = evidence().into_iter().collect();
    let all = all_evidence().expect("the vector files are right");
    let unknown: Vec<String> = all
        .iter()
        .flat_map(|one| {
            let unknown = one.covers.iter().filter(|entry| !entries.contains(*entry));
            unknown.map(|entry| format!("{}: {entry}", one.name))
        })
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn a_vector_writes_or_expects_what_it_covers() {
    let mut wrong = Vec::new();
    for one in all_evidence().expect("the vector files are right") {
        for entry in &one.covers {
            let mut parts = entry.split(':');
            let kind = parts.next().unwrap_or_default();
            let name = parts.next().unwrap_or_default();
            let key = name.rsplit('.').next().unwrap_or_default();
            let good = match kind {
                // The literal and the list have no word of their own, and a limit is about the length of what is sent.
                "operator" if matches!(name, "literal" | "list") => true,
                "limit" => true,
                "operator" | "condition" | "key" => one.text.contains(key),
                _ => one.codes.contains(entry),
            };
            if !good {
                wrong.push(format!("{}: {entry}", one.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_no_vector_can_provoke_has_a_test_elsewhere() {
    let entries: BTreeSet<String> = evidence().into_iter().collect();
    for one in elsewhere() {
        assert!(entries.contains(one.entry), "{} is no entry", one.entry);
        let text = std::fs::read_to_string(root().join(one.file)).expect(one.file);
        let code = one.entry.rsplit(':').next().unwrap_or_default();
        assert!(
            text.contains(one.test) && text.contains(code),
            "{} has no test `{}` about {}",
            one.file,
            one.test,
            one.entry
        );
    }
}

#[test]
fn every_code_that_is_emitted_is_in_the_table_and_the_other_way_round() {
    let mut emitted = BTreeSet::new();
    for folder in ["core/src", "bindings/host/src"] {
        for file in rust_files(&root().join(folder)) {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            emitted.extend(emitted_codes(&text));
        }
    }
    let of = |kinds: &[CodeKind]| -> BTreeSet<String> {
        CODES
            .iter()
            .filter(|code| kinds.contains(&code.kind))
            .map(|code| code.name.to_owned())
            .collect()
    };
    assert_eq!(
        emitted,
        of(&[
            CodeKind::LoadError,
            CodeKind::Warning,
            CodeKind::TestFailure
        ])
    );
    let requests = RequestErrorKind::CODES.map(str::to_owned).into();
    assert_eq!(of(&[CodeKind::RequestError]), requests);
}

#[test]
fn warnings_begin_with_lint_and_no_code_is_listed_twice() {
    let mut seen = BTreeSet::new();
    for code in CODES {
        assert!(seen.insert((code.kind, code.name)), "{}", code.name);
        let lint = code.name.starts_with("lint-");
        assert_eq!(lint, code.kind == CodeKind::Warning, "{}", code.name);
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Returns the first text given to each call that makes a diagnostic, when a text comes first.
fn emitted_codes(source: &str) -> Vec<String> {
    let calls = [".error(", ".warning(", "problems.at(", "about_file("];
    let mut codes = Vec::new();
    for call in calls {
        for after in source.split(call).skip(1) {
            let code = after
                .trim_start()
                .strip_prefix('"')
                .and_then(|rest| rest.split('"').next());
            codes.extend(code.map(str::to_owned));
        }
    }
    codes
}
