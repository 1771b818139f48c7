//! The naive oracle: an independent reading of design sections 2, 3 and 4.
//!
//! It starts from the TOML text and a JSON request and shares nothing with the core but the page it was read from. It compiles
//! nothing, caches nothing and skips nothing: a request is split into leaves, every rule is judged on every leaf,
//! every condition is evaluated to true, false or unknown, and the tables of section 4.2 join them. It is slow, and meant to be
//! obviously right. Where it and the core disagree, the page decides.
//!
//! It answers who wins and why, and which rules miss by little, not how a near miss would be mended: no fixes, no obligations. Of the
//! shell it reads simple commands and redirects; a line with anything more is one opaque leaf. It knows neutral commands and what
//! most programs do to their operands, and no wrappers, directories, environment or URLs of commands.
//!
//! # Readings chosen where the page leaves a choice
//!
//! 1. A field that is not a field of the action is false for every operator, `present = false` included.
//! 2. An absent `input.*` of an undeclared action is like a field declared with `?`: false, and unknown under `not`.
//! 3. An absent `resource.*` of an undeclared action that section 2 does not list is unknown.
//! 4. A value of the type of none of a condition's literals is of another type: unknown.
//! 5. A request without a text `action` has the empty name, is undeclared, and an `action` condition on it is unknown.
//! 6. An action whose field to run, read, write or fetch is absent or mistyped still has that leaf, with the part missing; so has a URL
//!    that does not parse. Without `input.path`, `Grep` and `Glob` read `facts.cwd`.
//! 7. A redirect's leaf carries its command for deny and ask rules and for every `unless`; in the `when` of an allow or pass a
//!    `command` condition on it is false.
//! 8. A deny that fires on a leaf of unknown `op` asks, uncertain, whether or not it has an `op` condition.
//! 9. A text under `command` or `cmd` of an undeclared action is split like a command that runs; each leaf is of unknown `op`.
//! 10. An allow, with a `command` condition or without, never covers an exec or write option that the fitting text does not name. A `pass` does.
//! 11. A literal `url` is that scheme, host and port, and that path and everything below it; query and fragment are not looked at. So is
//!     the `path` of a `url` table. One dot that ends a host is nothing.
//! 12. `class`: addresses and names that are local to a machine are `loopback`, addresses that are not routed on the public net and names
//!     that no public resolver knows (without a dot, or with one of a few ends) are `private`, names that a service gives out `public`.
//!     A file of this machine is of no class.
//! 13. `unknown` leaves out shadow rules, expired rules, and the branches of an `any_of` that are false.
//! 14. `to` is the first second outside. An approval's age may be left out where no `max_age` is given; one that is there is an integer of at
//!     least 0, or the approval does not count. An approval that is no table makes the requirement unknown, a grant without one of
//!     its keys counts for nothing.
//! 15. Both sides below an unknown home are compared below it; every other path or pattern that needs an absent fact is unknown.
//! 16. `prefix` and its like on the action look at the catalogue's name.
//! 17. A rule that fires differently on two leaves is listed as the stricter, certain if it was on one of them.
//! 18. A declared action that declares no `resource.*` is about none: an absent resource field is no field of it, one that the request
//!     holds is read.
//! 19. A deny that only asks never replaces a default `deny`: adding a deny must not raise a decision.
//! 20. A request without an action gets the strictest default there is.
//! 21. A rule with `on_unknown = "skip"` still lists what was unknown: the page says that it is recorded.
//! 22. An empty name in `except`, or at the ends of a chain of grants, is nobody's: unknown. A grant by or to nobody is no link. So is
//!     `delegated` without an action. Whoever acts on behalf of an excluded person is excluded too, whatever kind of actor it is.
//! 23. A tree fits a pattern of a deny or ask when its top does; for an allow all that is below must fit too, else it is unknown. A glob
//!     lies below a tree when the directories before its first wildcard do; when the tree lies below those, it is unknown.
//! 24. An option of a `command` table is given as a word, with `=` and a value, or as one letter anywhere in a word of letters behind
//!     one dash, up to the word `--`. `any_flag` and `all_flags` name an exec or write option as a command text does.
//! 25. On paths `?` is one character other than `/`, `[a-z]` and `[!a-z]` one of a class that never holds `/`, `\` takes the next one
//!     literally, `{a,b}` is written out first as a shell does, and `**/` at the beginning of a component may be none.
//! 26. A line with a control character, with one that nobody sees or with one that turns the text around is opaque.
//! 27. In a leaf's text every character but letters, digits and `_-./:,+@%=^` needs quoting.
//! 28. A `facts.resolved` that is no table, or says of a path what is no absolute path or lies behind a door such as `/proc/self/root`,
//!     makes the real path a place unknown. `~user` is unresolved; a path with a NUL is none: missing.
//! 29. The leaves of several `does` stand in the order of their fields' names, those of one field in the order run, read, write, delete,
//!     fetch. The text of a leaf whose field is missing is the field's name.
//! 30. A URL does not parse that has a backslash, a space, or a character that nobody sees; a login, but for the name alone where programs
//!     sign in so; no host behind two slashes, on the web; a port that is not 1 to 65535 as it is counted; or, in its host, anything but
//!     letters, digits, `-`, `_` and dots between parts of 1 to 63 bytes, or a letter that becomes another one but for its case.
//! 31. The length of a text counts where a field condition reads it (`same_as`: either; a list: each element), and where it is a command, a
//!     path or a URL of a leaf; not in facts that a governance condition reads.
//! 32. The header of a file in a patch may be padded with spaces on either side.
//! 33. A command longer than its bound is one leaf of which nothing is known, as of a missing value: every deny about a command, a path, a
//!     URL or an `op` stays a deny. A leaf over a bound gets at least `ask`, and the default if that is stricter.
//! 34. Spaces around a name and the case of its letters make no other person: nobody approves twice, or their own work, by spelling
//!     their name anew. A name of nothing but spaces is nobody's.
//! 35. A near miss is listed once for each set of fields that it lacks, whatever the leaf. A leaf keeps a request from a better effect when
//!     it is as strict as the whole. A rule whose scope has a wrong command is asked about options and directories when the right one runs.
//! 36. A typo in a program or subcommand of fewer than five bytes is one slip: a letter too many, too few, or wrong, or two neighbours
//!     that changed places. `git` is no typo of `cat`.
//! 37. Options of a `command` table, schemes, ports, classes and ranges of a `url` are close when the leaf has a command or a URL.
//! 38. What is unknown of a deny that fired would switch nothing off: `unknown` says that it is missing.
//! 39. A scheme joined with a plus is the one of them that says how it travels: `git+https` is `https`. A scheme's usual port is its port.
//! 40. An address with a zero in front of a part is the octal and the decimal one; `0.0.0.0` and `::` are the own machine too.
//! 41. A mapped address is the one of version 4 in it. One that crosses to version 4 is both.
//! 42. A path is what it is once escapes that mean nothing are gone, and, where it has such, what it is decoded up to three times, and each
//!     of these without parameters, empty parts and dots. One with an escaped control character, or with more to decode, is unknown.
//!     What a URL may mean counts for a rule that restricts if one meaning fits, for one that permits if all do; each test by itself.
//! 43. A URL without a host that is no file, or whose scheme runs or holds what follows, may lead anywhere: everything but its scheme is
//!     unknown. Of a scheme that nobody knows, the same to a rule that permits and does not name the scheme.
//! 44. A file that a URL names is read, judged in part, beside the URL.
//! 45. A path may mean more than its text: without the space around it, as a `file:` URL, as Windows reads it; or anything, where it
//!     begins with a variable or a drive, or holds characters that nobody sees. Words of a command line only as Windows reads them.
//! 46. `facts.resolved` may name several places. It is asked for a path as the kernel walks it too, and for the directory. What lies
//!     at the end of a name that it has is known to rules that restrict by that name as well.
//! 47. An opaque command may do anything to any file or URL in any directory: a deny or ask on such things asks.

mod decide;
mod evaluate;
mod fields;
mod globs;
mod governance;
mod leaves;
mod links;
mod near;
mod options;
mod paths;
mod policy;
mod programs;
mod request;
mod shell;
mod spelling;
#[cfg(test)]
mod tests;
mod truth;
mod urls;
mod values;

pub use near::Near;

/// One policy file.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// The name it was loaded under.
    pub name: &'a str,
    /// `managed`, `user`, `project` or `auto`.
    pub layer: &'a str,
    /// A project file that is not trusted may only tighten.
    pub trusted: bool,
    /// Its TOML.
    pub text: &'a str,
}

/// The bounds of section 10 that a decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The longest command, in bytes.
    pub command: usize,
    /// The longest path, in bytes.
    pub path: usize,
    /// The longest URL, in bytes.
    pub url: usize,
    /// The longest other text, in bytes.
    pub text: usize,
    /// How many leaves are listed.
    pub leaves: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            command: 1 << 20,
            path: 4 << 10,
            url: 8 << 10,
            text: 64 << 10,
            leaves: 4096,
        }
    }
}

/// The oracle over some policy files.
#[derive(Debug, Clone)]
pub struct Oracle {
    policy: policy::Policy,
}

/// What the oracle says to one request.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// `deny`, `ask`, `allow` or `pass`.
    pub effect: String,
    /// Why this effect won.
    pub basis: Basis,
    /// Each rule that fired: its name, what it fired as, whether for certain.
    pub matched: Vec<(String, String, bool)>,
    /// The unknown conditions, sorted.
    pub unknown: Vec<String>,
    /// The leaves, when there is more than one.
    pub leaves: Vec<LeafAnswer>,
    /// Each rule in shadow mode that would have fired, and as what.
    pub shadow: Vec<(String, String)>,
}

/// Why an effect won.
#[derive(Debug, Clone, PartialEq)]
pub enum Basis {
    /// The rule of this name.
    Rule(String),
    /// No rule matched; the action's catalogue name.
    Gap(String),
}

/// One leaf and what it got.
#[derive(Debug, Clone, PartialEq)]
pub struct LeafAnswer {
    /// What it does; absent for the request itself and where it is not known.
    pub op: Option<String>,
    /// The command, path, URL or action.
    pub text: String,
    /// Absent when the leaf can only tighten and nothing fired.
    pub effect: Option<String>,
    /// Absent with the effect.
    pub basis: Option<Basis>,
}

impl Oracle {
    /// Reads policy files that load. Panics on one that does not, or that uses what the oracle does not know.
    #[must_use]
    pub fn new(files: &[File<'_>]) -> Oracle {
        Oracle {
            policy: policy::Policy::read(files),
        }
    }

    /// The same with other bounds.
    #[must_use]
    pub fn bounded(mut self, bounds: Bounds) -> Oracle {
        self.policy.bounds = bounds;
        self
    }

    /// The near misses of a request, at most `max_missing` conditions of the scope failing; none is verified or left out.
    #[must_use]
    pub fn near(&self, request: &serde_json::Value, max_missing: usize) -> Vec<Near> {
        near::near(&self.policy, request, max_missing)
    }

    /// The close calls of a request.
    #[must_use]
    pub fn close_calls(&self, request: &serde_json::Value, max_missing: usize) -> Vec<Near> {
        near::close_calls(&self.policy, request, max_missing)
    }

    /// Decides one request.
    #[must_use]
    pub fn decide(&self, request: &serde_json::Value) -> Answer {
        decide::decide(&self.policy, request)
    }
}

/// Whether a line is one that the oracle reads: it knows plain commands and redirects, and the referee knows the rest.
#[must_use]
pub fn reads(line: &str) -> bool {
    shell::read(line) != shell::Line::Opaque
}

/// Whether a line is one that the oracle reads and is nothing but neutral commands.
#[must_use]
pub fn changes_nothing(line: &str) -> bool {
    match shell::read(line) {
        shell::Line::Opaque => false,
        shell::Line::Commands(commands) => commands
            .iter()
            .all(|command| programs::Programs::shipped().is_neutral(&command.words)),
    }
}

/// Stops on a policy that the oracle cannot read.
#[expect(clippy::panic, reason = "the oracle is only given policies that load")]
fn bad(what: &str) -> ! {
    panic!("the oracle cannot read this policy: {what}")
}
