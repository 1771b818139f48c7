//! Every code that a policy or a request can be refused with: what it means, why that is bad, and what to do.

/// One code. Codes never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Where it comes up; the same name can stand for a policy and for a request.
    pub kind: CodeKind,
    /// The code itself, in kebab-case.
    pub name: &'static str,
    /// What it means.
    pub means: &'static str,
    /// Why it is refused, or remarked upon.
    pub why: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

/// Where a code comes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CodeKind {
    /// A policy that does not load.
    LoadError,
    /// A policy that loads, with a remark for its author.
    Warning,
    /// A policy that loads and fails one of its own `[[test]]` entries.
    TestFailure,
    /// A request that cannot be read.
    RequestError,
}

impl CodeKind {
    /// Returns the word for it in the catalogue of evidence, such as `load-error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LoadError => "load-error",
            Self::Warning => "warning",
            Self::TestFailure => "test-failure",
            Self::RequestError => "request-error",
        }
    }
}

/// Returns what is known of a code.
pub fn code(kind: CodeKind, name: &str) -> Option<&'static Code> {
    CODES
        .iter()
        .find(|code| code.kind == kind && code.name == name)
}

macro_rules! codes {
    ($($kind:ident { $($name:literal: $means:literal, $why:literal, $fix:literal;)* })*) => {
        /// Every code, by kind, in the order in which a page shows them.
        pub const CODES: &[Code] = &[$($(Code {
            kind: CodeKind::$kind,
            name: $name,
            means: $means,
            why: $why,
            fix: $fix,
        },)*)*];
    };
}

codes! {
    LoadError {
        "toml-syntax": "The file is not TOML.", "Nothing in it can be read for certain, so nothing of it is used.", "Look at the line; a key with `*` needs quotes, and `when = { .. }` cannot be added to by `when.x` below it.";
        "missing-version": "The file does not say which version of the format it is written in.", "A later version may mean something else by the same keys.", "Begin the file with `doorward = 1`.";
        "unsupported-version": "The file is written in a version of the format that this version does not read.", "Guessing what it means could allow what it denies.", "Write it for version 1, or use a newer Doorward.";
        "unknown-key": "A table has a key that the format does not know.", "A misspelt key would silently do nothing, and a condition less is a rule that is wider.", "Take the key that the hint names; a key of the rule that stands below a header such as `[rule.when]` belongs above it.";
        "unknown-operator": "A field has an operator that is nearly one of ours.", "A test that is not made is a rule that is wider.", "Take the operator that the hint names.";
        "unknown-field": "A rule names a field that no action declares, or one that looks like a slip.", "A condition on a field that never comes is never true: a deny that never denies.", "Correct the name, or declare the field under `[actions.\"..\"]`.";
        "wrong-type": "A value is of another type than the key or the field takes.", "Such a comparison could never hold.", "Write the type that the message names.";
        "bad-value": "A value is of the right type and says nothing that could be meant: an effect, day, duration, path or host that there is none of, an empty table, a `require` on a deny.", "Reading it as something near it would change the rule.", "Follow the hint; the shapes of all values are on this page.";
        "missing-key": "A table lacks a key that it cannot do without.", "The rule, test or condition would have no meaning.", "Add the key that the message names.";
        "bad-name": "A rule's name, or a former name, has characters that names do not have.", "Names stand in logs, file names and decisions, where each must be one plain word.", "Use lower-case letters, digits, `.`, `_`, `-` and `/`, at most 80 bytes.";
        "duplicate-name": "Two rules have one name, former names in `was` included.", "A decision would name a rule that is not one rule.", "Rename one of them.";
        "reserved-name": "A rule's name begins with `project/`.", "That beginning marks rules that came with a repository that is not trusted.", "Use another beginning.";
        "empty-when": "An allow has no `when`.", "It would allow everything.", "Say what it is about, at least the action.";
        "never-matches": "A deny or ask can never match, or a value of any rule leaves no condition behind: an empty list, a window without length.", "Such a deny looks like protection and is none; without its condition an allow would be wider than it looks.", "Remove the rule, or mend the condition.";
        "bad-pattern": "A `glob` or `regex` is not a pattern.", "What it should match cannot be known.", "Mend the place that the message names; there is no look-around and no back-reference.";
        "pattern-too-large": "A pattern is longer, or compiles to more, than the limits allow.", "Deciding takes time and memory that grow with it.", "Split it, or bound its repetitions.";
        "role-cycle": "A role implies itself, perhaps by way of others.", "All roles on the way round would be one.", "Remove one of the implications.";
        "unknown-set": "A rule names a set that no file declares, or that only a tighten-only file declares.", "A test against no set could never hold.", "Declare it under `[sets]`, or correct the name.";
        "conflicting-key": "Two files give the same role, set, program or field different contents.", "Which one counts would depend on the order of files.", "Declare it once.";
        "failing-example": "An example of a rule does not do what its list says.", "The rule does not mean what its author wrote down.", "Mend the rule, or the example.";
        "not-tighten-only": "A file that came with a repository that is not trusted holds something that could loosen.", "Whoever can write to the repository could allow themselves anything.", "Keep to `deny` and `ask` rules, tests and own sets, or trust the directory.";
        "ambiguous-table": "Below a field stands a key that is no operator.", "It could be a field inside that field, or a misspelt operator; either reading could be the wrong one.", "Declare the field as `table`, or quote the whole name: `input.\"options.depth\"`.";
        "two-exceptions": "`unless` has two conditions side by side.", "One reader takes them for *or*, the next for *and*.", "Write `unless.any_of = [ { a = .. }, { b = .. } ]` for either, or `[ { a = .., b = .. } ]` for both.";
        "use-has": "A text stands where a field is a list of texts.", "A list never equals a text.", "Write `{ has = \"..\" }`.";
        "command-and-path": "An allow has both `command` and `path`.", "The path would be about one thing that the command touches, not about everything that it touches.", "Make two rules, or name what the command touches inside `command`.";
        "too-large": "The file is longer than the limit.", "Loading takes time and memory that grow with it.", "Split it into several files.";
        "unreadable-file": "A file or directory cannot be read, is not UTF-8, or is one too many.", "A policy without one of its files is another policy.", "Mend the path, the rights or the encoding.";
        "no-policy-found": "No policy file was given or found.", "Without rules every action would fall to the built-in default.", "Name a file, or a directory that holds `*.toml` files.";
    }
    Warning {
        "lint-on-unknown-skip": "A rule has `on_unknown = \"skip\"`.", "A value that the host forgets silences the rule, a deny included.", "Make the host supply the value, and remove the key.";
        "lint-unknown-role": "A rule names a role that `[roles]` does not know and that is nearly one that it knows.", "Nobody may ever hold it.", "Correct the name, or declare the role.";
        "lint-never-matches": "A condition of an allow or pass can never hold.", "The rule does nothing.", "Remove the rule, or mend the condition.";
        "lint-vague-pattern": "A rule has no condition by which it could be found, and a pattern that requires no two letters.", "Every decision runs the pattern over the whole text.", "Name the action in `when`, or give the pattern a literal part.";
    }
    TestFailure {
        "failing-test": "The policy decides a `[[test]]` otherwise than the test expects.", "Policy and intention differ; the policy loads all the same.", "Read the decision in the hint, then mend the rule or the test.";
    }
    RequestError {
        "syntax": "The request is not JSON.", "Readers that mend it mend it differently.", "Send what a JSON library writes.";
        "truncated": "The text ends inside a value.", "The missing rest could be what a deny is about.", "Send the whole request; look for a limit on the way.";
        "trailing-data": "Something follows the request.", "Two requests in one text would get one decision.", "Send one request at a time, or one a line.";
        "invalid-utf8": "The request has bytes that are not UTF-8.", "Readers replace them differently, so that a path could be two paths.", "Send UTF-8.";
        "duplicate-key": "A table has one key twice.", "Some readers take the first value, others the last.", "Send each key once.";
        "lone-surrogate": "A text has half of a surrogate pair.", "No UTF-8 text can hold it, so no file or command could be named by it.", "Send the text as UTF-8.";
        "number-out-of-range": "An integer is beyond plus or minus (2^53 - 1), or a float beyond 64 bits.", "Languages round it differently.", "Send it as text.";
        "not-finite": "A number is NaN or an infinity.", "No comparison with it means anything.", "Send null, or leave the field out.";
        "too-deep": "The request nests deeper than 64 levels.", "A bound keeps deciding cheap and safe.", "Send less, or flatten it.";
        "too-large": "The request is longer than 16 MiB.", "A bound keeps deciding cheap and safe.", "Send what a rule can read, not whole documents.";
        "not-an-object": "The request is JSON, but not an object.", "There is no action to decide on.", "Send an object with `action` and `input`.";
        "unsupported-type": "A value of the host language, such as a set or a function, has no JSON.", "What a rule would see is a guess.", "Convert it before asking.";
    }
}
