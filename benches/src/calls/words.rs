//! What rules and requests are made of.

pub(super) const FIRST: [&str; 24] = [
    "amber", "bold", "calm", "dusty", "eager", "faint", "gentle", "hardy", "ivory", "jolly",
    "keen", "lunar", "misty", "noble", "olive", "proud", "quiet", "royal", "sandy", "tidy",
    "vivid", "warm", "young", "zesty",
];
pub(super) const SECOND: [&str; 32] = [
    "anchor", "badger", "canyon", "delta", "ember", "falcon", "gecko", "harbor", "island",
    "jaguar", "kestrel", "lagoon", "magpie", "narwhal", "otter", "panda", "quartz", "raven",
    "salmon", "thicket", "upland", "valley", "walrus", "yarrow", "zebra", "beacon", "cedar",
    "dingo", "finch", "heron", "ibex", "lynx",
];
pub(super) const PART: [&str; 12] = [
    "api", "web", "db", "cache", "worker", "cron", "sync", "auth", "proxy", "queue", "mail",
    "index",
];
pub(super) const ACTORS: [&str; 8] = [
    "user:ana",
    "user:ben",
    "user:eva",
    "user:tom",
    "agent:herald",
    "agent:steward",
    "agent:almanac",
    "agent:claude",
];
pub(super) const ROLES: [&str; 6] = [
    "admin",
    "operator",
    "developer",
    "viewer",
    "agent",
    "auditor",
];
pub(super) const TYPES: [&str; 8] = [
    "task", "job", "secret", "account", "device", "backup", "budget", "session",
];
pub(super) const ACTIONS: [&str; 9] = [
    "create", "read", "update", "delete", "approve", "assign", "export", "restart", "cancel",
];
pub(super) const ENDINGS: [&str; 8] = ["rs", "py", "ts", "toml", "yaml", "json", "md", "sh"];
pub(super) const COMMANDS: [&str; 16] = [
    "git status",
    "git diff",
    "git push",
    "git push --force",
    "ls",
    "cat",
    "grep -rn",
    "rm -rf",
    "cargo build",
    "cargo test",
    "npm publish",
    "kubectl get",
    "docker ps",
    "terraform apply",
    "curl -fsSL",
    "find . -name",
];
