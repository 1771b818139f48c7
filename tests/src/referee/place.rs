//! The launcher's side: makes the place where scripts do no harm, and runs them there.
//!
//! Started twice. [`separate`] makes the namespaces and starts the launcher again as their first process; [`serve`] builds the root folder in
//! memory, moves into it and answers one request after another.

use super::programs::{SHELLS, STUBS};
use super::tree::{Changes, Tree, WRITABLE};
use super::wire::{self, BROKEN, CHECK, NOT_HERE, READY, RUN};
use super::{CALLS, HOME, PROJECT, RUN_MS};
use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, getgid, getpid, getuid};
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Stands for the user who started the test, where a launcher is told whom scripts run as.
const ROOT: &str = "root";

/// Where bash's messages go, inside the place.
const MESSAGES: &str = "/log/messages";

/// How much of bash's messages is reported, in bytes.
const MESSAGE_BYTES: usize = 4_096;

/// The users, and groups, that scripts run as when we are root: they own nothing outside the place. Each place has one to itself,
/// because the system counts the processes of a user, wherever they run, against the limit of each.
const USERS: std::ops::Range<u32> = 61_234..65_234;

/// Libraries of real programs that no program lists: what `stdbuf` loads into others.
const LOADED_BY_NAME: &[&str] = &[
    "/usr/libexec/coreutils/libstdbuf.so",
    "/usr/lib/coreutils/libstdbuf.so",
];

/// What a run may use: seconds of processor time, bytes of a file, descriptors, bytes of memory, processes.
const LIMITS: &[(Resource, u64)] = &[
    (Resource::RLIMIT_CORE, 0),
    (Resource::RLIMIT_CPU, 2),
    (Resource::RLIMIT_FSIZE, 1 << 20),
    (Resource::RLIMIT_NOFILE, 512),
    (Resource::RLIMIT_AS, 1 << 30),
    (Resource::RLIMIT_NPROC, 256),
];

/// Why the place cannot be made.
#[derive(Debug)]
enum Trouble {
    /// The system refuses namespaces, or what they need.
    NotHere(String),
    /// Anything else: a fault of ours.
    Broken(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Broken(error)
    }
}

/// Makes the namespaces and starts this program again inside them; returns its exit code.
///
/// Real programs of the names in `real` stand in the place before the stubs.
pub fn separate(stub: &Path, real: &[OsString]) -> ExitCode {
    let inside = || -> Result<ExitCode, Trouble> {
        let (user, group) = (getuid(), getgid());
        let flags = CloneFlags::CLONE_NEWNS
            | CloneFlags::CLONE_NEWPID
            | CloneFlags::CLONE_NEWNET
            | CloneFlags::CLONE_NEWIPC
            | CloneFlags::CLONE_NEWUTS;
        let nobody = USERS.start + std::process::id() % (USERS.end - USERS.start);
        let as_nobody = user.is_root() && has_user(nobody)? && unshare(flags).is_ok();
        if !as_nobody {
            unshare(flags | CloneFlags::CLONE_NEWUSER).map_err(refused("namespaces"))?;
            fs::write("/proc/self/setgroups", "deny")?;
            fs::write("/proc/self/uid_map", format!("0 {user} 1"))?;
            fs::write("/proc/self/gid_map", format!("0 {group} 1"))?;
        }
        let mut inner = Command::new(std::env::current_exe()?)
            .arg("inside")
            .arg(if as_nobody {
                nobody.to_string()
            } else {
                ROOT.to_owned()
            })
            .arg(stub)
            .args(real)
            .spawn()?;
        Ok(match inner.wait()?.code() {
            Some(0) => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        })
    };
    answer_trouble(inside())
}

/// Whether the user's number means somebody in this user namespace.
fn has_user(number: u32) -> io::Result<bool> {
    // Lines of: first number inside, first outside, how many.
    let map = fs::read_to_string("/proc/self/uid_map")?;
    Ok(map.lines().any(|line| {
        let mut columns = line
            .split_whitespace()
            .map(|column| column.parse().unwrap_or(0_u32));
        let (first, count) = (columns.next(), columns.nth(1));
        matches!((first, count), (Some(first), Some(count)) if number.wrapping_sub(first) < count)
    }))
}

/// Builds the place and answers requests from standard input on standard output, until there are no more.
///
/// `user` is the number of the one that scripts run as, or `root`: the user who started the test.
pub fn serve(user: &str, stub: &Path, real: &[OsString]) -> ExitCode {
    let inside = || -> Result<ExitCode, Trouble> {
        nix::sys::prctl::set_pdeathsig(Signal::SIGKILL).map_err(io::Error::from)?;
        if getpid().as_raw() != 1 {
            // What is left of a run is killed by number -1: only ever in a process namespace of our own.
            return Err(io::Error::other("not the first process of a namespace").into());
        }
        let nobody = match user {
            ROOT => None,
            number => Some(number.parse().map_err(io::Error::other)?),
        };
        let mut place = Place::make(nobody, stub, real)?;
        wire::send(io::stdout(), READY)?;
        while let Some(request) = wire::receive(io::stdin())? {
            let answer = match request.split_first() {
                Some((&RUN, script)) => place.run(script)?,
                Some((&CHECK, script)) => place.check(script)?,
                _ => return Err(io::Error::other("an unknown request").into()),
            };
            wire::send(io::stdout(), &answer)?;
        }
        Ok(ExitCode::SUCCESS)
    };
    answer_trouble(inside())
}

fn answer_trouble(done: Result<ExitCode, Trouble>) -> ExitCode {
    let message = match done {
        Ok(code) => return code,
        Err(Trouble::NotHere(why)) => [NOT_HERE, why.as_bytes()].concat(),
        Err(Trouble::Broken(error)) => [BROKEN, error.to_string().as_bytes()].concat(),
    };
    let _ = wire::send(io::stdout(), &message);
    ExitCode::FAILURE
}

/// The system's refusal as [`Trouble`]: what an unprivileged or confined process gets is no fault of ours.
fn refused(what: &'static str) -> impl Fn(Errno) -> Trouble {
    move |errno| match errno {
        Errno::EPERM
        | Errno::EACCES
        | Errno::ENOSYS
        | Errno::EINVAL
        | Errno::ENOSPC
        | Errno::EUSERS => Trouble::NotHere(format!("{what}: {errno}")),
        _ => Trouble::Broken(io::Error::other(format!("{what}: {errno}"))),
    }
}

/// The built place.
#[derive(Debug)]
struct Place {
    /// Scripts run as this one of [`USERS`]; otherwise as the user who started the test, who is root only in a user namespace of the place's own.
    nobody: Option<u32>,
    /// The folders that scripts may write to.
    tree: Tree,
}

impl Place {
    fn make(nobody: Option<u32>, stub: &Path, real: &[OsString]) -> Result<Place, Trouble> {
        let none = None::<&str>;
        // Any folder that holds nothing of ours will do; only this mount namespace sees what is put over it.
        let root = PathBuf::from("/sys");
        mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)
            .map_err(refused("mounts"))?;
        memory(&root, "mode=755,size=1g,nr_inodes=8k")?;
        for folder in [
            "usr/bin",
            "usr/local/bin",
            "usr/lib",
            "dev",
            "proc",
            "tmp",
            "home",
            "log",
            "etc",
            "old",
        ] {
            fs::create_dir_all(root.join(folder))?;
        }
        symlink("usr/bin", root.join("bin"))?;
        let bash = find_program("bash".as_ref())
            .ok_or_else(|| Trouble::NotHere("there is no bash".to_owned()))?;
        for (index, name) in SHELLS.iter().enumerate() {
            put_program(&root, &bash, name, SHELLS.first().filter(|_| index > 0))?;
        }
        for (index, name) in STUBS.iter().enumerate() {
            put_program(&root, stub, name, STUBS.first().filter(|_| index > 0))?;
        }
        for program in [&bash, stub] {
            put_libraries(&root, program)?;
        }
        for name in real {
            // One that is not installed is missing in the place too.
            if let Some(program) = find_program(name) {
                fs::copy(&program, root.join("usr/local/bin").join(name))?;
                put_libraries(&root, &program)?;
            }
        }
        if !real.is_empty() {
            for library in LOADED_BY_NAME.iter().map(Path::new) {
                if library.is_file() {
                    put_library(&root, library)?;
                }
            }
        }
        for device in ["null", "zero"] {
            let (from, to) = (
                Path::new("/dev").join(device),
                root.join("dev").join(device),
            );
            File::create(&to)?;
            mount(Some(&from), &to, none, MsFlags::MS_BIND, none).map_err(refused("devices"))?;
        }
        symlink("/proc/self/fd", root.join("dev/fd"))?;
        for (number, name) in ["stdin", "stdout", "stderr"].iter().enumerate() {
            symlink(
                format!("/proc/self/fd/{number}"),
                root.join("dev").join(name),
            )?;
        }
        let proc = root.join("proc");
        mount(Some("proc"), &proc, Some("proc"), MsFlags::empty(), none)
            .or_else(|_| {
                let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
                mount(Some("/proc"), &proc, none, flags, none)
            })
            .map_err(refused("/proc"))?;
        for folder in WRITABLE.iter().chain(&["/log"]) {
            memory(
                &root.join(folder.trim_start_matches('/')),
                "mode=755,size=512m,nr_inodes=4k",
            )?;
        }
        enter(&root)?;
        for log in [CALLS, MESSAGES] {
            File::create(log)?;
            fs::set_permissions(log, Permissions::from_mode(0o666))?;
        }
        Ok(Place {
            nobody,
            tree: Tree::furnish(nobody)?,
        })
    }

    /// Runs a script and says what it did: see `Run` on the other side for the order of the answer.
    fn run(&mut self, script: &[u8]) -> io::Result<Vec<u8>> {
        let (status, timed_out) = self.bash(&[b"-c", script])?;
        let calls = fs::read(CALLS)?;
        let Changes { changed, written } = self.tree.settle()?;
        let mut answer = Vec::new();
        wire::put_number(&mut answer, status);
        wire::put_number(&mut answer, usize::from(timed_out));
        wire::put(&mut answer, &messages()?);
        put_paths(&mut answer, &changed);
        put_paths(&mut answer, &written);
        wire::put(&mut answer, &calls);
        Ok(answer)
    }

    /// Says whether bash finds a syntax error, and its message.
    fn check(&self, script: &[u8]) -> io::Result<Vec<u8>> {
        let (status, _) = self.bash(&[b"-n", b"-c", script])?;
        let mut answer = Vec::new();
        wire::put_number(&mut answer, status);
        wire::put(&mut answer, &messages()?);
        Ok(answer)
    }

    /// Runs bash to its end and the end of what it started; its status (256 + signal when killed), and whether the time ran out.
    fn bash(&self, words: &[&[u8]]) -> io::Result<(usize, bool)> {
        File::create(CALLS)?;
        let messages = File::create(MESSAGES)?;
        let mut command = Command::new("/usr/bin/bash");
        command
            .args(words.iter().map(|word| OsStr::from_bytes(word)))
            .current_dir(PROJECT)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", HOME)
            .env("PWD", PROJECT)
            .env("USER", "user")
            .env("TERM", "dumb")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(messages)
            .process_group(0);
        if let Some(user) = self.nobody {
            command.uid(user).gid(user);
        }
        let id = limited(|| command.spawn())?.id();
        let end = Instant::now() + Duration::from_millis(RUN_MS);
        let (mut status, mut timed_out) = (None, false);
        loop {
            match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::Exited(who, code)) if u32::try_from(who.as_raw()) == Ok(id) => {
                    status = usize::try_from(code).ok();
                }
                Ok(WaitStatus::Signaled(who, signal, _))
                    if u32::try_from(who.as_raw()) == Ok(id) =>
                {
                    status = usize::try_from(signal as i32 + 256).ok();
                }
                Ok(WaitStatus::StillAlive) => {
                    if Instant::now() > end {
                        timed_out = true;
                        // Everything in this process namespace but ourselves.
                        let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
                    }
                    std::thread::sleep(Duration::from_micros(150));
                }
                Ok(_) => {}
                Err(Errno::ECHILD) => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok((status.unwrap_or(usize::MAX), timed_out))
    }
}

/// Starts something under the limits of a run. They are soft ones, set only while it starts: the launcher itself needs more.
fn limited<T>(start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let mut before = Vec::new();
    for (what, most) in LIMITS {
        let (soft, hard) = getrlimit(*what)?;
        setrlimit(*what, (*most).min(hard), hard)?;
        before.push((*what, soft, hard));
    }
    let started = start();
    for (what, soft, hard) in before {
        setrlimit(what, soft, hard)?;
    }
    started
}

fn put_paths(answer: &mut Vec<u8>, paths: &BTreeSet<PathBuf>) {
    wire::put_number(answer, paths.len());
    for path in paths {
        wire::put(answer, path.as_os_str().as_bytes());
    }
}

/// The end of what bash said.
fn messages() -> io::Result<Vec<u8>> {
    let all = fs::read(MESSAGES)?;
    let start = all.len().saturating_sub(MESSAGE_BYTES);
    Ok(all.get(start..).unwrap_or_default().to_vec())
}

/// Puts a program under a name in `usr/bin`; as a link when it stands there under another name already.
fn put_program(root: &Path, program: &Path, name: &str, same: Option<&&str>) -> io::Result<()> {
    let folder = root.join("usr/bin");
    match same {
        Some(first) => fs::hard_link(folder.join(first), folder.join(name)),
        None => fs::copy(program, folder.join(name)).map(drop),
    }
}

/// Puts the shared libraries that a program loads where it looks for them.
fn put_libraries(root: &Path, program: &Path) -> io::Result<()> {
    for library in libraries(program)? {
        put_library(root, &library)?;
    }
    Ok(())
}

fn put_library(root: &Path, library: &Path) -> io::Result<()> {
    let target = root.join(library.strip_prefix("/").unwrap_or(library));
    if target.exists() {
        return Ok(());
    }
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(library, &target).map(drop)
}

/// The first executable of that name on the path.
fn find_program(name: &OsStr) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|p| p.is_file())?;
    found.canonicalize().ok()
}

/// The shared libraries that a program loads, as `ldd` lists them; none for a static program.
fn libraries(program: &Path) -> io::Result<Vec<PathBuf>> {
    let listed = Command::new("ldd")
        .arg(program)
        .stderr(Stdio::null())
        .output()?;
    let text = String::from_utf8_lossy(&listed.stdout);
    Ok(text
        .split_whitespace()
        .filter(|word| word.starts_with('/'))
        .map(|word| PathBuf::from(word.trim_end_matches(':')))
        .collect())
}

/// An empty folder in memory over `at`.
fn memory(at: &Path, options: &str) -> Result<(), Trouble> {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some("tmpfs"), at, Some("tmpfs"), flags, Some(options))
        .map_err(refused("a folder in memory"))
}

/// Makes `root` the root folder, read-only, and lets go of everything outside it.
fn enter(root: &Path) -> Result<(), Trouble> {
    let none = None::<&str>;
    std::env::set_current_dir(root)?;
    nix::unistd::pivot_root(".", "old").map_err(refused("the root folder"))?;
    std::env::set_current_dir("/")?;
    umount2("/old", MntFlags::MNT_DETACH).map_err(refused("the old root folder"))?;
    let flags = MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY | MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(none, "/", none, flags, none).map_err(refused("a read-only root folder"))
}
