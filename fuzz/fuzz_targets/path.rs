//! The target `path`; what it checks stands in the library. Built without cargo-fuzz it checks the files it is given.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| doorward_fuzz::path::check(data));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    doorward_fuzz::replay_files(doorward_fuzz::path::check)
}
