//! `generate [--check]`: writes what is generated from the core's vocabulary, or says whether it is current.
//!
//! With `--check` nothing is written, and the exit code is 1 when a file is not what it should be.

use std::process::ExitCode;
use std::{env, fs};

use doorward_tests::reference::generated;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let check = match arguments.as_slice() {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => {
            eprintln!("usage: generate [--check]");
            return ExitCode::from(2);
        }
    };
    let mut code = ExitCode::SUCCESS;
    for file in generated() {
        if file.is_current() {
            println!("{}: current", file.path);
        } else if check {
            eprintln!(
                "{}: not current; run `cargo run -p doorward-tests --bin generate`",
                file.path
            );
            code = ExitCode::FAILURE;
        } else if let Err(error) = fs::write(file.full_path(), &file.text) {
            eprintln!("{}: {error}", file.path);
            code = ExitCode::FAILURE;
        } else {
            println!("{}: written", file.path);
        }
    }
    code
}
