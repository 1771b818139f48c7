//! The referee's launcher: `launcher <stub> [<real program>..]` makes the place where scripts do no harm and runs what the test sends it.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    use doorward_tests::referee::place;
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    match words.as_slice() {
        [inside, mode, stub, real @ ..] if inside == "inside" => {
            place::serve(&mode.to_string_lossy(), stub.as_ref(), real)
        }
        [stub, real @ ..] => place::separate(stub.as_ref(), real),
        _ => ExitCode::from(2),
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    ExitCode::from(2)
}
