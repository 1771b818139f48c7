//! Workloads for the benchmarks: made from a seed, so the same on every machine and in every run.
//!
//! ```text
//! cargo bench -p doorward-benches                  everything; each bench prints its ratios to its baselines at its end
//! cargo bench -p doorward-benches --bench decide -- rules-1000
//! cargo bench -p doorward-benches --bench verdict -- --large
//! cargo bench -p doorward-benches -- --test        the smoke form: each benchmark once, with its assertions
//! ```
//!
//! | bench | measures | beside |
//! |---|---|---|
//! | `commands` | command line to leaves; lines made to be slow | `rable` (with `--features rable`); half of each line |
//! | `compile` | policy text to policy | the TOML parse alone |
//! | `decide` | the whole decision on commands | a loop over prefixes |
//! | `memory` | the most held while compiling, and what a policy holds | nothing; MiB |
//! | `peers` | verdicts, and compiling (with `--features peers`) | Vectorscan, `RegexSet`, Cedar, Casbin, Regorus |
//! | `request` | JSON text to request | `serde_json` |
//! | `threads` | two threads with a `Scratch` each | one |
//! | `verdict` | verdicts, replayed and on strings never seen; prints a table with percentiles | a loop over the rules, and [`floor`](calls::floor) |
//! | `worst` | verdicts on 2 KB | the scan of the floor alone, and 2 KB about nothing |
//!
//! All but `commands`, `decide` and `request` run with 10, 100, 1,000 and 10,000 rules, in the smoke form with 10 and 100. Two options
//! of [ours](arguments::Arguments) add 100,000 (`--large`) and read the workload from a folder (`--workload DIR`). Before
//! anything is timed, every engine must say the same of every request as the loop does. The peers take minutes to build, so
//! they are a feature; `peers::vectorscan` says where to get the one that is not a crate.
//!
//! `cargo test -p doorward-benches` proves that a warm verdict allocates nothing.
//!
//! Sizes stand in the names, so a workload must have exactly the size it says: [`Commands::compound`] and the requests
//! fill up to the byte.

pub mod arguments;
pub mod calls;
pub mod counting;
pub mod lines;
#[cfg(feature = "peers")]
#[expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a comparison that cannot be set up must stop"
)]
pub mod peers;
pub mod timing;

use std::fmt::Write;

use doorward::Effect;

/// xorshift64*: small, fast, good enough to choose words.
#[derive(Clone, Debug)]
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        usize::try_from(bits).unwrap_or_default() % bound.max(1)
    }

    fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words
            .get(self.below(words.len()))
            .copied()
            .unwrap_or_default()
    }
}

const PROGRAMS: [&str; 8] = [
    "git",
    "cargo",
    "npm",
    "make",
    "kubectl",
    "python",
    "terraform",
    "rsync",
];
const VERBS: [&str; 6] = ["status", "build", "list", "show", "apply", "push"];

/// Rules about commands and nothing else, so that a plain loop over prefixes can say the same.
///
/// Every tenth rule is a deny, the others allow; what no rule names asks. No text is the beginning of another.
#[derive(Clone, Debug)]
pub struct Commands {
    rules: Vec<(String, Effect)>,
}

impl Commands {
    /// Returns `rule_count` rules.
    pub fn new(rule_count: usize) -> Self {
        let mut random = Random(0xd00d_1e55);
        let rule = |index: usize| {
            let effect = if index % 10 == 9 {
                Effect::Deny
            } else {
                Effect::Allow
            };
            let (program, verb) = (random.pick(&PROGRAMS), random.pick(&VERBS));
            (format!("{program}{index:04}x {verb}"), effect)
        };
        Self {
            rules: (0..rule_count).map(rule).collect(),
        }
    }

    /// Returns the rules as a policy file.
    pub fn policy_text(&self) -> String {
        let mut text = String::from("doorward = 1\n\n[defaults]\nBash = \"ask\"\n");
        for (index, (command, effect)) in self.rules.iter().enumerate() {
            let rule = format!(
                "\n[[rule]]\nname = \"rule-{index:04}\"\neffect = \"{effect}\"\nwhen.action = \"Bash\"\nwhen.command = \"{command}\"\n"
            );
            text.push_str(&rule);
        }
        text
    }

    /// Returns a command of `bytes` bytes that the allow in the middle of the rules covers.
    pub fn hit(&self, bytes: usize) -> String {
        fill(self.nth(self.rules.len() / 2, Effect::Allow), bytes)
    }

    /// Returns a command of `bytes` bytes that begins like a rule's and that no rule covers.
    pub fn miss(&self, bytes: usize) -> String {
        let command = self.nth(0, Effect::Allow).replacen(' ', "-x ", 1);
        fill(command, bytes)
    }

    /// Returns commands joined by ` && `, of `bytes` bytes together: all allowed, the last one `last`.
    pub fn compound(&self, bytes: usize, last: Effect) -> String {
        let end = self.nth(self.rules.len() - 1, last);
        let mut random = Random(bytes as u64 + 1);
        let mut line = String::new();
        loop {
            let next = self.nth(random.below(self.rules.len()), Effect::Allow);
            // The option is filled up below; it needs a space and a letter.
            if line.len() + next.len() + 4 + end.len() + 2 > bytes {
                break;
            }
            line.push_str(&next);
            line.push_str(" && ");
        }
        fill(line + end.as_str(), bytes)
    }

    /// Returns what the policy says about a line of plain commands joined by ` && `: for each command a loop over all
    /// rules, since the strictest wins, and the strictest command.
    ///
    /// This is the baseline: what somebody writes who needs no explanation, no quotes, no redirects and no unknowns.
    pub fn plain_loop(&self, line: &str) -> Effect {
        let judge = |command: &str| {
            let fits = self
                .rules
                .iter()
                .filter(|rule| command.starts_with(&rule.0));
            fits.map(|rule| rule.1).max().unwrap_or(Effect::Ask)
        };
        line.split(" && ").map(judge).max().unwrap_or(Effect::Ask)
    }

    /// Returns the text of the first rule with `effect` at or before `index`, else after it.
    fn nth(&self, index: usize, effect: Effect) -> String {
        let (before, after) = self.rules.split_at(index + 1);
        let mut rules = before.iter().rev().chain(after);
        rules
            .find(|rule| rule.1 == effect)
            .map_or_else(String::new, |rule| rule.0.clone())
    }
}

/// Fills a command up to `bytes` bytes with one more word.
fn fill(mut command: String, bytes: usize) -> String {
    if command.len() + 2 <= bytes {
        command.push(' ');
        command.extend(std::iter::repeat_n('v', bytes - command.len()));
    }
    command
}

/// Returns the request of an agent that wants to run `command`.
pub fn bash_request(command: &str) -> String {
    format!(
        r#"{{"actor":{{"id":"agent-7","kind":"agent","roles":["user"]}},"action":"Bash","input":{{"command":"{command}"}},"facts":{{"now":1800000000,"cwd":"/home/ana/work","home":"/home/ana","project":"/home/ana/work"}}}}"#
    )
}

/// Returns a policy file of `rule_count` rules of every family, a third of them with examples.
pub fn mixed_policy(rule_count: usize) -> String {
    let mut random = Random(0x5eed_0001);
    let mut text = String::from(
        "doorward = 1\n\n[defaults]\n\"*\" = \"deny\"\nBash = \"ask\"\n\n[roles]\nadmin = [\"reviewer\"]\nreviewer = [\"user\"]\n\n[sets]\nhosts = [\"docs.test\", \"wiki.test\"]\n",
    );
    for index in 0..rule_count {
        let (program, verb) = (random.pick(&PROGRAMS), random.pick(&VERBS));
        let bound = random.below(1000);
        let body = match index % 6 {
            0 => format!(
                "effect = \"allow\"\nwhen.action = \"Bash\"\nwhen.command = [\"{program}-{index} {verb}\", \"{program}-{index} help\"]\nexamples.match = [\"{program}-{index} {verb} 2>/dev/null\"]\nexamples.no_match = [\"{program}-{index} {verb}; rm -rf /\"]"
            ),
            1 => format!(
                "effect = \"deny\"\nwhen.op = [\"file.read\", \"file.write\"]\nwhen.path = [\"~/.{program}/{index}\", \"/srv/{verb}/{index}\"]"
            ),
            2 => format!(
                "effect = \"allow\"\nwhen.action = \"{program}.{verb}-{index}\"\nwhen.resource.status = \"approved\"\nrequire.approvals = {{ min = 2, role = \"reviewer\", max_age = \"7d\" }}\nrequire.auth = {{ max_age = \"5m\" }}"
            ),
            3 => format!(
                "effect = \"ask\"\nwhen.action = \"{program}.{verb}-{index}\"\nwhen.input.amount = {{ over = {bound} }}\nunless.actor.role = \"admin\""
            ),
            4 => format!(
                "effect = \"deny\"\nwhen.url = {{ host = \"*.{verb}-{index}.test\", scheme = \"http\" }}"
            ),
            _ => format!(
                "effect = \"ask\"\nwhen.action = \"{program}.{verb}-{index}\"\nwhen.input.title = {{ glob = \"*{verb}*\", not = {{ prefix = \"draft {bound}\" }} }}"
            ),
        };
        // Writing to a text cannot fail.
        let _ = write!(
            text,
            "\n[[rule]]\nname = \"rule-{index:04}\"\nwhy = \"Number {index} of the workload\"\n{body}\n"
        );
    }
    text
}

/// A request that [`mixed_policy`] does not allow.
#[derive(Debug, Clone)]
pub struct Denial {
    /// `typo`: a letter of an allowed command is wrong. `pending`: approvals and a sign-in are missing. `nothing-near`: it
    /// is about nothing that the policy knows.
    pub kind: &'static str,
    /// The request.
    pub request: String,
}

/// Returns `count` requests that the policy of `rule_count` rules does not allow, the same ones every time.
pub fn denials(rule_count: usize, count: usize) -> Vec<Denial> {
    let mut random = Random(0x5eed_0002);
    let text = mixed_policy(rule_count);
    let quoted = |line: &str| line.split('"').nth(1).map(String::from);
    let commands: Vec<String> = text
        .lines()
        .filter(|line| line.starts_with("when.command"))
        .filter_map(quoted)
        .collect();
    let actions: Vec<String> = text
        .split("[[rule]]")
        .filter(|rule| rule.contains("require.approvals"))
        .filter_map(|rule| rule.lines().find(|line| line.starts_with("when.action")))
        .filter_map(quoted)
        .collect();
    let mut denials = Vec::new();
    for number in 0..count {
        denials.push(match number % 3 {
            0 => {
                let command = chosen(&commands, &mut random);
                // The last letter of the subcommand twice.
                let last = command.chars().last().unwrap_or('x');
                Denial {
                    kind: "typo",
                    request: bash_request(&format!("{command}{last} --all")),
                }
            }
            1 => {
                let action = chosen(&actions, &mut random);
                Denial {
                    kind: "pending",
                    request: format!(
                        r#"{{"action":"{action}","actor":{{"id":"eva","roles":["user"],"auth":{{"age_s":1200,"method":"password"}}}},"resource":{{"id":"r1","type":"proposal","status":"approved"}},"facts":{{"now":1790000000,"approvals":[{{"by":"ana","roles":["reviewer"],"age_s":60}}],"usage":{{}}}}}}"#
                    ),
                }
            }
            _ => Denial {
                kind: "nothing-near",
                request: bash_request(&format!("frobnicate --level {number} widget")),
            },
        });
    }
    denials
}

fn chosen<'t>(texts: &'t [String], random: &mut Random) -> &'t str {
    texts
        .get(random.below(texts.len()))
        .map_or("", String::as_str)
}

/// Returns a request of exactly `bytes` bytes: a tool call that writes a file.
pub fn write_request(bytes: usize) -> String {
    let head = r#"{"actor":{"id":"agent-7","kind":"agent"},"action":"Write","input":{"file_path":"src/lib.rs","content":""#;
    let tail = r#""},"facts":{"now":1800000000,"cwd":"/home/ana/work","home":"/home/ana"}}"#;
    let lines = r#"    let name = \"value\";\n"#;
    let room = bytes.saturating_sub(head.len() + tail.len());
    let mut content = lines.repeat(room / lines.len());
    content.extend(std::iter::repeat_n('x', room - content.len()));
    format!("{head}{content}{tail}")
}

/// Returns a request of exactly `bytes` bytes: an action with many approvals.
pub fn approvals_request(bytes: usize) -> String {
    let head = r#"{"action":"proposal.apply","resource":{"type":"proposal","id":"7","status":"approved","digest":"ab"},"facts":{"now":1800000000,"approvals":["#;
    let tail = r#"],"usage":{}}}"#;
    let room = bytes.saturating_sub(head.len() + tail.len());
    let mut random = Random(7);
    let mut list = String::new();
    loop {
        let age = random.below(100_000);
        let next = format!(
            r#"{{"by":"person-{age}","roles":["reviewer","user"],"age_s":{age},"digest":"ab"}},"#
        );
        // The last one is a number, filled up.
        if list.len() + next.len() + 1 > room {
            break;
        }
        list.push_str(&next);
    }
    let digits = room - list.len();
    list.extend(std::iter::repeat_n(' ', digits - 1));
    list.push('0');
    format!("{head}{list}{tail}")
}
