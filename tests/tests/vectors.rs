//! Every shared vector against the core, so that `cargo test` alone covers them.

use doorward_tests::doors::check::{Door, check};
use doorward_tests::doors::rust::{RustDoor, build};
use doorward_tests::vectors::{Corpus, compare_warnings, folder};

#[test]
fn every_vector_holds_in_the_core() {
    let corpus = Corpus::read(&folder())
        .unwrap_or_else(|error| panic!("the vector files are wrong:\n{error}"));
    let mut door = RustDoor::default();
    let answers = corpus
        .cases()
        .iter()
        .map(|case| door.answer(case))
        .collect();
    let report = check(
        &corpus,
        &[Door {
            name: "rust".to_owned(),
            answers,
        }],
    );
    println!("{report}");
    assert!(report.passed() > 0, "no vector ran");
    assert_eq!(report.failed(), 0, "{report}");
}

#[test]
fn policies_that_load_have_the_warnings_and_test_failures_named() {
    let corpus = Corpus::read(&folder())
        .unwrap_or_else(|error| panic!("the vector files are wrong:\n{error}"));
    let mut ran = 0;
    let mut problems = Vec::new();
    for load in corpus.loads.iter().filter(|load| load.errors.is_empty()) {
        ran += 1;
        match build(&load.sources) {
            Err(error) => problems.push(format!("{}: it does not load\n{error}", load.name)),
            Ok(policy) => problems.extend(
                compare_warnings(load, &policy)
                    .iter()
                    .map(|one| format!("{}: {one:?}", load.name)),
            ),
        }
    }
    assert!(ran > 0, "no entry ran");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
