//! Compiles `data/programs.toml` into static tables, so that the core reads no file and parses nothing at run time.

extern crate alloc;

#[path = "src/command/programs/entry.rs"]
#[expect(dead_code, reason = "the core reads it too, and needs more of it")]
mod entry;

#[path = "src/command/programs/options.rs"]
#[expect(
    dead_code,
    reason = "the core looks for options, this writes their index"
)]
mod options;

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use entry::{Entry, KEYS, place, split_name};
use options::Options;
use toml::Value;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    println!("cargo::rerun-if-changed=data/programs.toml");
    println!("cargo::rerun-if-changed=src/command/programs/entry.rs");
    println!("cargo::rerun-if-changed=src/command/programs/options.rs");
    let table: toml::Table = fs::read_to_string("data/programs.toml")?.parse()?;
    let mut out = String::new();
    let version = table
        .get("version")
        .and_then(Value::as_integer)
        .ok_or("programs.toml has no version")?;
    writeln!(out, "pub(crate) const PROGRAMS_VERSION: u32 = {version};")?;
    for (name, section, key) in [
        ("SAFE_NAMES", "environment", "safe"),
        ("RUN_NAMES", "environment", "runs"),
        ("SETTINGS", "settings", "runs"),
    ] {
        let section = table.get(section).and_then(Value::as_table);
        let names = texts(section.ok_or_else(|| format!("no names for {name}"))?, key)?;
        let wild: Vec<_> = names
            .iter()
            .filter_map(|name| name.split_once('*'))
            .collect();
        let exact: Vec<_> = names.iter().filter(|name| !name.contains('*')).collect();
        writeln!(
            out,
            "static {name}: Patterns = Patterns::new(&{exact:?}, &{wild:?});"
        )?;
    }
    let mut programs = Vec::new();
    for (name, value) in &table {
        let Value::Table(entry) = value else { continue };
        if name == "environment" || name == "settings" {
            continue;
        }
        add(&mut programs, &table, name, entry).map_err(|why| format!("[{name}]: {why}"))?;
    }
    // What is said of a program with a subcommand or an option holds for its other names, unless they have their own.
    for (name, value) in &table {
        let Value::Table(entry) = value else { continue };
        for other in texts(entry, "also")? {
            add_below(&mut programs, &table, name, other)?;
        }
        if let Some(other) = entry.get("like").and_then(Value::as_str) {
            add_below(&mut programs, &table, other, name)?;
        }
    }
    write!(out, "static PROGRAMS: &[Entry] = ")?;
    entries(&mut out, &programs, true)?;
    writeln!(out, ";")?;
    let mut slots = vec![0_u16; (4 * programs.len()).next_power_of_two()];
    for (at, program) in programs.iter().enumerate() {
        let mut slot = entry::slot(&program.name, slots.len());
        while slots.get(slot).is_some_and(|taken| *taken != 0) {
            slot = (slot + 1) % slots.len();
        }
        if let Some(slot) = slots.get_mut(slot) {
            *slot = u16::try_from(at + 1)?;
        }
    }
    writeln!(out, "static SLOTS: [u16; {}] = {slots:?};", slots.len())?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("programs.rs"), out)?;
    Ok(())
}

/// Adds the entry of one table, under its name and those in `also`.
fn add(
    programs: &mut Vec<Entry>,
    all: &toml::Table,
    name: &str,
    table: &toml::Table,
) -> Result<(), Failure> {
    let entry = read(all, table, 0)?;
    for name in texts(table, "also")?.into_iter().chain([name]) {
        if !put(programs, name, &entry)? {
            return Err(format!("`{name}` is there twice").into());
        }
    }
    Ok(())
}

/// Puts an entry where its name says; false when there is one.
fn put(programs: &mut Vec<Entry>, name: &str, entry: &Entry) -> Result<bool, Failure> {
    let (path, option) = split_name(name)?;
    Ok(place(programs, &path, option, entry.clone()))
}

/// Adds what is said of `from` with a subcommand or an option to `to`.
fn add_below(
    programs: &mut Vec<Entry>,
    all: &toml::Table,
    from: &str,
    to: &str,
) -> Result<(), Failure> {
    let below = |name: &str| {
        Some(format!(
            "{to} {}",
            name.strip_prefix(from)?.strip_prefix(' ')?
        ))
    };
    for (name, value) in all {
        let (Some(new), Some(table)) = (below(name), value.as_table()) else {
            continue;
        };
        let entry = read(all, table, 0)?;
        let others = texts(table, "also")?;
        for name in others.into_iter().filter_map(below).chain([new]) {
            put(programs, &name, &entry)?;
        }
    }
    Ok(())
}

fn read(all: &toml::Table, table: &toml::Table, depth: usize) -> Result<Entry, Failure> {
    if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("unknown key `{key}`").into());
    }
    let mut entry = match table.get("like") {
        None => Entry::new("".into()),
        Some(other) => {
            let other = other.as_str().ok_or("`like` is not a text")?;
            let other = all
                .get(other)
                .and_then(Value::as_table)
                .filter(|_| depth < 3)
                .ok_or_else(|| format!("`{other}` is no entry"))?;
            read(all, other, depth + 1)?
        }
    };
    for (key, value) in table {
        let known = match value {
            _ if key == "like" || key == "also" => true,
            Value::Boolean(flag) => entry.set_flag(key, *flag),
            Value::String(text) => entry.set_text(key, text)?,
            Value::Array(_) => entry.add(key, &texts(table, key)?)?,
            _ => false,
        };
        if !known {
            return Err(format!("`{key}` is of the wrong type").into());
        }
    }
    Ok(entry)
}

fn texts<'t>(table: &'t toml::Table, key: &str) -> Result<Vec<&'t str>, Failure> {
    let Some(value) = table.get(key) else {
        return Ok(Vec::new());
    };
    let items = value
        .as_array()
        .ok_or_else(|| format!("`{key}` is not a list"))?;
    let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
    Ok(texts.ok_or_else(|| format!("`{key}` holds something else than text"))?)
}

fn entries(out: &mut String, entries: &[Entry], whole: bool) -> Result<(), Failure> {
    write!(out, "{}[", if whole { "&" } else { "Cow::Borrowed(&" })?;
    for entry in entries {
        write!(out, "Entry {{ name: Cow::Borrowed({:?}), ", entry.name)?;
        match entry.style {
            None => write!(out, "style: None, ")?,
            Some(style) => write!(out, "style: Some(Style::{style:?}), ")?,
        }
        write!(
            out,
            "stops: {}, transparent: {}, neutral: {}, stdin: {}, shell: {}, appends: {}, dashless: {}, ",
            entry.stops,
            entry.transparent,
            entry.neutral,
            entry.stdin,
            entry.shell,
            entry.appends,
            entry.dashless
        )?;
        options(out, "options", &entry.options)?;
        options(out, "everywhere", &entry.everywhere)?;
        options(out, "below", &entry.below)?;
        match &entry.operands {
            None => write!(out, "operands: None, ")?,
            Some(operands) => {
                write!(out, "operands: Some(Cow::Borrowed(&[")?;
                for operand in operands.iter() {
                    let many = operand.many;
                    write!(
                        out,
                        "Operand {{ role: Role::{:?}, many: {many} }}, ",
                        operand.role
                    )?;
                }
                write!(out, "])), ")?;
            }
        }
        match entry.dashes {
            None => write!(out, "dashes: None, ")?,
            Some(role) => write!(out, "dashes: Some(Role::{role:?}), ")?,
        }
        match &entry.otherwise {
            None => write!(out, "otherwise: None, ")?,
            Some(text) => write!(out, "otherwise: Some(Cow::Borrowed({text:?})), ")?,
        }
        write!(out, "subs: ")?;
        self::entries(out, &entry.subs, false)?;
        write!(out, ", sub_names: Cow::Borrowed(&{:?})", entry.sub_names)?;
        write!(out, ", variants: ")?;
        self::entries(out, &entry.variants, false)?;
        writeln!(out, " }},")?;
    }
    write!(out, "]{}", if whole { "" } else { ")" })?;
    Ok(())
}

fn options(out: &mut String, key: &str, options: &Options) -> Result<(), Failure> {
    write!(out, "{key}: Options {{ list: Cow::Borrowed(&[")?;
    for opt in options.iter() {
        write!(out, "Opt {{ names: Cow::Borrowed(&[")?;
        for name in opt.names.iter() {
            write!(out, "Cow::Borrowed({name:?}), ")?;
        }
        write!(
            out,
            "]), takes: Takes::{:?}, role: Role::{:?}, more: {}, named: {}, informs: {}, last: {}, instead: {} }}, ",
            opt.takes, opt.role, opt.more, opt.named, opt.informs, opt.last, opt.instead
        )?;
    }
    write!(
        out,
        "]), names: Cow::Borrowed(&{:?}), letters: Cow::Borrowed(&{:?}), keyed: {}, joined: {} }}, ",
        options.names, options.letters, options.keyed, options.joined
    )?;
    Ok(())
}
