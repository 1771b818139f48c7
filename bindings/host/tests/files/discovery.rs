//! Which files are in force in a directory.

use std::path::Path;

use crate::support::{Folder, rule};
use doorward::Layer;
use doorward_host::{Discovery, Places, repository_root};

fn found(folder: &Folder, discovery: &Discovery) -> Vec<(Layer, String)> {
    let relative = |path: &Path| {
        path.strip_prefix(folder.path())
            .unwrap()
            .display()
            .to_string()
    };
    discovery
        .files()
        .iter()
        .map(|file| (file.layer(), relative(file.path())))
        .collect()
}

fn places(folder: &Folder) -> Places {
    Places::default()
        .managed(folder.path().join("etc"))
        .user(folder.path().join("config"))
}

#[test]
fn every_layer_is_found_in_its_place_and_in_order() {
    let folder = Folder::new();
    folder.file("etc/m.toml", "");
    folder.file("config/u2.toml", "");
    folder.file("config/u1.toml", "");
    folder.file("config/auto/a.toml", "");
    folder.file("config/other/x.toml", "");
    folder.directory("repo/.git");
    folder.file("repo/.doorward/top.toml", "");
    folder.file("repo/a/b/.doorward/near.toml", "");
    folder.file(".doorward/outside.toml", "");
    let discovery = Discovery::find(&places(&folder), &folder.path().join("repo/a/b"));
    assert_eq!(
        found(&folder, &discovery),
        [
            (Layer::Managed, "etc/m.toml".into()),
            (Layer::User, "config/u1.toml".into()),
            (Layer::User, "config/u2.toml".into()),
            (Layer::Project, "repo/a/b/.doorward/near.toml".into()),
            (Layer::Project, "repo/.doorward/top.toml".into()),
            (Layer::Auto, "config/auto/a.toml".into()),
        ]
    );
    assert!(discovery.files().iter().all(|file| !file.is_trusted()));
}

#[test]
fn without_a_repository_only_the_directory_itself_is_looked_at() {
    let folder = Folder::new();
    folder.file("a/.doorward/above.toml", "");
    folder.file("a/b/.doorward/here.toml", "");
    let discovery = Discovery::find(&Places::default(), &folder.path().join("a/b"));
    assert_eq!(
        found(&folder, &discovery),
        [(Layer::Project, "a/b/.doorward/here.toml".into())]
    );
}

#[test]
fn a_worktree_is_a_repository_of_its_own() {
    let folder = Folder::new();
    folder.directory("repo/.git");
    folder.file("repo/.doorward/main.toml", "");
    folder.file("repo/tree/.git", "gitdir: ../.git/worktrees/tree\n");
    folder.file("repo/tree/.doorward/tree.toml", "");
    let discovery = Discovery::find(&Places::default(), &folder.path().join("repo/tree"));
    assert_eq!(
        found(&folder, &discovery),
        [(Layer::Project, "repo/tree/.doorward/tree.toml".into())]
    );
}

#[test]
fn nothing_found_is_an_error_that_says_so() {
    let folder = Folder::new();
    let discovery = Discovery::find(&places(&folder), folder.path());
    assert!(discovery.is_empty());
    assert_eq!(
        discovery.read().build().unwrap_err().code(),
        "no-policy-found"
    );
}

#[test]
fn a_project_file_found_may_only_tighten() {
    let folder = Folder::new();
    folder.file(".doorward/theirs.toml", rule("a", "allow", "git push"));
    let discovery = Discovery::find(&Places::default(), folder.path());
    assert_eq!(
        discovery.read().build().unwrap_err().code(),
        "not-tighten-only"
    );
}

#[cfg(unix)]
#[test]
fn a_project_file_that_links_out_of_the_repository_is_not_read() {
    use std::os::unix::fs::symlink;

    let folder = Folder::new();
    let secret = folder.file("secret", "password = 1\n");
    folder.directory("repo/.git");
    folder.file("repo/rules/shared.toml", rule("a", "deny", "git push"));
    folder.directory("repo/.doorward");
    symlink(&secret, folder.path().join("repo/.doorward/x.toml")).unwrap();
    symlink(
        "../rules/shared.toml",
        folder.path().join("repo/.doorward/y.toml"),
    )
    .unwrap();
    let error = Discovery::find(&Places::default(), &folder.path().join("repo"))
        .read()
        .build()
        .unwrap_err();
    let [only] = error.diagnostics() else {
        panic!("{error}")
    };
    assert_eq!(only.code, "unreadable-file");
    assert!(
        only.message
            .ends_with("it is a link that leads out of the repository"),
        "{error}"
    );
    assert!(!error.to_string().contains("password"));
}

#[cfg(unix)]
#[test]
fn a_place_that_cannot_be_listed_is_a_problem_and_not_an_empty_place() {
    let folder = Folder::new();
    folder.file("etc", "a file where a directory belongs");
    std::os::unix::fs::symlink("nowhere", folder.path().join(".doorward")).unwrap();
    let discovery = Discovery::find(&places(&folder), folder.path());
    assert!(!discovery.is_empty());
    assert_eq!(
        discovery
            .problems()
            .iter()
            .map(|problem| problem.code)
            .collect::<Vec<_>>(),
        ["unreadable-file"; 2]
    );
    assert!(discovery.read().build().is_err());
}

#[test]
fn a_place_below_something_that_is_no_directory_is_not_there() {
    let folder = Folder::new();
    let file = folder.file("home", "");
    assert!(
        Discovery::find(
            &Places::default().user(file.join(".config/doorward")),
            folder.path()
        )
        .is_empty()
    );
}

#[test]
fn a_repository_begins_where_git_is() {
    let folder = Folder::new();
    folder.directory("repo/.git");
    let deep = folder.directory("repo/a/b");
    assert_eq!(
        repository_root(&deep),
        Some(folder.path().join("repo").as_path())
    );
    assert_eq!(repository_root(folder.path()), None);
    assert_eq!(repository_root(Path::new("")), None);
}
