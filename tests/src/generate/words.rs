//! The words that policies and requests share.

pub(super) const PEOPLE: &[&str] = &["ana", "ben", "eva", "bot"];
pub(super) const KINDS: &[&str] = &["human", "agent", "service"];
pub(super) const ROLES: &[&str] = &["admin", "reviewer", "user", "guest"];
pub(super) const TENANTS: &[&str] = &["north", "south"];
pub(super) const TYPES: &[&str] = &["task", "proposal"];
pub(super) const IDS: &[&str] = &["t1", "t2", "a/b:c"];
pub(super) const STATUSES: &[&str] = &["open", "approved", "closed"];
pub(super) const CATEGORIES: &[&str] =
    &["billing", "billing-eu", "eu-billing", "ops", "ops.\u{e9}"];
pub(super) const LABELS: &[&str] = &["urgent", "later", "public"];
pub(super) const DIGESTS: &[&str] = &["9f", "9f", "9e"];
pub(super) const METHODS: &[&str] = &["password", "passkey"];
pub(super) const SCORES: &[&str] = &["GREEN", "YELLOW", "RED"];

/// Actions that nobody declares.
pub(super) const UNDECLARED: &[&str] = &[
    "task.update",
    "task.delete",
    "mcp__wiki__edit",
    "report.send",
];
/// Actions that run their `input.command`, under all their names.
pub(super) const SHELLS: &[&str] = &["Bash", "job.run", "run_shell_command", "shell"];
/// Actions that read or write their `input.file_path`.
pub(super) const FILES: &[&str] = &[
    "Read",
    "Write",
    "Edit",
    "read_file",
    "write_file",
    "replace",
];

/// What rules say of commands.
pub(super) const COMMAND_TEXTS: &[&str] = &[
    "git push",
    "git push -f",
    "git status",
    "git log",
    "git",
    "cargo test",
    "npm test",
    "rm",
    "echo",
    "find",
    "sort",
    "tar",
    "git log --output=x",
    "git -c a.b=c",
];

/// What requests run.
pub(super) const COMMANDS: &[&str] = &[
    "git push",
    "git push -f",
    "git push origin -f",
    "git status",
    "git status -sb",
    "git log --oneline",
    "git log --output=x",
    "git log -- --output=x",
    "git -c a.b=c status",
    "git  'push'",
    "g\"it\" push",
    "git pu\\sh",
    "gitpush",
    "git stash",
    "gti push",
    "cargo test",
    "cargo test --target-dir=x",
    "npm test",
    "npm test -- --watch",
    "rm -rf build",
    "find . -name x -delete",
    "find . -name x",
    "sort -o out in",
    "sort in",
    "tar --to-command=sh -xf a.tar",
    "tar -xf a.tar",
    "echo 'git push; rm'",
    "echo \"a && b\" ''",
];

/// What stands between commands.
pub(super) const SEPARATORS: &[&str] = &[" && ", " || ", "; ", " | ", "\n", " |& ", ";", " &&\n"];

/// Redirects.
pub(super) const REDIRECTS: &[&str] = &[
    " > out.txt",
    " 2>/dev/null",
    " 2>&1",
    " > /etc/hosts",
    " >> ../.ssh/config",
    " < in.txt",
    " < /etc/passwd",
    " > 'a b'",
    " >&2",
    " >| src/a.rs",
    " &> /home/user/.ssh/log",
    " 2>err",
    " <> both",
];

/// Lines that a simple reader does not follow.
pub(super) const OPAQUE: &[&str] = &[
    "$X push",
    "echo $(git push)",
    "echo `git push`",
    "for f in a b; do git push; done",
    "git push &",
    "A=1 git push",
    "echo \"unclosed",
    "cat <<E\ngit push\nE",
    "ls *",
    "if git push",
    "git push >",
    "git push && && rm",
    "git push # now",
    "~/bin/x",
    "echo \\",
    "echo \"$HOME\"",
    "(git push)",
    "; git push",
];

/// Lines that run nothing.
pub(super) const EMPTY: &[&str] = &["", "  ", "\n", "> out.txt", "< /etc/passwd"];

/// Paths as requests write them.
pub(super) const PATHS: &[&str] = &[
    "/home/user/project/src/a.rs",
    "src/a.rs",
    "./src/../../.ssh/x",
    "~/.ssh/id_rsa",
    "/home/user/.ssh/id_rsa",
    "/home/user/.sshx/y",
    "/home/user//.ssh/./k",
    "/etc/passwd",
    "/etc",
    "../../../etc/hosts",
    "/home/user/project/SRC/b.rs",
    "src/deep/c.rs",
    "/",
    "~",
    "/proc/self/root/etc/passwd",
    "",
];

/// What rules say of paths, as TOML.
pub(super) const PATH_TESTS: &[&str] = &[
    "\"~/.ssh\"",
    "\"./src\"",
    "\"/etc\"",
    "[\"~/.ssh\", \"/etc\"]",
    "{ under = \"./src\" }",
    "{ under = [\"/home\", \"/etc\"], not = \"~/.ssh\" }",
    "{ glob = \"./src/*.rs\" }",
    "{ glob = \"./src/**.rs\" }",
    "{ glob = \"~/.ssh/**\" }",
    "{ glob = [\"/etc/*\", \"~/*/id_*\"] }",
    "{ is = \"/etc/passwd\" }",
    "{ in_set = \"places\" }",
    "{ under = \"./src\", fold = true }",
    "{ not = \"./src\" }",
    "{ not = { glob = \"/etc/*\" } }",
    "{ not = [\"./src\", \"~/.ssh\"] }",
    "\"/\"",
];

/// Directories.
pub(super) const PLACES: &[&str] = &[
    "/home/user/project",
    "/home/user/scratch",
    "/home/user/project/src",
    "/tmp",
];

/// URLs as requests write them.
pub(super) const URLS: &[&str] = &[
    "https://docs.rs/serde",
    "HTTPS://docs.rs:443/serde",
    "https://docs.rs:8443/x",
    "http://docs.rs/",
    "https://a.b.example.org/",
    "https://example.org/p",
    "https://EXAMPLE.org/",
    "https://example.org.evil.net/p",
    "not a url",
];

/// What rules say of URLs, as TOML.
pub(super) const URL_TESTS: &[&str] = &[
    "\"https://docs.rs/serde\"",
    "[\"https://docs.rs/serde\", \"https://example.org/p\"]",
    "{ host = \"*.example.org\" }",
    "{ host = [\"docs.rs\", \"crates.io\"], scheme = \"https\" }",
    "{ port = 8443 }",
    "{ scheme = \"http\" }",
    "{ host = \"example.org\", path = \"/p\" }",
];
