//! Writes the shared cases, runs them through the Rust crate or the `doorward` command, and compares the doors.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use doorward_tests::doors::check::{Door, check};
use doorward_tests::doors::rust::RustDoor;
use doorward_tests::doors::{cli, read_answers, read_cases, write_answers, write_lines};
use doorward_tests::generate::{self, Level, requests_for_conformance};
use doorward_tests::vectors::{Case, Corpus, SourceText, folder};

/// Proves that the doors of Doorward answer alike, byte for byte.
///
/// `cases` writes the shared vectors as one JSON line a case; each door answers that file; `check` compares the answers with the
/// vectors and with each other.
///
/// Example:
///   conformance cases cases.jsonl
///   conformance rust cases.jsonl rust.jsonl
///   conformance cli target/debug/doorward cases.jsonl cli.jsonl
///   conformance check rust.jsonl cli.jsonl
///
/// Exit code: 0 when all went well, 1 when a case failed or a door ran nothing, 2 when a file or an argument is wrong.
#[derive(Debug, Parser)]
#[command(verbatim_doc_comment)]
struct Args {
    /// The folder of the vector files.
    #[arg(long, global = true, value_name = "DIR", default_value_os_t = folder())]
    vectors: PathBuf,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Writes the case file: every vector, every policy that must not load, and generated cases if asked for.
    Cases {
        /// The case file to write.
        out: PathBuf,
        /// How many generated requests to append.
        #[arg(long, value_name = "N", default_value_t = 0)]
        generated: usize,
    },
    /// Answers a case file through the Rust crate.
    Rust {
        /// The case file.
        cases: PathBuf,
        /// The file of answers to write.
        out: PathBuf,
    },
    /// Answers a case file through the `doorward` command.
    Cli {
        /// The built command.
        doorward: PathBuf,
        /// The case file.
        cases: PathBuf,
        /// The file of answers to write.
        out: PathBuf,
    },
    /// Compares files of answers with the vectors and with each other; prints at most 40 failures and `N passed, M failed`.
    Check {
        /// One file of answers for each door; the file's name without its ending is the door's name.
        #[arg(required = true)]
        doors: Vec<PathBuf>,
    },
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("conformance: {problem}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<bool, String> {
    match &args.verb {
        Verb::Cases { out, generated } => write_cases(&corpus(&args.vectors)?, *generated, out),
        Verb::Rust { cases, out } => {
            let mut door = RustDoor::default();
            let answers: Vec<_> = read_cases(cases)?
                .iter()
                .map(|case| door.answer(case))
                .collect();
            println!("{}", write_answers(out, "rust", &answers)?);
            Ok(answers.iter().any(|answer| answer.output.is_some()))
        }
        Verb::Cli {
            doorward,
            cases,
            out,
        } => {
            let answers = cli::run(doorward, &read_cases(cases)?)?;
            println!("{}", write_answers(out, "cli", &answers)?);
            Ok(answers.iter().any(|answer| answer.output.is_some()))
        }
        Verb::Check { doors } => {
            let doors: Result<Vec<Door>, String> = doors.iter().map(|path| door(path)).collect();
            let report = check(&corpus(&args.vectors)?, &doors?);
            println!("{report}");
            Ok(report.failed() == 0)
        }
    }
}

fn corpus(folder: &Path) -> Result<Corpus, String> {
    Corpus::read(folder).map_err(|error| error.to_string())
}

fn write_cases(corpus: &Corpus, generated: usize, out: &Path) -> Result<bool, String> {
    let mut cases = corpus.cases();
    cases.extend(
        requests_for_conformance(Level::Whole, generated)
            .iter()
            .map(generated_case),
    );
    write_lines(out, &cases)?;
    println!(
        "conformance cases written={} generated={generated}",
        cases.len()
    );
    Ok(!cases.is_empty())
}

fn generated_case(case: &generate::Case) -> Case {
    let sources: Vec<SourceText> = case
        .sources
        .iter()
        .map(|source| SourceText {
            name: source.name.to_owned(),
            layer: source.layer.to_owned(),
            trusted: source.trusted,
            text: source.text.clone(),
        })
        .collect();
    Case::decide(&case.name, &sources, case.request.to_string().as_bytes())
}

fn door(path: &Path) -> Result<Door, String> {
    let name = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    Ok(Door {
        name,
        answers: read_answers(path)?,
    })
}
