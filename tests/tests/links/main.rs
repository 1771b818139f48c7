//! Paths against a second opinion on where they lead: a file system in memory, and one on the disk.
//!
//! Each case is a file system with links put at random, a policy, and a call that names a file in one of many ways. The
//! second opinion says what the call would touch. Whatever the spelling, a call that touches a place a deny covers must
//! not be allowed, and what is allowed must lie inside of an allowed place. In memory the second opinion also stands in
//! for the host; on the disk the host looks for itself and must find the same, and of what is there the kernel has the last word.
//!
//! `LINKS_CASES` sets how many cases are tried in memory.

#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod world;

use std::sync::LazyLock;

use doorward::{Effect, Policy, Request, Scratch};
use doorward_tests::files::{Files, Place, names, path_of};
use doorward_tests::generate::random::Random;
use serde_json::{Map, Value, json};

use crate::world::{DIRECTORIES, World, spelled};

/// What a rule covers.
#[derive(Debug, Clone, Copy)]
enum Cover {
    Under(&'static str),
    Is(&'static str),
    /// Names that end so, below a place.
    Ending(&'static str, &'static str),
    /// Below a place, letter case aside.
    Folded(&'static str),
}

/// A policy, and what its rules cover.
#[derive(Debug)]
struct Rules {
    denied: &'static [Cover],
    allowed: &'static [Cover],
    /// The paths of the rules, as TOML, with `@` before absolute ones.
    text: &'static str,
}

const RULES: [Rules; 5] = [
    Rules {
        denied: &[Cover::Under("/w/p/secret"), Cover::Under("/home/u/.ssh")],
        allowed: &[Cover::Under("/w/p")],
        text: "deny ['./secret', '~/.ssh']\nallow './'",
    },
    Rules {
        denied: &[Cover::Is("/w/p/src/a"), Cover::Under("/srv/keys")],
        allowed: &[Cover::Under("/w/p/src"), Cover::Under("/home/u/docs")],
        text: "deny { is = '@/w/p/src/a' }\ndeny { under = ['@/srv/keys'] }\nallow ['./src/', '~/docs']",
    },
    Rules {
        denied: &[
            Cover::Ending("", ".key"),
            Cover::Ending("/home/u/.ssh", "id"),
        ],
        allowed: &[Cover::Under("/w/p"), Cover::Under("/srv")],
        text: "deny { glob = ['**/*.key', '~/.ssh/*id'] }\nallow { glob = ['./', '@/srv/'] }",
    },
    Rules {
        denied: &[Cover::Folded("/w/p/secret"), Cover::Under("/tmp")],
        allowed: &[Cover::Is("/w/p/docs/a"), Cover::Under("/w/p/src")],
        text: "deny { under = './SECRET', fold = true }\ndeny '@/tmp'\nallow { is = './docs/a' }\nallow './src'",
    },
    Rules {
        denied: &[Cover::Under("/w/p/docs"), Cover::Under("/home/u")],
        allowed: &[Cover::Under("/")],
        text: "deny ['./docs', '~']\nallow '@/'",
    },
];

/// Returns a policy whose absolute paths lie below `root`.
fn policy(rules: &Rules, root: &str) -> Policy {
    let mut text = String::from(
        "doorward = 1\n[[rule]]\nname = 'run'\neffect = 'allow'\nwhen.command = ['cat', 'ls', 'tee', 'rm', 'cd', 'env']\nwhen.cwd = '/'\n",
    );
    for (number, rule) in rules.text.lines().enumerate() {
        let (effect, places) = rule.split_once(' ').expect("an effect and places");
        // The root itself has no slash at its end.
        let places = places
            .replace("'@/'", &format!("'{root}/'"))
            .replace('@', root);
        let ops = match effect {
            "allow" => "when.op = ['file.read', 'file.write']\n",
            _ => "",
        };
        text += &format!(
            "[[rule]]\nname = 'r{number}'\neffect = '{effect}'\n{ops}when.path = {places}\n"
        );
    }
    Policy::from_toml(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A call, and what it would touch.
#[derive(Debug)]
struct Call {
    action: &'static str,
    input: Value,
    /// Where each file that it touches lies, without links.
    touched: Vec<Place>,
    /// What lies below is touched as well.
    tree: bool,
    /// The operation is the call's own, so a rule must allow it by its place.
    in_full: bool,
    path: String,
}

/// Returns a path without `.`, `..` and what says nothing, by its text.
fn by_text(path: &str) -> Place {
    let mut place = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(place.pop()),
            name => place.push(name.to_owned()),
        }
    }
    place
}

/// Whether a name fits a pattern of letters and `*`.
fn star(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, rest)) => {
            let behind = name.strip_prefix(before);
            behind.is_some_and(|behind| {
                (0..=behind.len())
                    .any(|at| behind.get(at..).is_some_and(|rest_of| star(rest, rest_of)))
            })
        }
    }
}

/// What the second opinion knows of one case.
struct Opinion<'w> {
    files: &'w Files,
    cwd: String,
    home: String,
}

impl Opinion<'_> {
    fn here(&self) -> Place {
        self.files.real(&[], &self.cwd).unwrap_or_default()
    }

    fn expanded(&self, path: &str) -> String {
        match path.strip_prefix("~/") {
            Some(below) => format!("{}/{below}", self.home),
            None => path.to_owned(),
        }
    }

    fn real(&self, from: &[String], path: &str) -> Vec<Place> {
        self.files
            .real(from, &self.expanded(path))
            .into_iter()
            .collect()
    }

    /// Where `cd` goes: by the text, and if nothing is there, where the kernel goes.
    fn changed(&self, to: &str, walks: bool) -> Option<Place> {
        let to = self.expanded(to);
        let whole = if to.starts_with('/') {
            to.clone()
        } else {
            format!("{}/{to}", self.cwd)
        };
        let directory =
            |place: Result<Place, _>| place.ok().filter(|place| self.files.is_directory(place));
        let text = directory(self.files.real(&[], &path_of(&by_text(&whole)))).filter(|_| !walks);
        text.or_else(|| directory(self.files.real(&self.here(), &to)))
    }

    /// The paths that a glob finds.
    fn found(&self, glob: &str) -> Vec<String> {
        let mut paths = vec![String::new()];
        for part in glob.split('/').filter(|part| !part.is_empty()) {
            let mut next = Vec::new();
            for path in paths {
                if !part.contains('*') {
                    next.push(format!("{path}/{part}"));
                    continue;
                }
                let Ok(directory) = self.files.real(&[], &path) else {
                    continue;
                };
                let listed = self.files.list(&directory);
                let fitting = listed.filter(|name| star(part, name) && !name.starts_with('.'));
                next.extend(fitting.map(|name| format!("{path}/{name}")));
            }
            paths = next;
        }
        let there = |path: &String| {
            self.files
                .itself(&[], path)
                .is_ok_and(|place| self.files.exists(&place))
        };
        paths.retain(there);
        paths
    }

    fn call(&self, dice: &mut Random, root: &str) -> Call {
        let path = spelled(dice, root, true);
        let here = self.here();
        let kind = dice.below(12);
        let bash = |command: String, touched: Vec<Place>, in_full: bool| Call {
            action: "Bash",
            input: json!({ "command": command }),
            touched,
            tree: false,
            in_full,
            path: path.clone(),
        };
        match kind {
            0 | 1 => Call {
                action: if kind == 0 { "Read" } else { "Write" },
                input: json!({ "file_path": path }),
                touched: self.real(&here, &path),
                tree: false,
                in_full: true,
                path,
            },
            2 => bash(format!("cat {path}"), self.real(&here, &path), false),
            3 => bash(format!("cat < {path}"), self.real(&here, &path), false),
            4 => bash(format!("ls > {path}"), self.real(&here, &path), true),
            5 => bash(
                format!("ls | tee -a {path}"),
                self.real(&here, &path),
                false,
            ),
            6..=9 => {
                let to = spelled(dice, root, true);
                let (command, walks, in_full) = match kind {
                    6 => (format!("cd {to} && cat {path}"), false, false),
                    7 => (format!("cd {to} && ls > {path}"), false, true),
                    8 => (format!("cd -P {to} && cat {path}"), true, false),
                    _ => (format!("env -C {to} cat {path}"), true, false),
                };
                let from = self.changed(&to, walks);
                let touched = from.map(|from| self.real(&from, &path)).unwrap_or_default();
                bash(command, touched, in_full)
            }
            10 => {
                let itself = self.files.itself(&here, &self.expanded(&path));
                Call {
                    tree: true,
                    ..bash(format!("rm -r {path}"), itself.into_iter().collect(), false)
                }
            }
            _ => {
                let glob = format!(
                    "{root}{}/{}{}/{}",
                    dice.pick(&DIRECTORIES),
                    dice.pick(&["", "", "l/../", "../", "./"]),
                    dice.pick(&["*", "l*", "*d", "s*"]),
                    dice.pick(&["*", "id", "*.key", "a"])
                );
                let found = self.found(&glob);
                let touched = found.iter().flat_map(|path| self.real(&[], path)).collect();
                bash(format!("cat {glob}"), touched, false)
            }
        }
    }

    /// What a host would say of the links.
    fn resolved(&self, policy: &Policy, request: &Request) -> Value {
        let real = |path: &str| {
            self.files
                .real(&[], path)
                .map(|place| path_of(&place))
                .unwrap_or_default()
        };
        let mut said = Map::new();
        for path in policy.paths(request).into_iter().chain([self.cwd.clone()]) {
            let leads = real(&path);
            if leads != path_of(&by_text(&path)) {
                said.insert(path, json!(leads));
            }
        }
        // A line without a wildcard has no globs, and most have none.
        let wild = request
            .text("input.command")
            .is_some_and(|line| line.contains('*'));
        let globs = if wild {
            policy.globs(request)
        } else {
            Vec::new()
        };
        for glob in globs {
            let found = self.found(&glob.replace('\\', ""));
            let leads: Vec<String> = found.iter().map(|path| real(path)).collect();
            said.insert(glob, json!(leads));
        }
        for path in policy.guarded(request) {
            let leads = real(&path);
            if !leads.is_empty() && leads != path {
                said.insert(path, json!(leads));
            }
        }
        Value::Object(said)
    }
}

fn is_below(place: &[String], top: &[String]) -> bool {
    place.starts_with(top)
}

impl Cover {
    /// Whether the place, or with `tree` something below it, is covered.
    fn covers(self, place: &[String], tree: bool, root: &str, files: &Files) -> bool {
        let real = |path: &str| {
            let path = format!("{root}{path}");
            files.real(&[], &path).unwrap_or_else(|_| names(&path))
        };
        match self {
            Self::Under(path) => {
                is_below(place, &real(path)) || tree && is_below(&real(path), place)
            }
            Self::Is(path) => *place == real(path) || tree && is_below(&real(path), place),
            Self::Ending(path, ending) => {
                let below = path.is_empty()
                    || place.len() == real(path).len() + 1 && is_below(place, &real(path));
                below && place.last().is_some_and(|name| name.ends_with(ending))
            }
            Self::Folded(path) => {
                let folded: Place = place.iter().map(|name| name.to_ascii_lowercase()).collect();
                is_below(
                    &folded,
                    &names(&format!("{root}{path}").to_ascii_lowercase()),
                )
            }
        }
    }
}

/// How often something was told, so that a test that tells nothing fails.
#[derive(Debug, Default)]
struct Told {
    cases: usize,
    allowed: usize,
    kept: usize,
    plain: usize,
    /// Paths, globs and places of rules that lead elsewhere, as the host says.
    led: usize,
}

/// Judges one decision by what the call touches.
fn judge(
    rules: &Rules,
    call: &Call,
    effect: Effect,
    root: &str,
    world: &World,
    told: &mut Told,
    case: &dyn Fn() -> String,
) {
    let covered = |covers: &[Cover], place: &Place, tree: bool| {
        let files = &world.files;
        covers
            .iter()
            .any(|cover| cover.covers(place, tree, root, files))
    };
    told.cases += 1;
    let kept = call
        .touched
        .iter()
        .any(|place| covered(rules.denied, place, call.tree));
    told.kept += usize::from(kept);
    told.allowed += usize::from(effect == Effect::Allow);
    if effect == Effect::Allow {
        assert!(
            !kept,
            "a call that touches what is denied is allowed\n{}",
            case()
        );
        let inside = |place: &Place| covered(rules.allowed, place, false);
        let all_inside = !call.in_full || call.touched.iter().all(inside);
        assert!(
            all_inside,
            "a call out of what is allowed is allowed\n{}",
            case()
        );
    } else if !world.linked && matches!(call.action, "Read" | "Write") {
        // Without links a plain path inside is decided by its text, and allowed.
        let honest = !call.touched.is_empty()
            && call.touched.iter().all(|place| {
                covered(rules.allowed, place, false) && !covered(rules.denied, place, false)
            });
        assert!(!honest, "an honest call is not allowed\n{}", case());
        told.plain += 1;
    }
}

fn opinion<'w>(dice: &mut Random, world: &'w World, root: &str) -> Opinion<'w> {
    let mut cwd = format!(
        "{root}{}",
        dice.pick(&["/w/p", "/w/p", "/w/p", "/w/p/src", "/w/p/l"])
    );
    let there = world
        .files
        .real(&[], &cwd)
        .is_ok_and(|place| world.files.is_directory(&place));
    if !there {
        cwd = format!("{root}/w/p");
    }
    Opinion {
        files: &world.files,
        cwd,
        home: format!("{root}/home/u"),
    }
}

fn request(call: &Call, opinion: &Opinion<'_>, root: &str, resolved: Option<Value>) -> Value {
    let mut facts =
        json!({ "cwd": opinion.cwd, "home": opinion.home, "project": format!("{root}/w/p") });
    if let (Some(resolved), Value::Object(facts)) = (resolved, &mut facts) {
        facts.insert("resolved".to_owned(), resolved);
    }
    json!({ "action": call.action, "input": call.input, "facts": facts })
}

fn parsed(request: &Value) -> Request {
    Request::from_json(request.to_string().as_bytes())
        .unwrap_or_else(|error| panic!("{error}: {request}"))
}

#[test]
fn a_call_is_judged_by_what_a_file_system_in_memory_says_it_touches() {
    static POLICIES: LazyLock<Vec<Policy>> =
        LazyLock::new(|| RULES.iter().map(|rules| policy(rules, "")).collect());
    let cases: u64 = std::env::var("LINKS_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(100_000);
    let shares = std::thread::available_parallelism().map_or(2, |cores| cores.get().min(8)) as u64;
    let told: Vec<Told> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..shares)
            .map(|share| {
                scope.spawn(move || {
                    let mut told = Told::default();
                    for seed in
                        (share..cases.div_ceil(8)).step_by(usize::try_from(shares).unwrap_or(1))
                    {
                        in_memory(seed, &POLICIES, &mut told);
                    }
                    told
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("a worker that found nothing"))
            .collect()
    });
    let sum = |count: fn(&Told) -> usize| told.iter().map(count).sum::<usize>();
    let (all, allowed, kept, plain) = (
        sum(|told| told.cases),
        sum(|told| told.allowed),
        sum(|told| told.kept),
        sum(|told| told.plain),
    );
    println!(
        "{all} cases: {allowed} allowed, {kept} touch what is denied, {plain} plain ones refused"
    );
    assert!(all as u64 >= cases);
    assert!(
        allowed * 10 > all && kept * 20 > all,
        "the cases tell too little"
    );
}

/// Eight calls in one file system.
fn in_memory(seed: u64, policies: &[Policy], told: &mut Told) {
    let mut dice = Random::new(seed);
    let world = World::new(&mut dice, "");
    for _ in 0..8 {
        let at = dice.below(RULES.len());
        let (Some(rules), Some(policy)) = (RULES.get(at), policies.get(at)) else {
            continue;
        };
        let opinion = opinion(&mut dice, &world, "");
        let call = opinion.call(&mut dice, "");
        let bare = parsed(&request(&call, &opinion, "", None));
        let resolved = opinion.resolved(policy, &bare);
        let whole = request(&call, &opinion, "", Some(resolved));
        let effect = policy
            .decide_with(&mut Scratch::new(), &parsed(&whole))
            .effect();
        let case = || {
            format!(
                "seed {seed}: {} {}\n{whole}\n{:#?}\n{rules:?}",
                call.action, call.path, world.made
            )
        };
        judge(rules, &call, effect, "", &world, told, &case);
    }
}

/// A folder that is removed at the end.
#[cfg(unix)]
struct Folder(std::path::PathBuf);

#[cfg(unix)]
impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(unix)]
#[test]
fn a_call_is_judged_by_what_the_kernel_says_it_touches() {
    use std::fs;
    use std::os::unix::fs::symlink;

    let top = std::env::temp_dir()
        .canonicalize()
        .expect("a folder for temporary files");
    let top = Folder(top.join(format!("doorward-links-{}", std::process::id())));
    let root = top.0.to_str().expect("a folder with a name");
    let policies: Vec<Policy> = RULES.iter().map(|rules| policy(rules, root)).collect();
    let mut told = Told::default();
    for seed in 0..250 {
        let mut dice = Random::new(seed ^ 0xd15c);
        let world = World::new(&mut dice, root);
        for place in world.files.directories() {
            fs::create_dir_all(path_of(place)).expect("a directory");
        }
        for (place, target) in &world.made {
            match target {
                Some(target) => symlink(target, place).expect("a link"),
                None => fs::write(place, "").expect("a file"),
            }
        }
        for _ in 0..16 {
            let at = dice.below(RULES.len());
            let (Some(rules), Some(policy)) = (RULES.get(at), policies.get(at)) else {
                continue;
            };
            let opinion = opinion(&mut dice, &world, root);
            let call = opinion.call(&mut dice, root);
            let whole = request(&call, &opinion, root, None);
            let case = || {
                format!(
                    "seed {seed}: {} {}\n{whole}\n{:#?}\n{rules:?}",
                    call.action, call.path, world.made
                )
            };
            if let ("Read", [place]) = (call.action, call.touched.as_slice()) {
                // The second opinion itself, where the kernel has one.
                let path = fs::canonicalize(
                    std::path::Path::new(&opinion.cwd).join(opinion.expanded(&call.path)),
                );
                if let Ok(path) = path {
                    assert_eq!(path.to_str(), Some(&*path_of(place)), "{}", case());
                }
            }
            let bare = parsed(&whole);
            let looked_up = doorward_host::resolved(policy, &bare);
            for path in policy.paths(&bare).into_iter().chain(policy.guarded(&bare)) {
                // Where the kernel ends with an error the host may say more than that.
                let Ok(place) = world.files.real(&[], &path) else {
                    continue;
                };
                let said = looked_up.get(&path).and_then(doorward::Value::as_text);
                let said = said.map_or_else(|| path_of(&by_text(&path)), str::to_owned);
                assert_eq!(said, path_of(&place), "where {path} leads\n{}", case());
            }
            told.led += looked_up.len();
            let resolved = doorward_host::resolve(policy, bare);
            let effect = policy.decide_with(&mut Scratch::new(), &resolved).effect();
            judge(rules, &call, effect, root, &world, &mut told, &case);
        }
        let _ = fs::remove_dir_all(&top.0);
    }
    println!("{told:?}");
    assert!(
        told.allowed * 10 > told.cases && told.kept * 20 > told.cases && told.led * 10 > told.cases,
        "{told:?}"
    );
}
