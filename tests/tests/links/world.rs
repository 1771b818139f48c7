//! File systems with links put at random, and paths into them.

use doorward_tests::files::{Files, names};
use doorward_tests::generate::random::Random;

/// A file system: its directories, files and links. The places of a case lie below a root.
#[derive(Debug)]
pub(super) struct World {
    pub(super) files: Files,
    pub(super) made: Vec<(String, Option<String>)>,
    pub(super) linked: bool,
}

const NAMES: [&str; 14] = [
    "src", "docs", "secret", "l", "l", "m", "n", "a", "id", "x.key", "new", "..", "..", ".",
];
/// Names that stand behind others: most are what a link may lead to.
const BELOW: [&str; 8] = ["a", "id", "x.key", "l", "m", "..", "secret", "docs"];
/// Where links lead, beside anywhere.
const TARGETS: [&str; 12] = [
    "/home/u/.ssh",
    "/home/u",
    "/w/p/secret",
    "/srv/keys",
    "/tmp",
    "/w/p/docs",
    "../secret",
    "../docs/a",
    "/",
    "../l",
    "m",
    "/home/u/.ssh/../docs",
];
pub(super) const DIRECTORIES: [&str; 9] = [
    "/w/p",
    "/w/p/src",
    "/w/p/docs",
    "/w/p/secret",
    "/home/u",
    "/home/u/docs",
    "/srv/keys",
    "/srv",
    "/tmp",
];
const FROM: [&str; 14] = [
    "",
    "",
    "",
    "/w/p/",
    "//w/./p/",
    "~/",
    "../",
    "/srv/",
    "~/.ssh/",
    "~/docs/../.ssh/",
    "/srv/keys/",
    "/tmp/",
    "secret/",
    "/w/p/l/",
];

/// Returns a path below `root`, in one of many spellings.
pub(super) fn spelled(dice: &mut Random, root: &str, tilde: bool) -> String {
    let mut from = dice.pick(&FROM);
    while from.starts_with('~') && !tilde {
        from = dice.pick(&FROM);
    }
    let mut path = match from.starts_with('/') {
        true => format!("{root}{from}"),
        false => from.to_owned(),
    };
    let count = 1 + dice.below(dice.clone().below(5) + 1);
    for index in 0..count {
        if index > 0 {
            path.push_str(dice.pick(&["/", "/", "/", "//", "/./"]));
        }
        path.push_str(if index == 0 {
            dice.pick(&NAMES)
        } else {
            dice.pick(&BELOW)
        });
    }
    if dice.chance(15) {
        path.push('/');
    }
    path
}

impl World {
    pub(super) fn new(dice: &mut Random, root: &str) -> Self {
        let absolute = |target: &str| match target.starts_with('/') {
            true => format!("{root}{target}"),
            false => target.to_owned(),
        };
        let mut made = Vec::new();
        let keys_are_a_link = dice.chance(25);
        if keys_are_a_link {
            let targets = [
                "/srv/keys",
                "/w/p/src",
                "/w/p/m",
                "../../srv/keys",
                "/home/u/docs",
            ];
            let target = absolute(dice.pick(&targets));
            made.push(("/home/u/.ssh".to_owned(), Some(target)));
        }
        let count = if dice.chance(20) {
            0
        } else {
            1 + dice.below(6)
        };
        for _ in 0..count {
            let place = format!(
                "{}/{}",
                dice.pick(&DIRECTORIES),
                dice.pick(&["l", "m", "n", "a", "id"])
            );
            let target = match dice.chance(70) {
                true => absolute(dice.pick(&TARGETS)),
                false => spelled(dice, root, false),
            };
            made.push((place, Some(target)));
        }
        for _ in 0..dice.below(6) {
            let place = format!(
                "{}/{}",
                dice.pick(&DIRECTORIES),
                dice.pick(&["a", "id", "x.key", "l"])
            );
            made.push((place, None));
        }
        let mut files = Files::default();
        let directories = DIRECTORIES
            .iter()
            .chain(["/home/u/.ssh"].iter().filter(|_| !keys_are_a_link));
        for directory in directories {
            files.directory(&format!("{root}{directory}"));
        }
        let mut kept = Vec::new();
        for (place, target) in made {
            let place = format!("{root}{place}");
            if files.exists(&names(&place)) {
                continue;
            }
            match &target {
                Some(target) => files.link(&place, target),
                None => files.file(&place),
            }
            kept.push((place, target));
        }
        let linked = kept.iter().any(|(_, target)| target.is_some());
        Self {
            files,
            made: kept,
            linked,
        }
    }
}
