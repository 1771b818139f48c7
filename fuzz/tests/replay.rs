//! Replays every seed and every regression, and each of them cut short and bent, on the stable toolchain.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use doorward_fuzz::{Check, TARGETS};

fn files(folder: &str, target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(folder)
        .join(target);
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("a folder entry").path())
        .collect();
    files.sort();
    files
}

/// Runs `run` on every target's seeds and regressions.
fn each(run: impl Fn(Check, &str, &[u8])) {
    for (target, check) in TARGETS {
        let seeds = files("corpus", target);
        assert!(!seeds.is_empty(), "no seeds for {target}");
        for file in seeds.iter().chain(&files("regressions", target)) {
            let data = fs::read(file).expect("a readable file");
            run(check, &file.display().to_string(), &data);
        }
    }
}

fn holds(check: Check, data: &[u8], what: &str) {
    assert!(
        catch_unwind(|| check(data)).is_ok(),
        "{what}: {:?}",
        String::from_utf8_lossy(data)
    );
}

#[test]
fn every_seed_and_regression_holds() {
    each(|check, file, data| holds(check, data, file));
}

#[test]
fn every_seed_holds_when_cut_short_or_bent() {
    each(|check, file, data| {
        // At most 100 places of each file, evenly spread.
        for at in (0..data.len()).step_by(data.len() / 100 + 1) {
            holds(check, &data[..at], &format!("{file} cut at byte {at}"));
            for byte in [b'"', b'\\', b'\n', b'}', 0xff] {
                let mut bent = data.to_vec();
                bent[at] = byte;
                holds(check, &bent, &format!("{file} bent at byte {at}"));
            }
        }
    });
}
