//! `doorward init`: a policy to begin with, and the hook in the agents' settings.

use std::io;
use std::path::{Path, PathBuf};

use doorward_host::hook::Host;
use doorward_host::registration::Registration;
use doorward_host::{Discovery, Places, TEMPLATES, Template, Written, write_file};
use serde_json::{Value, json};

use crate::args::Init;
use crate::exit::Exit;
use crate::terminal;

/// What became of a file, for `--json`.
struct Done {
    path: PathBuf,
    what: &'static str,
    backup: Option<PathBuf>,
}

/// Writes what the arguments ask for.
///
/// # Errors
///
/// When stdout cannot be written.
pub(crate) fn run(arguments: &Init) -> io::Result<Exit> {
    let template = arguments
        .template
        .as_deref()
        .and_then(Template::named)
        .unwrap_or(TEMPLATES[0]);
    if arguments.output.as_deref() == Some(Path::new("-")) {
        terminal::print(template.text)?;
        return Ok(Exit::Done);
    }
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => {
            return Ok(failed(&format!(
                "cannot tell where this program is: {error}"
            )));
        }
    };
    let places = Places::of_this_machine();
    let policy = match policy(arguments, template, &places) {
        Ok(policy) => policy,
        Err(exit) => return Ok(exit),
    };
    let mut page = said_of_policy(&policy, template);
    let mut hosts = Vec::new();
    for host in hosts_of(arguments, &places) {
        let registration = match Registration::of_user(host, &places, &program) {
            Ok(registration) => registration,
            Err(error) => return Ok(failed(&error.to_string())),
        };
        let done = if arguments.write {
            match write(registration.path(), registration.text()) {
                Ok(done) => Some(done),
                Err(exit) => return Ok(exit),
            }
        } else {
            None
        };
        page += &said_of_host(&registration, done.as_ref(), &program);
        hosts.push(json_of_host(&registration, done.as_ref(), &program));
    }
    if arguments.json {
        let policy = policy.as_ref().map(json_of);
        page = json!({ "policy": policy, "hosts": hosts }).to_string() + "\n";
    } else if !arguments.write && !hosts.is_empty() {
        page += "\n`doorward init --write` puts it there and keeps a backup. `doorward status` says whether it works.\n";
    }
    terminal::print(&page)?;
    Ok(Exit::Done)
}

/// Writes the policy; `None` when there is one already and nobody asked for another.
fn policy(arguments: &Init, template: Template, places: &Places) -> Result<Option<Done>, Exit> {
    let Some(path) = arguments
        .output
        .clone()
        .or_else(|| Some(places.user_directory()?.join("policy.toml")))
    else {
        return Err(failed(
            "there is no home directory to write a policy to; name a file with --output",
        ));
    };
    let asked = arguments.template.is_some() || arguments.output.is_some() || arguments.force;
    let only_user =
        Places::default().user(places.user_directory().unwrap_or(Path::new("/nowhere")));
    if !asked && !Discovery::find(&only_user, Path::new("/")).is_empty() {
        return Ok(None);
    }
    let there = std::fs::read(&path).ok();
    if there.is_some_and(|there| there != template.text.as_bytes()) && !arguments.force {
        terminal::error(
            &format!("there is another policy at `{}`", path.display()),
            Some("--force replaces it and keeps a backup, --output writes elsewhere"),
        );
        return Err(Exit::Problems);
    }
    write(&path, template.text).map(Some)
}

fn write(path: &Path, text: &str) -> Result<Done, Exit> {
    let (what, backup) = match write_file(path, text) {
        Ok(Written::Unchanged) => ("unchanged", None),
        Ok(Written::Created) => ("created", None),
        Ok(Written::Replaced { backup }) => ("replaced", Some(backup)),
        Err(error) => {
            return Err(failed(&format!(
                "cannot write `{}`: {error}",
                path.display()
            )));
        }
    };
    Ok(Done {
        path: path.to_path_buf(),
        what,
        backup,
    })
}

/// Returns the hosts that were named, else those whose settings this user has, else Claude Code.
fn hosts_of(arguments: &Init, places: &Places) -> Vec<Host> {
    if !arguments.hosts.is_empty() {
        return arguments.hosts.clone();
    }
    let found: Vec<Host> = Host::ALL
        .into_iter()
        .filter(|host| places.has(*host))
        .collect();
    if found.is_empty() {
        vec![Host::Claude]
    } else {
        found
    }
}

fn said_of_policy(policy: &Option<Done>, template: Template) -> String {
    match policy {
        None => "policy    yours stays as it is\n".to_owned(),
        Some(done) => format!(
            "policy    {} {}: the template `{}`\n{}",
            done.path.display(),
            done.what,
            template.name,
            backup_of(done)
        ),
    }
}

fn backup_of(done: &Done) -> String {
    done.backup
        .as_ref()
        .map(|backup| format!("          what was there is in {}\n", backup.display()))
        .unwrap_or_default()
}

fn said_of_host(registration: &Registration, done: Option<&Done>, program: &Path) -> String {
    let title = registration.host().title();
    let path = registration.path().display();
    let mut said = match done {
        Some(done) => format!("{title}: {path} {}\n{}", done.what, backup_of(done)),
        None if registration.is_complete() => format!("\n{title}: registered in {path}\n"),
        None => format!(
            "\n{title}: this belongs into {path}\n\n{}",
            registration.snippet(program)
        ),
    };
    if let Some(remark) = registration.remark() {
        said += &format!("note: {remark}\n");
    }
    said
}

fn json_of(done: &Done) -> Value {
    json!({
        "path": done.path.to_string_lossy(), "written": done.what,
        "backup": done.backup.as_ref().map(|backup| backup.to_string_lossy().into_owned()),
    })
}

fn json_of_host(registration: &Registration, done: Option<&Done>, program: &Path) -> Value {
    let backup = done
        .and_then(|done| done.backup.as_deref())
        .map(Path::to_string_lossy);
    json!({
        "host": registration.host().name(), "settings": registration.path().to_string_lossy(),
        "registered": done.is_some() || registration.is_complete(), "text": registration.snippet(program),
        "written": done.map(|done| done.what), "backup": backup,
    })
}

fn failed(why: &str) -> Exit {
    terminal::error(why, None);
    Exit::Usage
}
