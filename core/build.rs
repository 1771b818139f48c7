//! Compiles `data/programs.toml` into static tables, so that the core reads no file and parses nothing at run time.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    println!("cargo::rerun-if-changed=data/programs.toml");
    let table: toml::Table = fs::read_to_string("data/programs.toml")?.parse()?;
    let mut out = String::new();
    let version = table
        .get("version")
        .and_then(toml::Value::as_integer)
        .ok_or("programs.toml has no version")?;
    writeln!(out, "pub(crate) const PROGRAMS_VERSION: u32 = {version};")?;
    writeln!(out, "pub(super) static PROGRAMS: &[Program] = &[")?;
    for (name, program) in &table {
        let toml::Value::Table(program) = program else {
            continue;
        };
        if name == "environment" || name == "neutral" {
            continue;
        }
        check_keys(
            name,
            program,
            &[
                "runs",
                "writes",
                "values",
                "abbreviates",
                "single_dash",
                "sub",
            ],
        )?;
        let flag = |key: &str| {
            program
                .get(key)
                .and_then(toml::Value::as_bool)
                .unwrap_or(false)
        };
        write!(out, "Program {{ name: {name:?}, ")?;
        write!(
            out,
            "abbreviates: {}, single_dash: {}, ",
            flag("abbreviates"),
            flag("single_dash")
        )?;
        write!(
            out,
            "values: {}, own: {}, subs: &[",
            list(program, "values")?,
            options(program)?
        )?;
        if let Some(toml::Value::Table(subs)) = program.get("sub") {
            for (sub, entry) in subs {
                let entry = entry
                    .as_table()
                    .ok_or_else(|| format!("{name}.sub.{sub} is not a table"))?;
                check_keys(sub, entry, &["runs", "writes", "values"])?;
                write!(out, "({sub:?}, {}), ", options(entry)?)?;
            }
        }
        writeln!(out, "] }},")?;
    }
    writeln!(out, "];")?;
    let part = |name: &str| {
        table
            .get(name)
            .and_then(toml::Value::as_table)
            .ok_or_else(|| format!("no [{name}]"))
    };
    let environment = part("environment")?;
    check_keys("environment", environment, &["safe"])?;
    writeln!(
        out,
        "static SAFE_NAMES: &[&str] = {};",
        list(environment, "safe")?
    )?;
    writeln!(out, "static NEUTRAL: &[Neutral] = &[")?;
    for (name, entry) in part("neutral")? {
        let entry = entry
            .as_table()
            .ok_or_else(|| format!("neutral.{name} is not a table"))?;
        check_keys(
            name,
            entry,
            &["any", "operands", "values", "patterns", "reads"],
        )?;
        let any = entry
            .get("any")
            .and_then(toml::Value::as_bool)
            .unwrap_or(false);
        let operands = entry
            .get("operands")
            .and_then(toml::Value::as_integer)
            .unwrap_or(0);
        write!(
            out,
            "Neutral {{ name: {name:?}, any: {any}, operands: {operands}, values: {}, ",
            list(entry, "values")?
        )?;
        writeln!(
            out,
            "patterns: {}, reads: {} }},",
            list(entry, "patterns")?,
            list(entry, "reads")?
        )?;
    }
    writeln!(out, "];")?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("programs.rs"), out)?;
    Ok(())
}

fn options(table: &toml::Table) -> Result<String, Failure> {
    Ok(format!(
        "Options {{ runs: {}, writes: {}, values: {} }}",
        list(table, "runs")?,
        list(table, "writes")?,
        list(table, "values")?
    ))
}

fn list(table: &toml::Table, key: &str) -> Result<String, Failure> {
    let Some(value) = table.get(key) else {
        return Ok("&[]".into());
    };
    let items = value
        .as_array()
        .ok_or_else(|| format!("`{key}` is not a list"))?;
    let texts: Option<Vec<&str>> = items.iter().map(toml::Value::as_str).collect();
    Ok(format!(
        "&{:?}",
        texts.ok_or_else(|| format!("`{key}` holds something else than text"))?
    ))
}

fn check_keys(name: &str, table: &toml::Table, known: &[&str]) -> Result<(), Failure> {
    match table.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("{name}: unknown key `{key}`").into()),
        None => Ok(()),
    }
}
