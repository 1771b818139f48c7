//! `doorward check`: is this policy as its author means it?

use std::io;

use doorward::{Diagnostic, Severity, wire};

use crate::args::Check;
use crate::diagnostics::{self, plural};
use crate::exit::Exit;
use crate::policy::{self, Loaded};
use crate::terminal;

/// What was found out about a policy.
struct Findings {
    diagnostics: Vec<Diagnostic>,
    rules: usize,
    examples: usize,
    tests: usize,
    loads: bool,
}

/// Loads the policy, runs its tests, and shows or prints what is wrong.
///
/// # Errors
///
/// When stdout cannot be written.
pub(crate) fn run(arguments: &Check) -> io::Result<Exit> {
    let loaded = match policy::load(&arguments.files) {
        Ok(loaded) => loaded,
        Err(exit) => return Ok(exit),
    };
    let findings = findings(&loaded);
    if arguments.json {
        terminal::print(&json(&findings))?;
    } else {
        show(&findings, &loaded)?;
    }
    let failed = findings
        .diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error);
    Ok(if failed {
        policy::exit_of(&findings.diagnostics)
    } else {
        Exit::Done
    })
}

fn findings(loaded: &Loaded) -> Findings {
    match &loaded.policy {
        Ok(policy) => {
            let report = policy.run_tests();
            let diagnostics = policy
                .warnings()
                .iter()
                .cloned()
                .chain(report.failures)
                .collect();
            let (rules, examples) = (policy.rule_count(), policy.example_count());
            Findings {
                diagnostics,
                rules,
                examples,
                tests: report.ran,
                loads: true,
            }
        }
        Err(error) => Findings {
            diagnostics: error.diagnostics().to_vec(),
            rules: 0,
            examples: 0,
            tests: 0,
            loads: false,
        },
    }
}

/// Returns the core's diagnostics as they are, with the counts after them.
fn json(findings: &Findings) -> String {
    let diagnostics = wire::diagnostics_json(&findings.diagnostics);
    let open = diagnostics.strip_suffix('}').unwrap_or(&diagnostics);
    let Findings {
        rules,
        examples,
        tests,
        ..
    } = findings;
    format!("{open},\"rules\":{rules},\"examples\":{examples},\"tests\":{tests}}}\n")
}

fn show(findings: &Findings, loaded: &Loaded) -> io::Result<()> {
    let Findings {
        diagnostics,
        rules,
        examples,
        tests,
        loads,
    } = findings;
    if loaded.none_found {
        policy::show_none_found(diagnostics);
        return Ok(());
    }
    diagnostics::show(diagnostics, &loaded.sources);
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .count();
    if !loads {
        terminal::error(
            &format!(
                "the policy does not load: {}",
                diagnostics::count(diagnostics)
            ),
            None,
        );
        return Ok(());
    }
    if errors > 0 {
        terminal::error(
            &format!("{errors} of {} failed", plural(*tests, "test")),
            None,
        );
        return Ok(());
    }
    let warnings = match diagnostics.len() {
        0 => String::new(),
        count => format!(", {}", plural(count, "warning")),
    };
    terminal::print(&format!(
        "ok: {}, {} and {} hold{warnings}\n",
        plural(*rules, "rule"),
        plural(*examples, "example"),
        plural(*tests, "test")
    ))
}
