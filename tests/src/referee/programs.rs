//! The names of the programs inside the referee's place.

/// Names under which the real bash stands there.
pub const SHELLS: &[&str] = &["bash", "sh", "dash"];

/// Names in `/usr/bin` (and `/bin`, which is the same folder) under which the stub stands.
#[rustfmt::skip]
pub const STUBS: &[&str] = &[
    // Files.
    "rm", "rmdir", "mv", "cp", "ln", "ls", "cat", "tac", "head", "tail", "touch", "mkdir", "mkfifo", "mktemp",
    "chmod", "chown", "chgrp", "stat", "file", "du", "df", "dd", "shred", "truncate", "unlink", "install",
    "rsync", "tree", "realpath", "readlink", "basename", "dirname", "tee",
    // Text.
    "grep", "egrep", "fgrep", "rg", "sed", "awk", "gawk", "sort", "uniq", "cut", "tr", "wc", "jq", "diff",
    "patch", "paste", "rev", "fold", "fmt", "nl", "od", "xxd", "hexdump", "strings", "base64", "md5sum",
    "sha256sum", "seq", "yes", "less", "more", "column", "comm", "join", "split",
    // Programs that start programs.
    "sudo", "doas", "su", "env", "xargs", "find", "fd", "nice", "nohup", "timeout", "time", "stdbuf",
    "setsid", "watch", "parallel", "chroot", "unshare", "nsenter", "script", "expect", "strace", "gdb",
    "busybox", "ionice", "taskset", "flock", "run-parts", "start-stop-daemon", "at", "batch",
    // Interpreters and build tools.
    "python", "python3", "perl", "ruby", "node", "npm", "npx", "pnpm", "yarn", "bun", "deno", "uv", "uvx",
    "pip", "pip3", "pytest", "cargo", "rustc", "go", "make", "cmake", "gcc", "cc", "java", "mvn", "gradle",
    "php", "lua", "vim", "vi", "nano", "ed", "emacs", "tsc", "eslint", "jest",
    // Networks and hosts.
    "git", "gh", "curl", "wget", "ssh", "scp", "sftp", "nc", "ncat", "socat", "telnet", "ping", "dig",
    "docker", "podman", "kubectl", "terraform", "aws", "gcloud", "systemctl", "service", "crontab",
    // The system.
    "ps", "top", "killall", "pkill", "pgrep", "kill", "mount", "umount", "mkfs", "fdisk", "reboot",
    "shutdown", "id", "whoami", "uname", "hostname", "date", "sleep", "which", "man", "clear", "tput", "tar",
    "gzip", "gunzip", "zip", "unzip", "xz", "openssl", "gpg", "pass", "sqlite3", "psql",
    // Programs whose names bash keeps for itself: only a path or a wrapper reaches them.
    "echo", "printf", "test", "[", "true", "false", "pwd",
];

/// Names under which the stub stands in `~/bin` and in the project's folder too.
pub const LOCAL_STUBS: &[&str] = &["rm", "git", "tool", "run.sh"];

/// Programs whose real ones a second place has, where they are installed: wrappers that run a command, and programs that write files.
#[rustfmt::skip]
pub const REAL: &[&str] = &[
    "env", "nice", "nohup", "timeout", "setsid", "stdbuf", "xargs", "find", "time", "flock", "ionice", "taskset", "chrt",
    "tee", "cp", "mv", "rm", "dd", "sed", "touch", "ln", "install", "sort", "truncate", "split", "csplit", "mkdir", "rmdir", "unlink",
    "shred", "tar", "gzip", "gunzip", "mkfifo", "chmod", "patch", "awk", "uniq",
];
